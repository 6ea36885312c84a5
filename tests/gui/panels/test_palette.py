"""The palette lists everything by category, finds it by any of its words, and hands out keys by drag, click and key."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import Field as Declared
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QDrag, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses
from deepviz.gui.panels.palette import CARD, DEFINITION_MIME, Palette
from deepviz.gui.panels.palette_rows import DEFINITION, RECENT, ROW
from deepviz.gui.theme import CATEGORY_HUES, DARK, LIGHT
from deepviz.registry import Definition


class Input(Definition):
    """Where the data comes in."""

    category: ClassVar[str] = "Input and output"


class Dense(Definition):
    """Each unit weighs all inputs & adds a <bias>."""

    category: ClassVar[str] = "Core"
    synonyms: ClassVar[tuple[str, ...]] = ("fully connected", "linear")
    formula: ClassVar[str] = "y = x W + b"
    units: int = Declared(64, title="Units")
    max_norm: float | None = Declared(None, title="Largest norm")
    name: str = Declared(title="Name")


class Densest(Definition):
    """A layer whose name starts like another's."""

    category: ClassVar[str] = "Core"


class Rotate(Definition):
    """A layer of a category nobody has thought of. It is not dense."""

    category: ClassVar[str] = "Of my own"


class CrossEntropy(Definition):
    """How wrong the network is."""

    key: ClassVar[str] = "SoftmaxCrossEntropy"
    label: ClassVar[str] = "Cross-entropy"
    category: ClassVar[str] = "Loss"


ENTRIES = (CrossEntropy, Rotate, Densest, Dense, Input)


class RecordingPalette(Palette):
    """A palette whose drags are kept instead of carried out."""

    def __init__(self) -> None:
        super().__init__(ENTRIES, DARK)
        self.drags: list[QDrag] = []
        self.keys: list[str] = []
        self.activated.connect(self.keys.append)

    def run_drag(self, drag: QDrag) -> None:
        self.drags.append(drag)


@pytest.fixture
def palette(qtbot: QtBot) -> RecordingPalette:
    made = RecordingPalette()
    qtbot.addWidget(made)
    made.resize(208, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.focus_search()
    return made


def listed(palette: Palette) -> list[str]:
    return [str(palette.model.index(row).data()) for row in range(palette.model.rowCount())]


def place_of(palette: Palette, key: str) -> QPoint:
    return palette.view.visualRect(palette.model.index_of(key)).center()


def test_entries_stand_under_their_categories(palette: RecordingPalette) -> None:
    assert listed(palette) == [
        "Input and output",
        "Input",
        "Core",
        "Densest",
        "Dense",
        "Of my own",
        "Rotate",
        "Loss",
        "Cross-entropy",
    ]


def test_every_layer_and_loss_is_listed_once(qtbot: QtBot) -> None:
    entries = [*layers.registry.values(), *losses.registry.values()]
    made = Palette(entries)
    qtbot.addWidget(made)
    rows = [made.model.index(row) for row in range(made.model.rowCount())]
    keys = [row.data(DEFINITION).key for row in rows if row.data(DEFINITION) is not None]
    assert sorted(keys) == sorted(entry.key for entry in entries)
    headings = [str(row.data()).casefold() for row in rows if row.data(DEFINITION) is None]
    assert headings == [category for category in CATEGORY_HUES if category in headings], "in the order of the themes"
    for key in keys:
        assert made.model.index_of(key).data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("search", "found", "marked"),
    [
        ("dens", ["Densest", "Dense", "Rotate"], "Densest"),
        ("dense", ["Dense", "Densest", "Rotate"], "Dense"),
        ("densest", ["Densest"], "Densest"),
        ("LINEAR", ["Dense"], "Dense"),
        ("connected fully", ["Dense"], "Dense"),
        ("wrong", ["Cross-entropy"], "SoftmaxCrossEntropy"),
        ("softmaxcross", ["Cross-entropy"], "SoftmaxCrossEntropy"),
        ("of my own", ["Rotate"], "Rotate"),
        ("in", ["Input", "Dense"], "Input"),
    ],
)
def test_search(palette: RecordingPalette, search: str, found: list[str], marked: str) -> None:
    QTest.keyClicks(palette.search, search)
    rows = [palette.model.index(row) for row in range(palette.model.rowCount())]
    assert [row.data() for row in rows if row.data(DEFINITION) is not None] == found
    assert palette.current_key() == marked
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.keys == [marked]


def test_nothing_found_says_so_and_escape_brings_everything_back(palette: RecordingPalette) -> None:
    QTest.keyClicks(palette.search, "<b>convolve")
    words = [label.text() for label in palette.findChildren(QLabel) if label.isVisible()]
    assert words == ["No layer is called “<b>convolve”.\n\nPress Escape to see all layers."]
    assert not palette.view.isVisible()
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.keys == []
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.search.text() == ""
    assert palette.view.isVisible()
    assert len(listed(palette)) == 9
    assert palette.search.hasFocus()


def test_arrows_in_the_search_move_across_groups(palette: RecordingPalette) -> None:
    visited = []
    for _ in range(6):
        QTest.keyClick(palette.search, Qt.Key.Key_Down)
        visited.append(palette.current_key())
    assert visited == ["Input", "Densest", "Dense", "Rotate", "SoftmaxCrossEntropy", "SoftmaxCrossEntropy"]
    QTest.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.current_key() == "Rotate"
    assert palette.search.hasFocus()
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.keys == ["Rotate"]


def test_the_list_takes_keys_too(palette: RecordingPalette) -> None:
    palette.view.setFocus()
    palette.choose("Densest")
    QTest.keyClick(palette.view, Qt.Key.Key_Down)
    assert palette.current_key() == "Dense"
    QTest.keyClick(palette.view, Qt.Key.Key_Enter)
    assert palette.keys == ["Dense"]
    QTest.keyClicks(palette.view, "rot")
    assert palette.search.text() == "rot"
    assert palette.current_key() == "Rotate"


def test_double_click_activates_and_headings_do_not(palette: RecordingPalette) -> None:
    viewport = palette.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(palette, "Dense"))
    assert palette.keys == []
    assert palette.current_key() == "Dense"
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(palette, "Dense"))
    assert palette.keys == ["Dense"]
    heading = palette.view.visualRect(palette.model.index(2)).center()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=heading)
    assert palette.keys == ["Dense"]


def test_dragging_carries_the_key_and_a_card(palette: RecordingPalette) -> None:
    _drag(palette, place_of(palette, "SoftmaxCrossEntropy"))
    (drag,) = palette.drags
    assert bytes(drag.mimeData().data(DEFINITION_MIME).data()) == b"SoftmaxCrossEntropy"
    assert drag.hotSpot() == QPoint(CARD.width() // 2, CARD.height() // 2)
    card = drag.pixmap()
    assert card.deviceIndependentSize().toSize() == CARD
    image = card.toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert image.pixelColor(CARD.width() // 2, 3).red() > 150, "the band of a loss is red"
    assert card.toImage().pixelColor(0, 0).alpha() == 0, "its corners are round"


def test_headings_cannot_be_dragged(palette: RecordingPalette) -> None:
    _drag(palette, palette.view.visualRect(palette.model.index(2)).center())
    assert palette.drags == []


def _drag(palette: Palette, start: QPoint) -> None:
    viewport = palette.view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for distance in (2, QApplication.startDragDistance(), 2 * QApplication.startDragDistance()):
        QTest.mouseMove(viewport, start + QPoint(distance, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start)


def test_tool_tip_shows_beside_the_list(palette: RecordingPalette, qtbot: QtBot) -> None:
    viewport = palette.view.viewport()
    place = place_of(palette, "Dense")
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place)))
    assert QToolTip.isVisible()
    assert "y = x W + b" in QToolTip.text()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


def test_rows_say_what_they_are(palette: RecordingPalette) -> None:
    index = palette.model.index_of("Dense")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Dense, Core"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "Each unit weighs all inputs & adds a <bias>."
    interface = QAccessible.queryAccessibleInterface(palette.view)
    assert interface.childCount() == palette.model.rowCount()
    assert palette.search.accessibleName() == "Search layers"


def test_rows_are_drawn_in_the_theme(palette: RecordingPalette) -> None:
    for theme in (DARK, LIGHT):
        palette.set_theme(theme)
        area = palette.view.visualRect(palette.model.index_of("SoftmaxCrossEntropy"))
        image = palette.view.viewport().grab().toImage()
        assert image.pixelColor(area.left() + 14, area.center().y()).name() == theme.category("Loss")
        assert image.pixelColor(area.right() - 20, area.center().y()).name() == theme.raised


def test_other_entries(palette: RecordingPalette) -> None:
    QTest.keyClicks(palette.search, "input")
    palette.set_entries([Input])
    assert listed(palette) == ["Input"]
    palette.search.clear()
    assert listed(palette) == ["Input and output", "Input"]


def test_sixty_layers_scroll_and_the_marked_one_is_in_sight(qtbot: QtBot) -> None:
    entries = [type(f"Layer{number}", (Dense,), {"__doc__": "A layer."}) for number in range(60)]
    made = Palette(entries)
    qtbot.addWidget(made)
    made.resize(208, 400)
    made.show()
    made.choose("Layer59")
    viewport = made.view.viewport().rect()
    assert viewport.contains(made.view.visualRect(made.model.index_of("Layer59")))
    made.choose("Layer0")
    assert viewport.contains(made.view.visualRect(made.model.index(0))), "with its heading"


def heading(palette: Palette, name: str) -> QPoint:
    return palette.view.visualRect(palette.model.index_of_heading(name)).center()


def test_a_click_closes_a_group_and_another_opens_it(palette: RecordingPalette) -> None:
    told: list[object] = []
    palette.closed_changed.connect(told.append)
    viewport = palette.view.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=heading(palette, "Core"))
    assert listed(palette) == ["Input and output", "Input", "Core", "Of my own", "Rotate", "Loss", "Cross-entropy"]
    assert palette.model.index_of_heading("Core").data(ROW).count == 2, "it still says how many there are"
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=heading(palette, "Core"))
    assert len(listed(palette)) == 9
    assert told == [("core",), ()]
    assert palette.keys == []


def test_arrow_keys_close_and_open_groups_from_search_and_list(palette: RecordingPalette) -> None:
    for place in (palette.search, palette.view):
        place.setFocus()
        palette.choose("Dense")
        QTest.keyClick(place, Qt.Key.Key_Left)
        assert "Dense" not in listed(palette)
        assert palette.view.current_row().heading == "Core"
        QTest.keyClick(place, Qt.Key.Key_Down)
        assert palette.current_key() == "Rotate"
        QTest.keyClick(place, Qt.Key.Key_Up)
        assert palette.view.current_row().match is None, "a closed heading can be reached"
        QTest.keyClick(place, Qt.Key.Key_Return if place is palette.search else Qt.Key.Key_Right)
        assert palette.current_key() == "Densest"
        assert palette.keys == []


def test_sideways_arrows_go_through_what_is_typed(palette: RecordingPalette) -> None:
    QTest.keyClicks(palette.search, "dens")
    QTest.keyClick(palette.search, Qt.Key.Key_Left)
    assert palette.search.cursorPosition() == 3
    assert palette.model.closed == ()


def test_a_search_finds_what_is_in_closed_groups(palette: RecordingPalette) -> None:
    palette.set_closed(("core", "loss"))
    assert listed(palette) == ["Input and output", "Input", "Core", "Of my own", "Rotate", "Loss"]
    QTest.keyClicks(palette.search, "densest")
    assert palette.current_key() == "Densest"
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    palette.choose("SoftmaxCrossEntropy")
    assert palette.current_key() == "SoftmaxCrossEntropy"
    assert palette.model.closed == ("core",), "what is marked is shown"


def test_what_was_used_lately_stands_on_top_and_in_its_own_group(palette: RecordingPalette) -> None:
    palette.set_recent(("Dense", "gone", "Rotate"))
    assert listed(palette)[:4] == [RECENT, "Dense", "Rotate", "Input and output"]
    assert len(listed(palette)) == 12
    assert palette.model.index_of("Dense").data(ROW).heading == "Core"
    viewport = palette.view.viewport()
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=palette.view.visualRect(palette.model.index(1)).center())
    assert palette.keys == ["Dense"]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=heading(palette, RECENT))
    assert listed(palette)[:2] == [RECENT, "Input and output"]
    QTest.keyClicks(palette.search, "dense")
    assert listed(palette).count("Dense") == 1


def test_headings_say_what_they_are(palette: RecordingPalette) -> None:
    index = palette.model.index_of_heading("Core")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Core, 2 layers, open"
    palette.set_closed(("core",))
    index = palette.model.index_of_heading("Core")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Core, 2 layers, closed"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "The right arrow key or Enter opens it."
    index = palette.model.index_of_heading("Loss")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Loss, 1 layer, open"


def test_the_letters_that_were_typed_are_drawn_in_another_colour(palette: RecordingPalette) -> None:
    def colours(key: str) -> set[str]:
        area = palette.view.visualRect(palette.model.index_of(key)).adjusted(50, 4, -14, -4)
        image = palette.view.viewport().grab(area).toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}

    accent = DARK.ink(DARK.accent)
    assert accent not in colours("Dense")
    QTest.keyClicks(palette.search, "dens")
    assert accent in colours("Dense")
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    QTest.keyClicks(palette.search, "linear")
    assert accent in colours("Dense"), "the synonym by which it was found is shown"


def test_arrow_keys_in_the_list_show_what_a_row_is(palette: RecordingPalette, qtbot: QtBot) -> None:
    palette.view.setFocus()
    palette.choose("Densest")
    QTest.keyClick(palette.view, Qt.Key.Key_Down)
    assert "y = x W + b" in QToolTip.text()
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
