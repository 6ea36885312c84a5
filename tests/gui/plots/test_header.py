"""The line above a picture leaves out values, then names, rather than cutting anything off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QComboBox, QToolTip
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import all_views
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.header import PlotHeader
from deepviz.gui.plots.legend import Entry, shared, shown_in, what_fits
from deepviz.gui.plots.magnitude import ALL
from deepviz.gui.plots.view import View
from deepviz.gui.theme import DARK

ENTRIES = (Entry("train", "0.1183", "#56b4e9"), Entry("validation", "0.1250", "#e69f00", (6, 3)))


@pytest.mark.parametrize(("room", "fits"), [(400, (True, True)), (200, (False, True)), (60, (False, False))])
def test_what_fits(qtbot: QtBot, room: float, fits: tuple[bool, bool]):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.set_entries(ENTRIES)
    assert what_fits(header.entries, room) == fits


@pytest.mark.parametrize("room", [400, 150, 130, 110, 60, 20])
def test_names_that_have_no_room_are_cut_short_and_never_counted(qtbot: QtBot, room: float):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.set_entries(ENTRIES)
    shown = shown_in(header.entries, room)
    assert [entry for entry, _ in shown] == list(ENTRIES[: len(shown)])
    assert all(entry.name.startswith(name.removesuffix("…")) for entry, name in shown)
    assert all(len(name) >= 4 for _, name in shown)
    assert len(shown) == (2 if room >= 130 else 1 if room == 110 else 0)
    assert [name for _, name in shown] == ["train", "validation"] or room < 150


def test_names_that_would_be_alike_are_not_cut_short(qtbot: QtBot):
    header = PlotHeader("Projection")
    qtbot.addWidget(header)
    header.set_entries([Entry(f"category {number}", "", "#ff0000", is_patch=True) for number in range(4)])
    for room in range(20, 500, 10):
        names = [name for _, name in shown_in(header.entries, room)]
        assert names == [entry.name for entry in header.entries[: len(names)]]


def test_short_names_are_not_painted_where_there_is_no_room(qtbot: QtBot):
    header = PlotHeader("Projection")
    qtbot.addWidget(header)
    header.set_entries([Entry(str(number), "", "#ff0000", is_patch=True) for number in range(10)])
    for room in range(0, 500, 10):
        assert len(shown_in(header.entries, room)) <= max(0, room + 14) // 32


def test_room_is_shared():
    assert shared(100, [10, 200, 20]) == [10, 70, 20]
    assert shared(90, [50, 50, 50]) == [30, 30, 30]
    assert shared(-5, [50, 50]) == [0, 0]
    assert shared(500, [50, 60]) == [50, 60]


def test_a_colour_never_stands_without_its_name(qtbot: QtBot):
    classes = [Entry(f"class {number}", "", f"#{number}0ff{number}0", is_patch=True) for number in range(10)]
    for width in range(60, 900, 40):
        header = PlotHeader("Projection")
        qtbot.addWidget(header)
        header.apply_theme(DARK)
        header.resize(width, header.height())
        header.set_entries(classes)
        header.show()
        image = header.grab().toImage()
        line = [image.pixelColor(x, 14).name() for x in range(image.width())]
        seen = [each for each in classes if each.color in line]
        room = header.width() - 12 - header.menu_button.width() - 4
        assert len(seen) <= max(0, (room - 60) / 50), "its colour, its name, and room between them"


def test_the_tip_says_what_is_seen_and_names_all_lines(qtbot: QtBot):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.explanation = "How far off."
    header.set_entries(ENTRIES)
    assert header.tip() == "Loss\nHow far off.\ntrain 0.1183\nvalidation 0.1250"
    header.show()
    QApplication.sendEvent(header, QHelpEvent(QEvent.Type.ToolTip, QPoint(20, 10), header.mapToGlobal(QPoint(20, 10))))
    assert QToolTip.text() == header.tip()
    QToolTip.hideText()


@pytest.mark.parametrize("kind", all_views(), ids=lambda kind: kind.key)
def test_every_view_explains_itself(kind: type[View]):
    assert kind.explanation.endswith(".")
    assert kind.explanation[0].isupper()
    assert "explanation" in vars(kind)


def test_a_choice_becomes_narrower_before_the_title_is_cut(qtbot: QtBot):
    header = PlotHeader("Histograms")
    qtbot.addWidget(header)
    choice = QComboBox()
    choice.addItem("Activations of all the layers")
    header.add(choice)
    header.resize(236, header.height())
    header.show()
    assert header.title_in(choice.x() - 16) == "Histograms"


def test_two_choices_leave_a_part_of_the_title(qtbot: QtBot):
    header = PlotHeader("Histograms")
    qtbot.addWidget(header)
    for words in ("conv2d_1 of a long name", "Activations of the layers"):
        choice = QComboBox()
        choice.addItem(words)
        header.add(choice)
    assert header.minimumSizeHint().width() <= 236
    header.resize(236, header.height())
    header.show()
    right = min(each.x() for each in header._right if each.isVisible())
    assert choice.width() >= 60, "beside another choice, which can be read, too"
    assert header.title_in(right - 16).startswith("Hist")
    header.resize(700, header.height())
    QApplication.processEvents()
    assert choice.width() == choice.sizeHint().width()


def test_a_title_that_is_too_long_is_said_in_fewer_letters(qtbot: QtBot):
    header = PlotHeader("‖∂L/∂θ‖ by layer", short="Gradients")
    qtbot.addWidget(header)
    assert header.title_in(300) == "‖∂L/∂θ‖ by layer"
    assert header.title_in(90) == "Gradients"
    assert header.title_in(30).endswith("…")
    without = PlotHeader("‖∂L/∂θ‖ by layer")
    qtbot.addWidget(without)
    assert without.title_in(90).startswith("‖∂L/∂θ‖")


def test_nothing_is_painted_under_the_button(qtbot: QtBot):
    for width in range(60, 420, 20):
        header = PlotHeader("Loss")
        qtbot.addWidget(header)
        header.resize(width, header.height())
        header.apply_theme(DARK)
        header.set_entries(ENTRIES)
        header.show()
        image = header.grab().toImage()
        left = header.menu_button.x()
        background = image.pixelColor(width - 1, 0)
        for y in range(image.height()):
            assert image.pixelColor(left - 2, y) == background


def test_a_double_click_is_reported(qtbot: QtBot):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.show()
    with qtbot.waitSignal(header.double_clicked):
        qtbot.mouseDClick(header, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert QColor(header.menu_button.color).isValid()


def test_names_make_room_as_soon_as_a_button_comes(qtbot: QtBot):
    painted: list[QRect] = []

    class Watched(PlotHeader):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(event.rect())
            super().paintEvent(event)

    header = Watched("Fit")
    qtbot.addWidget(header)
    header.resize(260, header.height())
    header.set_entries([Entry("network", "", "#ff0000"), Entry("targets", "", "#00ff00", is_patch=True)])
    header.show()
    qtbot.waitExposed(header)
    qtbot.waitUntil(lambda: header.rect() in painted)
    QApplication.processEvents()  # all that was to be painted at first
    painted.clear()
    header.follow_button.show()
    qtbot.waitUntil(lambda: header.rect() in painted)


def test_that_a_view_is_paused_is_said_before_what_its_lines_mean(qtbot: QtBot):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.set_entries(ENTRIES)
    header.resize(300, 28)
    header.show()
    running = header.minimumSizeHint().width()
    header.set_note("step 400")
    assert header.note_in(20) == "", "of which step it is can be left out"
    header.pause_button.setChecked(True)
    header.set_note("paused, step 400")
    assert header.note_in(200) == "paused, step 400"
    assert header.note_in(60) == "paused"
    header.set_note("paused, after step 3, 480 training samples")
    assert header.note_in(400) == "paused, after step 3, 480 training samples"
    assert header.note_in(150) == "paused, after step 3"
    assert header.note_in(60) == "paused"
    assert header.pause_button.isVisible()
    assert header.minimumSizeHint().width() <= running + 30, "its button may not make a narrow view wider"
    assert header.pause_button.accessibleName() == "Resume Loss"


def test_names_are_said_in_short_before_they_are_left_out(qtbot: QtBot):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.set_entries([Entry("train", "0.1", "#111111"), Entry("validation", "0.2", "#222222", short="val.")])
    seen = {width: tuple(name for _, name in shown_in(header.entries, width)) for width in range(20, 260, 2)}
    assert ("train", "validation") in seen.values()
    assert ("train", "val.") in seen.values()
    width_of_short = min(width for width, names in seen.items() if names == ("train", "val."))
    width_of_whole = min(width for width, names in seen.items() if names == ("train", "validation"))
    assert all(seen[width] == ("train", "val.") for width in range(width_of_short, width_of_whole, 2))
    assert "validation 0.2" in header.tip()


def test_choices_that_could_not_be_read_beside_the_title_stand_below_it(qtbot: QtBot) -> None:
    header = PlotHeader("Histograms")
    qtbot.addWidget(header)
    choices = []
    for words in ("Gradients", "conv2d_1"):
        choice = QComboBox()
        choice.addItem(words)
        header.add(choice)
        choices.append(choice)
    header.show()
    for width in (700, 220, 260, 700):
        header.resize(width, header.height())
        QApplication.processEvents()
        assert header.is_wrapped == (width < 300)
        assert header.height() == header.sizeHint().height() == (58 if header.is_wrapped else 28)
        for choice in choices:
            assert choice.width() >= choice.sizeHint().width() - 4, "all that is chosen can be read"
            assert (choice.y() > 28) == header.is_wrapped
            assert choice.geometry().right() <= width
        assert choices[1].x() < choices[0].x(), "the last one that was added comes first"
        assert header.menu_button.geometry().bottom() <= 28
    header.resize(220, header.height())
    right = min(each.x() for each in header._right)
    assert header.title_in(right - 16) == "Histograms", "the title has its line to itself"
    choices[0].hide()
    QApplication.processEvents()
    assert not header.is_wrapped, "one has room beside it"


def test_it_may_become_so_narrow_that_choices_go_below(qtbot: QtBot) -> None:
    header = PlotHeader("Feature maps")
    qtbot.addWidget(header)
    for _ in range(2):
        choice = QComboBox()
        choice.addItem("conv2d_1")
        header.add(choice)
    header.resize(600, header.height())
    header.show()
    assert header.minimumSizeHint().width() < 160


def test_a_line_of_which_nothing_is_said_is_not_shown(qtbot: QtBot) -> None:
    header = PlotHeader("Learning rate")
    qtbot.addWidget(header)
    header.set_entries([Entry("", "1.0000e-3", "#ff0000")])
    header.show()
    for width in range(120, 400, 20):
        header.resize(width, header.height())
        image = header.grab().toImage()
        line = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(13, 16)}
        has_value = what_fits(header.entries, width - 12 - 30 - 14 - 80)[0]
        assert "#ff0000" not in line or has_value, width
    assert "#ff0000" in line


def test_names_without_values_share_a_line_of_the_tip(qtbot: QtBot) -> None:
    header = PlotHeader("Projection")
    qtbot.addWidget(header)
    header.set_entries([Entry(str(number), "", "#ff0000", mark=number) for number in range(10)])
    assert header.tip() == "Projection\n0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


@pytest.mark.parametrize("width", [150, 190, 236, 258, 280, 340])
@pytest.mark.parametrize("is_detached", [False, True])
def test_title_and_choice_of_a_gradient_view_are_never_cut(qtbot: QtBot, width: int, is_detached: bool) -> None:
    """Where both have no room side by side the choice goes below the title."""
    view = GradientMap()
    qtbot.addWidget(view)
    view.header.set_detached(is_detached)
    view.resize(width, 260)
    view.show()
    qtbot.waitExposed(view)
    for magnitude in ALL:
        view.choose(magnitude)
        QApplication.processEvents()
        header, button = view.header, view.choice_button
        assert button.width() >= button.minimumSizeHint().width(), (magnitude.short, button.width())
        assert button.geometry().right() < header.width(), magnitude.short
        right = min(each.x() for each in header._right)
        if width >= 190 or not is_detached:
            assert header.title_in(right - 16) in (header.title, "Gradient map"), magnitude.short
