"""`deepviz datasets`: the data sets there are."""

from __future__ import annotations

import argparse
import json

from deepviz.cli import listing
from deepviz.datasets import registry


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    if options.json:
        print(json.dumps({"datasets": listing.described(registry.values())}, ensure_ascii=False))
    else:
        listing.show(registry.values())
