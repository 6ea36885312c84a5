"""A drawing becomes an image as MNIST's were made: cut out, scaled into its box, its centre of mass in the middle."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets import source_for_files
from deepviz.insight.drawn_image import Placing, placed, placing_for, resized, stroke_width, thickened, thinned


def mass_centre(image: np.ndarray) -> tuple[float, float]:
    rows, columns = image.shape
    total = image.sum()
    return (
        sum(image[i, j] * i for i in range(rows) for j in range(columns)) / total,
        sum(image[i, j] * j for i in range(rows) for j in range(columns)) / total,
    )


def test_a_pixel_is_the_mean_of_what_it_covers() -> None:
    image = np.arange(12.0).reshape(3, 4)
    np.testing.assert_allclose(resized(image, 3, 4), image)
    np.testing.assert_allclose(resized(image, 1, 1), [[image.mean()]])
    np.testing.assert_allclose(resized(image, 1, 2), [[image[:, :2].mean(), image[:, 2:].mean()]])
    # Three columns into two: the middle one is shared.
    np.testing.assert_allclose(resized(np.array([[1.0, 2.0, 4.0]]), 1, 2), [[(1 + 2 / 2) / 1.5, (2 / 2 + 4) / 1.5]])
    np.testing.assert_allclose(resized(np.array([[3.0]]), 2, 3), np.full((2, 3), 3.0))
    colours = np.stack([image, 2 * image, 0 * image], axis=-1)
    np.testing.assert_allclose(resized(colours, 2, 2)[..., 1], 2 * resized(image, 2, 2))


@pytest.mark.parametrize("shift", [(0, 0), (40, -60), (-90, 70)])
@pytest.mark.parametrize("size", [1.0, 0.5])
def test_where_and_how_large_it_is_drawn_does_not_matter(shift: tuple[int, int], size: float) -> None:
    drawing = np.zeros((280, 280))
    high, wide = round(80 * size), round(20 * size)
    top, left = 100 + shift[0], 120 + shift[1]
    drawing[top : top + high, left : left + wide] = 1.0
    image = placed(drawing, 28, 28, Placing(20, by_mass=True))
    # 80 x 20 into a box of 20: 20 x 5 pixels, and the middle of them is within half a pixel of row and column 14.
    np.testing.assert_allclose(image.sum(axis=0).max(), 20.0)
    np.testing.assert_allclose(image.sum(axis=1).max(), 5.0)
    np.testing.assert_allclose(image.sum(), 100.0)
    assert all(abs(each - 14) <= 0.5 for each in mass_centre(image))


def test_the_centre_of_mass_counts_and_not_that_of_the_box() -> None:
    drawing = np.zeros((200, 200))
    drawing[50:150, 50:150] = 0.3
    drawing[50:150, 50:60] = 1.0  # much heavier on the left
    by_mass = placed(drawing, 28, 28, Placing(20, by_mass=True))
    by_box = placed(drawing, 28, 28, Placing(20, by_mass=False))
    assert abs(mass_centre(by_mass)[1] - 14) <= 0.5
    assert mass_centre(by_box)[1] < 13
    columns = np.flatnonzero(by_box.any(axis=0))
    assert (columns[0], columns[-1]) == (4, 23)


def test_a_heavy_end_does_not_push_the_drawing_out_of_the_image() -> None:
    drawing = np.zeros((100, 100))
    drawing[:, 10:90] = 0.03
    drawing[:2, 10:90] = 1.0
    image = placed(drawing, 28, 28, Placing(20, by_mass=True))
    assert image.shape == (28, 28)
    np.testing.assert_allclose(image.sum() / 400, drawing[:, 10:90].mean() * 0.8, rtol=0.2)


def test_nothing_drawn_is_an_empty_image_and_a_dot_fills_the_box() -> None:
    assert not placed(np.zeros((280, 280)), 28, 28, placing_for(28, 28)).any()
    dot = np.zeros((280, 280))
    dot[3, 7] = 1.0
    assert placed(dot, 28, 28, placing_for(28, 28)).sum() == pytest.approx(400)
    faint = np.full((280, 280), 0.001)
    faint[100:140, 100:140] = 1.0
    assert placed(faint, 8, 8, placing_for(8, 8)).min() > 0.99


def test_images_of_other_sizes_are_left_where_they_are() -> None:
    assert placing_for(32, 32) is None
    drawing = np.zeros((320, 320))
    drawing[:10, :10] = 1.0
    wanted = np.zeros((32, 32))
    wanted[0, 0] = 1.0
    np.testing.assert_allclose(placed(drawing, 32, 32, None), wanted)


def test_digits_of_mnist_are_placed_as_they_are_already(mnist_files: tuple[Path, Path]) -> None:
    images = source_for_files(list(mnist_files)).load().x[:200].reshape(200, 28, 28) / 255.0
    changes: dict[bool, list[float]] = {True: [], False: []}
    placing = placing_for(28, 28)
    assert placing is not None
    for image in images.astype(np.float64):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert all(abs(each - 14) <= 0.5 for each in mass_centre(image))
        assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == 20  # the box that their authors speak of
        for thickens in (False, True):
            how = placing if thickens else replace(placing, narrowest=None)
            again = placed(np.kron(image, np.ones((10, 10))), 28, 28, how)
            changes[thickens].append(float(np.abs(again - image).max()))
    # Faint strokes at the border of a few digits are no ink, so those are scaled by a pixel more.
    assert np.mean(np.array(changes[False]) < 1e-6) > 0.9
    # And a few were written with so thin a pen that they are thickened, as drawings are.
    assert np.mean(np.array(changes[True]) < 1e-6) > 0.85


# Strokes


def ring(radius: float, width: float, side: int = 280) -> np.ndarray:
    """A circle drawn with a round pen, in shades at its borders."""
    rows, columns = np.mgrid[:side, :side] + 0.5 - side / 2
    return np.clip(width / 2 + 0.5 - np.abs(np.hypot(rows, columns) - radius), 0.0, 1.0)


@pytest.mark.parametrize("width", [6, 12, 24])
def test_the_width_of_a_stroke_is_its_area_over_half_its_outline(width: int) -> None:
    # Area 2 pi r w, outline 2 pi (r + w / 2) + 2 pi (r - w / 2). In pixels an outline that slants is a little longer.
    assert stroke_width(ring(80.0, width)) == pytest.approx(width, rel=0.08)
    bar = np.zeros((200, 100))
    bar[20:180, 40 : 40 + width] = 1.0
    corner = 2 - math.sqrt(2)  # the gradient cuts the one corner that it sees both sides of
    assert stroke_width(bar) == pytest.approx(2 * 160 * width / (2 * 160 + 2 * width - corner), rel=0.01)


@pytest.mark.parametrize(("pen", "radius"), [(22, 40.0), (36, 60.0), (36, 40.0)])
def test_what_is_drawn_small_with_a_thick_pen_has_strokes_as_in_mnist(pen: int, radius: float) -> None:
    drawing = ring(radius, pen)
    before = placed(drawing, 28, 28, Placing(20, by_mass=True))
    after = placed(drawing, 28, 28, placing_for(28, 28))
    assert stroke_width(before) > 3.9
    assert stroke_width(after) == pytest.approx(3.3, abs=0.5)
    assert after[13:15, 13:15].max() == 0.0, "the hole stays a hole"
    rows = np.flatnonzero((after > 0.02).any(axis=1))
    assert rows[-1] - rows[0] + 1 == 20, "it still fills the box"


@pytest.mark.parametrize(("size", "radius"), [(28, 60.0), (28, 120.0), (8, 60.0), (8, 120.0)])
@pytest.mark.parametrize("pen", [2, 5])
def test_what_is_drawn_with_a_thin_pen_has_strokes_as_in_the_data(pen: int, radius: float, size: int) -> None:
    placing = placing_for(size, size)
    assert placing is not None
    assert placing.narrowest is not None
    before = placed(ring(radius, pen), size, size, replace(placing, narrowest=None))
    after = placed(ring(radius, pen), size, size, placing)
    # Faint pixels have ink for a thinner stroke: a ring of width w and middle radius r has 2 pi r w of it.
    middle = (placing.box - placing.narrowest) / 2
    assert after.sum() == pytest.approx(2 * math.pi * middle * placing.narrowest, rel=0.12)
    assert before.sum() < 0.65 * after.sum()
    assert after[size // 2, size // 2] < 0.02, "the hole stays a hole"


def test_strokes_as_in_the_data_and_blots_stay_as_they_are() -> None:
    usual, blot = ring(100.0, 24), ring(0.0, 60)
    for drawing in (usual, blot):
        np.testing.assert_array_equal(thinned(drawing, 3.3, 20), drawing)
        np.testing.assert_array_equal(thickened(drawing, 1.6, 20), drawing)
    dot = np.zeros((9, 9))
    dot[4, 4] = 1.0
    np.testing.assert_array_equal(thickened(dot, 1.6, 20), dot)
