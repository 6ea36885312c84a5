"""The menu entries that change while the program runs, and the two small dialogs of the Help menu."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

import deepviz
from deepviz.document import examples
from deepviz.gui import actions as action_table
from deepviz.gui.project_files import ProjectFiles
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
        self._files, self._settings = files, settings
        example_menu = QMenu("Open example", menu)
        for name in examples.names():
            example_menu.addAction(name).triggered.connect(
                lambda _checked=False, name=name: self._files.open_example(name)
            )
        self.recent = QMenu("Open recent", menu)
        menu.insertMenu(before, example_menu)
        menu.insertMenu(before, self.recent)
        menu.insertSeparator(before)
        files.recent_changed.connect(self.fill_recent)
        self.fill_recent()

    def fill_recent(self) -> None:
        """List the recent files anew."""
        self.recent.clear()
        paths = self._settings.recent_files()
        for path in paths:
            entry = self.recent.addAction(path.name)
            entry.setToolTip(str(path))
            entry.triggered.connect(
                lambda _checked=False, path=path: self._files.may_leave() and self._files.open(path)
            )
        self.recent.setEnabled(bool(paths))


def show_shortcuts(window: QWidget) -> None:
    """List all shortcuts."""
    native = QKeySequence.SequenceFormat.NativeText
    rows = "".join(
        f"<tr><td style='padding: 2px 32px 2px 0'>{row.text}</td>"
        f"<td><b>{' or '.join(QKeySequence(keys).toString(native) for keys in row.shortcuts)}</b></td></tr>"
        for row in action_table.ROWS
        if row.shortcuts
    )
    box = QMessageBox(window)
    box.setWindowTitle("Keyboard shortcuts")
    box.setText(f"<table>{rows}</table>")
    box.exec()


def show_about(window: QWidget) -> None:
    """Say what this is."""
    text = "Build a deep network by hand, watch it learn, see why, take it with you."
    QMessageBox.about(window, "About DeepViz", f"<b>DeepViz {deepviz.__version__}</b><p>{text}</p><p>MIT licence.</p>")
