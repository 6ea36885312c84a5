"""`deepviz layers`: the layers and losses there are."""

from __future__ import annotations

import argparse
import json

from deepviz.cli import listing
from deepviz.engine import layers, losses


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    if options.json:
        found = {
            "layers": listing.described(layers.registry.values()),
            "losses": listing.described(losses.registry.values()),
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        listing.show([*layers.registry.values(), *losses.registry.values()])
