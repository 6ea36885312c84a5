"""A window at rest does nothing: no part of it lays itself out, or paints itself, over and over."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import all_views
from tests.e2e.window import PATIENCE, OpenWindow, small_project
from tests.gui.window_hands import train_steps

WATCHED = (QEvent.Type.LayoutRequest, QEvent.Type.Paint, QEvent.Type.Resize)
TURNS = 40
KEYS = [kind.key for kind in all_views()]


class Restlessness(QObject):
    """Counts what widgets are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[tuple[str, str]] = Counter()

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        if event.type() in WATCHED and isinstance(target, QWidget):
            self.seen[type(target).__name__, event.type().name] += 1
        return False


@pytest.mark.parametrize("key", KEYS)
def test_no_part_of_a_paused_window_keeps_itself_busy(open_window: OpenWindow, qtbot: QtBot, key: str) -> None:
    person = open_window(small_project(epochs=50))
    views = person.bench.views
    views.open(key)
    train_steps(person, 5)
    qtbot.waitUntil(lambda: views.is_visible(key), timeout=PATIENCE)
    counted, application = Restlessness(), QApplication.instance()
    assert application is not None

    def is_at_rest() -> bool:
        counted.seen.clear()
        application.installEventFilter(counted)
        for _ in range(TURNS):
            QApplication.processEvents()
        application.removeEventFilter(counted)
        # A timer may make something be drawn meanwhile; what goes round in circles does so at every turn.
        return all(count < TURNS // 4 for count in counted.seen.values())

    try:
        qtbot.waitUntil(is_at_rest, timeout=PATIENCE)
    except qtbot.TimeoutError:
        pytest.fail(f"It goes on and on: {counted.seen.most_common(3)}")
