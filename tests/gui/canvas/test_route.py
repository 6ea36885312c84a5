"""The way of an edge: smooth, around cards, and with a distance to the pointer."""

from __future__ import annotations

from itertools import pairwise

import pytest

from deepviz.gui.canvas.geometry import Box, Point, card_box
from deepviz.gui.canvas.route import loose_end, route

ROW = (Point(170, 46), Point(216, 46))
NEXT_ROW = (Point(818, 46), Point(0, 194))
SAME_COLUMN = (Point(170, 46), Point(0, 194))
BACK_IN_ROW = (Point(818, 46), Point(216, 46))
UPWARDS = (Point(170, 400), Point(-300, 46))
ALMOST_NO_ROOM = (Point(170, 46), Point(180, 300))


@pytest.mark.parametrize("ends", [ROW, NEXT_ROW, SAME_COLUMN, BACK_IN_ROW, UPWARDS, ALMOST_NO_ROOM])
def test_it_is_one_smooth_line_that_leaves_and_arrives_level(ends):
    start, end = ends
    way = route(start, end)
    assert way.curves[0][0] == start
    assert way.curves[-1][3] == end
    assert way.curves[0][1].y == start.y
    assert way.curves[0][1].x > start.x
    assert way.curves[-1][2].y == end.y
    assert way.curves[-1][2].x < end.x
    for first, second in pairwise(way.curves):
        assert first[3] == second[0]
        into, out = _direction(first[2], first[3]), _direction(second[0], second[1])
        assert into == pytest.approx(out, abs=1e-6)


def test_forwards_it_is_a_single_curve():
    assert len(route(*ROW).curves) == 1


def test_to_the_next_row_it_runs_in_the_middle_of_the_gap_and_not_over_cards():
    way = route(*NEXT_ROW)
    row, next_row = [card_box((x, 0)) for x in (0, 216, 432, 648)], [card_box((x, 148)) for x in (0, 216, 432, 648)]
    inside = [point for point in way.points for box in (*row, *next_row) if _strictly_inside(box, point)]
    assert inside == []
    assert any(point.y == 120 for point in way.points)
    assert max(point.x for point in way.points) < 864 - 10
    assert min(point.x for point in way.points) < 0


def test_a_detour_runs_along_its_level():
    start, end = Point(170, 46), Point(648, 46)
    way = route(start, end, level=-20)
    assert (way.curves[0][0], way.curves[-1][3]) == (start, end)
    assert [point.y for point in way.curves[1]] == [-20] * 4
    assert way.curves[1][0].x < 170 + 60
    assert way.curves[1][3].x > 648 - 60


def test_a_detour_with_little_room_is_still_smooth():
    way = route(Point(0, 0), Point(90, 10), level=-60)
    assert len(way.curves) == 2
    assert _direction(*way.curves[0][2:]) == pytest.approx(_direction(*way.curves[1][:2]))


def test_distance_is_measured_to_the_nearest_point():
    way = route(Point(0, 0), Point(100, 0))
    assert way.distance_to(Point(50, 7)) == pytest.approx(7)
    assert way.distance_to(Point(-3, 4)) == pytest.approx(5)
    assert way.distance_to(Point(40, 0)) == 0


def test_the_box_holds_every_point():
    way = route(*NEXT_ROW)
    assert all(way.box.contains(point) for point in way.points)
    assert way.box.right > 818


@pytest.mark.parametrize("end", [Point(300, 80), Point(-300, -80), Point(0, 0)])
def test_a_loose_end_follows_the_pointer_anywhere(end):
    way = loose_end(Point(0, 0), end)
    assert way.curves[0][0] == (0, 0)
    assert way.curves[-1][3] == end


def _direction(start: Point, end: Point) -> tuple[float, float]:
    length = ((end.x - start.x) ** 2 + (end.y - start.y) ** 2) ** 0.5
    return (end.x - start.x) / length, (end.y - start.y) / length


def _strictly_inside(box: Box, point: Point) -> bool:
    return box.contains(point, margin=-1.0)
