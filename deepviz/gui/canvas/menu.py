"""Context menus of the canvas, as plain entries: what is said, what is run, which key does the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.gui import icons
from deepviz.gui.theme import CATEGORY_HUES, Theme


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
    run: Callable[[], None] | None = None
    key: str = ""
    is_enabled: bool = True
    children: tuple[Entry, ...] = ()
    icon: str = ""
    category: str = ""


SEPARATOR = Entry("")


def layer_entries(
    choose: Callable[[str], None], suits: Callable[[type[Layer] | type[Loss]], bool] = lambda _: True
) -> tuple[Entry, ...]:
    """All layers and losses that suit, by category.

    Parameters
    ----------
    choose
        Called with the key of what was chosen.
    suits
        Which of them to offer.
    """
    by_category: dict[str, list[Entry]] = {}
    kinds: list[type[Layer] | type[Loss]] = [*layers.registry.values(), *losses.registry.values()]
    for kind in sorted(kinds, key=lambda kind: kind.label):
        if suits(kind):
            entry = Entry(kind.label, partial(choose, kind.key), icon=kind.key, category=kind.category)
            by_category.setdefault(kind.category, []).append(entry)
    order = list(CATEGORY_HUES)
    known = sorted(by_category, key=lambda name: order.index(name.casefold()) if name.casefold() in order else 99)
    return tuple(Entry(category, children=tuple(by_category[category])) for category in known)


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
