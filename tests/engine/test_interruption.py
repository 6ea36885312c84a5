"""Writing a network down can be broken off between any two layers, in the thread that asked for it and in no other."""

from __future__ import annotations

from contextvars import copy_context

import numpy as np
import pytest

from deepviz.engine.interruption import Interrupted, break_off_if
from deepviz.engine.network import Network
from deepviz.engine.tape import Tape
from tests.engine.small_trainer import PER_EPOCH, samples, trainer


def recorded(network: Network) -> Tape:
    tape = Tape(network.dtype)
    network.record_forward(tape, tape.input((4, *network.input_shape)))
    return tape


def test_a_recording_ends_at_the_next_layer_once_nobody_wants_it() -> None:
    network, asked = trainer().network, 0

    def is_unwanted() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    def record() -> None:
        break_off_if(is_unwanted)
        with pytest.raises(Interrupted):
            recorded(network)

    copy_context().run(record)
    assert asked == 3
    assert recorded(network).records, "elsewhere nobody is asked"
    assert asked == 3


def test_a_step_that_is_recorded_already_is_made_to_its_end() -> None:
    def train() -> None:
        wanted = True
        break_off_if(lambda: not wanted)
        made = trainer()
        steps = made.steps()
        next(steps)
        wanted = False
        assert next(steps).step == 2, "batches of this size are recorded"
        made.watch_next = ("gradient_flow",)
        with pytest.raises(Interrupted):
            next(steps)
        weights = made.network.weights()
        assert all(np.isfinite(each).all() for each in weights.values())
        assert made.state().step == 2

    copy_context().run(train)


def test_what_ends_an_epoch_belongs_to_its_last_step() -> None:
    def train() -> None:
        wanted = True
        break_off_if(lambda: not wanted)
        made = trainer(validation=samples())
        steps = made.steps()
        for _ in range(PER_EPOCH - 1):
            next(steps)
        # The last batch is smaller, so it is recorded; only after that is it not wanted any more.
        make = made._maker.make

        def make_and_tire(*arguments: object) -> object:
            nonlocal wanted
            values = make(*arguments)
            wanted = False
            return values

        made._maker.make = make_and_tire
        record = next(steps)
        assert record.step == made.step == PER_EPOCH
        assert record.values["validation_loss"] > 0, "no step goes without its record"

    copy_context().run(train)
