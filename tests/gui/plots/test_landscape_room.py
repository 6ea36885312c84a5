"""A landscape has most of the room of its view, and says in plain words how much of the way of training it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.landscape_words import SHARE_TIP, way_words
from tests.gui.plots.looks import flat, looking, subject_of
from tests.gui.plots.test_landscape_path import surface

WIDE_DOCK, NARROW_DOCK, LARGE = (471, 246), (257, 420), (900, 600)


def opened(qtbot: QtBot, size: tuple[int, int]) -> Landscape:
    look = looking(Landscape, subject_of(flat()), qtbot, *size)
    look.take_answer(surface(), 90)
    QApplication.processEvents()
    return look


def painted(look: Landscape) -> QRectF:
    """The map with its bar of colours, in pixels of the view."""
    frame = look.area.frame.adjusted(0, 0, look.area.right_margin, 0)
    return frame.translated(QPointF(look.area.pos()))


@pytest.mark.parametrize("size", [WIDE_DOCK, LARGE, (520, 246), (700, 320)])
def test_beside_a_square_there_is_room_for_all_else(qtbot: QtBot, size: tuple[int, int]) -> None:
    look = opened(qtbot, size)
    qtbot.waitUntil(lambda: look.area.y() == look.header.height())
    assert look.area.frame.height() == size[1] - look.header.height() - 8 - 38, "all but the marks below it"
    assert look.area.frame.width() == look.area.frame.height()
    words = look.area._axes.caption_rect.translated(QPointF(look.area.pos()))
    shown = [painted(look), QRectF(look.row.geometry()), words]
    if look.age.isVisible():
        shown.append(QRectF(look.age.geometry()))
    for number, one in enumerate(shown):
        assert QRectF(look.rect()).contains(one)
        assert not any(one.intersects(other) for other in shown[number + 1 :])
    for widget in (look.row.button, look.row.along_choice):
        assert look.row.rect().contains(widget.geometry())
        assert widget.width() >= 70


def test_in_a_narrow_view_they_stand_above_it_and_come_back(qtbot: QtBot) -> None:
    look = opened(qtbot, WIDE_DOCK)
    look.row.button.setFocus()
    look.resize(*NARROW_DOCK)
    qtbot.waitUntil(lambda: look.area.y() >= look.row.geometry().bottom() > look.header.height())
    assert look.area.words_at is None
    assert look.row.width() == look.width()
    look.resize(*WIDE_DOCK)
    qtbot.waitUntil(lambda: look.area.y() == look.header.height() and look.row.x() > painted(look).right() - 1)
    assert look.area.words_at is not None


def test_where_the_header_is_the_title_of_a_dock_it_takes_no_room(qtbot: QtBot) -> None:
    look = opened(qtbot, WIDE_DOCK)
    look.header.setParent(None)
    qtbot.addWidget(look.header)
    look.resize(WIDE_DOCK[0], WIDE_DOCK[1] - 20)
    qtbot.waitUntil(lambda: look.area.y() == 0 and look.row.y() == 0)
    assert look.area.words_at is not None
    assert look.area.words_at[1] >= look.row.height()
    look.resize(*NARROW_DOCK)
    qtbot.waitUntil(lambda: look.row.y() == 0 and look.area.y() >= look.row.height())


def test_without_a_map_the_row_stands_above(qtbot: QtBot) -> None:
    look = looking(Landscape, subject_of(flat()), qtbot, *WIDE_DOCK)
    assert look.row.width() == look.width()
    look.take_answer(surface(is_map=False), 90)
    QApplication.processEvents()
    assert look.row.width() == look.width(), "a curve needs the width"
    look.take_answer(surface(), 90)
    qtbot.waitUntil(lambda: look.row.width() < look.width() / 2)
    look.take_refusal("There are no samples.")
    qtbot.waitUntil(lambda: look.row.width() == look.width())


def test_progress_can_be_seen_beside_the_map(qtbot: QtBot) -> None:
    look = opened(qtbot, WIDE_DOCK)
    map_before = painted(look)
    look.row.button.click()
    look.show_progress(0.4)
    qtbot.waitUntil(lambda: look.row.progress.width() >= 100)
    assert look.row.rect().contains(look.row.progress.geometry())
    assert look.row.button.text() == "Cancel"
    assert painted(look) == map_before, "the picture stays where it is"
    words = look.area._axes.caption_rect.translated(QPointF(look.area.pos()))
    assert not words.intersects(QRectF(look.row.geometry()))
    QTest.keyClick(look.row.button, " ")
    assert not look.is_computing


def test_the_share_of_the_way_is_said_in_plain_words_and_exactly_in_the_tip(qtbot: QtBot) -> None:
    look = opened(qtbot, (900, 600))
    whole = surface()
    assert whole.path is not None
    # 3.4, 2.0 and 7.5 away from the middle, of which 1.7, 1.3 and 1.523 lie in the plane.
    assert whole.path.distances * whole.path.shares == pytest.approx([1.7, 1.3, np.nan, 1.52325], nan_ok=True)
    assert way_words(whole, whole.path) == "This plane shows 20.3 to 65\u00a0% of the way between + and the kept states"
    past = replace(whole.path, steps=whole.path.steps[:3], shares=whole.path.shares[:3])
    assert way_words(replace(whole, path=past), past) == (
        "This plane shows 50 to 65\u00a0% of the way that the weights have come"
    )
    words = look.area._axes.caption_rect.center()
    assert look.area.tip_at(words) == SHARE_TIP
    assert look.area.tip_at(look.area.frame.center()) == ""
    look.resize(*NARROW_DOCK)
    qtbot.waitUntil(lambda: look.area.words_at is None)
    assert look.area.tip_at(QPointF(20, 2)).endswith(SHARE_TIP)
    assert max(map(len, look.area.tip_at(QPointF(20, 2)).splitlines())) <= 110, "a tip is no wider than it can be read"
    look.show_path(False)
    assert SHARE_TIP not in look.area.tip_at(QPointF(20, 2))
