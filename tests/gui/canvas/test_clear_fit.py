"""Fitting a network clear of what floats: no card below a legend, and the network first where room is scarce."""

from __future__ import annotations

import pytest

from deepviz.gui.canvas.clear_fit import BELOW_CARD, MARGIN, Fit, clear_fit
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, around

SIZE = (1000.0, 600.0)
LEGEND = Box(860.0, 530.0, 988.0, 588.0)
BUTTON = Box(900.0, 12.0, 988.0, 40.0)
ZOOMS = (0.1, 1.0)


def grid(columns: int, rows: int, last_row: int) -> list[Box]:
    """Cards in rows, of which the last has so many."""
    places = [(x, y) for y in range(rows) for x in range(columns if y < rows - 1 else last_row)]
    return [Box(216.0 * x, 130.0 * y, 216.0 * x + WIDTH, 130.0 * y + HEIGHT) for x, y in places]


def fitted(cards: list[Box], *floats: Box, size: tuple[float, float] = SIZE) -> Fit:
    content = around(cards)
    assert content is not None
    return clear_fit(content, cards, size, floats, ZOOMS)


def on_screen(cards: list[Box], fit: Fit) -> list[Box]:
    """Where cards with what is below them come to lie."""
    content = around(cards)
    assert content is not None
    x, y = content.center
    return [
        Box(
            fit.middle.x + fit.zoom * (card.left - x),
            fit.middle.y + fit.zoom * (card.top - y),
            fit.middle.x + fit.zoom * (card.right - x),
            fit.middle.y + fit.zoom * (card.bottom + BELOW_CARD - y),
        )
        for card in cards
    ]


def test_without_anything_in_the_way_it_is_in_the_middle_as_large_as_it_fits() -> None:
    cards = grid(6, 5, 6)
    width, height = 5 * 216 + WIDTH, 4 * 130 + HEIGHT
    zoom = min((1000 - 2 * MARGIN) / width, (600 - 2 * MARGIN) / height)
    found = fitted(cards)
    assert found.zoom == pytest.approx(zoom)
    assert found.middle == (500.0, 300.0)
    few = grid(2, 1, 2)
    assert fitted(few, LEGEND, BUTTON) == Fit(1.0, (500.0, 300.0)), "not enlarged, and nothing is in the way"


@pytest.mark.parametrize("floats", [(LEGEND,), (BUTTON,), (LEGEND, BUTTON)])
@pytest.mark.parametrize(("columns", "rows"), [(5, 5), (6, 6), (7, 7)])
def test_no_card_lies_below_what_floats(floats: tuple[Box, ...], columns: int, rows: int) -> None:
    cards = grid(columns, rows, columns)
    before, found = fitted(cards), fitted(cards, *floats)
    assert any(card.meets(each) for card in on_screen(cards, before) for each in floats), "else nothing is tested"
    for card in on_screen(cards, found):
        assert not any(card.meets(each) for each in floats)
        assert 0 <= card.left <= card.right <= SIZE[0]
        assert 0 <= card.top <= card.bottom <= SIZE[1]
    assert 0.7 * before.zoom < found.zoom <= before.zoom


def test_a_last_row_that_ends_before_the_legend_needs_no_room() -> None:
    cards = grid(5, 5, 2)
    assert fitted(cards, LEGEND) == fitted(cards)


def test_where_there_is_too_little_room_the_network_comes_first() -> None:
    cards, low = grid(5, 2, 5), (1000.0, 120.0)
    tall = Box(860.0, 50.0, 988.0, 108.0)
    assert fitted(cards, tall, size=low) == fitted(cards, size=low)


def test_below_a_message_in_a_small_window_no_card_lies_below_a_legend() -> None:
    """The canvas at 1280 x 800 with a message of four lines: two rows of cards, a button above, two legends below."""
    cards, size = grid(5, 2, 4), (774.0, 270.0)
    floats = (Box(684.0, 12.0, 762.0, 40.0), Box(630.0, 202.0, 762.0, 258.0), Box(438.0, 202.0, 618.0, 258.0))
    before = fitted(cards, size=size)
    assert any(card.meets(each) for card in on_screen(cards, before) for each in floats), "else nothing is tested"
    found = fitted(cards, *floats, size=size)
    for card in on_screen(cards, found):
        assert not any(card.meets(each) for each in floats)
    assert found.zoom > 0.42, "numbers are still shown"
