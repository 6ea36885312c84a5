"""Worst predictions, ROC and residuals show what was worked out, and every sample and threshold can be pointed at."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.datasets.sources.digit_images import DigitImages
from deepviz.datasets.sources.digits import Digits
from deepviz.gui.plots.part_look import PartLook
from deepviz.gui.plots.residuals import ResidualPlots
from deepviz.gui.plots.roc import RocCurves
from deepviz.gui.plots.sample_list import CAPTION_SIZE
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from deepviz.gui.settings import RESIDUALS_FORM, WRONG_ONLY, Settings
from deepviz.gui.theme import LIGHT, number_font
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import NO_BUTTON, click, mouse, opened
from tests.insight.made_subjects import project_of, subject_of

HIDDEN = (("Input", {}), ("Dense", {"units": 8}), ("Tanh", {}), ("Dense", {"units": 1}))


@pytest.fixture(scope="module")
def digits() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
    return subject_of(project_of(Digits(), layers, "SoftmaxCrossEntropy"), steps=10)


@pytest.fixture(scope="module")
def cancer() -> Subject:
    return subject_of(project_of(BreastCancer(), HIDDEN, "BinaryCrossEntropy"), steps=3)


@pytest.fixture(scope="module")
def cars() -> Subject:
    return subject_of(project_of(AutoMpg(), HIDDEN, "MeanSquaredError"), steps=8)


# Worst predictions


def test_the_worst_are_listed_with_loss_and_probability(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, WorstPredictionsView, digits)
    part = digits.data.validation
    assert part is not None
    z = digits.network.predict(part.x).astype(np.float64)
    shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    losses = -np.log(shares[np.arange(len(z)), part.y])
    worst, names = int(losses.argmax()), digits.data.class_names
    guess = int(shares[worst].argmax())
    first = view.samples_list.model.listed[0]
    assert first.index == worst
    assert first.cells[:2] == (names[int(part.y[worst])], names[guess])
    right = int(part.y[worst])
    numbers = [shares[worst, guess], shares[worst, right], losses[worst]]
    assert [float(each) for each in first.cells[2:]] == pytest.approx(numbers, rel=1e-3)
    assert [line.rpartition(" ")[0] for line in first.lines] == [
        f"{right} as",
        f"said {guess}:",
        f"right {right}:",
        "loss",
    ]
    assert [float(line.rpartition(" ")[2]) for line in first.lines[1:]] == pytest.approx(numbers, rel=1e-3)
    assert first.words.endswith(
        f"the right {right} had {first.cells[3]}. Loss {first.cells[4]} = −ln P({right}), of the right class"
    )
    assert view.samples_list.model.headings == ("true", "predicted", "P(predicted)", "P(true)", "loss")
    metrics = QFontMetricsF(number_font(CAPTION_SIZE))
    room = view.samples_list.pictures_view.visualRect(view.samples_list.model.index(0, 0)).width() - 6
    assert max(metrics.horizontalAdvance(line) for line in first.lines) <= room, "no number is cut off"
    assert view.caption.text() == f"mean loss {losses.mean():.6g} · 60 worst of 180 validation samples"


def test_right_ones_are_left_out_on_request_and_that_is_remembered(
    qtbot: QtBot, digits: Subject, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "s.ini")
    view = opened(qtbot, WorstPredictionsView, digits, settings=settings)
    part = digits.data.validation
    assert part is not None
    wrong = np.flatnonzero(digits.network.predict(part.x).argmax(axis=1) != part.y)
    view.wrong_button.click()
    assert {each.index for each in view.samples_list.model.listed} <= set(wrong.tolist())
    assert f"{len(wrong)} wrong among 180 validation samples" in view.caption.text()
    assert settings.get(WRONG_ONLY)
    again = opened(qtbot, WorstPredictionsView, digits, settings=settings)
    assert again.wrong_button.isChecked()
    assert again._wrong_action.isChecked()
    assert again.question() == view.question()


def test_enter_chooses_a_sample_for_all_views(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, WorstPredictionsView, digits)
    chosen: list[tuple[str, int]] = []
    view.sample_chosen.connect(lambda part, index: chosen.append((part, index)))
    listing = view.samples_list.pictures_view
    listing.setFocus()
    QTest.keyClick(listing, Qt.Key.Key_Right)
    QTest.keyClick(listing, Qt.Key.Key_Return)
    assert chosen == [("validation", view.samples_list.model.listed[1].index)]


def test_numbers_to_fit_are_listed_by_their_residuals(qtbot: QtBot, cars: Subject) -> None:
    view = opened(qtbot, WorstPredictionsView, cars)
    part = cars.data.validation
    assert part is not None
    errors = (cars.network.predict(part.x) - part.y)[:, 0]
    worst = int(np.abs(errors).argmax())
    first = view.samples_list.model.listed[0]
    assert first.index == worst
    assert float(first.cells[2]) == pytest.approx(float(errors[worst]), rel=1e-4)
    assert not view.wrong_button.isVisible()


# ROC


def test_the_curves_say_their_areas_and_every_threshold(qtbot: QtBot, cancer: Subject) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    view = opened(qtbot, RocCurves, cancer, (760, 320))
    view.choose_part("train")
    part = cancer.data.train
    scores = 1 / (1 + np.exp(-cancer.network.predict(part.x)[:, 0].astype(np.float64)))
    positive = part.y == 1
    area = metrics.roc_auc_score(positive, scores)
    precision = metrics.average_precision_score(positive, scores)
    assert view.planes.first.caption.startswith(f"AUC {area:.4f} · benign: {positive.sum()} of {len(part.y)} training")
    assert view.planes.second.caption.startswith(f"average precision {precision:.4f} · guessing gives")
    plane = view.planes.first
    answer = view.answer
    assert answer is not None
    number = len(answer.thresholds) // 3
    place = plane.pixel(float(answer.false_rate[number]), float(answer.true_rate[number]))
    mouse(plane, QEvent.Type.MouseMove, place, NO_BUTTON, NO_BUTTON)
    assert plane.pointer is not None
    taken = scores >= answer.thresholds[number]
    told = {each.name: each.value for each in plane.pointer.readings}
    assert told["true positives"] == f"{(taken & positive).sum()} of {positive.sum()}"
    assert told["false positives"] == f"{(taken & ~positive).sum()} of {(~positive).sum()}"
    assert told["TPR = recall"] == f"{(taken & positive).sum() / positive.sum():.4f}"
    assert told["FPR"] == f"{(taken & ~positive).sum() / (~positive).sum():.4f}"
    assert told["precision"] == f"{(taken & positive).sum() / taken.sum():.4f}"
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_Right)
    assert view._standing[plane] == number + 1


def test_each_class_can_be_told_from_the_rest(qtbot: QtBot, digits: Subject) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    view = opened(qtbot, RocCurves, digits, (760, 320))
    view.choose_part("train")
    assert view.positive == 0
    view.class_choice.setCurrentIndex(8)
    z = digits.network.predict(digits.data.train.x).astype(np.float64)
    scores = np.exp(z[:, 8]) / np.exp(z).sum(axis=1)
    assert f"AUC {metrics.roc_auc_score(digits.data.train.y == 8, scores):.4f} · 8:" in view.planes.first.caption


def test_what_is_drawn_passes_through_the_points(qtbot: QtBot, cancer: Subject) -> None:
    view = opened(qtbot, RocCurves, cancer, (760, 320))
    view.choose_part("train")
    answer, plane = view.answer, view.planes.first
    assert answer is not None
    image = plane.grab().toImage()
    color = view.theme.curve(0).color
    for number in range(1, len(answer.thresholds) - 1, 40):
        place = plane.pixel(float(answer.false_rate[number]), float(answer.true_rate[number])).toPoint()
        around = [image.pixelColor(place.x() + i, place.y() + j).name() for i in (-1, 0, 1) for j in (-1, 0, 1)]
        assert color in around


def test_thresholds_are_written_to_a_file(qtbot: QtBot, cancer: Subject, tmp_path: Path) -> None:
    view = opened(qtbot, RocCurves, cancer)
    view.save(tmp_path / "r.csv")
    rows = list(csv.reader((tmp_path / "r.csv").read_text().splitlines()))
    assert view.answer is not None
    assert rows[1][0] == "inf"
    assert float(rows[2][0]) == view.answer.thresholds[1]
    assert len(rows) == 1 + len(view.answer.thresholds)


# Residuals


def test_residuals_are_counted_and_summed_up_in_the_units_of_the_target(qtbot: QtBot, cars: Subject) -> None:
    view = opened(qtbot, ResidualPlots, cars, (760, 320))
    view.choose_part("train")
    true, predicted = cars.data.train.y[:, 0].astype(float), cars.network.predict(cars.data.train.x)[:, 0].astype(float)
    errors = predicted - true
    explained = 1 - (errors**2).sum() / ((true - true.mean()) ** 2).sum()
    assert view.planes.first.caption == (
        f"R² {explained:.5g} · MAE {np.abs(errors).mean():.5g} · RMSE {np.sqrt((errors**2).mean()):.5g} · "
        f"{len(true)} training samples, in units of the target"
    )
    assert view.counts.sum() == len(errors)
    for number in (0, 9, 15, 30):
        low, high = view.edges[number : number + 2]
        inside = (errors >= low) & ((errors < high) | ((number == 30) & (errors == high)))
        assert view.counts[number] == inside.sum()


def test_residuals_are_no_counts(qtbot: QtBot, cars: Subject) -> None:
    view = opened(qtbot, ResidualPlots, cars, (760, 320))
    view.choose_form("against predicted")
    assert "0.5" in [mark.label for mark in view.planes.second.y_marks(0.0, 3.0, 8)]


def test_a_bar_and_a_sample_say_their_numbers(qtbot: QtBot, cars: Subject) -> None:
    view = opened(qtbot, ResidualPlots, cars, (760, 320))
    bars, pairs = view.planes.second, view.planes.first
    bar = int(view.counts.argmax())
    marks = bars.y_marks(0.0, 3.0, 8)
    assert [mark.label for mark in marks] == ["0", "1", "2", "3"], "there are no half samples"
    place = bars.pixel(float(view.edges[bar : bar + 2].mean()), 0.5)
    mouse(bars, QEvent.Type.MouseMove, place, NO_BUTTON, NO_BUTTON)
    assert bars.pointer is not None
    assert bars.pointer.readings[0].value == str(view.counts[bar])
    chosen: list[tuple[str, int]] = []
    view.sample_chosen.connect(lambda part, index: chosen.append((part, index)))
    part = cars.data.validation
    assert part is not None
    true, predicted = float(part.y[3, 0]), float(cars.network.predict(part.x)[3, 0])
    click(pairs, pairs.pixel(true, predicted))
    assert pairs.pointer is not None
    assert pairs.pointer.heading == f"sample {chosen[0][1]}"
    near = part.y[chosen[0][1], 0], cars.network.predict(part.x)[chosen[0][1], 0]
    assert near == pytest.approx((true, predicted), abs=1.0)
    pairs.setFocus()
    before = pairs.pointer.step
    QTest.keyClick(pairs, Qt.Key.Key_Right)
    assert pairs.pointer.step >= before


def test_residuals_against_predictions_are_remembered(qtbot: QtBot, cars: Subject, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    view = opened(qtbot, ResidualPlots, cars, (760, 320), settings)
    view._form_actions["against predicted"].trigger()
    assert settings.get(RESIDUALS_FORM) == "against predicted"
    assert view.planes.second.x_title == "predicted"
    xs, ys = view._points(view.planes.second)
    part = cars.data.validation
    assert part is not None
    np.testing.assert_allclose(xs, cars.network.predict(part.x)[:, 0])
    np.testing.assert_allclose(ys, xs - part.y[:, 0], rtol=1e-6)
    shown = view.planes.second.window_shown
    assert shown.left < xs.min() < xs.max() < shown.right
    assert shown.low < ys.min() < ys.max() < shown.high
    assert opened(qtbot, ResidualPlots, cars, settings=settings).form == "against predicted"


def test_one_of_several_targets_is_chosen(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 64}))
    rebuilt = subject_of(project_of(DigitImages(), layers, "MeanSquaredError"))
    view = opened(qtbot, ResidualPlots, rebuilt, (760, 320))
    assert view.output_choice.count() == 64
    view.output_choice.setCurrentIndex(20)
    part = rebuilt.data.validation
    assert part is not None
    assert view.answer is not None
    np.testing.assert_allclose(view.answer.true, part.y[:, 20])
    np.testing.assert_allclose(view.answer.predicted, rebuilt.network.predict(part.x)[:, 20], rtol=1e-5)


def test_a_zoomed_plane_stays_where_it_is_when_new_answers_come(qtbot: QtBot, cars: Subject) -> None:
    view = opened(qtbot, ResidualPlots, cars, (760, 320))
    plane = view.planes.first
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_Plus)
    zoomed = plane.window_shown
    view.ask_again()
    assert plane.window_shown == zoomed
    QTest.keyClick(plane, Qt.Key.Key_Home)
    assert plane.window_shown.right > zoomed.right


@pytest.mark.parametrize(("kind", "front"), [(RocCurves, 0), (ResidualPlots, 1)])
def test_where_there_is_room_for_one_plane_buttons_and_the_menu_say_which(
    qtbot: QtBot, cars: Subject, cancer: Subject, kind: type[PartLook], front: int, tmp_path: Path
) -> None:
    """The one that the view has its name of comes first."""
    view = opened(qtbot, kind, cancer if kind is RocCurves else cars, (240, 260))
    assert isinstance(view, (RocCurves, ResidualPlots))
    assert view.header.title.startswith(view.title)
    planes, areas = view.planes, view.planes.areas
    assert planes.switch.isVisible()
    assert [each.isVisible() for each in areas] == [front == 0, front == 1]
    other = 1 - front
    areas[front].setFocus()
    QTest.mouseClick(planes.buttons[other], Qt.MouseButton.LeftButton)
    assert [each.isVisible() for each in areas] == [other == 0, other == 1]
    assert areas[other].height() > 100
    assert areas[other].hasFocus(), "it takes over the keyboard"
    planes.buttons[other].setFocus()
    QTest.keyClick(planes.buttons[other], Qt.Key.Key_Left if other else Qt.Key.Key_Right)
    QTest.keyClick(planes.buttons[front], Qt.Key.Key_Space)
    assert areas[front].isVisible()
    for each in planes.buttons:
        assert each.width() >= each.sizeHint().width(), "not cut"
    choices = next(each.menu() for each in view.menu.actions() if each.text() == "Show")
    assert isinstance(choices, QMenu)
    both, only_first, _ = choices.actions()
    only_first.trigger()
    assert (areas[0].isVisible(), areas[1].isVisible(), planes.switch.isVisible()) == (True, False, False)
    both.trigger()
    view.save(tmp_path / "narrow.png")
    view.resize(760, 320)
    assert all(each.isVisible() for each in areas)
    assert not planes.switch.isVisible()
    assert areas[0].geometry().right() < areas[1].geometry().left()


@pytest.mark.parametrize("kind", [RocCurves, ResidualPlots])
def test_data_of_the_other_kind_say_where_to_look(
    qtbot: QtBot, kind: type[PartLook], cars: Subject, cancer: Subject
) -> None:
    view = opened(qtbot, kind, cars if kind is RocCurves else cancer)
    assert view.question() is None
    assert view.words.isVisible()
    assert view.words.text().endswith("instead.")


@pytest.mark.parametrize("size", [(236, 220), (300, 500), (900, 260)])
def test_all_of_them_can_be_painted_at_any_size_and_saved(
    qtbot: QtBot, cars: Subject, cancer: Subject, size: tuple[int, int], tmp_path: Path
) -> None:
    for kind, subject in ((RocCurves, cancer), (ResidualPlots, cars), (WorstPredictionsView, cars)):
        view = opened(qtbot, kind, subject, size)
        view.apply_theme(LIGHT)
        assert not view.grab().isNull()
        for suffix in ("png", "svg", "csv"):
            view.save(tmp_path / f"{view.key}.{suffix}")
            assert (tmp_path / f"{view.key}.{suffix}").stat().st_size > 100
