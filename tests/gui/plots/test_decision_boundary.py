"""Decisions: colours, line and samples lie where they should in raw units, and the box tells exact probabilities."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document.project import Project
from deepviz.document.shapes import Report
from deepviz.engine.layers.dense import Dense
from deepviz.gui.class_colors import class_color
from deepviz.gui.plots.decision_boundary import FAINTEST, STRONGEST, DecisionBoundary, share_in_words
from deepviz.gui.settings import PLANE_PARTS, PLANE_RESOLUTION, Settings
from deepviz.gui.theme import DARK, LIGHT, Theme
from tests.gui.plots.planes import answer, color_at, divided_at, halves, hover, layered, opened, picture, wheel
from tests.insight.looked_at import classes, numbers

LEFT = Qt.MouseButton.LeftButton


def blended(color: str, ground: str, opacity: float) -> tuple[float, ...]:
    over, under = QColor(color), QColor(ground)
    pairs = zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index, misc]
    return tuple(opacity * a + (1 - opacity) * b for a, b in pairs)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_regions_have_the_colour_of_their_class_as_strong_as_it_is_sure(qtbot: QtBot, theme: Theme):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 30.0))
    look.apply_theme(theme)
    for part in ("train",):
        look.show_part(part, False)
    answer(look, divided_at(halves(), 30.0))
    for east, north in ((22.0, 0.5), (29.3, -0.5), (30.9, 0.0), (38.0, -0.8)):
        seen = QColor(color_at(look.area, look.area.pixel(east, north)))
        share = 1 / (1 + np.exp(-2 * abs(east - 30)))
        opacity = FAINTEST + (STRONGEST - FAINTEST) * (2 * share - 1)
        expected = blended(class_color(theme, int(east > 30)), theme.panel, opacity)
        assert seen.getRgb()[:3] == pytest.approx(expected, abs=8)  # type: ignore[index]


def test_the_line_stands_where_the_winner_changes_in_raw_units(qtbot: QtBot):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 31.7))
    look.show_part("train", False)
    answer(look, divided_at(halves(), 31.7))
    assert look.answer is not None
    np.testing.assert_allclose(look.answer.boundary[..., 0], 31.7, atol=1e-4)
    image = picture(look.area)
    y = round(look.area.pixel(30, 0.3).y())
    brightest = max(range(round(look.area.frame.left()) + 3, round(look.area.frame.right()) - 3),
                    key=lambda x: image.pixelColor(x, y).lightness())  # fmt: skip
    assert brightest == pytest.approx(look.area.pixel(31.7, 0.3).x(), abs=1.5)


def test_samples_lie_at_their_raw_values_and_wrong_ones_are_counted_and_crossed(qtbot: QtBot):
    data = halves()
    looked = divided_at(data, 33.0)
    look = opened(qtbot, DecisionBoundary, looked, 700, 600)
    raw = data.scaler.invert(data.train.x)
    missed = (raw[:, 0] > 30) & (raw[:, 0] <= 33)
    assert f"{len(raw)} training samples, {missed.sum()} wrong (×)" in look.area.caption.replace("\u00a0", " ")
    image = picture(look.area)
    hits = 0
    for sample in raw[~missed]:
        place = look.area.pixel(*map(float, sample)).toPoint()
        hits += image.pixelColor(place).name() == class_color(DARK, int(sample[0] > 30))
    assert hits > 0.8 * (~missed).sum()  # others may lie on top
    crossed = [look.area.pixel(*map(float, sample)).toPoint() for sample in raw[missed]]
    assert all(image.pixelColor(place).lightness() > 150 for place in crossed)


def test_the_box_tells_the_probabilities_of_the_computed_point_and_the_nearest_sample(qtbot: QtBot):
    data = halves()
    look = opened(qtbot, DecisionBoundary, divided_at(data, 30.0))
    assert look.answer is not None
    QTest.mouseMove(look.area, look.area.pixel(30.5, 0.2).toPoint())
    pointer = look.area.pointer
    assert pointer is not None
    x = float(look.answer.xs[np.abs(look.answer.xs - look.area.numbers_at(look.area.pixel(30.5, 0)).x()).argmin()])
    assert pointer.step == pytest.approx(x, abs=(look.answer.xs[1] - look.answer.xs[0]) * 1.01)
    right = 100 / (1 + np.exp(-2 * (pointer.step - 30)))
    told = {each.name: each.value for each in pointer.readings}
    assert told["right"] == f"{right:.1f} %"
    assert told["left"] == f"{100 - right:.1f} %"
    raw = data.scaler.invert(data.train.x)
    pixels = np.array([(place.x(), place.y()) for place in (look.area.pixel(*map(float, each)) for each in raw)])
    here = look.area.pixel(pointer.step, look.area.pointer_height)
    nearest = int(np.hypot(*(pixels - (here.x(), here.y())).T).argmin())
    assert told["nearest training sample"].startswith(data.class_names[int(data.train.y[nearest])])
    assert pointer.heading.startswith("east 30.")
    assert "north" in pointer.heading


def test_zooming_asks_for_what_is_shown_and_home_for_all_again(qtbot: QtBot):
    looked = divided_at(halves(), 30.0)
    look = opened(qtbot, DecisionBoundary, looked)
    whole = look.area.window_shown
    with qtbot.waitSignal(look.asked):
        wheel(look.area, look.area.pixel(30, 0), 3)
    question = look.question()
    assert question is not None
    assert question.window == look.area.window_shown != whole
    answer(look, looked)
    assert look.answer is not None
    assert look.answer.window == question.window
    assert look.header.follow_button.isVisible()
    QTest.keyClick(look.area, Qt.Key.Key_Home)
    assert look.question().window is None  # type: ignore[union-attr]
    answer(look, looked)
    assert look.area.window_shown == whole
    assert not look.header.follow_button.isVisible()


def test_what_is_known_stays_in_its_place_until_a_new_answer_comes(qtbot: QtBot):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 30.0))
    look.show_part("train", False)
    answer(look, divided_at(halves(), 30.0))
    look.area.pan(6.0, 0.0)
    hues = [QColor(color_at(look.area, look.area.pixel(east, 0.0))).hue() for east in (28.0, 32.0)]
    assert hues == pytest.approx([QColor(class_color(DARK, number)).hue() for number in (0, 1)], abs=14)


def test_arrow_keys_move_the_cross_hair_from_cell_to_cell(qtbot: QtBot):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 30.0))
    assert look.answer is not None
    QTest.keyClick(look.area, Qt.Key.Key_Right)
    assert look.area.pointer is not None
    column = int(np.abs(look.answer.xs - look.area.pointer.step).argmin())
    for _ in range(3):
        QTest.keyClick(look.area, Qt.Key.Key_Right)
    QTest.keyClick(look.area, Qt.Key.Key_Up)
    assert look.area.pointer.step == look.answer.xs[column + 3]
    assert look.area.pointer.heading in look.area.accessibleDescription()


def test_a_click_near_a_sample_chooses_it(qtbot: QtBot):
    data = halves()
    look = opened(qtbot, DecisionBoundary, divided_at(data, 30.0))
    raw = data.scaler.invert(data.train.x)
    with qtbot.waitSignal(look.sample_chosen) as caught:
        QTest.mouseClick(look.area, LEFT, pos=look.area.pixel(*map(float, raw[7])).toPoint())
    assert caught.args[0] == "train"
    chosen = look.area.pixel(*map(float, raw[caught.args[1]])) - look.area.pixel(*map(float, raw[7]))
    assert chosen.manhattanLength() <= 3


def test_of_more_inputs_two_are_chosen_and_it_is_said_what_the_others_are(qtbot: QtBot):
    looked = divided_at(halves(features=4), 30.0)
    look = opened(qtbot, DecisionBoundary, looked)
    assert look.row.isVisible()
    assert "The other 2 inputs are held at the median" in look.area.caption
    box = look._axes[1]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert look.features == (0, 2)
    old = look.answer
    answer(look, looked)
    assert (look.area.x_title, look.area.y_title) == ("east", "height")
    assert old is not None
    look.take_answer(old, 1)  # that of the axes before comes late
    assert look.answer is not old


@pytest.mark.parametrize(("before", "axis", "chosen", "after"), [
    ((0, 1), 0, 1, (1, 0)), ((0, 1), 1, 0, (1, 0)), ((2, 3), 1, 2, (3, 2)), ((2, 3), 0, 1, (1, 3)),
])  # fmt: skip
def test_an_input_that_is_on_the_other_axis_changes_places_with_it(
    qtbot: QtBot, before: tuple[int, int], axis: int, chosen: int, after: tuple[int, int]
):
    """With the same input on both axes there would be no plane."""
    look = opened(qtbot, DecisionBoundary, divided_at(halves(features=4), 31.0))
    look.choose_features(*before)
    choice = look._axes[axis]
    choice.setFocus()
    for _ in range(abs(chosen - before[axis])):
        QTest.keyClick(choice, Qt.Key.Key_Down if chosen > before[axis] else Qt.Key.Key_Up)
    assert look.features == after
    assert tuple(each.currentIndex() for each in look._axes) == after


def test_under_a_hand_that_holds_still_the_shares_are_those_of_the_weights_that_are_shown(qtbot: QtBot):
    looked = divided_at(halves(), 31.0)
    look = opened(qtbot, DecisionBoundary, looked)
    hover(look.area, look.area.pixel(33.0, 0.2))
    before = look.area.pointer
    assert before is not None
    looked.network.parameters["dense_1/W"][...] *= 0.5
    looked.network.parameters["dense_1/b"][...] *= 0.5
    answer(look, looked)
    pointer = look.area.pointer
    assert pointer is not None
    assert (pointer.heading, pointer.step) == (before.heading, before.step)
    sure = 1 / (1 + np.exp(-(pointer.step - 31.0)))  # the score was 2 (east - 31)
    (right,) = (each.value for each in pointer.readings if each.name == "right")
    assert float(right.split()[0]) == pytest.approx(100 * sure, abs=0.051)
    assert pointer.readings != before.readings


def test_an_answer_about_other_data_is_not_shown(qtbot: QtBot):
    first, second = divided_at(halves(), 30.0), layered(classes(shape=(2,)), Dense(units=3))
    look = opened(qtbot, DecisionBoundary, first)
    late = look.answer
    look.show_project(Project(), second.data, Report({}, {}, ()))
    assert look.answer is None
    assert look.what_is_missing() == "Waiting for the network"
    assert late is not None
    look.take_answer(late, 5)
    assert look.answer is None
    answer(look, second)
    assert [entry.name for entry in look.header.entries] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (numbers(2), "numbers to fit, not classes"),
        (classes(shape=(4, 4, 1)), "are images of 4 × 4 × 1 numbers"),
        (classes(shape=(1,)), "needs two inputs"),
    ],
)
def test_what_cannot_be_shown_is_said_in_words(qtbot: QtBot, data: object, words: str):
    look = DecisionBoundary()
    qtbot.addWidget(look)
    look.show_project(Project(), data, Report({}, {}, ()))  # type: ignore[arg-type]
    assert look.question() is None
    assert words in look.words.text()


@pytest.mark.parametrize("between", ["images", "one input"])
def test_after_data_without_a_plane_there_are_two_axes_again(qtbot: QtBot, between: str):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 30.0))
    other = classes(shape=(4, 4, 1)) if between == "images" else halves(1)
    look.show_project(Project(), other, Report({}, {}, ()))
    assert look.question() is None
    looked = divided_at(halves(), 27.0)
    look.show_project(looked.project, looked.data, Report({}, {}, ()))
    assert look.features == (0, 1)
    answer(look, looked)
    assert look.what_is_missing() == ""
    assert look.answer is not None
    assert look.answer.winners is not None
    np.testing.assert_array_equal(look.answer.winners[0] == 1, look.answer.xs > 27.0)


def test_it_suits_classes_of_two_inputs_alone():
    suits = [DecisionBoundary.suits(Project(), each) for each in (halves(), halves(4), numbers(2), classes((1,)))]
    assert suits == [True, False, False, False]


def test_choices_are_remembered(qtbot: QtBot, tmp_path: Path):
    settings = Settings(tmp_path / "settings.ini")
    first = DecisionBoundary()
    qtbot.addWidget(first)
    first.take_settings(settings)
    next(each for each in first._resolution_actions.values() if "120" in each.text()).trigger()
    first._part_actions["test"].trigger()
    assert (settings.get(PLANE_RESOLUTION), settings.get(PLANE_PARTS)) == (120, ("train", "test"))
    second = DecisionBoundary()
    qtbot.addWidget(second)
    second.take_settings(settings)
    assert (second.resolution, second.parts) == (120, ("train", "test"))
    assert second._part_actions["test"].isChecked()


def test_the_table_has_every_computed_point_in_raw_units(qtbot: QtBot, tmp_path: Path):
    look = opened(qtbot, DecisionBoundary, divided_at(halves(), 30.0))
    path = tmp_path / "decisions.csv"
    look.save(path)
    heading, *rows = csv.reader(path.read_text().splitlines())
    assert heading == ["east", "north", "class", "probability of left", "probability of right"]
    assert len(rows) == 60 * 60
    for row in rows[:: 60 * 7 + 13]:
        east, right = float(row[0]), float(row[4])
        assert right == pytest.approx(1 / (1 + np.exp(-2 * (east - 30))), rel=1e-4)
        assert row[2] == ("right" if east > 30 else "left")
    for suffix in ("png", "svg"):
        look.save(tmp_path / f"decisions.{suffix}")
        assert (tmp_path / f"decisions.{suffix}").stat().st_size > 2000


def test_a_share_is_never_rounded_to_certainty():
    shares = (0.5, 0.12349, 1.0, 0.0, 0.99996, 0.0004, 1e-7)
    assert [share_in_words(each) for each in shares] == [
        *("50.0 %", "12.3 %", "100.0 %", "0.0 %", "> 99.9 %", "0.040 %", "1.0e-05 %"),
    ]


def test_the_cross_hair_stays_away_while_there_is_no_answer(qtbot: QtBot):
    look = DecisionBoundary()
    qtbot.addWidget(look)
    look._point(QPointF(0, 0))
    assert look.area.pointer is None
