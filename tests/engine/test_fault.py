"""A layer that raises in the middle of a run: where it was is known, nothing is lost, and the run can go on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.fault import Fault
from deepviz.engine.trainer import Diverged
from tests.engine.raising_layers import PLACES, Faulty, Raising
from tests.engine.small_trainer import made, numbers_of, samples, trainer

WORDS = {
    "recording": "in the forward pass of raising_1",
    "recording backward": "in the backward pass of raising_1",
    "forward": "in the forward pass of raising_1",
    "backward": "in the backward pass of raising_1",
    "update": "in the update of raising_1",
}


@pytest.fixture(autouse=True)
def _sound() -> Iterator[None]:
    yield
    Faulty.place = ""


def run() -> Trainer:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=6), Raising(), layers.Tanh(), layers.Dense(units=3)]
    net = Network.sequential(chain, seed=0)
    optimizer = optimizers.SGD(learning_rate=0.1, momentum=0.9)
    return Trainer(net, losses.SoftmaxCrossEntropy(), optimizer, samples(), batch_size=5, epochs=4, seed=3)


@pytest.mark.parametrize("place", PLACES)
def test_the_place_is_known_and_the_next_run_works(place: str) -> None:
    # The first size of batch is recorded once, the last, smaller one of the epoch when it comes for the first time.
    calls = 1 if place.startswith("recording") else 4
    Faulty.place, Faulty.calls = place, 10**9
    whole = run()
    wanted = list(whole.steps())
    Faulty.calls = calls
    broken = run()
    with pytest.raises(ZeroDivisionError, match="the well is dry"):
        list(broken.steps())
    records = wanted[: broken.step]
    phase = "forward" if place == "recording" else place.removeprefix("recording ")
    assert broken.fault == Fault("raising_1", phase, 5, "recording" in place)
    assert broken.fault.where == f"at step 5, {WORDS[place]}"
    assert (broken.step, broken.samples_seen) == (4, 20)
    Faulty.calls = 10**9
    again = list(broken.steps())
    assert [record.step for record in records + again] == list(range(1, 21))
    if place != "update":  # of which a part was made
        assert again == wanted[4:]
        assert numbers_of(broken.state()) == numbers_of(whole.state())


def test_a_loss_that_raises_is_named() -> None:
    class Broken(losses.SoftmaxCrossEntropy):  # type: ignore[misc, name-defined]
        def record(self, tape, outputs, targets):  # type: ignore[no-untyped-def]
            def fail(*arrays: np.ndarray) -> None:
                raise RuntimeError("no target")

            value, grad = super().record(tape, outputs, targets)
            tape.run(fail, value)
            return value, grad

    net = Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=3)])
    broken = Trainer(net, Broken(), optimizers.SGD(), samples(), batch_size=5)
    with pytest.raises(RuntimeError, match="no target"):
        next(broken.steps())
    assert broken.fault == Fault("loss", "loss", 1)
    assert broken.fault.where == "at step 1, in the loss"


def test_a_shortage_of_memory_is_of_no_layer() -> None:
    broken = made(trainer(), 3)
    before = numbers_of(broken.state())
    broken.batch_size = 7

    def too_much(*arguments: object, **settings: object) -> None:
        raise MemoryError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("deepviz.engine.tape.place", too_much)
        with pytest.raises(MemoryError):
            next(broken.steps())
    assert broken.fault is not None
    assert (broken.fault.node, broken.fault.step, broken.fault.is_recording) == ("", 4, True)
    assert broken.fault.where == "at step 4"
    broken.batch_size = 5
    assert numbers_of(broken.state()) == before
    assert list(broken.steps()) == list(made(trainer(), 3).steps())


def test_divergence_says_itself_where_it_was() -> None:
    wild = trainer(optimizers.SGD(learning_rate=1e6))
    wild.network.parameters["dense_2/W"][...] = 1e38
    with pytest.raises(Diverged):
        list(wild.steps())
    assert wild.fault is None
