"""The live bar has tabs for as many views as there is room for, and a sheet with all of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from deepviz.gui.live_bar import LiveBar
from deepviz.gui.panels.views_panel import ViewsPanel
from deepviz.gui.plots.view import CATEGORIES
from deepviz.gui.theme import DARK, LIGHT
from tests.e2e.window import LEFT, Person

DEFAULTS = {"loss", "gradient_norms", "gradient_map"}


def resize(person: Person, width: int, height: int = 800) -> LiveBar:
    person.bench.window.resize(width, height)
    QApplication.processEvents()
    return person.bench.live_bar


def opened(person: Person) -> ViewsPanel:
    """The sheet, opened by a click."""
    person.press(person.bench.live_bar.button)
    sheet = person.bench.live_bar.sheet
    assert sheet is not None
    assert sheet.isVisible()
    return sheet


def tick(sheet: ViewsPanel, key: str) -> None:
    QTest.mouseClick(sheet.switches[key], LEFT, pos=QPoint(8, sheet.switches[key].height() // 2))
    QApplication.processEvents()


def shown(bar: LiveBar) -> list[str]:
    return [key for key, tab in bar.tabs.items() if tab.isVisible()]


def in_order(bar: LiveBar) -> list[str]:
    """The tabs that are shown, from left to right."""
    return sorted(shown(bar), key=lambda key: bar.tabs[key].x())


def inside(widget: QWidget, outer: QWidget) -> bool:
    corner = widget.mapTo(outer, QPoint(0, 0))
    return outer.rect().contains(corner) and outer.rect().contains(corner + widget.rect().bottomRight())


# Tabs


@pytest.mark.parametrize("width", [1280, 1500, 1900])
def test_as_many_tabs_as_there_is_room_for(person: Person, width: int) -> None:
    bar = resize(person, width)
    keys = shown(bar)
    assert set(keys) >= DEFAULTS
    tabs = [bar.tabs[key] for key in keys] + [person.bench.runs_dock.tab]
    assert all(tab.width() >= tab.sizeHint().width() for tab in tabs), "no word is cut off"
    assert all(inside(tab, bar) for tab in tabs)
    lefts = [tab.x() for tab in tabs]
    assert lefts == sorted(lefts)
    others = [key for key in person.bench.views.kinds if key not in keys]
    spare = person.bench.runs_dock.tab.x() - (tabs[-2].x() + tabs[-2].width())
    assert not others or bar.tabs[others[0]].sizeHint().width() + 2 * 6 > spare, "one more would have had room"


def test_a_wider_window_has_more_of_them(person: Person) -> None:
    few, many = (len(shown(resize(person, width))) for width in (1280, 1900))
    assert few < many
    assert shown(resize(person, 1280)) == shown(resize(person, 1280))


def test_what_is_open_has_its_tab_in_the_place_of_what_is_not(person: Person) -> None:
    bar = resize(person, 1280)
    before = in_order(bar)
    assert "seed_band" not in before
    closed = [key for key in before if not person.bench.views.is_open(key)]
    person.bench.views.open("seed_band")
    QApplication.processEvents()
    after = in_order(bar)
    assert after.index("seed_band") == before.index(closed[-1])
    assert [key for key in after if key in before] == [key for key in before if key in after], "the others stay"
    assert bar.tabs["seed_band"].isChecked()
    QTest.mouseClick(bar.tabs["seed_band"], LEFT)
    QApplication.processEvents()
    assert person.bench.views.is_visible("seed_band"), "a click shows, and never closes"
    person.bench.views.close("seed_band")
    QApplication.processEvents()
    assert in_order(bar) == after, "nothing changes its place because something is closed"


def test_what_can_be_seen_has_a_tab_however_much_is_open(person: Person) -> None:
    bar, views = resize(person, 1280), person.bench.views
    for key in views.kinds:
        views.open(key)
        QApplication.processEvents()
        assert all(bar.tabs[each.key].isVisible() and bar.tabs[each.key].isChecked() for each in views.visible)
    behind = [key for key in in_order(bar) if not views.is_visible(key)]
    assert behind
    assert all(bar.tabs[key].is_open and not bar.tabs[key].isChecked() for key in behind)


# The sheet


def test_every_view_is_in_the_sheet_under_its_heading(person: Person) -> None:
    sheet = opened(person)
    kinds = person.bench.views.kinds
    assert set(sheet.switches) == set(kinds)
    headings = {label.text(): label for label in sheet.findChildren(QLabel) if label.text() in CATEGORIES}
    assert set(headings) == {kind.category for kind in kinds.values()}
    for key, kind in kinds.items():
        place = sheet.switches[key].mapTo(sheet, QPoint(0, 0))
        above = [
            (label.mapTo(sheet, QPoint(0, 0)).y(), words)
            for words, label in headings.items()
            if label.mapTo(sheet, QPoint(0, 0)).x() == place.x() and label.mapTo(sheet, QPoint(0, 0)).y() < place.y()
        ]
        assert max(above)[1] == kind.category
        assert sheet.switches[key].text() == kind.title
        assert sheet.switches[key].accessibleName() == f"{kind.title}, {kind.category}"


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (1900, 1000)])
def test_nothing_of_the_sheet_is_cut_off(person: Person, width: int, height: int) -> None:
    resize(person, width, height)
    sheet = opened(person)
    QApplication.processEvents()
    assert inside(sheet, person.bench.window) or sheet.geometry().top() >= -12, "a shadow may leave the window"
    for switch in sheet.switches.values():
        assert inside(switch, sheet)
        assert switch.width() >= switch.sizeHint().width()
        assert switch.height() == switch.maximumHeight()
    assert inside(sheet.arrange_button, sheet)
    bar = person.bench.live_bar.mapTo(person.bench.window, QPoint(0, 0)).y()
    assert sheet.geometry().bottom() - 12 <= bar + person.bench.live_bar.button.y(), "the views can be seen beside it"


def test_ticks_are_those_of_open_views_and_change_them(person: Person) -> None:
    sheet, views = opened(person), person.bench.views
    assert {key for key, switch in sheet.switches.items() if switch.isChecked()} == DEFAULTS
    tick(sheet, "accuracy")
    assert views.is_visible("accuracy")
    assert sheet.switches["accuracy"].isChecked()
    assert person.bench.live_bar.tabs["accuracy"].isChecked()
    assert sheet.isVisible(), "there may be another one to choose"
    tick(sheet, "accuracy")
    assert not views.is_open("accuracy")
    assert not sheet.switches["accuracy"].isChecked()


def test_what_lies_behind_another_view_comes_to_the_front_and_keeps_its_tick(person: Person) -> None:
    resize(person, 1280)
    views = person.bench.views
    for key in ("accuracy", "metrics", "learning_rate"):
        views.open(key)
        QApplication.processEvents()
    behind = next(key for key in ("loss", *DEFAULTS) if views.is_open(key) and not views.is_visible(key))
    sheet = opened(person)
    assert sheet.switches[behind].isChecked()
    QTest.mouseClick(sheet.switches[behind], LEFT, pos=QPoint(40, sheet.switches[behind].height() // 2))
    QApplication.processEvents()
    assert views.is_visible(behind)
    assert sheet.switches[behind].isChecked()


def test_the_sheet_by_keyboard(person: Person) -> None:
    bar = person.bench.live_bar
    bar.button.setFocus()
    QTest.keyClick(bar.button, Qt.Key.Key_Space)
    sheet = bar.sheet
    assert sheet is not None

    def at() -> str:
        focused = QApplication.focusWidget()
        return next(key for key, switch in sheet.switches.items() if switch is focused)

    assert at() == "loss"
    for key, place in (
        (Qt.Key.Key_Down, "accuracy"),
        (Qt.Key.Key_Up, "loss"),
        (Qt.Key.Key_Up, "loss"),
        (Qt.Key.Key_Left, "loss"),
        (Qt.Key.Key_Right, "gradient_norms"),
        (Qt.Key.Key_Left, "loss"),
    ):
        person.key(key)
        assert at() == place
    person.key(Qt.Key.Key_Down)
    person.key(Qt.Key.Key_Return)
    QApplication.processEvents()
    assert person.bench.views.is_visible("accuracy")
    assert at() == "accuracy", "the keyboard stays where it was"
    person.key(Qt.Key.Key_Space)
    QApplication.processEvents()
    assert not person.bench.views.is_open("accuracy")
    person.key(Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert bar.button.hasFocus()


def test_the_menu_opens_it_from_anywhere(person: Person) -> None:
    person.bench.window.show_workspace("build")
    person.key(
        Qt.Key.Key_V,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        widget=person.bench.window,
    )
    sheet = person.bench.live_bar.sheet
    assert sheet is not None
    assert person.bench.window.workspace == "train"
    assert sheet.isVisible()
    person.press(person.bench.live_bar.button)
    assert not sheet.isVisible(), "the button closes it as well"


def test_the_views_can_be_put_back(person: Person) -> None:
    person.bench.views.open("metrics")
    person.bench.views.close("loss")
    sheet = opened(person)
    person.press(sheet.arrange_button)
    QApplication.processEvents()
    assert not sheet.isVisible()
    assert {key for key in sheet.switches if person.bench.views.is_open(key)} == {*DEFAULTS, "decision_boundary"}


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_arrow_of_the_button_has_room_beside_the_word(person: Person, theme: object) -> None:
    chosen = LIGHT if theme is LIGHT else DARK
    person.bench.themes.choose(chosen.name)
    button = person.bench.live_bar.button
    image = button.grab().toImage()
    ground = image.pixelColor(image.width() // 2, 5)
    inked = [
        x
        for x in range(4, image.width() - 4)
        if any(differs(image.pixelColor(x, y), ground) for y in range(6, image.height() - 6))
    ]
    gaps = [right - left for left, right in pairwise(inked)]
    assert max(gaps) >= 6, "between the word and its arrow"
    assert image.width() - inked[-1] >= 8


def differs(one: object, other: object) -> bool:
    return any(abs(a - b) > 40 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))  # type: ignore[attr-defined]


def test_a_window_that_was_narrow_for_a_while_has_its_tabs_where_they_were(person: Person) -> None:
    bar = resize(person, 1500)
    before = in_order(bar)
    assert len(in_order(resize(person, 1024))) < len(before)
    assert in_order(resize(person, 1500)) == before
