"""A layer that breaks off where it is told to: while it is written down, or in one of the passes of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor

PLACES = ("recording", "recording backward", "forward", "backward", "update")


class Faulty:
    """Where and when instances of `Raising` break off; shared by all, because a layer keeps nothing itself.

    Attributes
    ----------
    place
        One of `PLACES`.
    calls
        How many calls still go well.
    error
        What is raised.
    """

    place = ""
    calls = 0
    error: Callable[[], BaseException] = lambda: ZeroDivisionError("the well is dry")


class Raising(Activation):
    """Gives what it gets, until it does not."""

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        _fail_at("recording")
        if Faulty.place == "update":
            phase, tape.phase = tape.phase, "update"
            tape.run(_failing_at("update"))
            tape.phase = phase
        return tape.call(_failing_at("forward"), (inputs[0],), inputs[0].shape), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        _fail_at("recording backward")
        return [tape.call(_failing_at("backward"), (grad,), grad.shape)]


def _fail_at(place: str) -> None:
    if Faulty.place == place:
        if Faulty.calls == 0:
            raise Faulty.error()
        Faulty.calls -= 1


def _failing_at(place: str) -> Callable[..., None]:
    def call(*arrays: np.ndarray) -> None:
        _fail_at(place)
        if arrays:
            arrays[1][...] = arrays[0]

    return call
