"""Lists of values as people type them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.dropout import Dropout
from deepviz.engine.optimizers.adam import Adam
from deepviz.registry import Definition, Hyperparameter
from deepviz.training.grid_values import MOST_VALUES, ValuesError, values_of


def wanted(kind: type[Definition], name: str) -> Hyperparameter:
    return next(each for each in kind.hyperparameters() if each.name == name)


RATE, UNITS = wanted(Adam, "learning_rate"), wanted(Dense, "units")


@pytest.mark.parametrize(
    ("text", "what", "values"),
    [
        ("0.1, 0.01, 0.001", RATE, (0.1, 0.01, 0.001)),
        (" 1e-3 ;.5,2. ", RATE, (0.001, 0.5, 2.0)),
        ("0.1, 0.1, 0.10", RATE, (0.1,)),
        ("0.001..0.1 log 3", RATE, (0.001, 0.01, 0.1)),
        ("0.1..0.001 log 3", RATE, (0.1, 0.01, 0.001)),
        ("0.1 .. 0.5 linear 5", RATE, (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("0.1..0.5 5", RATE, (0.1, 0.2, 0.3, 0.4, 0.5)),
        ("0.1..0.35 step 0.1", RATE, (0.1, 0.2, 0.3)),
        ("16..64 step 16", UNITS, (16, 32, 48, 64)),
        ("1..4", UNITS, (1, 2, 3, 4)),
        ("4..1", UNITS, (4, 3, 2, 1)),
        ("1..100 log 3, 7", UNITS, (1, 10, 100, 7)),
        ("8", UNITS, (8,)),
        ("all", wanted(Dense, "use_bias"), (False, True)),
        ("off, ON", wanted(Dense, "use_bias"), (False, True)),
        ("none, 1, 5", wanted(Adam, "global_clipnorm"), (None, 1.0, 5.0)),
        ("glorot_uniform, he_normal", wanted(Dense, "kernel_initializer"), ("glorot_uniform", "he_normal")),
        ("3x3; 5x5", wanted(Conv2D, "kernel_size"), ("3x3", "5x5")),
    ],
)
def test_lists_and_ranges(text: str, what: Hyperparameter, values: tuple[object, ...]) -> None:
    found = values_of(text, what)
    assert found == values
    assert list(map(type, found)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "what", "reason"),
    [
        ("", RATE, "Type the values"),
        ("0.1,,0.2", RATE, "comma"),
        ("0.1,", RATE, "comma"),
        ("0", RATE, "above 0"),
        ("x", RATE, "no number"),
        ("nan", RATE, "no finite number"),
        ("1e999", RATE, "no finite number"),
        ("0.1..1", RATE, "how many"),
        ("0.1..1 log 1", RATE, "from 2"),
        ("0.1..1 log 2.5", RATE, "from 2"),
        ("-1..1 log 3", RATE, "above 0"),
        ("0.1..1 step 0", RATE, "do not lead"),
        ("0.1..1 step -1", RATE, "do not lead"),
        ("0.5", UNITS, "whole number"),
        ("0", UNITS, "at least 1"),
        ("1..100000000", UNITS, "more than"),
        ("1.2", wanted(Dropout, "rate"), "at most"),
        ("maybe", wanted(Dense, "use_bias"), "on or off"),
        ("he", wanted(Dense, "kernel_initializer"), "cannot be"),
        ("none", UNITS, "no number"),
    ],
)
def test_nonsense_is_told_in_words(text: str, what: Hyperparameter, reason: str) -> None:
    with pytest.raises(ValuesError, match=reason):
        values_of(text, what)


@given(st.lists(st.floats(1e-8, 1e3), min_size=1, max_size=20))
def test_what_is_written_with_commas_is_read_back(values: list[float]) -> None:
    found = values_of(", ".join(map(repr, values)), RATE)
    assert list(found) == list(dict.fromkeys(values))


@given(st.floats(1e-6, 1e2), st.floats(1e-6, 1e2), st.integers(2, 40))
def test_ranges_have_their_ends_and_equal_ratios_or_distances(low: float, high: float, count: int) -> None:
    spaced = {how: values_of(f"{low!r}..{high!r} {how} {count}", RATE) for how in ("log", "linear")}
    for how, values in spaced.items():
        if low != high and len(values) == count:
            assert (values[0], values[-1]) == (low, high)
            places = [math.log(value) if how == "log" else value for value in values]
            gaps = [after - before for before, after in pairwise(places)]
            size = abs(places[-1] - places[0]) / (count - 1)
            assert all(abs(abs(gap) - size) <= 1e-9 * max(1.0, abs(places[0]), abs(places[-1])) for gap in gaps)


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_values_within_bounds_or_words(text: str) -> None:
    for what in (RATE, UNITS, wanted(Dense, "use_bias"), wanted(Dropout, "rate")):
        try:
            values = values_of(text, what)
        except ValuesError:
            continue
        assert 0 < len(values) <= MOST_VALUES
        for value in values:
            assert isinstance(value, bool | int | float)
            assert what.minimum is None or value >= what.minimum
            assert what.maximum is None or value <= what.maximum
