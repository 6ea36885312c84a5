"""The steps of a run: each is recorded when its size of batch comes for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.engine import probes as probe_package
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer, OptimizerState
from deepviz.engine.step import Step
from deepviz.engine.team.part import Part, whole

WATCHED = "gradient_flow"
"""The probe that is too costly for every step."""


class Steps(dict[tuple[int | Part, bool], Step]):
    """The recorded steps of one run, by what is computed of a batch and whether they are watched.

    What is computed is a part of a batch, or all of one of so many samples. Watched steps read ``gradient_flow`` as
    well. A dictionary, because that is the fastest way to find the step that is made again and again.

    Parameters
    ----------
    network, loss, optimizer, state
        As for `Step`.
    probe_keys
        What is read from each step.
    classification
        Whether targets are classes.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        state: OptimizerState,
        probe_keys: Sequence[str],
        classification: bool,
    ) -> None:
        self._made_of = network, loss, optimizer, state
        self._probes = [probe_package.registry[key]() for key in probe_keys]
        self._classification = classification

    def __missing__(self, key: tuple[int | Part, bool]) -> Step:
        computed, watched = key
        part = whole(computed) if isinstance(computed, int) else computed
        probes = [*self._probes, *([probe_package.registry[WATCHED]()] if watched else [])]
        self[key] = step = Step(*self._made_of, part, probes, self._classification)
        return step
