"""Where the program starts: the window, or a command. What is not needed is not imported."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepviz import cli

if TYPE_CHECKING:
    from deepviz.document.project import Project


def main() -> int:
    """Start what the command line asks for and return the exit status."""
    _prepare_streams()
    try:
        status = cli.main(sys.argv[1:], _Screen())
        sys.stdout.flush()
        return status
    except OSError as error:
        if error.filename is not None:
            raise  # it is about a file that a command should have spoken of
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be written has no reader
        if isinstance(error, BrokenPipeError):  # whoever read our output has seen enough
            return cli.FAILED
        return cli.complain(f"the output cannot be written: {error.strerror or error}", cli.FAILED)


def _prepare_streams() -> None:
    """Make printing safe: into a closed stream, and of letters that the terminal does not have."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 # it is open to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 # it is open to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


class _Screen:
    """What needs Qt, imported when it is first wanted."""

    def window(self, project: str | Project | None) -> int:
        if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
            raise cli.JobError("there is no display to open a window on; deepviz tour and deepviz train need none.")
        status = int(self._app().run_window(project))
        # Python would search all that is left before it ends, half a second for a large network; the system frees it.
        gc.freeze()
        return status

    def render(self, project: Project, path: Path) -> None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        self._app().render(project, path)

    def tour(self, folder: str) -> int:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return int(self._app().tour(folder))

    def _app(self) -> Any:
        try:
            from deepviz import app
        except ImportError as error:
            if ".so" not in str(error) and (error.name or "").partition(".")[0] not in ("PySide6", "pyqtgraph"):
                raise  # it is a mistake of ours
            raise cli.JobError(f"Qt cannot be used: {error}. python3 run.py installs what it lacks.") from None
        return app


if __name__ == "__main__":
    sys.exit(main())
