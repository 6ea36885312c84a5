"""The confusion matrix writes its counts into cells, opens the samples of one, and goes everywhere by keyboard."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.iris import Iris
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.confusion import ConfusionMatrix
from deepviz.gui.plots.confusion_cells import RIGHT_COLOR, WRONG_COLOR, ConfusionCells
from deepviz.gui.plots.confusion_grid import ConfusionGrid
from deepviz.gui.plots.confusion_painting import paint_sums
from deepviz.gui.plots.legend import shown_in
from deepviz.gui.settings import CONFUSION_SCALE, PREDICTIONS_PART, Settings
from deepviz.gui.theme import DARK, LIGHT, SMALL_SIZE, body_font, contrast
from deepviz.insight.confusion import ConfusionCounts
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import NO_BUTTON, click, mouse, opened
from tests.insight.made_subjects import CROSS_ENTROPY, project_of, subject_of, with_part

DENSE = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))


@pytest.fixture(scope="module")
def digits() -> Subject:
    return subject_of(project_of(Digits(), DENSE, "SoftmaxCrossEntropy"), steps=8)


@pytest.fixture(scope="module")
def iris() -> Subject:
    return subject_of(project_of(Iris(), CROSS_ENTROPY, "SoftmaxCrossEntropy"), steps=3)


def counts_by_hand(subject: Subject, part: str) -> np.ndarray:
    samples = getattr(subject.data, part)
    classes = subject.data.outputs
    counts = np.zeros((classes, classes), int)
    guesses = subject.network.predict(samples.x).argmax(axis=1)
    for true, guess in zip(samples.y, guesses, strict=True):
        counts[true, guess] += 1
    return counts


def cells_of(view: ConfusionMatrix) -> ConfusionCells:
    assert view.grid.cells is not None
    return view.grid.cells


def middle(view: ConfusionMatrix, row: int, column: int) -> QPointF:
    return view.grid.place.cell(row, column).center()


def test_cells_say_how_often_each_class_is_taken_for_each(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits)
    wanted = counts_by_hand(digits, "validation")
    assert view.part == "validation"
    cells = cells_of(view)
    assert [[cells.text(i, j) for j in range(10)] for i in range(10)] == [[str(n) for n in row] for row in wanted]
    assert view.grid.caption == f"accuracy {100 * wanted.trace() / wanted.sum():.2f} % · 180 validation samples"
    view.choose_part("train")
    assert cells_of(view).text(1, 1) == str(counts_by_hand(digits, "train")[1, 1])
    assert "1\u202f437 training samples" in view.grid.caption


def test_shares_are_of_the_true_or_of_the_predicted_class(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits)
    wanted = counts_by_hand(digits, "validation")
    for scale, axis in (("row", 1), ("column", 0)):
        view.scale_choice.setCurrentIndex(view.scale_choice.findData(scale))
        whole = wanted.sum(axis=axis)
        for row in range(10):
            for column in range(10):
                of = whole[row] if axis else whole[column]
                share = 100 * wanted[row, column] / of
                text = cells_of(view).text(row, column)
                assert text == ("0" if not share else f"{share:.1f}" if share < 9.95 else f"{share:.0f}")


def test_the_box_beside_the_pointer_is_exact(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits)
    counts = counts_by_hand(digits, "validation")
    row, column = map(int, np.argwhere((counts > 0) & ~np.eye(10, dtype=bool))[0])
    mouse(view.grid, QEvent.Type.MouseMove, middle(view, row, column), NO_BUTTON, NO_BUTTON)
    assert view.grid._hovered == (row, column)
    count = counts[row, column]
    assert cells_of(view).words(row, column).splitlines() == [
        f"true {row}, predicted {column}",
        f"samples {count}",
        f"of true {row} {100 * count / counts[row].sum():.2f} %",
        f"of predicted {column} {100 * count / counts[:, column].sum():.2f} %",
    ]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_colours_are_fixed_and_stronger_for_larger_shares(theme: object) -> None:
    chosen = LIGHT if theme is LIGHT else DARK
    counts = np.array([[40, 0, 10], [0, 50, 0], [0, 0, 0]])
    answer = ConfusionCounts("test", 100, np.zeros(100, int), np.zeros(100, int), counts)
    cells = ConfusionCells(answer, ("a", "b", "c"), "row", chosen)
    assert cells.color(1, 1).name() == RIGHT_COLOR
    assert cells.color(0, 1).name() == cells.color(2, 2).name() == chosen.raised
    ground, ink = QColor(chosen.raised), QColor(WRONG_COLOR)
    half = np.sqrt(10 / 50)
    assert cells.color(0, 2).red() == round(ground.red() + half * (ink.red() - ground.red()))
    assert cells.color(0, 2).blue() == round(ground.blue() + half * (ink.blue() - ground.blue()))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_numbers_are_readable_in_every_cell(qtbot: QtBot, digits: Subject, theme: object) -> None:
    from deepviz.gui.theme import readable

    chosen = LIGHT if theme is LIGHT else DARK
    view = opened(qtbot, ConfusionMatrix, digits)
    view.apply_theme(chosen)
    for row in range(10):
        for column in range(10):
            color = cells_of(view).color(row, column).name()
            assert contrast(readable(chosen.text, color, 4.5), color) >= 4.4


def test_a_cell_on_the_screen_has_its_colour(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits)
    image = view.grid.grab().toImage()
    for row, column in ((0, 0), (3, 3), (0, 5), (8, 1)):
        corner = view.grid.place.cell(row, column).topLeft() + QPointF(2, 2)
        assert image.pixelColor(corner.toPoint()) == cells_of(view).color(row, column)


def test_a_click_on_a_cell_shows_its_samples_and_a_click_on_one_chooses_it(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, (700, 400))
    part = digits.data.validation
    assert part is not None
    guesses = digits.network.predict(part.x).argmax(axis=1)
    members = np.flatnonzero((part.y == 4) & (guesses == 4)).tolist()
    assert not view.pane.isVisible()
    click(view.grid, middle(view, 4, 4))
    assert view.pane.isVisible()
    assert [each.index for each in view.samples_list.model.listed] == members
    assert view.pane_title.said == f"{len(members)} × true 4, right"
    pixels = view.samples_list.model._samples
    np.testing.assert_allclose(pixels, digits.data.scaler.invert(part.x[members]))
    assert pixels.max() > 10  # as the data are, 0 to 16
    chosen: list[tuple[str, int]] = []
    view.sample_chosen.connect(lambda part, index: chosen.append((part, index)))
    listing = view.samples_list.pictures_view
    place = listing.visualRect(view.samples_list.model.index(2, 0)).center()
    QTest.mouseClick(listing.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [("validation", members[2])]


def test_all_of_it_goes_by_keyboard(qtbot: QtBot, iris: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, iris, (700, 400))
    view.choose_part("train")
    grid = view.grid
    grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(grid, key)
    assert grid.current == (1, 2)
    count = counts_by_hand(iris, "train")[1, 2]
    assert count > 1
    assert grid.accessibleDescription().splitlines()[:2] == ["true versicolor, predicted virginica", f"samples {count}"]
    QTest.keyClick(grid, Qt.Key.Key_Return)
    table = view.samples_list.table_view
    assert table.isVisible()
    assert table.hasFocus()
    chosen: list[int] = []
    view.sample_chosen.connect(lambda part, index: chosen.append(index))
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert chosen == [view.samples_list.model.listed[1].index]
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert not view.pane.isVisible()
    assert grid.hasFocus()


def test_flat_data_are_a_table_in_their_own_units(qtbot: QtBot, iris: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, iris)
    view.choose_part("train")
    view.open_cell(0, 0)
    model = view.samples_list.model
    index = model.listed[0].index
    raw = iris.data.scaler.invert(iris.data.train.x[index : index + 1])[0]
    assert [model.headerData(each, Qt.Orientation.Horizontal) for each in range(4)] == list(iris.data.feature_names)
    assert [float(str(model.index(0, each).data())) for each in range(4)] == pytest.approx(raw.tolist(), rel=1e-4)


def test_choices_are_found_again(qtbot: QtBot, digits: Subject, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    view = opened(qtbot, ConfusionMatrix, digits, settings=settings)
    view.part_choice.setCurrentIndex(view.part_choice.findData("test"))
    view.scale_choice.setCurrentIndex(2)
    assert (settings.get(PREDICTIONS_PART), settings.get(CONFUSION_SCALE)) == ("test", "column")
    again = opened(qtbot, ConfusionMatrix, digits, settings=settings)
    assert (again.part, again.scale, again.scale_choice.currentIndex()) == ("test", "column", 2)
    assert again.part_choice.currentText() == "Test"
    # Data without such a part show what they have, and the choice is not forgotten for that.
    alone = with_part(digits, digits.data.train.x[:9], digits.data.train.y[:9])
    object.__setattr__(alone.data, "test", None)
    third = opened(qtbot, ConfusionMatrix, alone, settings=settings)
    assert (third.part, settings.get(PREDICTIONS_PART)) == ("validation", "test")


def test_data_without_classes_have_no_matrix(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Dense", {"units": 1}))
    cars = subject_of(project_of(AutoMpg(), layers, "MeanSquaredError"))
    view = opened(qtbot, ConfusionMatrix, cars)
    assert view.question() is None
    assert view.words.text() == "These data have numbers to fit and no classes. Open Residuals instead."
    assert not view.part_choice.isVisible()


def test_a_hundred_classes_fit_and_can_be_zoomed(qtbot: QtBot) -> None:
    grid = ConfusionGrid()
    qtbot.addWidget(grid)
    grid.resize(420, 360)
    counts = np.eye(100, dtype=int) * 3
    counts[7, 93] = 5
    true, predicted = np.repeat(np.arange(100), 3), np.repeat(np.arange(100), 3)
    answer = ConfusionCounts("test", 300, true, predicted, counts)
    grid.show_counts(answer, [f"class {number}" for number in range(100)], "count", "")
    with qtbot.waitExposed(grid):
        grid.show()
    place = grid.place
    assert place.frame.contains(place.cell(99, 99).center())
    assert len(place.rows) == len(place.columns) == 100
    grid.grab()
    centre = place.cell(7, 93).center()
    assert grid.cell_at(centre) == (7, 93)
    grid.choose(7, 93)
    for _ in range(12):
        QTest.keyClick(grid, Qt.Key.Key_Plus)
    assert grid.place.height > 20
    assert grid.place.frame.adjusted(-1, -1, 1, 1).contains(grid.place.cell(7, 93))
    assert len(grid.place.rows) < 20
    grid.setFocus()
    for _ in range(30):
        QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current == (37, 93)
    assert grid.place.frame.adjusted(-1, -1, 1, 1).contains(grid.place.cell(37, 93))
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert grid.zoom == 1.0
    assert len(grid.place.rows) == 100


def test_a_narrow_view_keeps_its_title_and_has_all_choices_in_its_menu(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, (190, 240))
    assert not view.scale_choice.isVisible()
    assert not view.part_choice.isVisible()
    view.resize(236, 240)
    assert not view.scale_choice.isVisible()
    assert view.part_choice.isVisible(), "which samples it is about has room before all others"
    assert isinstance(view.part_choice, ChoiceBox)
    assert view.part_choice.shown_text == "Validation"
    assert view.header.title_in(view.part_choice.x() - 16) == "Confusion"
    view._part_actions["train"].trigger()
    view._scale_actions["row"].trigger()
    assert (view.part, view.scale) == ("train", "row")
    assert view._part_actions["train"].isChecked()
    assert not view._part_actions["validation"].isChecked()
    view.resize(600, 240)
    assert view.scale_choice.isVisible()
    assert view.part_choice.currentText() == "Training"


def test_the_numbers_can_be_written_to_a_file(qtbot: QtBot, iris: Subject, tmp_path: Path) -> None:
    view = opened(qtbot, ConfusionMatrix, iris)
    view.choose_part("train")
    counts = counts_by_hand(iris, "train")
    view.save(tmp_path / "c.csv")
    rows = list(csv.reader((tmp_path / "c.csv").read_text().splitlines()))
    assert rows[0] == [
        "true class",
        *(f"predicted {n}" for n in iris.data.class_names),
        "samples",
        "recall",
        "precision",
    ]
    assert [[int(each) for each in row[1:4]] for row in rows[1:]] == counts.tolist()
    assert float(rows[2][5]) == counts[1, 1] / counts[1].sum()
    assert float(rows[2][6]) == counts[1, 1] / counts[:, 1].sum()
    for suffix in ("png", "svg"):
        view.save(tmp_path / f"c.{suffix}")
        assert (tmp_path / f"c.{suffix}").stat().st_size > 1000


def test_where_there_is_no_room_for_both_samples_take_the_place_of_the_matrix(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, (240, 238))
    click(view.grid, middle(view, 1, 1))
    assert view.pane.isVisible()
    assert not view.grid.isVisible()
    view.resize(700, 300)
    assert view.grid.isVisible()
    view.resize(240, 238)
    QTest.keyClick(view.samples_list.pictures_view, Qt.Key.Key_Escape)
    assert view.grid.isVisible()
    assert view.grid.hasFocus()
    assert (view.width(), view.height()) == (240, 238)


def test_after_a_click_nothing_is_told_of_a_cell_that_nobody_points_at(qtbot: QtBot, digits: Subject) -> None:
    """The samples take room beside the matrix, so another cell comes under the pointer that rests."""
    view = opened(qtbot, ConfusionMatrix, digits, (900, 420))
    mouse(view.grid, QEvent.Type.MouseMove, middle(view, 4, 3), NO_BUTTON, NO_BUTTON)
    assert view.grid._hovered == (4, 3)
    before = view.grid.width()
    click(view.grid, middle(view, 4, 3))
    qtbot.waitUntil(lambda: view.grid.width() < before)
    assert view.grid._hovered is None
    assert view.grid.current == (4, 3)


def test_the_cell_under_a_resting_pointer_is_told_after_zooming(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, (700, 400))
    here = middle(view, 2, 7)
    mouse(view.grid, QEvent.Type.MouseMove, here, NO_BUTTON, NO_BUTTON)
    view.grid.set_zoom(4.0, view.grid.frame.topLeft())
    assert view.grid._hovered == view.grid.cell_at(here) != (2, 7)


@pytest.mark.parametrize("width", range(360, 560, 20))
def test_precisions_side_by_side_do_not_run_together(qtbot: QtBot, digits: Subject, width: int) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, (width, 340))
    cells, place = cells_of(view), view.grid.place
    cells.precision = np.ones(10)  # the widest that is usual
    painted: list[tuple[float, float]] = []

    class Noting(QPainter):
        def drawText(self, *what: object) -> None:
            if what[-1] == "1.00" and isinstance(what[0], QRectF) and what[0].top() > place.cells.bottom():
                half = QFontMetricsF(self.font()).horizontalAdvance("1.00") / 2
                painted.append((what[0].center().x() - half, what[0].center().x() + half))

    sheet = QImage(width, 340, QImage.Format.Format_RGB32)
    painter = Noting(sheet)
    paint_sums(painter, place, cells, DARK)
    painter.end()
    assert len(painted) >= 5
    assert min(right[0] - left[1] for left, right in pairwise(painted)) >= 5


def test_the_pointer_outside_all_cells_says_nothing(qtbot: QtBot, iris: Subject) -> None:
    view = opened(qtbot, ConfusionMatrix, iris)
    for place in (QPointF(2, 2), QPointF(view.grid.width() - 2, view.grid.height() - 2)):
        mouse(view.grid, QEvent.Type.MouseMove, place, NO_BUTTON, NO_BUTTON)
        assert view.grid._hovered is None
    assert view.grid.cell_at(QPointF(QPoint(-5, -5))) is None


def test_a_click_on_a_cell_leaves_sums_and_names_of_colours_where_they_were(qtbot: QtBot, digits: Subject) -> None:
    """In a dock as wide as a third of a large window."""
    view = opened(qtbot, ConfusionMatrix, digits, (470, 210))
    assert view.grid.has_sums
    counts = counts_by_hand(digits, "validation")
    true, taken = (int(each) for each in np.argwhere((counts > 0) & ~np.eye(10, dtype=bool))[0])
    click(view.grid, middle(view, true, taken))
    assert view.pane.isVisible()
    assert view.grid.has_sums
    tiles = view.samples_list.pictures_view
    first = tiles.visualRect(tiles.model().index(0, 0))
    assert tiles.viewport().rect().contains(first), (tiles.viewport().rect(), first)
    header = view.header
    right = min(each.x() for each in header._right)
    room = right - 16 - QFontMetricsF(body_font(SMALL_SIZE)).horizontalAdvance(header.title_in(right - 16)) - 14
    assert [name for _, name in shown_in(header.entries, room)] == ["right", "wrong"]
