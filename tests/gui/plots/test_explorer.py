"""A digit drawn by hand is classified, a sample can be loaded and changed, and every number goes in as it is shown."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.circles import Circles
from deepviz.datasets.sources.digit_images import DigitImages
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.hills import Hills
from deepviz.datasets.sources.iris import Iris
from deepviz.datasets.sources.waves import Waves
from deepviz.gui.plots.class_bars import headline_font
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.settings import CENTRE_DRAWING, PEN_WIDTH, Settings
from deepviz.gui.theme import LIGHT
from deepviz.insight.prediction import Prediction
from deepviz.insight.subject import Subject, UnanswerableError
from tests.gui.plots.asked import RIGHT, answer, drag, opened
from tests.insight.made_subjects import CROSS_ENTROPY, ignored, project_of, subject_of

DENSE = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 32}), ("Tanh", {}), ("Dense", {"units": 10}))


@pytest.fixture(scope="module")
def digits() -> Subject:
    return subject_of(project_of(Digits(), DENSE, "SoftmaxCrossEntropy"), steps=45)


@pytest.fixture(scope="module")
def waves() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 4}))
    return subject_of(project_of(Waves(), layers, "SoftmaxCrossEntropy"))


def by_hand(subject: Subject, raw: np.ndarray) -> np.ndarray:
    """The probabilities of a sample that is given in the units of the data."""
    x = (raw.astype(np.float64) - subject.data.scaler.offset) / subject.data.scaler.scale
    z = subject.network.forward(x[None].astype(np.float32))[0].astype(np.float64)
    return np.exp(z) / np.exp(z).sum()


def shown(view: PredictionExplorer) -> np.ndarray:
    assert view.answer is not None
    assert view.answer.probabilities is not None
    return view.answer.probabilities


def stroke(view: PredictionExplorer, points: list[tuple[float, float]], button: Qt.MouseButton | None = None) -> None:
    """Draw through points in shares of the pad, with a real pointer."""
    sheet = view.maker.pad.sheet
    places = [QPointF(sheet.left() + x * sheet.width(), sheet.top() + y * sheet.height()) for x, y in points]
    drag(view.maker.pad, places, *([button] if button is not None else []))


def arc(x: float, y: float, width: float, height: float, start: int, end: int) -> list[tuple[float, float]]:
    stride = 10 if end > start else -10
    angles = [math.radians(each) for each in range(start, end + stride, stride)]
    return [(x + width * math.cos(angle), y + height * math.sin(angle)) for angle in angles]


DRAWN = {
    0: [arc(0.5, 0.5, 0.17, 0.28, -90, 270)],
    1: [[(0.52, 0.2), (0.48, 0.8)]],
    2: [[*arc(0.5, 0.36, 0.18, 0.16, 200, 380), (0.3, 0.8), (0.72, 0.8)]],
    3: [[*arc(0.48, 0.35, 0.17, 0.14, 200, 430), *arc(0.48, 0.64, 0.19, 0.16, -80, 150)]],
    7: [[(0.28, 0.24), (0.7, 0.24), (0.45, 0.8)]],
}


def test_digits_drawn_by_hand_are_recognised(qtbot: QtBot, mnist_files: tuple[Path, Path]) -> None:
    from deepviz.datasets import source_for_files

    layers = (
        ("Input", {}),
        ("Conv2D", {"filters": 6, "kernel_size": (5, 5), "padding": "same"}),
        ("ReLU", {}),
        ("MaxPool2D", {}),
        ("Conv2D", {"filters": 16, "kernel_size": (5, 5)}),
        ("ReLU", {}),
        ("MaxPool2D", {}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )
    subject = subject_of(project_of(source_for_files(list(mnist_files)), layers, "SoftmaxCrossEntropy"), steps=240)
    view = opened(qtbot, PredictionExplorer, subject, (700, 400))
    for digit, strokes in DRAWN.items():
        view.tools.clear.click()
        for points in strokes:
            stroke(view, points)
        assert view.bars.headline[0] == str(digit)
        assert shown(view)[digit] > 0.5
        assert "as in MNIST" in view.tools.seen_words.text()


def test_the_bar_of_a_number_to_fit_is_as_long_as_the_number_is_large_among_the_targets(qtbot: QtBot) -> None:
    """Else the only bar would be full whatever the network gives. The targets of hills go to both sides of zero."""
    hills = subject_of(project_of(Hills(), (("Input", {}), ("Dense", {"units": 1})), "MeanSquaredError"))
    view = opened(qtbot, PredictionExplorer, hills, (600, 420))
    reach = float(np.abs(hills.data.train.y).max())
    for wanted in (0.5, -0.25, 3.0):
        hills.network.parameters["dense_1/W"][...] = 0
        hills.network.parameters["dense_1/b"][...] = wanted
        answer(view, hills)
        image = view.bars.grab().toImage()
        fill = QColor(view.bars.theme.accent_fill).name()
        columns = [x for x in range(image.width()) if any(image.pixelColor(x, y).name() == fill for y in range(6, 26))]
        ground = QColor(view.bars.theme.raised).name()
        both = [x for x in range(image.width()) if image.pixelColor(x, 16).name() in (fill, ground)]
        half = (both[-1] - both[0] + 1) / 2
        assert len(columns) == pytest.approx(min(abs(wanted) / reach, 1.0) * half, abs=2.5)
        middle = (both[0] + both[-1]) / 2
        assert (columns[0] if wanted > 0 else columns[-1]) == pytest.approx(middle, abs=2.5), "it begins at zero"


def test_a_single_output_without_probabilities_still_names_the_class(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Dense", {"units": 3}), ("Tanh", {}), ("Dense", {"units": 1}))
    subject = subject_of(project_of(Circles(), layers, "Hinge"), steps=30)
    view = opened(qtbot, PredictionExplorer, subject)
    found = set()
    for number in range(12):
        view.load_sample("train", number)
        output = float(subject.network.forward(subject.data.train.x[number : number + 1])[0, 0])
        assert view.bars.headline == (subject.data.class_names[int(output > 0)], "")
        assert view.bars.values.tolist() == [output]
        assert not view.grab().isNull()
        found.add(output > 0)
    assert found == {True, False}


def test_what_is_whole_in_the_data_stays_whole(qtbot: QtBot) -> None:
    cars = subject_of(project_of(AutoMpg(), (("Input", {}), ("Dense", {"units": 1})), "MeanSquaredError"))
    view = opened(qtbot, PredictionExplorer, cars, (600, 420))
    names = cars.data.feature_names
    raw = cars.data.scaler.invert(cars.data.train.x).astype(np.float64)
    whole = np.abs(raw - np.rint(raw)).max(axis=0) < 1e-3
    assert [name.split()[0] for name, each in zip(names, whole, strict=True) if not each] == [
        "displacement",
        "acceleration",
    ]
    (acceleration,) = (number for number, name in enumerate(names) if name.startswith("acceleration"))
    cylinders = list(names).index("cylinders")
    form = view.maker.form
    for place in range(0, 1001, 37):
        form.sliders[cylinders].setValue(place)
        assert float(form.values[cylinders]).is_integer()
        assert form.fields[cylinders].text() == f"{form.values[cylinders]:.0f}"
    form.sliders[acceleration].setValue(377)
    assert not float(form.values[acceleration]).is_integer()


def test_a_sample_that_a_network_of_words_cannot_take_is_refused_in_words(qtbot: QtBot) -> None:
    words = ("Input", {}), ("Embedding", {"input_dim": 17, "output_dim": 2}), ("Flatten", {}), ("Dense", {"units": 3})
    subject = subject_of(project_of(Iris(), words, "SoftmaxCrossEntropy"))
    question = Prediction.of(np.array([5.1, 3.0, 1.0, 0.0]))
    with pytest.raises(UnanswerableError, match=r"takes whole numbers from 0 to 16; the batch holds 5\.1"):
        question.answer(subject, ignored)


def test_what_is_drawn_goes_through_the_same_scaling_as_the_data(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    stroke(view, [(0.3, 0.3), (0.7, 0.7)])
    raw = view.maker.sample()
    assert raw.shape == (8, 8, 1)
    assert raw.min() == pytest.approx(0, abs=1e-6)
    assert 8 < raw.max() <= 16
    np.testing.assert_allclose(shown(view), by_hand(digits, raw), rtol=1e-5)
    assert view.bars.headline[0] == digits.data.class_names[int(by_hand(digits, raw).argmax())]


def test_the_pen_draws_the_eraser_takes_away_and_undo_takes_back(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    pad = view.maker.pad
    assert pad.is_empty
    stroke(view, [(0.5, 0.2), (0.5, 0.8)])
    drawn = pad.array()
    # A line of 10 hundredths of the pad in width and 60 in length, with round ends.
    wanted = 0.6 * 0.1 + math.pi * 0.05**2
    assert drawn.mean() == pytest.approx(wanted, rel=0.02)
    stroke(view, [(0.2, 0.5), (0.8, 0.5)], RIGHT)
    assert pad.array().mean() == pytest.approx(wanted - 0.1**2, rel=0.02)
    view.tools.undo.click()
    np.testing.assert_array_equal(pad.array(), drawn)
    view.tools.eraser.click()
    stroke(view, [(0.5, 0.1), (0.5, 0.9)])
    assert pad.array().max() < 0.6  # soft edges of a stroke as wide as the one it takes away may stay
    view.tools.pen.click()
    QTest.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(pad, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pad.is_empty
    assert not view.tools.undo.isEnabled()
    stroke(view, [(0.5, 0.1), (0.5, 0.9)])
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.is_empty


def test_it_can_be_drawn_with_keys_alone(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    pad = view.maker.pad
    pad.setFocus()
    QTest.keyClick(pad, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert pad.is_empty
    QTest.keyClick(pad, Qt.Key.Key_Space)
    for _ in range(2):
        QTest.keyClick(pad, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(pad, Qt.Key.Key_Space)
    drawn = pad.array()
    assert drawn.mean() == pytest.approx(10 / 28 * 0.1 + math.pi * 0.05**2, rel=0.03)
    QTest.keyClick(pad, Qt.Key.Key_Left)
    np.testing.assert_array_equal(pad.array(), drawn)
    np.testing.assert_allclose(shown(view), by_hand(digits, view.maker.sample()), rtol=1e-5)


def test_a_sample_of_the_data_is_shown_as_it_is_and_can_be_changed(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    part = digits.data.train
    view.choose_part("train")
    view.tools.number.setValue(17)
    view.tools.load.click()
    raw = digits.data.scaler.invert(part.x[17:18])[0]
    np.testing.assert_array_equal(view.maker.sample(), raw)
    z = digits.network.forward(part.x[17:18])[0].astype(np.float64)
    np.testing.assert_allclose(shown(view), np.exp(z) / np.exp(z).sum(), rtol=1e-5)
    assert view.bars.truth == f"train sample 17, true {digits.data.class_names[int(part.y[17])]}"
    assert view.tools.seen_words.text() == "What the network sees: a sample as it is."
    stroke(view, [(0.1, 0.1), (0.3, 0.1)])
    assert view.bars.truth == ""
    changed = np.argwhere(view.maker.sample() != raw)
    assert set(changed[:, 0].tolist()) <= {0, 1}
    assert len(changed) > 1
    view.tools.undo.click()
    np.testing.assert_array_equal(view.maker.sample(), raw)


def test_a_sample_chosen_in_another_view_is_loaded(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    view.choose_sample("test", 5)
    assert (view.part, view.loaded, view.tools.number.value()) == ("test", ("test", 5), 5)
    view.choose_sample("test", 100_000)
    assert view.loaded == ("test", 5)


def test_it_is_asked_again_when_the_weights_have_changed(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    stroke(view, [(0.5, 0.2), (0.5, 0.8)])
    before, question = shown(view).copy(), view.question()
    later = subject_of(project_of(Digits(), DENSE, "SoftmaxCrossEntropy"), steps=5)
    answer(view, later)
    assert view.question() == question
    assert view.step == 5
    np.testing.assert_allclose(shown(view), by_hand(later, view.maker.sample()), rtol=1e-5)
    assert np.abs(shown(view) - before).max() > 0.01


def test_dark_ink_on_bright_paper_is_drawn_as_in_the_data(qtbot: QtBot, digits: Subject) -> None:
    from dataclasses import replace

    from deepviz.datasets.prepared import Part

    x = digits.data.scaler.apply(16.0 - digits.data.scaler.invert(digits.data.train.x))
    turned = replace(digits, data=replace(digits.data, train=Part(x, digits.data.train.y)))
    view = opened(qtbot, PredictionExplorer, turned)
    assert view.maker.pad.has_dark_ink
    assert view.maker.sample().min() == 16
    stroke(view, [(0.5, 0.2), (0.5, 0.8)])
    bright = opened(qtbot, PredictionExplorer, digits)
    stroke(bright, [(0.5, 0.2), (0.5, 0.8)])
    np.testing.assert_allclose(view.maker.sample(), 16 - bright.maker.sample(), atol=0.1)


def test_features_have_fields_and_sliders_in_their_own_units(qtbot: QtBot) -> None:
    iris = subject_of(project_of(Iris(), CROSS_ENTROPY, "SoftmaxCrossEntropy"), steps=3)
    view = opened(qtbot, PredictionExplorer, iris)
    form, raw = view.maker.form, iris.data.scaler.invert(iris.data.train.x)
    np.testing.assert_allclose(view.maker.sample(), np.median(raw, axis=0), rtol=1e-6)
    assert [field.accessibleName() for field in form.fields] == list(iris.data.feature_names)
    form.fields[2].setFocus()
    form.fields[2].selectAll()
    QTest.keyClicks(form.fields[2], "6.25")
    QTest.keyClick(form.fields[2], Qt.Key.Key_Return)
    assert view.maker.sample()[2] == np.float32(6.25)
    np.testing.assert_allclose(shown(view), by_hand(iris, view.maker.sample()), rtol=1e-5)
    form.sliders[0].setValue(form.sliders[0].maximum())
    assert view.maker.sample()[0] == raw[:, 0].max()
    assert form.fields[0].value() == pytest.approx(float(raw[:, 0].max()), abs=1e-3)
    view.load_sample("train", 3)
    np.testing.assert_array_equal(view.maker.sample(), iris.data.scaler.invert(iris.data.train.x[3:4])[0])
    form.undo()
    assert view.maker.sample()[2] == np.float32(6.25)


def test_a_sequence_is_drawn_as_a_curve(qtbot: QtBot, waves: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, waves)
    curve = view.maker.curve
    drag(curve, [curve.place_of(4, 0.5), curve.place_of(20, -0.5)])
    values = view.maker.sample()[:, 0]
    assert values.base is not curve.values
    np.testing.assert_allclose(values[4:21], np.linspace(0.5, -0.5, 17), atol=0.02)
    np.testing.assert_allclose(shown(view), by_hand(waves, view.maker.sample()), rtol=1e-5)
    curve.setFocus()
    QTest.keyClick(curve, Qt.Key.Key_Right)
    QTest.keyClick(curve, Qt.Key.Key_Up)
    assert view.maker.sample()[1, 0] == pytest.approx(values[1] + 0.02 * (curve.high - curve.low), abs=1e-5)
    QTest.keyClick(curve, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(view.maker.sample()[:, 0], values)
    view.load_sample("train", 2)
    np.testing.assert_array_equal(view.maker.sample(), waves.data.scaler.invert(waves.data.train.x[2:3])[0])


def test_numbers_to_fit_are_told_and_an_image_of_them_is_shown_as_one(qtbot: QtBot) -> None:
    cars = subject_of(project_of(AutoMpg(), (("Input", {}), ("Dense", {"units": 1})), "MeanSquaredError"), steps=5)
    view = opened(qtbot, PredictionExplorer, cars)
    view.load_sample("train", 0)
    wanted = cars.network.forward(cars.data.train.x[:1])[0]
    np.testing.assert_allclose(view.bars.values, wanted, rtol=1e-5)
    assert view.bars.truth == f"train sample 0, true {float(cars.data.train.y[0, 0]):.5g}"
    assert view.bars.picture is None
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 64}))
    rebuilt = subject_of(project_of(DigitImages(), layers, "MeanSquaredError"))
    view = opened(qtbot, PredictionExplorer, rebuilt)
    assert view.bars.picture is not None
    assert (view.bars.picture.width(), view.bars.picture.height()) == (8, 8)


def test_a_picture_from_a_file_is_turned_round_and_bounded(qtbot: QtBot, digits: Subject, tmp_path: Path) -> None:
    photograph = QImage(3000, 2400, QImage.Format.Format_RGB32)
    photograph.fill(QColor("#f4f0e8"))
    painter = QPainter(photograph)
    painter.fillRect(1300, 400, 300, 1600, QColor("#202030"))
    painter.end()
    photograph.save(str(tmp_path / "one.png"))
    view = opened(qtbot, PredictionExplorer, digits)
    said: list[str] = []
    view.message.connect(said.append)
    view.open_picture(tmp_path / "one.png")
    assert said == ["one.png, its ink made as in the data: bright and dark changed places"]
    sample = view.maker.sample()[:, :, 0]
    columns = np.flatnonzero(sample.max(axis=0) > 8)
    assert len(columns) <= 2
    assert sample[:, columns[0]].min() > 8
    (tmp_path / "broken.png").write_bytes(b"\x89PNG no")
    view.open_picture(tmp_path / "broken.png")
    assert said[-1].startswith("broken.png is no picture that can be read")
    np.testing.assert_array_equal(view.maker.sample()[:, :, 0], sample)


def test_choices_are_found_again(qtbot: QtBot, digits: Subject, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    view = opened(qtbot, PredictionExplorer, digits, settings=settings)
    view.tools.thickness.setValue(12)
    view._centre_action.trigger()
    assert (settings.get(PEN_WIDTH), settings.get(CENTRE_DRAWING)) == (12, False)
    again = opened(qtbot, PredictionExplorer, digits, settings=settings)
    assert (again.maker.pad.pen_width, again.maker.centres) == (12, False)
    stroke(again, [(0.1, 0.1), (0.2, 0.1)])
    assert again.maker.sample()[4:].max() == pytest.approx(0, abs=1e-6)  # it stays in its corner


@pytest.mark.parametrize("size", [(258, 238), (640, 260), (260, 520), (170, 180)])
def test_nothing_is_cut_off_at_any_size(qtbot: QtBot, digits: Subject, size: tuple[int, int]) -> None:
    view = opened(qtbot, PredictionExplorer, digits, size)
    view.apply_theme(LIGHT)
    view.resize(*size)
    visible = [view.maker, view.bars, view.tools]
    for widget in visible:
        assert view.content.rect().contains(widget.geometry()) or size[0] < 250, widget
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not visible[first].geometry().intersects(visible[second].geometry()) or size[0] < 250
    view.grab()


@pytest.mark.parametrize(("width", "largest"), [(110.0, 17), (300.0, 18)])
def test_a_headline_is_as_large_as_leaves_a_gap(qtbot: QtBot, width: float, largest: int) -> None:
    font = headline_font("3", "> 99.99 %", width)
    metrics = QFontMetricsF(font)
    assert metrics.horizontalAdvance("3") + 12 + metrics.horizontalAdvance("> 99.99 %") <= width
    assert font.pixelSize() <= largest
    assert headline_font("3", "> 99.99 %", 300.0).pixelSize() == 18
