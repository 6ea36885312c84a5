"""Colours stand for the numbers they are said to stand for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from deepviz.gui.plots.color_scale import ColorScale, image_from, round_up
from deepviz.gui.theme import DARK, LIGHT, viridis


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(0, 1), (1, 1), (1.056, 1.1), (0.31, 0.35), (7, 7), (9.5, 10), (123, 135), (2e-7, 2e-7), (8.5e20, 9e20)],
)
def test_ends_are_round_numbers_not_below(number: float, wanted: float) -> None:
    assert round_up(number) == pytest.approx(wanted, rel=1e-12)
    assert round_up(number) >= number


def test_the_end_of_a_scale_is_near_the_largest_number() -> None:
    """Weights up to 1.056 on a scale to 1.5 are pale."""
    for number in np.geomspace(1e-3, 1e3, 600).tolist():
        assert number <= round_up(number) <= 1.17 * number


def test_scales_hold_all_numbers_and_leave_out_what_is_not_finite() -> None:
    assert ColorScale.of(np.array([0.0, 1.2, np.inf, np.nan])) == ColorScale(0.0, 1.2, False)
    assert ColorScale.of(np.array([-2.5, 1.0])) == ColorScale(-2.5, 2.5, True)
    assert ColorScale.of(np.array([np.nan])) == ColorScale(0.0, 1.0, False)
    assert ColorScale.symmetric(0.43) == ColorScale(-0.45, 0.45, True)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_zero_has_the_colour_of_the_ground_and_the_ends_differ(theme: object) -> None:
    scale = ColorScale(-2.0, 2.0, True)
    pixels = scale.pixels(np.array([0.0, -2.0, 2.0, -9.0, np.nan]), theme)  # type: ignore[arg-type]
    assert pixels[0] == QColor(theme.panel).rgba()  # type: ignore[attr-defined]
    assert len(set(pixels[:3].tolist())) == 3
    assert pixels[3] == pixels[1]
    assert pixels[4] == QColor(theme.bad).rgba()  # type: ignore[attr-defined]


def test_viridis_is_read_at_the_share_of_the_way() -> None:
    pixel = int(ColorScale(0.0, 10.0, False).pixels(np.array([6.0]), DARK)[0])
    assert [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255] == viridis()[153].tolist()


def test_three_numbers_are_red_green_and_blue() -> None:
    shades = ColorScale(-1.0, 1.0, True).shades(np.array([[-1.0, 0.0, 1.0], [2.0, -2.0, np.nan]]), DARK)
    assert int(shades[0]) == 0xFF0080FF
    assert int(shades[1]) == QColor(DARK.bad).rgba()


def test_the_first_row_of_an_image_is_on_top() -> None:
    image = image_from(np.array([[0xFF112233, 0xFF000000], [0xFFFFFFFF, 0xFFAABBCC], [0, 0]], np.uint32))
    assert (image.width(), image.height()) == (2, 3)
    assert image.pixelColor(0, 0).name() == "#112233"
    assert image.pixelColor(1, 1).name() == "#aabbcc"


@pytest.mark.parametrize("shape", [(0,), (1,), (2**14,), (150, 250), (3, 4, 5)])
@pytest.mark.parametrize("scale", [ColorScale(-2.0, 2.0, True), ColorScale(0.5, 3.0, False)])
def test_many_numbers_have_the_colours_that_each_has_alone(scale: ColorScale, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=shape).astype(np.float32)
    values[rng.random(shape) < 0.01] = np.nan
    values[rng.random(shape) < 0.01] = -np.inf
    table = scale.table(DARK).astype(np.int64) @ [1 << 16, 1 << 8, 1] + (0xFF << 24)
    shares = (values.astype(np.float64) - scale.low) / (scale.high - scale.low)
    finite = np.isfinite(values)
    places = np.rint(np.clip(np.where(finite, shares, 0.0), 0.0, 1.0) * (len(table) - 1)).astype(int)
    wanted = np.where(finite, table[places], QColor(DARK.bad).rgba())
    found = scale.pixels(values, DARK)
    assert found.shape == shape
    np.testing.assert_array_equal(found, wanted)
