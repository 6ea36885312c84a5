"""Facts take the room that they need, and leave the panel around them alone while they need no other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.panels.fact_rows import FactRows

LONG = "a value of many words that has to be broken into several lines because there is no room for it in one"


class Requests(QObject):
    """Counts how often a widget was asked to lay itself out."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def panel(qtbot: QtBot) -> QWidget:
    panel = QWidget()
    qtbot.addWidget(panel)
    panel.facts = FactRows()  # type: ignore[attr-defined]
    column = QVBoxLayout(panel)
    column.addWidget(panel.facts)  # type: ignore[attr-defined]
    column.addStretch(1)
    panel.resize(220, 400)
    panel.facts.set_facts([("Loss", "1.234"), ("Step", "100")])  # type: ignore[attr-defined]
    panel.show()
    qtbot.waitExposed(panel)
    settle()
    return panel


def settle() -> None:
    for _ in range(20):
        QApplication.processEvents()


def facts_of(panel: QWidget) -> FactRows:
    found = panel.findChild(FactRows)
    assert found is not None
    return found


def test_other_values_of_the_same_height_leave_the_panel_alone(panel: QWidget) -> None:
    facts, requests = facts_of(panel), Requests(panel)
    for step in range(101, 106):
        facts.set_facts([("Loss", f"{1 / step:.3f}"), ("Step", str(step))])
        settle()
    assert facts.value("Step") == "105"
    assert requests.count == 0


def test_a_longer_value_and_further_rows_get_their_height(panel: QWidget, qtbot: QtBot) -> None:
    facts = facts_of(panel)
    two_rows = facts.height()
    facts.set_facts([("Loss", LONG), ("Step", "100")])
    qtbot.waitUntil(lambda: facts.height() > two_rows + 20)
    assert facts.height() == facts.heightForWidth(facts.width())
    facts.set_facts([("Loss", "1.2"), ("Step", "100"), ("Accuracy", "50 %")])
    qtbot.waitUntil(lambda: facts.height() == facts.heightForWidth(facts.width()) < 2 * two_rows)
    facts.set_facts([("Loss", "1.2")])
    qtbot.waitUntil(lambda: facts.height() < two_rows)
    assert [row[0].isVisible() for row in facts._rows] == [True, False, False]


def test_what_changed_behind_another_page_has_its_height_when_it_is_shown(panel: QWidget, qtbot: QtBot) -> None:
    facts = facts_of(panel)
    two_rows = facts.height()
    panel.hide()
    facts.set_facts([("Loss", LONG), ("Step", "100")])
    panel.show()
    qtbot.waitUntil(lambda: facts.height() > two_rows + 20)


def test_a_narrower_panel_gives_it_more_height(panel: QWidget, qtbot: QtBot) -> None:
    facts = facts_of(panel)
    facts.set_facts([("Loss", LONG)])
    settle()
    wide = facts.height()
    panel.resize(150, 400)
    qtbot.waitUntil(lambda: facts.height() > wide)
    assert facts.height() == facts.heightForWidth(facts.width())
