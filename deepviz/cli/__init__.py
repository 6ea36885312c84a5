"""The command line: every job that needs no screen. Nothing in here imports Qt.

Each command lives in a file of its own, which is imported only when the command is given: `--help` answers at once.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from deepviz.document.project import Project

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: done; the job failed; the request or a file is wrong; stopped by Ctrl-C."""


class RequestError(Exception):
    """The request or a file is wrong: one line on standard error, exit status 2."""


class JobError(Exception):
    """The job failed, such as a run that diverged: one line on standard error, exit status 1."""


class Screen(Protocol):
    """What needs Qt. `__main__` hands it over, so that nothing in here imports Qt."""

    def window(self, project: str | Project | None) -> int:
        """Open the window, with a project file, or a project of no file, if one is given; returns the exit status."""

    def render(self, project: Project, path: Path) -> None:
        """Draw a project's network into a file; raises OSError if it cannot be written."""

    def tour(self, folder: str) -> int:
        """Build, train and export an example, into a folder; returns the exit status."""


def main(arguments: Sequence[str], screen: Screen | None = None) -> int:
    """Carry out what the command line asks for, and return the exit status.

    Parameters
    ----------
    arguments
        The command line without the name of the program.
    screen
        What opens the window and draws. Without it those commands are refused.
    """
    from deepviz.cli.parser import COMMANDS, parser

    try:
        if not arguments or (arguments[0] not in COMMANDS and not arguments[0].startswith("-")):
            return _window(arguments, COMMANDS, screen)
        options = parser().parse_args(arguments)
        if options.command is None:
            raise RequestError(f"a command is missing; there are {', '.join(COMMANDS)}.")
        options.screen = screen
        module = importlib.import_module(f"deepviz.cli.{options.command}")
        return int(module.run(options) or DONE)
    except SystemExit as end:  # argparse has answered: help, version, or what is wrong
        return end.code if isinstance(end.code, int) else DONE
    except RequestError as error:
        return complain(error, WRONG)
    except JobError as error:
        return complain(error, FAILED)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except MemoryError:
        return complain("there is not enough memory for this network and its data", FAILED)


def complain(what: object, status: int) -> int:
    """Say in one line on standard error what is wrong. Returns the exit status it is given."""
    _say("error", what)
    return status


def note(what: object) -> None:
    """Say in one line on standard error what a person should know, without stopping."""
    _say("note", what)


def _say(kind: str, what: object) -> None:
    text = " ".join(re.findall(r"[^ \t\r\n\v\f]+", str(what)))  # thin spaces within numbers stay
    sys.stderr.write(f"deepviz: {kind}: {text}\n")
    sys.stderr.flush()


def needs(screen: Screen | None) -> Screen:
    """The screen, or a complaint that there is none."""
    if screen is None:
        raise JobError("this needs Qt, which the command line alone does not have; start it as deepviz.")
    return screen


def _window(arguments: Sequence[str], commands: Collection[str], screen: Screen | None) -> int:
    """Open the window: without arguments, with a project file, or with a built-in example."""
    from pathlib import Path

    if not arguments:
        return needs(screen).window(None)
    name, project = arguments[0], None
    if not (Path(name).exists() or name.endswith(".deepviz")):
        project = _example(name, commands)
    elif not Path(name).is_file():
        raise RequestError(f"{name} is a folder." if Path(name).is_dir() else f"there is no file {name}.")
    if len(arguments) > 1:
        raise RequestError(f"the window opens one project; {' '.join(arguments[1:])} is too much.")
    return needs(screen).window(project or name)


def _example(name: str, commands: Collection[str]) -> Project:
    """A built-in example by its name, or a complaint that names all that there is."""
    from deepviz.document import examples

    if name not in examples.names():
        raise RequestError(
            f"there is no command, project file or example {name}; commands are {', '.join(commands)}; "
            f"built-in examples are {', '.join(examples.names())}."
        )
    return examples.open_example(name)
