"""A view that does not fit what is open offers one that does, by a button below its words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.words_page import WordsPage
from tests.e2e.window import LEFT, PATIENCE, Person


def test_the_button_names_what_the_words_offer(qtbot: QtBot) -> None:
    page = WordsPage()
    qtbot.addWidget(page)
    page.resize(240, 180)
    page.show()
    page.say("Press Run to see it")
    assert not page.button.isVisible()
    page.say("These data have numbers to fit and no classes. Open Residuals instead.")
    assert page.button.text() == "Show Residuals"
    assert page.rect().contains(page.button.geometry())
    with qtbot.waitSignal(page.view_wanted) as asked:
        page.button.setFocus()
        QTest.keyClick(page.button, Qt.Key.Key_Space)
    assert asked.args == ["Residuals"]
    page.say("")
    assert not page.button.isVisible()


LONG = (
    "This view needs inputs that can be axes, such as an x and a y. The samples of these data are images of 8 × 8 × 1 "
    "numbers. Choose data with a few columns under Data. Open Feature maps instead."
)


@pytest.mark.parametrize("size", [(158, 204), (158, 120), (184, 204), (240, 204), (400, 300), (150, 60)])
def test_where_there_is_little_room_words_end_after_a_sentence_and_the_tip_has_them_all(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    page = WordsPage()
    qtbot.addWidget(page)
    page.say(LONG)
    page.resize(*size)
    page.show()
    qtbot.waitExposed(page)
    said = page.label.text()
    assert page.label.heightForWidth(page.width()) <= page.height() - page.button.sizeHint().height() or not said
    if said == LONG:
        assert not page.label.toolTip()
    else:
        assert size != (400, 300)
        assert page.label.toolTip() == LONG
        assert page.label.accessibleName() == LONG
        assert said == "" or LONG.startswith(said.removesuffix(" …"))
        assert said.removesuffix(" …")[-1:] in (".", ""), "whole sentences"
    page.resize(500, 400)
    assert page.label.text() == LONG
    assert page.button.text() == "Show Feature maps"


def test_an_example_of_another_kind_leaves_views_open_and_offers_others(person: Person) -> None:
    views = person.bench.views
    for key in ("confusion", "accuracy"):
        views.open(key)
        QApplication.processEvents()
    person.bench.files.open_example("auto-mpg")
    person.bench.actions["workspace_train"].trigger()  # an example is to be looked at first
    view = views.views["confusion"]
    button = view._page.button
    views.docks["confusion"].raise_()
    person.qtbot.waitUntil(button.isVisible, timeout=PATIENCE)
    assert button.text() == "Show Residuals"
    QTest.mouseClick(button, LEFT)
    person.qtbot.waitUntil(lambda: views.is_visible("residuals"), timeout=PATIENCE)
    assert views.is_open("confusion"), "what somebody has chosen stays"
    assert person.bench.window.tabifiedDockWidgets(views.docks["confusion"])


def test_every_offer_is_the_title_of_a_view(person: Person) -> None:
    titles = {kind.title for kind in person.bench.views.kinds.values()}
    offered = set()
    for example in ("auto-mpg", "sine", "digits-cnn", "iris"):
        person.bench.files.open_example(example)
        QApplication.processEvents()
        for key in person.bench.views.kinds:
            page = person.bench.views.view(key)._page
            page.say(person.bench.views.view(key).what_is_missing())
            if page._offered:
                offered.add(page._offered)
    assert offered
    assert offered <= titles
