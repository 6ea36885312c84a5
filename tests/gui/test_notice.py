"""The strip that says what happened: one message at a time, offers that do what they say, and colours that fit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from deepviz.gui.notice import MOOD_ICONS, Notice
from deepviz.gui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def notice(qtbot: QtBot) -> Notice:
    made = Notice(DARK)
    qtbot.addWidget(made)
    made.resize(700, 44)
    return made


def buttons(notice: Notice) -> list[QPushButton]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    return [button for button in notice.findChildren(QPushButton) if button.isVisible()]


def tool(notice: Notice, name: str) -> QToolButton:
    return next(each for each in notice.findChildren(QToolButton) if each.accessibleName() == name)


def test_it_is_hidden_until_there_is_something_to_say(notice: Notice) -> None:
    assert notice.isHidden()
    assert notice.text == ""
    notice.tell("Something happened.")
    assert notice.isVisible()
    assert notice.text == "Something happened."
    assert notice.accessibleDescription() == "Something happened."


def test_a_new_message_takes_the_place_of_the_last_with_its_offers(notice: Notice) -> None:
    notice.tell("First.", "bad", [("Mend", lambda: None), ("Show", lambda: None)])
    assert [button.text() for button in buttons(notice)] == ["Mend", "Show"]
    notice.tell("Second.", "good", [("Open", lambda: None)])
    assert notice.text == "Second."
    assert [button.text() for button in buttons(notice)] == ["Open"]
    notice.tell("Third.")
    assert buttons(notice) == []


def test_an_offer_takes_the_message_away_and_then_does_what_it_says(notice: Notice) -> None:
    seen: list[str] = []
    notice.tell("A problem.", "bad", [("Mend", lambda: seen.append(notice.text))])
    QTest.mouseClick(buttons(notice)[0], LEFT)
    assert seen == [""], "what it does may say something itself"
    assert notice.isHidden()
    notice.tell("A problem.", "bad", [("Go on", lambda: notice.tell("Done.", "good"))])
    QTest.mouseClick(buttons(notice)[0], LEFT)
    assert notice.text == "Done."
    assert buttons(notice) == []


def test_it_can_be_dismissed_by_pointer_and_by_keys(notice: Notice) -> None:
    notice.tell("Something happened.", offers=[("Mend", lambda: None)])
    close = tool(notice, "Dismiss this message")
    QTest.mouseClick(close, LEFT)
    assert notice.isHidden()
    assert notice.text == ""
    notice.tell("Something happened.")
    close.setFocus()
    QTest.keyClick(close, Qt.Key.Key_Space)
    assert notice.isHidden()


def test_text_is_shown_as_it_is_written(notice: Notice) -> None:
    notice.tell("<b>file</b> & <script>.csv")
    assert notice._text.textFormat() == Qt.TextFormat.PlainText
    assert notice.text == "<b>file</b> & <script>.csv"


def test_a_long_message_wraps_and_is_not_cut_off(notice: Notice) -> None:
    notice.tell("Training diverged at step 12 in the forward pass of dense_1. " * 6, "bad", [("Mend", lambda: None)])
    notice.resize(700, notice.heightForWidth(700))
    QCoreApplication.processEvents()
    label = notice._text
    assert label.height() >= label.heightForWidth(label.width())
    assert label.geometry().right() < buttons(notice)[0].geometry().left()


LONG = "Training diverged at step 12 in the forward pass of dense_1. " * 6
OFFERS = [("Mend", lambda: None), ("Begin again with 0.1", lambda: None)]


@pytest.fixture
def folded(qtbot: QtBot) -> Notice:
    made = Notice(DARK, most_lines=2)
    qtbot.addWidget(made)
    made.resize(770, 44)
    return made


def settle(notice: Notice) -> None:
    """Give it the height that its layout wants, as the window does; twice, as a button may have come or gone."""
    for _ in range(2):
        QCoreApplication.processEvents()
        notice.resize(notice.width(), notice.heightForWidth(notice.width()))
    QCoreApplication.processEvents()


def test_above_the_canvas_a_long_message_takes_two_lines_until_more_is_asked_for(folded: Notice) -> None:
    folded.tell(LONG, "bad", OFFERS)
    settle(folded)
    label = folded._text
    line = label.fontMetrics().lineSpacing()
    assert folded.text == LONG, "whoever asks is told all of it"
    assert label.text().count("\n") == 1
    assert label.text().endswith("…")
    assert label.toolTip() == LONG
    assert 2 * line <= label.height() < 3 * line
    assert folded.height() <= 2 * line + 24
    for shown in label.text().split("\n"):
        assert label.fontMetrics().horizontalAdvance(shown) <= label.width()
    more = tool(folded, "Show the whole message")
    assert more.isVisible()
    more.setFocus()
    QTest.keyClick(more, Qt.Key.Key_Space)
    settle(folded)
    assert label.text().replace("\n", " ").split() == LONG.split()
    assert label.height() >= line * (label.text().count("\n") + 1)
    assert label.toolTip() == ""
    QTest.mouseClick(tool(folded, "Show less of the message"), LEFT)
    settle(folded)
    assert label.text().endswith("…")


def test_a_message_that_fits_is_not_folded_and_a_new_one_is_folded_again(folded: Notice) -> None:
    folded.tell("Something happened.", "bad", OFFERS)
    settle(folded)
    assert folded._text.text() == "Something happened."
    assert not folded._more.isVisible()
    folded.tell(LONG)
    settle(folded)
    QTest.mouseClick(folded._more, LEFT)
    folded.tell(LONG + "Again.")
    settle(folded)
    assert folded._text.text().endswith("…")
    folded.resize(4000, 44)
    settle(folded)
    assert folded._text.text() == LONG + "Again.", "there is room"
    assert not folded._more.isVisible()


def test_moods_differ_in_colour_and_icon_in_both_themes(notice: Notice) -> None:
    looks = set()
    for theme in (DARK, LIGHT):
        notice.apply_theme(theme)
        for mood in MOOD_ICONS:
            notice.tell("Something happened.", mood)
            assert notice.property("mood") == mood
            looks.add(bytes(notice._icon.pixmap().toImage().constBits()))
    assert len(looks) == 2 * len(MOOD_ICONS)
