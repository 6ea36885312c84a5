"""What can be given on the command line. Imports nothing heavy, so that help and mistakes are answered at once."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from deepviz import __version__
from deepviz.cli import WRONG

COMMANDS = {
    "train": "train a project and say how good it is",
    "evaluate": "say how good a trained project is",
    "export": "write a project's weights for other programs",
    "gradcheck": "compare a project's gradients with finite differences",
    "render": "draw a project's network into an .svg, .png or .pdf file",
    "tour": "build, train and export an example without a screen",
    "examples": "list the built-in projects",
    "datasets": "list the data sets",
    "layers": "list the layers and losses",
}

PROJECT_HELP = "a .deepviz file, or the name of a built-in example such as spirals"
DATA_HELP = "data files to use in place of the project's, such as MNIST's images and labels"
JSON_HELP = "print one JSON object and nothing else"


class _Help(argparse.HelpFormatter):
    """Help with room for the longest option before its text."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, max_help_position=32, **options)


class _Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Help, **options)

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"deepviz: error: {message}\n")
        sys.exit(WRONG)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    made = _Parser(
        prog="deepviz",
        usage="deepviz [PROJECT]\n       deepviz COMMAND ...",
        description="Build a deep network by hand, watch it learn, see why, take it with you. "
        "Without a command, the window opens, with PROJECT if it is given.",
        epilog="PROJECT is a .deepviz file or the name of a built-in example, such as spirals.",
    )
    made.add_argument("--version", action="version", version=f"deepviz {__version__}")
    commands = made.add_subparsers(
        prog="deepviz", dest="command", title="commands", metavar="COMMAND --help", help="say more about a command"
    )
    found = {
        # PROJECT first: behind an option that takes several files it would be taken for one of them.
        name: commands.add_parser(
            name,
            help=text,
            description=f"{text[:1].upper()}{text[1:]}.",
            usage=f"deepviz {name} PROJECT [OPTION ...]" if name in ("train", "evaluate") else None,
        )
        for name, text in COMMANDS.items()
    }
    for name in ("train", "evaluate", "export", "gradcheck", "render"):
        found[name].add_argument("project", metavar="PROJECT", help=PROJECT_HELP)
    _train(found["train"])
    found["evaluate"].add_argument("--data", nargs="+", metavar="FILE", help=DATA_HELP)
    found["export"].add_argument(
        "files", nargs="+", metavar="FILE", help="its ending says the format: .npz, .safetensors"
    )
    found["render"].add_argument("file", metavar="FILE", help="its ending is the format: .svg, .png, .pdf")
    found["tour"].add_argument("--out", default="tour", metavar="DIR", help="where its files go (default: tour)")
    for name in ("train", "evaluate", "gradcheck", "examples", "datasets", "layers"):
        found[name].add_argument("--json", action="store_true", help=JSON_HELP)
    return made


def _train(train: argparse.ArgumentParser) -> None:
    length = train.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, metavar="N", help="train to epoch N, counted from the first step")
    length.add_argument("--steps", type=_count, metavar="N", help="train to step N, counted from the first step")
    train.add_argument("--seed", type=int, metavar="N", help="start of every random choice: weights, order of samples")
    train.add_argument("--data", nargs="+", metavar="FILE", help=DATA_HELP)
    train.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH=VALUE",
        dest="changes",
        help="change any setting: graph.dense_1.units=32, plan.optimizer=SGD, data.source.noise=0.2",
    )
    train.add_argument("--batch-size", type=int, metavar="N", help="samples in one step")
    train.add_argument("--learning-rate", type=float, metavar="X", help="length of each step")
    start = train.add_mutually_exclusive_group()
    start.add_argument("--resume", action="store_true", help="go on from the weights that the project was saved with")
    start.add_argument(
        "--replay",
        action="store_true",
        help="train the saved run again from its first step, with every change that was made to it on the way",
    )
    train.add_argument("--history", metavar="FILE", help="write what was measured in every step: .csv, .jsonl")
    train.add_argument("--save", metavar="FILE", help="write project and weights to a .deepviz file")
    train.add_argument(
        "--export", nargs="+", action="extend", default=[], metavar="FILE", help="write the weights: .npz, .safetensors"
    )
    said = train.add_mutually_exclusive_group()
    said.add_argument("--quiet", action="store_true", help="show no progress")
    said.add_argument(
        "--progress",
        choices=("words", "json"),
        default="words",
        help="how progress is told on standard error; json is for programs: an object a line, at most 5 a second",
    )
    train.add_argument("--queued", metavar="FILE", help=argparse.SUPPRESS)  # how the window's queue starts a run


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value
