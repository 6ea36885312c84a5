"""`deepviz tour`: build, train and export an example without a screen, and leave what there is to see in a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepviz.cli import RequestError, needs


def run(options: argparse.Namespace) -> int:
    """Carry out the command. Returns the exit status."""
    folder = Path(options.out)
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} is a file; the tour needs a folder.")
    return needs(options.screen).tour(str(folder))
