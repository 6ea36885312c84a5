"""Makes the steps of a run one by one, alone or with further processes, and keeps what that needs.

Settings may be changed between any two steps. They take effect when the next one is made: until then all that the last
step has left stays as it is, so changes that are taken back leave no trace.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from deepviz.engine.ages import Ages
from deepviz.engine.diverged import Diverged, Origin, origin_in_update, origin_in_weights, origin_of_call
from deepviz.engine.fault import BROKEN_OFF, Fault
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.replay import replay
from deepviz.engine.samples import Encoded
from deepviz.engine.step import Step
from deepviz.engine.steps import Steps, Watched
from deepviz.engine.team.colleagues import ColleagueGoneError
from deepviz.engine.team.crew import Crew

UNKNOWN = -1
"""The revision of a network that no network has."""


class StepMaker:
    """Makes training steps.

    Parameters
    ----------
    network, loss, optimizer
        What is trained, by what measure, and how.
    samples
        What it is trained on.
    batch_size
        Samples in the largest batch.
    seed
        Start of all random numbers that layers draw.
    workers
        Processes that share a batch.
    probes
        Keys of what is read from every step.

    Attributes
    ----------
    state
        What changes while the optimizer runs.
    left_by
        The optimizer that has made the vectors of `state`; another one takes them over with its first step.
    last
        The last step that was made, once there is one.
    fault
        Where the last step broke off, if it raised anything but `Diverged`.
    """

    last: Step

    def __init__(
        self,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        samples: Encoded,
        batch_size: int,
        seed: int,
        workers: int,
        probes: Sequence[str],
    ) -> None:
        self._network, self._loss, self._optimizer = network, loss, optimizer
        self._samples, self._batch_size, self._seed = samples, batch_size, seed
        self._workers, self._probes = workers, tuple(probes)
        self._crew: Crew | None = None
        self._ages = Ages(network)
        self.state = optimizer.start(network.parameters.vector, self._ages.spans)
        self.left_by = optimizer
        self.fault: Fault | None = None
        self._record_anew()

    @property
    def optimizer(self) -> Optimizer:
        """How the next step updates; may be set. One of another kind begins with nothing kept."""
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer: Optimizer) -> None:
        if optimizer != self._optimizer.changed(learning_rate=optimizer.learning_rate):
            self._revision = UNKNOWN  # a learning rate alone is read from the state
        self._optimizer = optimizer

    @property
    def batch_size(self) -> int:
        """Samples in the largest batch; may be set."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        if value != self._batch_size:
            self._batch_size, self._revision = value, UNKNOWN

    @property
    def ages(self) -> dict[str, int]:
        """In how many steps each layer with parameters was updated, by its id."""
        return self._ages.after(self.state.step)

    def make(self, chosen: np.ndarray, watched: Watched) -> dict[str, Any]:
        """One step on the samples with these numbers.

        Parameters
        ----------
        chosen
            Which samples.
        watched
            Keys of further probes.

        Returns
        -------
        What the probes read.
        """
        number = self.state.step
        try:
            if self._network.revision != self._revision:
                self._take_effect()
            step = None
            if self._workers > 1 and len(chosen) >= self._workers:
                step = self._step_together(chosen, watched)
            if step is None:
                step = self._steps[len(chosen), watched]
                if not step.make(self._samples, chosen, self._seed, number):
                    self._update_with_care(step)
        except Diverged:
            raise
        except BROKEN_OFF:  # whatever it is, it goes on; only where it came up is noted
            self.fault = self._found_fault(number)
            self.state.step = number
            raise
        self.last = step
        return step.read()

    def reading_seconds(self) -> float:
        """How long it takes to read what is read from every step, in seconds; 0 before a step that is not watched."""
        plain = [step for (_, watched), step in self._steps.items() if not watched]
        return plain[0].reading_seconds() if plain else 0.0

    def restore(
        self, step: int, optimizer: Optimizer, vectors: Mapping[str, np.ndarray], ages: Mapping[str, int]
    ) -> None:
        """Go on after a step that was made elsewhere.

        Parameters
        ----------
        step
            How many had been made then.
        optimizer
            The one that had made them.
        vectors, ages
            What it had kept, and how old that was.
        """
        self.state.step, self.state.vectors = step, dict(vectors)
        self.left_by, self._ages = optimizer, Ages(self._network, step, ages)
        self._revision = UNKNOWN

    def close(self) -> None:
        """Let the processes go that share the batches, if there are any. A later step gets new ones."""
        if self._crew is not None:
            self._crew.close()
            self._crew = None

    def refuse_what_is_not_finite(self) -> None:
        """Raise `Diverged` if weights, or what the optimizer keeps, are not finite.

        No step can make them so, because gradients are looked at before each update; but others may write to them.
        """
        network, kept = self._network, self.state.vectors
        vectors = (network.parameters.vector, network.state.vector, *kept.values())
        # The product of a vector with itself is the fastest way to see that all of it is finite.
        if not all(math.isfinite(vector.dot(vector)) for vector in vectors):
            origin = origin_in_weights(network) or origin_in_update(network, kept)
            if origin is not None:
                self._diverge(origin)

    def _take_effect(self) -> None:
        """Go on by the settings as they are now, from what the last step has left.

        Also when the vectors of the network are elsewhere, because the crew of another trainer has moved them.
        """
        self.close()
        network, state = self._network, self.state
        stays = self._optimizer.is_kind_of(self.left_by)
        ages = Ages(network, state.step, self.ages if stays else dict.fromkeys(self.ages, 0))
        state.vectors = self._optimizer.taken_over(state.vectors, self.left_by, network.parameters.vector)
        state.spans = ages.spans
        self._ages, self.left_by = ages, self._optimizer
        self._record_anew()

    def _record_anew(self) -> None:
        """Forget the recorded steps."""
        made_of = self._network, self._loss, self._optimizer, self.state
        self._steps = Steps(*made_of, self._probes, self._samples[2] is not None)
        self._revision = self._network.revision

    def _step_together(self, chosen: np.ndarray, watched: Watched) -> Step | None:
        """A step whose batch is shared. None if its numbers are so large that it has to be made again with care."""
        crew = self._crew = self._crew or self._hired()
        number = self.state.step
        try:
            crew.begin(chosen, number, watched, self.state.learning_rate)
            part = crew.part(len(chosen))
            step = self._steps[part, watched]
            if not step.make(self._samples, chosen[part.start : part.stop], self._seed, number):
                return None  # all see the same numbers, so nobody has updated
        except ColleagueGoneError as error:
            reason = crew.reason(error)
            self.close()
            if self.state.step != number:  # it is counted when the update begins
                raise ColleagueGoneError(
                    f"{reason} The update of step {number + 1} is half made: some weights have changed and others have "
                    "not. Restore a state from before, or reset the network."
                ) from None
            raise reason from None
        except BaseException:  # the others wait at a place of the step that this process has left
            self.close()
            raise
        return step

    def _hired(self) -> Crew:
        made_of = self._network, self._loss, self._optimizer, self.state, self._probes
        crew = Crew(self._workers, *made_of, self._seed, self._samples, self._batch_size)
        self._samples = crew.samples
        self._record_anew()  # the vectors are elsewhere now
        return crew

    def _update_with_care(self, step: Step) -> None:
        """Update when numbers are huge or not finite: keep a copy, and go back to it if the update overflows."""
        network, number = self._network, self.state.step
        if not step.is_finite():
            origin = origin_in_weights(network)
            if origin is None:
                if step.noise is not None:
                    step.noise.start(self._seed, number)
                origin = origin_of_call(network, step.first_non_finite())
            self._diverge(origin)
        vectors = [network.parameters.vector, network.state.vector, *self.state.vectors.values()]
        before = [vector.copy() for vector in vectors]
        replay(step.update_calls)
        origin = origin_in_update(network, self.state.vectors)
        if origin is not None:
            for vector, values in zip(vectors, before, strict=True):
                vector[:] = values
            self.state.step = number
            self._diverge(origin)

    def _diverge(self, origin: Origin) -> NoReturn:
        raise Diverged(self.state.step + 1, origin, self._optimizer.learning_rate)

    def _found_fault(self, number: int) -> Fault:
        """Where the step broke off that would have come after so many."""
        tape = self._steps.recording
        if tape is not None:
            self._steps.recording = None
            return Fault(tape.node, tape.phase if tape.node else "", number + 1, is_recording=True)
        broken = [step for step in self._steps.values() if step.broken_at is not None]
        record = broken[0].broken_at if broken else None
        for step in broken:
            step.broken_at = None
        return Fault("", "", number + 1) if record is None else Fault(record.node, record.phase, number + 1)
