"""`deepviz examples`: the built-in projects."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from itertools import groupby

from deepviz.document import examples
from deepviz.numerals import thousands


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    found = examples.catalogue()
    if options.json:
        print(json.dumps({"examples": [asdict(each) for each in found]}, ensure_ascii=False))
        return
    for category, members in groupby(found, lambda each: each.category):
        print(f"{category:<50}  layers  parameters")
        for each in members:
            own = "  --data" if each.needs_files else ""
            print(f"  {each.name:<21}  {each.title:<25}  {each.layers:>6}  {thousands(each.parameters):>10}{own}")
    print("\nThose with --data learn from files of your own, which are named with it.")
