"""Pictures are as large as fits, none lies on another, and a point finds the one that it is in."""

from __future__ import annotations

from itertools import pairwise

import pytest

from deepviz.gui.plots.arrangement import LOWEST, SMALLEST, TITLE, arranged


@pytest.mark.parametrize("count", [1, 2, 6, 16, 33])
@pytest.mark.parametrize(("width", "height"), [(240, 200), (800, 300), (300, 900)])
@pytest.mark.parametrize("keeps_shape", [True, False])
def test_pictures_lie_inside_and_beside_each_other(count: int, width: int, height: int, keeps_shape: bool) -> None:
    shown = arranged(count, 5, 5, width, height, keeps_shape)
    rects = [shown.rect(number) for number in range(count)]
    for rect in rects:
        assert rect.left() >= 0
        assert rect.right() <= width
        assert rect.bottom() <= shown.total_height
        assert rect.width() >= SMALLEST or count == 1 or not keeps_shape
        if keeps_shape:
            assert rect.width() == pytest.approx(rect.height())
    for first, second in pairwise(rects):
        assert not first.intersects(second.adjusted(0, -TITLE, 0, 0))


def test_few_pictures_fit_without_scrolling_and_a_file_leaves_none_out() -> None:
    assert arranged(16, 8, 8, 400, 300, True).total_height <= 300
    many = arranged(500, 8, 8, 300, 200, True)
    assert many.total_height > 200
    assert many.width >= SMALLEST
    assert many.height >= LOWEST
    in_a_file = arranged(500, 8, 8, 800, 900, True, scrolls=False)
    assert in_a_file.rect(499).bottom() <= 900


def test_a_point_finds_its_picture() -> None:
    shown = arranged(7, 4, 4, 300, 300, True)
    for number in range(7):
        centre = shown.rect(number).center()
        assert shown.number_at(centre.x(), centre.y(), 7) == number
        assert shown.number_at(centre.x(), shown.rect(number).top() - TITLE + 2, 7) == number
    assert shown.number_at(-20, 50, 7) is None
    assert shown.number_at(shown.rect(0).center().x(), 5000, 7) is None
