"""The menu entries that change while the program runs."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from deepviz.document import examples
from deepviz.gui.project_files import ProjectFiles
from deepviz.gui.recent_menu import RecentMenu
from deepviz.gui.settings import Settings


class FileMenu(QObject):
    """Adds the built-in examples and the recent files to the File menu.

    Parameters
    ----------
    menu
        The File menu.
    before
        The entry that they go before.
    """

    def __init__(self, menu: QMenu, before: QAction, files: ProjectFiles, settings: Settings) -> None:
        super().__init__(menu)
        self._files = files
        example_menu = QMenu("Open example", menu)
        for name in examples.names():
            example_menu.addAction(name).triggered.connect(
                lambda _checked=False, name=name: self._files.open_example(name)
            )
        self.recent = RecentMenu(menu, files, settings)
        menu.insertMenu(before, example_menu)
        menu.insertMenu(before, self.recent)
        menu.insertSeparator(before)
        menu.aboutToShow.connect(self.recent.fill)
