"""`deepviz datasets`: the data sets there are."""

from __future__ import annotations

import argparse

from deepviz.cli import listing
from deepviz.datasets import registry


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    listing.show("datasets", registry.values(), options.json)
