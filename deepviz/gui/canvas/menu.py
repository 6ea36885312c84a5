"""Context menus of the canvas, as plain entries: what is said, what is run, which key does the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui import icons
from deepviz.gui.theme import Theme


@dataclass(frozen=True)
class Entry:
    """One line of a menu.

    Attributes
    ----------
    label
        What it says. An empty one is a separator.
    run
        What choosing it does; None if it opens `children`.
    key
        The key that does the same, as `QKeySequence` spells it.
    is_enabled
        Whether it can be chosen.
    children
        Entries of its submenu.
    icon, category
        Name of its icon and the category whose hue that takes.
    """

    label: str
    run: Callable[[], object] | None = None
    key: str = ""
    is_enabled: bool = True
    children: tuple[Entry, ...] = ()
    icon: str = ""
    category: str = ""


SEPARATOR = Entry("")


def build_menu(entries: Sequence[Entry], theme: Theme, parent: QWidget, title: str = "") -> QMenu:
    """A menu of entries. It is not shown yet and belongs to `parent`."""
    menu = QMenu(title, parent)
    for entry in entries:
        if not entry.label:
            menu.addSeparator()
        elif entry.children:
            menu.addMenu(build_menu(entry.children, theme, menu, entry.label))
        else:
            menu.addAction(_action(entry, theme, menu))
    return menu


def _action(entry: Entry, theme: Theme, menu: QMenu) -> QAction:
    action = QAction(entry.label, menu)
    action.setEnabled(entry.is_enabled)
    if entry.key:
        # Only shown: the view itself listens to its keys, so that they do not reach into text fields.
        action.setText(f"{entry.label}\t{QKeySequence(entry.key).toString(QKeySequence.SequenceFormat.NativeText)}")
    if entry.icon:
        action.setIcon(icons.icon(entry.icon, theme.category_ink(entry.category)))
    if entry.run is not None:
        action.triggered.connect(lambda _checked=False, run=entry.run: run())
    return action
