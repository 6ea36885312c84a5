"""The accuracy that is read from each step: of several outputs, of a single one, and of sequences."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.probes.accuracy import AccuracyProbe
from deepviz.engine.tape import Tape
from deepviz.engine.team.part import Part


def read(outputs: np.ndarray, classes: np.ndarray, part: Part | None = None) -> float | np.ndarray:
    """What the probe reads from a step that gives these outputs."""
    tape = Tape(np.dtype(np.float64), training=True, part=part)
    recording = SimpleNamespace(tape=tape, outputs=tape.external(outputs), classes=tape.external(classes))
    assert AccuracyProbe().fits(recording)
    reading = AccuracyProbe().record(recording)
    tape.compile().replay()
    return reading()


@pytest.mark.parametrize("shape", [(10, 3), (10, 4, 3), (10, 1), (10, 4, 1)])
def test_the_share_that_is_right(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    outputs, classes = rng.standard_normal(shape), rng.integers(0, 2, shape[:-1])
    guessed = outputs.argmax(-1) if shape[-1] > 1 else outputs[..., 0] > 0
    found = read(outputs, classes)
    assert found == np.mean(guessed == classes)
    assert isinstance(found, float)


class Pair:
    """A team of two, as one of them sees it: the other one has the same numbers."""

    def sum(self, values: np.ndarray, out: np.ndarray) -> None:
        np.multiply(values, 2, out=out)


def test_processes_that_share_a_batch_see_the_accuracy_of_all_of_it() -> None:
    outputs, classes = np.array([[1.0], [1.0], [-1.0]]), np.array([1, 0, 0])
    assert read(outputs, classes, Part(0, 3, 6, Pair())) == 2 / 3


def test_there_is_none_without_classes() -> None:
    assert not AccuracyProbe().fits(SimpleNamespace(classes=None))


def test_it_follows_the_rule_of_the_losses() -> None:
    outputs = np.array([[2.0], [-1.0], [0.0]])
    assert read(outputs, np.array([1, 0, 0])) == 1
    assert np.array_equal(losses.BinaryCrossEntropy().predicted_classes(outputs), [1, 0, 0])
