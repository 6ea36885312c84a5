"""The menu of what was open lately: project files, newest first, and work of earlier sessions that is in no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.project_files import ProjectFiles
from deepviz.gui.settings import RECENT_FILES, Settings

KEPT_WORK = "Unsaved work that is kept:"
Entry = tuple[str, Callable[[], object]]


class RecentMenu(QMenu):
    """Lists recent projects anew each time it is opened.

    Parameters
    ----------
    files
        Who opens them.
    settings
        Where they are remembered.

    Attributes
    ----------
    kept_work
        Gives what earlier sessions left that is in no file: words, and what brings it back.
    entries
        The entries of project files, newest first.
    """

    def __init__(self, parent: QWidget, files: ProjectFiles, settings: Settings) -> None:
        super().__init__("Open recent", parent)
        self._files, self._settings = files, settings
        self.kept_work: Callable[[], Sequence[Entry]] = lambda: ()
        self.entries: list[QAction] = []
        self.setToolTipsVisible(True)
        files.recent_changed.connect(self.fill)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """List what there is now."""
        self.clear()
        paths = [Path(path) for path in self._settings.get(RECENT_FILES)]
        same_names = Counter(path.name for path in paths)
        self.entries = []
        for number, path in enumerate(paths, 1):
            where = f" – {path.parent.name}" if same_names[path.name] > 1 else ""
            gone = "" if path.is_file() else " (missing)"
            self.entries.append(self._add(f"{_key(number)}{_plain(path.name + where)}{gone}", str(path)))
            self.entries[-1].triggered.connect(partial(self._open, path))
        kept_work = self.kept_work()
        if kept_work:
            self.addSeparator()
            heading = self._add(KEPT_WORK, "What was open when a window was left, and is in no file as it was then")
            heading.setEnabled(False)  # a section would be drawn as a bare line
            for words, bring_back in kept_work:
                self._add(_plain(words), "Work of an earlier session").triggered.connect(partial(_run, bring_back))
        if paths:
            self.addSeparator()
            self._add("&Clear list", "Forget these files; the files themselves stay").triggered.connect(self._forget)
        self.setEnabled(bool(paths or kept_work))

    def _add(self, text: str, tip: str) -> QAction:
        entry = self.addAction(text)
        entry.setToolTip(tip)
        entry.setStatusTip(tip)
        return entry

    def _open(self, path: Path, _checked: bool = False) -> None:
        self._files.open_recent(path)

    def _forget(self) -> None:
        self._settings.forget(RECENT_FILES)
        self._files.recent_changed.emit()


def _run(run: Callable[[], object], _checked: bool = False) -> None:
    run()


def _key(number: int) -> str:
    """A number to press in the open menu; there are ten keys."""
    return f"&{number % 10}  " if number <= 10 else ""


def _plain(text: str) -> str:
    """A text in which no letter is taken for a key."""
    return text.replace("&", "&&")
