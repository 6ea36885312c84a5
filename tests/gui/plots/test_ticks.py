"""Marks stand at round numbers, fit in, and say what is there."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepviz.gui.plots import ticks


def labels(marks: list[ticks.Tick]) -> list[str]:
    return [mark.label.replace("\u202f", " ") for mark in marks]


def test_even_axes():
    assert labels(ticks.linear_ticks(0, 2, 5)) == ["0", "0.5", "1.0", "1.5", "2.0"]
    assert labels(ticks.linear_ticks(0.11, 0.1203, 4)) == ["0.110", "0.115", "0.120"]
    assert labels(ticks.linear_ticks(-1, 1, 3)) == ["-1", "0", "1"]
    assert labels(ticks.linear_ticks(0, 1e-6, 3)) == ["0", "5.0e-7", "1.0e-6"]
    assert labels(ticks.linear_ticks(0, 1, 3, percent=True)) == ["0 %", "50 %", "100 %"]


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0, 1e-30, 1e9, -1e16, 1.1e30, 1e38])
@pytest.mark.parametrize("share", [0.0, 1e-16, 1e-12])
def test_a_scale_always_has_two_ends_with_marks_between_them(value: float, share: float):
    low, high = ticks.apart(value, value + share * abs(value))
    assert low < high
    assert low <= value <= high
    for room in (2, 5, 12):
        marks = ticks.linear_ticks(low, high, room)
        assert 1 <= len(marks) <= room
        slack = 1e-6 * (high - low)
        assert all(low - slack <= mark.position <= high + slack for mark in marks)


def test_ends_that_differ_stay_as_they_are():
    assert ticks.apart(0.25, 0.2501) == (0.25, 0.2501)
    assert ticks.apart(-2.0, 3e20) == (-2.0, 3e20)


def test_steps():
    assert labels(ticks.step_ticks(0, 1000, 5)) == ["0", "250", "500", "750", "1 000"]
    assert labels(ticks.step_ticks(0, 3, 5)) == ["0", "1", "2", "3"]
    assert labels(ticks.step_ticks(0, 30000, 4)) == ["0", "10 000", "20 000", "30 000"]
    assert labels(ticks.step_ticks(0, 1_000_000, 3)) == ["0", "500 000", "1M"]


def test_logarithmic_axes():
    assert labels(ticks.logarithmic_ticks(-4, 0, 5)) == ["1e-4", "1e-3", "1e-2", "1e-1", "1e0"]
    assert labels(ticks.logarithmic_ticks(-3, 1, 5)) == ["0.001", "0.01", "0.1", "1", "10"]
    assert labels(ticks.logarithmic_ticks(-40, 0, 4)) == ["1e-40", "1e-20", "1e0"]
    assert labels(ticks.logarithmic_ticks(-3.8, -2.2, 6)) == ["2e-4", "5e-4", "1e-3", "2e-3", "5e-3"]
    assert labels(ticks.logarithmic_ticks(-1.2, -0.3, 5)) == ["0.1", "0.2", "0.5"]
    assert labels(ticks.logarithmic_ticks(-0.3, 0.3, 4)) == ["1.0", "1.5"]


@pytest.mark.parametrize("span", [5e3, 1e9, 1e15])
def test_marks_of_a_range_beyond_all_numbers(span: float):
    marks = ticks.logarithmic_ticks(-span, span, 4)
    assert 2 <= len(marks) <= 4
    assert all(-span <= mark.position <= span for mark in marks)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([-0.7, -0.5, -0.25, 0.0, 0.25, 0.5, 0.7], ["-0.70", "-0.50", "-0.25", "0", "0.25", "0.50", "0.70"]),
        ([-1.1, -1.0, 0, 3 * 0.1, 1.1], ["-1.1", "-1.0", "0", "0.3", "1.1"]),
        ([0, 5, 10, 13.5], ["0", "5.0", "10.0", "13.5"]),
        ([0, 200, 400, 450], ["0", "200", "400", "450"]),
        ([-7e-4, 2.5e-4, 7e-4], ["-7.0e-4", "2.5e-4", "7.0e-4"]),
        ([0, 1e5, 2e5], ["0", "1e5", "2e5"]),
        ([], []),
    ],
)
def test_the_numbers_of_one_bar_have_as_many_places(values: list[float], wanted: list[str]):
    assert labels(ticks.written_alike(values)) == wanted
    assert [tick.position for tick in ticks.written_alike(values)] == values


def test_an_axis_with_one_decade_has_more_marks_than_that():
    marks = ticks.logarithmic_ticks(math.log10(0.12), math.log10(8.5), 5)
    assert len(marks) >= 3, labels(marks)
    assert all(10**mark.position == pytest.approx(float(mark.label)) for mark in marks)


def test_zero_has_a_mark_of_its_own_and_nothing_stands_below_it():
    marks = ticks.logarithmic_ticks(-4.2, 0, 6, zero=-4)
    assert labels(marks) == ["0", "0.001", "0.01", "0.1", "1"]
    assert marks[0].position == -4


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12), st.integers(2, 9))
def test_never_more_marks_than_there_is_room_for_and_no_two_alike(low: float, span: float, room: int):
    high = low + span
    if high - low <= abs(low) * 1e-9:
        return
    for marks in (ticks.linear_ticks(low, high, room), ticks.step_ticks(low, high, room)):
        assert len(marks) <= room
        assert len(set(labels(marks))) == len(marks)


@given(st.floats(-320, 300), st.floats(1e-3, 300), st.integers(2, 9))
def test_never_more_decades_than_there_is_room_for(low: float, span: float, room: int):
    assert len(ticks.logarithmic_ticks(low, low + span, room)) <= room


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.118341, "0.1183"),
        (3.2145e-5, "3.214e-5"),
        (1e-4, "1e-4"),
        (1234.5678, "1235"),
        (99999.9, "100000"),
        (123456, "1.235e5"),
        (0, "0"),
        (-0.5, "-0.5"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_values_as_text(value: float, text: str):
    assert ticks.format_value(value) == text


def test_numbers_that_change_on_the_spot_keep_their_width():
    assert [ticks.format_value(value, trim=False) for value in (0.135, 0.1368, 1.0, 1234.0)] == [
        *("0.1350", "0.1368", "1.000", "1234")
    ]


def test_whole_numbers():
    assert ticks.format_integer(9999) == "9\u202f999"
    assert ticks.format_integer(1234567) == "1\u202f234\u202f567"


def test_labels_move_apart_no_further_than_needed():
    assert ticks.spread([1.0, 1.2, 5.0], gap=1, low=0, high=10) == pytest.approx([0.6, 1.6, 5.0])
    assert ticks.spread([9.9, 9.8, 0.0], gap=1, low=0, high=10) == pytest.approx([10.0, 9.0, 0.0])
    assert ticks.spread([3.0, 3.0, 3.0], gap=10, low=0, high=10) == pytest.approx([0.0, 5.0, 10.0])
    assert ticks.spread([], gap=1, low=0, high=1) == []


@given(st.lists(st.floats(-50, 150), max_size=12), st.floats(0.1, 8))
def test_labels_never_overlap_and_stay_inside(wanted: list[float], gap: float):
    placed = ticks.spread(wanted, gap, 0, 100)
    assert all(-1e-6 <= each <= 100 + 1e-6 for each in placed)
    ordered = sorted(placed)
    room = min(gap, 100 / max(len(wanted) - 1, 1))
    assert all(after - before >= room - 1e-6 for before, after in itertools.pairwise(ordered))
    by_wish = [place for _, place in sorted(zip(wanted, placed, strict=True))]
    assert by_wish == sorted(by_wish)


def test_marks_of_steps_are_all_in_millions_or_none_is() -> None:
    assert labels(ticks.step_ticks(514_541_873, 514_551_814, 3)) == ["514 545 000", "514 550 000"]
    assert labels(ticks.step_ticks(0, 2_000_000, 3)) == ["0", "1M", "2M"]


def test_small_pictures_have_a_mark_every_few_pixels_and_large_ones_calm_axes() -> None:
    assert [ticks.room_for(pixels, 28) for pixels in (30, 84, 140, 280)] == [2, 3, 4, 5]
    assert ticks.room_for(900, 28) == 10
    for pixels in (600, 900, 1600):
        assert 75 <= pixels / len(ticks.linear_ticks(0, 2.05, ticks.room_for(pixels, 28))) <= 330
