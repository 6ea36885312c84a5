"""What a dragged card is drawn to, and which lines show it, by plain numbers."""

from __future__ import annotations

from deepviz.gui.canvas.alignment import OVERHANG, Guide, aligned
from deepviz.gui.canvas.geometry import Box, Point


def card(left: float, top: float, width: float = 170.0, height: float = 92.0) -> Box:
    return Box(left, top, left + width, top + height)


def test_nothing_near_is_nothing_to_be_drawn_to() -> None:
    found = aligned(card(0, 0), [card(400, 200)], 6.0)
    assert (found.dx, found.dy, found.guides) == (None, None, ())


def test_the_nearer_of_two_cards_wins() -> None:
    found = aligned(card(0, 0), [card(5, 300), card(-3, 613)], 6.0)
    assert (found.dx, found.dy) == (-3.0, None)


def test_lines_run_along_everything_that_is_level() -> None:
    found = aligned(card(2, 0), [card(0, 317), card(0, -300)], 6.0)
    assert set(found.guides) == {
        Guide(Point(0, -300 - OVERHANG), Point(0, 409 + OVERHANG)),
        Guide(Point(170, -300 - OVERHANG), Point(170, 409 + OVERHANG)),
    }


def test_middles_count_where_sizes_differ() -> None:
    found = aligned(card(0, 0, width=100), [card(-37, 300)], 6.0)
    assert found.dx == -2.0
    assert [guide.start.x for guide in found.guides] == [48.0]


def test_a_straight_connection_counts_and_shows_no_line_of_its_own() -> None:
    found = aligned(card(0, 0), [card(400, 209)], 6.0, levels=[-4.0])
    assert (found.dx, found.dy, found.guides) == (None, -4.0, ())


def test_equal_gaps_to_both_sides_and_to_the_next_gap() -> None:
    between = aligned(card(247, 30), [card(0, 0), card(500, 0)], 6.0)
    assert between.dx == 3.0
    assert {(guide.start.x, guide.end.x) for guide in between.guides if guide.is_gap} == {(170, 250), (420, 500)}
    behind = aligned(card(443, 30), [card(0, 0), card(220, 0)], 6.0)
    assert behind.dx == -3.0
    assert {(guide.start.x, guide.end.x) for guide in behind.guides if guide.is_gap} == {(170, 220), (390, 440)}


def test_what_lines_up_goes_before_equal_gaps() -> None:
    found = aligned(card(247, 30), [card(0, 0), card(500, 0), card(245, 400)], 6.0)
    assert found.dx == -2.0


def test_equal_gaps_from_top_to_bottom() -> None:
    found = aligned(card(30, 143), [card(0, 0), card(0, 280)], 6.0)
    assert found.dy == -3.0
    assert {(guide.start.y, guide.end.y) for guide in found.guides if guide.is_gap} == {(92, 140), (232, 280)}
