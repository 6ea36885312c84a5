"""Values are written as people write them, read as people type them, and stepped to the next round one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field as Declared

from deepviz.engine import layers
from deepviz.gui.panels import values
from deepviz.registry import Definition, Hyperparameter


class Numbers(Definition):
    """Some numbers."""

    units: int = Declared(64, ge=1, le=65_536, title="Units")
    batch_size: int = Declared(32, ge=1, le=65_536, title="Batch size", json_schema_extra={"logarithmic": True})
    learning_rate: float = Declared(1e-3, gt=0, le=10, title="Learning rate", json_schema_extra={"logarithmic": True})
    weight_decay: float = Declared(0.0, ge=0, title="Weight decay", json_schema_extra={"logarithmic": True})
    rate: float = Declared(0.5, ge=0, lt=1, title="Rate")
    max_norm: float | None = Declared(None, gt=0, title="Largest norm")
    weights: tuple[float, ...] | None = Declared(None, title="Weights")


def hyperparameter(name: str) -> Hyperparameter:
    return next(each for each in Numbers.hyperparameters() if each.name == name)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_as_they_were_written(value: float) -> None:
    text = values.written(value)
    assert float(text) == value
    assert not text.endswith(".0")


def test_numbers_are_written_compactly() -> None:
    written = [values.written(value) for value in (0.001, 1e-5, 1e-7, 0.0, 1.0, 2.5e-8, -0.5, 3, (5, 5), None, True)]
    assert written == ["0.001", "1e-5", "1e-7", "0", "1", "2.5e-8", "-0.5", "3", "5 × 5", "", "on"]
    assert values.written((1.0, 0.25, 1e-5)) == "1, 0.25, 1e-5"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5).map(tuple))
def test_rows_of_numbers_read_back_as_they_were_written(row: tuple[float, ...]) -> None:
    assert values.read(hyperparameter("weights"), values.written(row)) == row


@pytest.mark.parametrize(
    ("text", "row"),
    [("1,2, 3", (1, 2, 3)), ("1,5 2", (1.5, 2)), ("1,5; 2", (1.5, 2)), ("[1e-3, .5]", (1e-3, 0.5)), ("4", (4,))],
)
def test_commas_separate_numbers_unless_something_else_does(text: str, row: tuple[float, ...]) -> None:
    assert values.read(hyperparameter("weights"), text) == row


@pytest.mark.parametrize("text", ["1,, 2", "1, x", "1; ; 2", ",", "nan, 1"])
def test_what_is_no_row_of_numbers_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"Weights must be numbers, for example 1, 0\.5, 2\."):
        values.read(hyperparameter("weights"), text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("128", 128), ("1e3", 1000), ("1 000", 1000), ("1,000", 1000), ("10.0", 10), ("\u2009512 ", 512), ("12_8", 128)],
)
def test_whole_numbers_are_read_as_people_write_them(text: str, value: int) -> None:
    read = values.read(hyperparameter("units"), text)
    assert read == value
    assert isinstance(read, int)


@pytest.mark.parametrize(("text", "value"), [("1e-3", 1e-3), ("0,5", 0.5), (".5", 0.5), ("5E-1", 0.5), ("1", 1.0)])
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert values.read(hyperparameter("learning_rate"), text) == value


@given(st.floats(min_value=1e-12, max_value=10), st.sampled_from([-10, -1, 1, 10]))
def test_steps_stay_within_bounds_and_go_the_right_way(start: float, steps: int) -> None:
    for name in ("learning_rate", "rate", "max_norm"):
        each = hyperparameter(name)
        begin = min(start, each.maximum) if each.maximum is not None else start
        target = values.stepped(each, begin, steps)
        assert each.minimum is not None
        assert target >= each.minimum
        assert target > 0 or not each.exclusive_minimum
        assert each.maximum is None or target <= each.maximum
        assert (target - begin) * steps >= -1e-12


def test_steps_are_round() -> None:
    def steps(name: str, start: float | None, count: int = 1) -> float:
        return float(values.stepped(hyperparameter(name), start, count))

    assert steps("rate", 0.5) == 0.51
    assert steps("rate", 0.1, 2) == 0.12
    assert steps("max_norm", 3.0) == 3.1
    assert steps("learning_rate", 0.001) == 0.002
    assert steps("learning_rate", 0.003, -1) == 0.002
    assert steps("learning_rate", 10.0) == 10.0
    assert steps("units", 1, -1) == 1
    assert [steps("batch_size", 32), steps("batch_size", 32, -1), steps("batch_size", 1, -1)] == [64, 16, 1]
    assert [steps("weight_decay", 0.0), steps("weight_decay", 0.0, -1)] == [1e-4, 0.0]
    assert steps("max_norm", None) == 1.0, "a start, where there was no value"
    assert steps("rate", None, -1) == 0.5, "a start is the default, whichever the way"


def test_several_lengths_step_together_within_the_bounds_of_each() -> None:
    def steps(layer: type[Definition], name: str, start: tuple[int, ...] | None, count: int) -> object:
        each = next(each for each in layer.hyperparameters() if each.name == name)
        assert values.can_step(each)
        return values.stepped(each, start, count)

    convolution, pooling = layers.registry["Conv2D"], layers.registry["MaxPool2D"]
    assert steps(convolution, "kernel_size", (3, 3), 1) == (4, 4)
    assert steps(convolution, "kernel_size", (1, 5), -1) == (1, 4), "a length is at least 1"
    assert steps(convolution, "kernel_size", (1000, 2), 10) == (1000, 12)
    assert steps(pooling, "strides", None, 1) == (1, 1), "a start, where there was no value"
    assert steps(pooling, "explicit_padding", (0, 0, 1, 0), -1) == (0, 0, 0, 0)


def test_what_has_any_number_of_lengths_does_not_step() -> None:
    shapes = [each for each in layers.registry["Input"].hyperparameters() if each.kind == "shape"]
    assert shapes
    assert not any(values.can_step(each) for each in [*shapes, hyperparameter("weights")])
