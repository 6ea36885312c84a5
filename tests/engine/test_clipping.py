"""Clipping, and the spans that an optimizer keeps to."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizer_state import CHUNK, Span
from deepviz.engine.tape import Tape
from deepviz.registry import DefinitionError
from tests.engine.small_trainer import made, network, numbers_of, one_weight, trainer

KINDS = [pytest.param(kind, id=kind.key) for kind in optimizers.registry.values()]
every_kind = pytest.mark.parametrize("kind", KINDS)


def clipped(optimizer: Optimizer, gradients: np.ndarray, spans: tuple[slice, ...] | None = None) -> np.ndarray:
    """What clipping makes of gradients."""
    gradients = gradients.copy()
    tape = Tape(gradients.dtype)
    square = tape.input(())
    state = optimizer.start(np.zeros_like(gradients), spans)
    optimizer.record_clipping(tape, gradients, square, state)
    compiled = tape.compile()
    with np.errstate(over="ignore"):
        square.array()[()] = gradients.dot(gradients)
    compiled.replay()
    return gradients


@pytest.mark.parametrize("length", [3, CHUNK + 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_norm_of_all_gradients_is_limited(length: int, dtype: type) -> None:
    gradients = np.random.default_rng(0).standard_normal(length).astype(dtype)
    norm = np.linalg.norm(gradients.astype(np.float64))
    for limit in (0.5 * norm, 0.01):
        found = clipped(optimizers.SGD(global_clipnorm=limit), gradients)
        np.testing.assert_allclose(found, gradients * (limit / norm), rtol=1e-5 if dtype is np.float32 else 1e-12)
    for limit in (norm * 1.001, 1e9):
        assert np.array_equal(clipped(optimizers.SGD(global_clipnorm=limit), gradients), gradients), "to the bit"


def test_gradients_whose_squares_overflow_are_clipped_too() -> None:
    gradients = np.array([3e25, 4e25], np.float32)
    assert clipped(optimizers.SGD(global_clipnorm=1.0), gradients) == pytest.approx([0.6, 0.8], rel=1e-6)


@pytest.mark.parametrize("length", [4, CHUNK + 5])
def test_every_gradient_is_limited(length: int) -> None:
    gradients = np.resize(np.array([-5.0, -0.5, 0.25, 7.0]), length)
    found = clipped(optimizers.SGD(clipvalue=0.5), gradients)
    assert np.array_equal(found, np.clip(gradients, -0.5, 0.5))


def test_only_what_is_trained_is_clipped() -> None:
    gradients = np.full(10, 4.0)
    spans = (Span(1, 3), Span(7, 10))
    for optimizer in (optimizers.SGD(clipvalue=0.5), optimizers.SGD(global_clipnorm=1.0)):
        changed = clipped(optimizer, gradients, spans) != gradients
        assert np.flatnonzero(changed).tolist() == [1, 2, 7, 8, 9]


@every_kind
def test_without_clipping_nothing_is_recorded(kind: type[Optimizer]) -> None:
    tape = Tape(np.dtype(np.float32))
    kind().record_clipping(tape, np.zeros(5, np.float32), tape.input(()), kind().start(np.zeros(5, np.float32)))
    assert tape.records == []


@every_kind
def test_it_is_one_or_the_other(kind: type[Optimizer]) -> None:
    both = "clipvalue: gradients are clipped by Clip norm or by Clip value, not by both"
    with pytest.raises(DefinitionError, match=both):
        kind.checked({"global_clipnorm": 1.0, "clipvalue": 1.0})
    assert kind().global_clipnorm is None
    assert kind().clipvalue is None
    names = [hyperparameter.name for hyperparameter in kind.hyperparameters()]
    assert names[-2:] == ["global_clipnorm", "clipvalue"], "what few people change comes last"
    for limit in (0.0, -1.0):
        with pytest.raises(DefinitionError, match="clipvalue"):
            kind.checked({"clipvalue": limit})


@every_kind
@pytest.mark.parametrize("limit", [{"global_clipnorm": 0.25}, {"clipvalue": 0.05}], ids=lambda limit: next(iter(limit)))
def test_an_optimizer_sees_the_clipped_gradients_and_probes_the_others(
    kind: type[Optimizer], limit: dict[str, float]
) -> None:
    """The run with clipping is that of an optimizer which is handed gradients that were clipped by hand."""
    run = trainer(kind(**limit), network(dtype="float64"), probes=("gradient_norm",))
    plain = trainer(kind(), network(dtype="float64"))
    ours, state = plain.network.parameters.vector.copy(), kind().start(plain.network.parameters.vector)
    gradients = np.zeros_like(ours)
    tape = Tape(ours.dtype)
    kind().record(tape, ours, gradients, state)
    by_hand = tape.compile()
    steps, hit = run.steps(), 0
    for _ in range(10):
        plain.network.parameters.vector[:] = ours
        next(plain_steps := plain.steps())
        plain_steps.close()
        raw = plain.network.gradients.vector
        record = next(steps)
        norm = np.linalg.norm(raw)
        assert np.linalg.norm(record.values["gradient_norm"]) == pytest.approx(norm, rel=1e-12), "as it was"
        if "clipvalue" in limit:
            gradients[:] = np.clip(raw, -0.05, 0.05)
            hit += bool((np.abs(raw) > 0.05).any())
        else:
            gradients[:] = raw * min(1.0, 0.25 / norm)
            hit += norm > 0.25
        by_hand.replay()
        assert run.network.parameters.vector == pytest.approx(ours, rel=1e-10, abs=1e-13)
    assert hit > 0


def test_clipping_keeps_a_run_from_diverging() -> None:
    plain = one_weight(30.0, 1.0, optimizers.SGD(learning_rate=0.01))
    tame = one_weight(30.0, 1.0, optimizers.SGD(learning_rate=0.01, global_clipnorm=1.0))
    weights = [abs(float(made(run, 9).network.parameters["dense_1/W"][0, 0])) for run in (plain, tame)]
    assert weights[0] > 1e6
    assert weights[1] < 1


# Spans


@every_kind
def test_only_the_spans_are_trained(kind: type[Optimizer]) -> None:
    rng, spans = np.random.default_rng(0), (Span(2, 5), Span(9, 9 + CHUNK))
    start = rng.standard_normal(CHUNK + 20)
    whole, part = start.copy(), start.copy()
    gradients = rng.standard_normal(start.size)
    kept = []
    for vector, wanted in ((whole, None), (part, spans)):
        state = kind().start(vector, wanted)
        tape = Tape(start.dtype)
        kind().record(tape, vector, gradients, state)
        compiled = tape.compile()
        for _ in range(3):
            compiled.replay()
        kept.append(state)
    inside = np.zeros(start.size, bool)
    for span in spans:
        inside[span.start : span.stop] = True
    assert np.array_equal(part[inside], whole[inside])
    assert np.array_equal(part[~inside], start[~inside])
    assert not np.array_equal(whole[~inside], start[~inside])
    fresh = kind().start(start)
    for name, vector in kept[1].vectors.items():
        assert np.array_equal(vector[inside], kept[0].vectors[name][inside])
        assert np.array_equal(vector[~inside], fresh.vectors[name][~inside])
    assert kept[0].spans == ((0, start.size, 0),)


@every_kind
def test_a_frozen_layer_stays_as_it_is(kind: type[Optimizer]) -> None:
    chain = [
        layers.Input(shape=(4,)),
        layers.Dense(units=6),
        layers.Tanh(),
        layers.Dense(units=5, trainable=False),
        layers.Dense(units=3),
    ]
    rng = np.random.default_rng(1)
    data = rng.standard_normal((12, 4)), rng.integers(0, 3, 12)
    optimizer = kind(global_clipnorm=0.5)
    run = Trainer(Network.sequential(chain, seed=2), losses.SoftmaxCrossEntropy(), optimizer, data, epochs=5)
    before = run.network.parameters.copied()
    first = numbers_of(run.state())
    made(run, 5)
    for name, array in before.items():
        assert np.array_equal(run.network.parameters[name], array) == name.startswith("dense_2"), name
    last = numbers_of(run.state())
    assert all(last[name] == first[name] for name in first if "dense_2" in name)
