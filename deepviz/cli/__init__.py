"""The command line: every job that needs no screen. Nothing in here imports Qt.

Each command lives in a file of its own, which is imported only when the command is given: `--help` answers at once.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from deepviz import __version__

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130

DRAWN = ("render", "tour")
"""Commands that draw. `__main__` hands them to `app`."""


class RequestError(Exception):
    """The request or a file is wrong: one line on standard error, exit status 2."""


class JobError(Exception):
    """The job failed, such as a run that diverged: one line on standard error, exit status 1."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override] # ends the process, as argparse's own does
        sys.stderr.write(f"deepviz: error: {message}\n")
        raise SystemExit(WRONG)


def parser() -> argparse.ArgumentParser:
    """What can be given on the command line."""
    made = _Parser(
        prog="deepviz",
        description="Build a deep network by hand, watch it learn, see why, take it with you.",
        epilog="Without a command, opens the window: deepviz [PROJECT]. "
        "PROJECT is a .deepviz file or the name of a built-in example, such as spirals.",
    )
    made.add_argument("--version", action="version", version=f"deepviz {__version__}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND")

    train = commands.add_parser("train", help="train a project", description="Train a project and say how good it is.")
    train.add_argument("project", metavar="PROJECT")
    length = train.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=_count, metavar="N", help="train to epoch N, counted from the first step")
    length.add_argument("--steps", type=_count, metavar="N", help="make N steps, then stop")
    train.add_argument("--seed", type=int, metavar="N", help="start of every random choice")
    train.add_argument("--batch-size", type=_count, metavar="N", help="samples in one step")
    train.add_argument("--learning-rate", type=float, metavar="X", help="length of each step")
    train.add_argument("--data", nargs="+", metavar="FILE", help="data files to use instead of the project's")
    train.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="PATH=VALUE", dest="changes",
        help="change any setting, such as graph.dense_1.units=32 or plan.optimizer.momentum=0.9",
    )  # fmt: skip
    train.add_argument("--resume", action="store_true", help="go on from the project's saved weights")
    train.add_argument("--history", metavar="FILE", help="write every step to a .csv or .jsonl file")
    train.add_argument("--save", metavar="PROJECT", help="save project and weights to a .deepviz file")
    train.add_argument("--export", nargs="+", default=[], metavar="FILE", help="write the weights (.npz, .safetensors)")
    train.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    train.add_argument("--quiet", action="store_true", help="no progress")

    evaluate = commands.add_parser("evaluate", help="say how good a trained project is")
    evaluate.add_argument("project", metavar="PROJECT")
    evaluate.add_argument("--data", nargs="+", metavar="FILE", help="data files to use instead of the project's")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    export = commands.add_parser("export", help="write a project's weights for other programs")
    export.add_argument("project", metavar="PROJECT")
    export.add_argument("files", nargs="+", metavar="FILE", help="the format follows the ending (.npz, .safetensors)")

    gradcheck = commands.add_parser("gradcheck", help="compare a project's gradients with finite differences")
    gradcheck.add_argument("project", metavar="PROJECT")
    gradcheck.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    render = commands.add_parser("render", help="draw a project's network into an .svg or .png file")
    render.add_argument("project", metavar="PROJECT")
    render.add_argument("file", metavar="FILE")

    for name, what in (("examples", "built-in examples"), ("datasets", "data sets"), ("layers", "layers and losses")):
        listing = commands.add_parser(name, help=f"list the {what}")
        listing.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    tour = commands.add_parser("tour", help="build, train and export an example without a screen")
    tour.add_argument("--out", default="tour", metavar="DIR", help="where its files go (default: tour)")
    return made


def main(arguments: Sequence[str]) -> int:
    """Carry out a command that needs no Qt, and return the exit status.

    Parameters
    ----------
    arguments
        The command line without the name of the program.
    """
    options = parser().parse_args(arguments)
    try:
        module = importlib.import_module(f"deepviz.cli.{options.command}")
        return int(module.run(options) or DONE)
    except RequestError as error:
        return complain(error, WRONG)
    except JobError as error:
        return complain(error, FAILED)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except MemoryError:
        return complain("there is not enough memory for this", FAILED)


def complain(what: object, status: int) -> int:
    """Say in one line on standard error what is wrong. Returns the exit status it is given."""
    text = " ".join(str(what).split())
    sys.stderr.write(f"deepviz: error: {text}\n")
    return status


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value
