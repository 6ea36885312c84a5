"""What can be chosen of a landscape before it is worked out, in its menu, and how it is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from deepviz.gui.amounts import thousands
from deepviz.gui.settings import (
    LANDSCAPE_ALONG,
    LANDSCAPE_FORM,
    LANDSCAPE_POINTS,
    LANDSCAPE_REACH,
    LANDSCAPE_SAMPLES,
    Settings,
)
from deepviz.insight.landscape import Landscape

CHOICES: dict[str, tuple[str, Sequence[tuple[Any, str]]]] = {
    "along": ("Directions", (("random", "Random, filter-normalised"), ("path", "Of the training path (PCA)"))),
    "directions": ("Picture", ((2, "A map of two directions"), (1, "A curve along one"))),
    "resolution": ("Points along a direction", ((11, "11, coarse"), (21, "21"), (31, "31"), (51, "51, fine"))),
    "reach": (
        "Reach along random directions",
        tuple((each, f"−{each:g} to {each:g}") for each in (0.1, 0.25, 0.5, 1.0, 2.0)),
    ),
    "samples": ("Samples", tuple((each, f"At most {thousands(each)}") for each in (128, 512, 2048, 8192))),
}
"""What can be chosen: the field of the question, its heading, and its values."""


class LandscapeChoices(QObject):
    """The menus of these choices.

    Parameters
    ----------
    menu
        Where they are offered.
    wanted
        What is chosen at first.
    """

    chosen = Signal(str, object)
    """A field of the question is to have another value."""

    def __init__(self, menu: QMenu, wanted: Landscape, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._actions: dict[str, dict[Any, QAction]] = {}
        self._menus: dict[str, QMenu] = {}
        for field, (heading, values) in CHOICES.items():
            offered, group = menu.addMenu(heading), QActionGroup(self)
            self._menus[field], self._actions[field] = offered, {}
            for value, words in values:
                action = QAction(words, self, checkable=True)
                action.triggered.connect(lambda _, field=field, value=value: self.chosen.emit(field, value))
                group.addAction(action)
                offered.addAction(action)
                self._actions[field][value] = action
        self._seed_action = menu.addAction("Other random directions", self._choose_seed)
        self.show_wanted(wanted)

    def show_wanted(self, wanted: Landscape) -> None:
        """Mark what is chosen, and offer of the rest what matters to it."""
        self._wanted = wanted
        for field, actions in self._actions.items():
            if (value := getattr(wanted, field)) in actions:
                actions[value].setChecked(True)
        is_random = wanted.along == "random"
        self._menus["reach"].setEnabled(is_random)
        self._seed_action.setEnabled(is_random)

    def _choose_seed(self) -> None:
        self.chosen.emit("seed", self._wanted.seed + 1)


def remember(wanted: Landscape, settings: Settings) -> None:
    """Have this chosen at the next start."""
    settings.set(LANDSCAPE_ALONG, wanted.along)
    settings.set(LANDSCAPE_FORM, "map" if wanted.directions == 2 else "curve")
    settings.set(LANDSCAPE_POINTS, wanted.resolution)
    settings.set(LANDSCAPE_REACH, wanted.reach)
    settings.set(LANDSCAPE_SAMPLES, wanted.samples)


def remembered(settings: Settings) -> Mapping[str, Any]:
    """What was chosen at earlier starts, by field of the question."""
    return {
        "directions": 2 if settings.get(LANDSCAPE_FORM) == "map" else 1,
        "resolution": settings.get(LANDSCAPE_POINTS),
        "samples": settings.get(LANDSCAPE_SAMPLES),
        "reach": settings.get(LANDSCAPE_REACH),
        "along": settings.get(LANDSCAPE_ALONG),
    }
