"""The steps of a run: each is recorded when its size of batch comes for the first time."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.engine import probes as probe_package
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizer_state import OptimizerState
from deepviz.engine.step import Step
from deepviz.engine.tape import Tape
from deepviz.engine.team.part import Part, whole

Watched = tuple[str, ...]
"""The keys of the probes that a step reads besides those that every step reads."""

KEPT = 2
"""For how many sets of watched probes steps are kept: each takes at least the memory of a step that is not watched.

Two, because some probes are read often and others, which cost more, now and then together with them.
"""


class Steps(dict[tuple[int | Part, Watched], Step]):
    """The recorded steps of one run, by what is computed of a batch and what is watched.

    What is computed is a part of a batch, or all of one of so many samples. A dictionary, because that is the fastest
    way to find the step that is made again and again.

    Parameters
    ----------
    network, loss, optimizer, state
        As for `Step`.
    probe_keys
        What is read from each step.
    classification
        Whether targets are classes.

    Attributes
    ----------
    recording
        The tape on which a step is being written down; None if none is. After an exception it is the one that was not
        finished, and says what it had come to.
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
        self._known: list[Watched] = []
        self.recording: Tape | None = None

    def __missing__(self, key: tuple[int | Part, Watched]) -> Step:
        computed, watched = key
        part = whole(computed) if isinstance(computed, int) else computed
        wanted = {probe_package.registry[name] for name in watched}
        # In the order of the registry, because all of a team must write down the same.
        more = [kind() for kind in probe_package.registry.values() if kind in wanted]
        probes = [*self._probes, *(probe for probe in more if probe not in self._probes)]
        if watched and watched not in self._known:
            self._known.append(watched)
            self._forget_all_but(self._known[-KEPT:])
        tape = self.recording = Tape(self._made_of[0].dtype, training=True, part=part)
        self[key] = step = Step(*self._made_of, part, probes, self._classification, tape)
        self.recording = None
        return step

    def _forget_all_but(self, known: list[Watched]) -> None:
        """Let the steps go of sets of probes that were asked for before these."""
        self._known = known
        for key in [key for key in self if key[1] and key[1] not in known]:
            del self[key]
