"""The steps of a run: each is recorded when its size of batch comes for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.engine import probes as probe_package
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer, OptimizerState
from deepviz.engine.part import Part, whole
from deepviz.engine.step import Step

WATCHED = "gradient_flow"
"""The probe that is too costly for every step."""


class Steps:
    """The recorded steps of one run.

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
        self._alone: dict[tuple[int, bool], Step] = {}
        self._shared: dict[tuple[Part, bool], Step] = {}

    def alone(self, batch: int, watched: bool) -> Step:
        """The step for a whole batch of some size; `watched` ones read ``gradient_flow`` as well."""
        step = self._alone.get((batch, watched))
        if step is None:
            step = self._alone[batch, watched] = self._recorded(whole(batch), watched)
        return step

    def of(self, part: Part, watched: bool) -> Step:
        """The step for a part of a batch."""
        step = self._shared.get((part, watched))
        if step is None:
            step = self._shared[part, watched] = self._recorded(part, watched)
        return step

    def _recorded(self, part: Part, watched: bool) -> Step:
        probes = [*self._probes, *([probe_package.registry[WATCHED]()] if watched else [])]
        return Step(*self._made_of, part, probes, self._classification)
