"""The preview draws each kind of data in its own way, in the colours of its classes and in both themes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.datasets.sources.digit_images import DigitImages
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.hills import Hills
from deepviz.datasets.sources.iris import Iris
from deepviz.datasets.sources.sine import Sine
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.sources.waves import Waves
from deepviz.document.project import DataChoice
from deepviz.gui.class_colors import class_color
from deepviz.gui.panels.preview import DataPreview, Sample, draw_mark, to_image
from deepviz.gui.theme import DARK, LIGHT, Theme, viridis
from deepviz.training.run_plan import prepared

Show = Callable[..., QWidget]
KINDS = [
    (Spirals(), "points"),
    (Digits(), "images"),
    (DigitImages(), "images"),
    (Iris(), "features"),
    (AutoMpg(), "features"),
    (Sine(), "curve"),
    (Hills(), "surface"),
    (Waves(), "sequences"),
]


def data_of(source: object) -> PreparedData:
    return prepared(DataChoice(source=source))  # type: ignore[arg-type]


def picture(preview: DataPreview, width: int = 256) -> QImage:
    preview.resize(width, preview.heightForWidth(width))
    return preview.grab().toImage()


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
@pytest.mark.parametrize(("source", "kind"), KINDS, ids=[source.key for source, _ in KINDS])
def test_each_kind_is_drawn(show: Show, source: object, kind: str, look: Theme) -> None:
    preview = DataPreview(look)
    show(preview)
    preview.show_data(data_of(source))
    assert preview.kind == kind
    drawn = colors(picture(preview))
    if kind == "curve":
        assert look.curve(0).color in drawn
    elif kind == "surface":
        assert {"#" + bytes(viridis()[place]).hex() for place in (0, 128, 255)} <= drawn, "the scale has them all"
    elif kind != "images":
        assert {class_color(look, 0), class_color(look, 1)} <= drawn, "as wherever classes are seen"
    else:
        assert {"#000000", "#ffffff"} <= drawn


def test_a_theme_is_put_on_what_is_drawn_already(show: Show) -> None:
    preview = DataPreview(DARK)
    show(preview)
    preview.show_data(data_of(Spirals()))
    dark = picture(preview)
    preview.apply_theme(LIGHT)
    assert picture(preview) != dark


def test_without_data_it_takes_no_room(show: Show) -> None:
    preview = DataPreview(DARK)
    show(preview)
    preview.show_data(data_of(Iris()))
    preview.show_data(None)
    assert not preview.isVisible()
    assert preview.heightForWidth(256) == 0


def test_samples_are_shown_in_their_own_units() -> None:
    data = data_of(Iris())
    sample = Sample.of(data)
    assert np.allclose(sample.x, data.scaler.invert(data.train.x), atol=1e-5)
    assert sample.x.min() > 0  # centimetres, not standard deviations


def test_the_words_behind_a_feature() -> None:
    preview = DataPreview(DARK)
    preview.show_data(data_of(Iris()))
    assert preview.feature_words(0).startswith("sepal length")
    assert "mean 5.8" in preview.feature_words(0)
    assert preview.feature_words(99) == ""
    assert "setosa" in preview.accessibleDescription()


def test_the_target_of_a_regression_has_a_row_of_its_own() -> None:
    preview = DataPreview(DARK)
    preview.show_data(data_of(AutoMpg()))
    assert (preview.features, preview.rows) == (9, 10)
    assert preview.feature_words(8).startswith("made in Japan: ")
    assert preview.feature_words(9).startswith("target: 9 to 4")
    assert preview.feature_words(10) == ""
    preview.show_data(data_of(Iris()))
    assert (preview.features, preview.rows) == (4, 4)


def test_a_sine_is_drawn_as_a_sine(show: Show) -> None:
    """It starts at its middle, rises a quarter of the width later, and so on: two waves from left to right."""
    preview = DataPreview(DARK)
    show(preview)
    preview.show_data(data_of(Sine(noise=0, periods=2)))
    drawn = picture(preview, 224)
    ink = {(x, y) for x in range(224) for y in range(224) if drawn.pixelColor(x, y).name() == class_color(DARK, 0)}
    heights = [[y for x, y in ink if abs(x - place * 200 - 12) < 4] for place in (0.125, 0.375, 0.625, 0.875)]
    middle = [sum(ys) / len(ys) for ys in heights]
    assert max(middle[0], middle[2]) < 60 < 160 < min(middle[1], middle[3])


def test_points_of_a_surface_have_the_colours_of_their_targets(show: Show) -> None:
    """Against the formula: yellow on a hill, dark violet in a hollow, blue green on the level between them."""
    preview = DataPreview(DARK)
    show(preview)
    data = data_of(Hills(samples=1500, noise=0))
    preview.show_data(data)
    width = 224
    drawn = picture(preview, width)
    x, targets = data.scaler.invert(data.train.x).astype(float), data.train.y[:, 0].astype(float)
    middle, extent = (x.min(axis=0) + x.max(axis=0)) / 2, np.ptp(x, axis=0).max()
    right, down = ((x - middle) * (1, -1) * (width - 24) / extent + width / 2).T
    alone = [np.sort(np.hypot(right - a, down - b))[1] > 6 for a, b in zip(right, down, strict=True)]
    assert sum(alone) > 50
    for place in np.flatnonzero(alone):
        share = (targets[place] - targets.min()) / np.ptp(targets)
        wanted = viridis()[min(int(256 * share), 255)]
        at = int(right[place]), int(down[place])
        near = [drawn.pixelColor(at[0] + a, at[1] + b).name() for a in (-1, 0, 1) for b in (-1, 0, 1)]
        assert "#" + bytes(wanted).hex() in near, "its middle, which no rim covers"


@pytest.mark.parametrize("width", [200, 256, 400])
def test_the_scale_of_a_surface_fits_below_it(show: Show, width: int) -> None:
    preview = DataPreview(LIGHT)
    show(preview)
    preview.show_data(data_of(Hills()))
    assert preview.heightForWidth(width) == min(width, 224) + 26
    drawn = picture(preview, width)
    row = drawn.height() - 10
    pixels = np.array([drawn.pixelColor(x, row).getRgb()[:3] for x in range(width)])
    first, last = (np.flatnonzero(np.abs(pixels - viridis()[end]).max(axis=1) < 25) for end in (0, 255))
    assert last.max() - first.min() > width / 6
    assert last.max() < width - 10, "its greatest number stands beside it"
    assert "Surface of Hills and hollows" in preview.accessibleDescription()


def test_sequences_have_as_many_panes_as_there_are_samples() -> None:
    preview = DataPreview(DARK)
    preview.show_data(data_of(Waves()))
    nine = preview.heightForWidth(256)
    preview.show_data(data_of(Waves(samples=20)))
    assert preview.heightForWidth(256) == nine
    assert "Sequences of Waves in 4 classes: Sine, Square" in preview.accessibleDescription()


def test_many_features_are_cut_to_a_few_until_asked_for() -> None:
    preview = DataPreview(DARK)
    preview.show_data(data_of(BreastCancer()))
    few = preview.heightForWidth(256)
    assert preview.has_more
    preview.show_all()
    assert not preview.has_more
    assert preview.heightForWidth(256) > 2 * few - 80


def test_every_class_has_a_mark_of_its_own() -> None:
    marks = []
    for number in range(7):
        image = QImage(24, 24, QImage.Format.Format_RGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        painter.setBrush(QColor("white"))
        draw_mark(painter, number, QPointF(12, 12), 8)
        painter.end()
        marks.append(image.copy())
    assert all(one != other for place, one in enumerate(marks) for other in marks[:place])


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1), (4, 6, 3)])
def test_an_array_becomes_an_image(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, np.float32)
    array[0, 0] = 2.0
    array[3, 5] = 1.0
    image = to_image(array, 0.0, 2.0)
    assert (image.width(), image.height()) == (6, 4)
    assert image.pixelColor(0, 0).name() == "#ffffff"
    assert image.pixelColor(5, 3).name() == "#7f7f7f"
    assert image.pixelColor(1, 0).name() == "#000000"


def test_an_image_of_one_value_is_drawn_too() -> None:
    assert to_image(np.ones((2, 2), np.float32), 1.0, 1.0).pixelColor(0, 0).name() == "#000000"
