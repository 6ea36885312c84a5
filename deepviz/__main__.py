"""Where the program starts: the window, or a command. What is not needed is not imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """Start what the command line asks for and return the exit status."""
    arguments = sys.argv[1:]
    if not arguments or (len(arguments) == 1 and _names_a_project(arguments[0])):
        return _window(arguments[0] if arguments else None)
    from deepviz import cli

    if arguments[0] in cli.DRAWN and not {"-h", "--help"} & set(arguments):
        options = cli.parser().parse_args(arguments)
        return _tour(options.out) if options.command == "tour" else _render(options.project, Path(options.file))
    return cli.main(arguments)


def _names_a_project(argument: str) -> bool:
    return not argument.startswith("-") and (argument.endswith(".deepviz") or os.path.exists(argument))


def _window(path: str | None) -> int:
    from deepviz import app

    return app.run_window(path)


def _tour(folder: str) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from deepviz import app

    return app.tour(folder)


def _render(name: str, path: Path) -> int:
    from deepviz import cli
    from deepviz.cli import projects

    if path.suffix.lower() not in (".svg", ".png"):
        return cli.complain(f"{path}: a picture is written as .svg or .png.", cli.WRONG)
    try:
        project = projects.opened(name).project
    except cli.RequestError as error:
        return cli.complain(error, cli.WRONG)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from deepviz import app

    try:
        app.render(project, path)
    except OSError as error:
        return cli.complain(f"could not write {path}: {error.strerror or error}", cli.FAILED)
    print(path)
    return cli.DONE


if __name__ == "__main__":
    sys.exit(main())
