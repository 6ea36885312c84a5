"""The course of a run: what schedule, stopping rules and best weights have to know of it, kept in one place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from deepviz.engine.network import Network
from deepviz.engine.schedule import Progress, Schedule
from deepviz.engine.stopping_rule import LOSS, VALIDATION_LOSS, Memory, Seen, StoppingRule
from deepviz.engine.trainer_state import Best, CourseState
from deepviz.numerals import thousands

FIRED, LEFT_OUT = "fired", "left out"
"""In the memory of a rule: that it has ended the run, and that it is not asked since the run went on all the same."""


class Course:
    """Follows a run step by step, if there is anything that depends on how it goes.

    Parameters
    ----------
    schedule, rules
        What depends on it.
    keep_best
        Whether the best weights are kept.

    Attributes
    ----------
    is_followed
        Whether `add_step` and `end_epoch` have to be called at all.
    is_scheduled, has_rules
        Whether `factor` and `end_step` have to be called at all.
    stopped_by
        Why the run ends before its last epoch, in words; None if it does not.
    """

    def __init__(self, schedule: Schedule, rules: Sequence[StoppingRule], keep_best: bool) -> None:
        self._loss, self._total, self._samples, self.seconds = 0.0, 0.0, 0, 0.0
        self._memory: Memory = schedule.start()
        self._memories: dict[str, Memory] = {}
        self.stopped_by: str | None = None
        self._best: Best | None = None
        self._before: tuple[int, CourseState, bool] | None = None
        self._since = 0
        self._depend_on(schedule, rules, keep_best)
        self._take_memories({}, {})

    @property
    def best(self) -> Best | None:
        """The best weights so far, if they are kept."""
        return self._best if self._keep_best else None

    def follow(self, step: int, schedule: Schedule, rules: Sequence[StoppingRule], keep_best: bool) -> None:
        """Let other things depend on the run from now on. What is known of it stays, as far as it is of use to them.

        Rules with the same settings as before go on counting where they are; others begin anew. If the rules change,
        the run is no longer ended by those before. Best weights are forgotten with the first step for which they are
        not kept. Of several changes after one step only the last counts: it finds all as the step has left it.

        Parameters
        ----------
        step
            How many steps have been made.
        schedule, rules, keep_best
            What depends on the run.
        """
        if step != self._since and not self._keep_best:
            self._best = None
        self._since = step
        if self._before is None or self._before[0] != step:
            self._before = step, self.state(), self.is_followed
        _, left, was_followed = self._before
        self._depend_on(schedule, rules, keep_best)
        self._take_memories(left.schedule, left.stopping)
        self.stopped_by = left.stopped_by if left.stopping.keys() == self._rules.keys() else None
        self._total, self._samples = left.epoch_total, left.epoch_samples
        if not (was_followed and self.is_followed):  # of this epoch nothing, or nothing more, is added up
            self._total, self._samples = 0.0, 0

    def check(self, numbers: Sequence[str], measured: Sequence[str]) -> None:
        """Refuse rules that look at something that is not measured after an epoch, or is no single number.

        Parameters
        ----------
        numbers
            Names of all single numbers that there are after an epoch.
        measured
            Names of all that the validation gives, whether a number or not.

        Raises
        ------
        ValueError
            If there is such a rule.
        """
        for rule in self._rules.values():
            if rule.monitored not in (None, VALIDATION_LOSS, *numbers):
                wrong = "is no single number" if rule.monitored in measured else "is not measured after an epoch"
                raise ValueError(f"{rule.label}: {rule.monitored} {wrong}; there is {', '.join(numbers)}.")

    def factor(self, progress: Progress) -> float:
        """By what the learning rate is multiplied at a step."""
        return self._schedule.factor(progress, self._memory)

    def memory_for(self, step: int, schedule: Schedule) -> Memory:
        """What a schedule would know at the next step, if the run was told after `step` steps to go on by it."""
        before = self._before
        return schedule.taken_over(self._memory if before is None or before[0] != step else before[1].schedule)

    def add_step(self, loss: float, samples: int) -> None:
        """Take note of the mean loss of a step and the size of its batch."""
        self._loss = loss
        self._total += loss * samples
        self._samples += samples

    def end_epoch(self, step: int, epoch: int, values: Mapping[str, object], network: Network) -> dict[str, float]:
        """Take note of an epoch.

        Parameters
        ----------
        step, epoch
            How many steps have been made, and how many epochs are over.
        values
            What the validation has given, by name; may be empty.
        network
            What is trained.

        Returns
        -------
        What a rule may look at: ``loss``, the mean over the epoch, and every single number of the validation.
        """
        measured = {LOSS: self._total / self._samples}
        for name, value in values.items():
            if isinstance(value, int | float):
                measured[name] = float(value)
        self._total, self._samples = 0.0, 0
        value = measured.get(VALIDATION_LOSS, measured[LOSS])
        self._schedule.observe(self._memory, value)
        # Nothing is less than NaN: once kept, it would stay.
        if self._keep_best and not math.isnan(value) and (self._best is None or value < self._best.value):
            self._best = Best(step, value, network.weights(), epoch)
        return measured

    def end_step(self, step: int, seconds: float, measured: Mapping[str, float] | None) -> None:
        """Ask every rule that is not left out whether the run should end.

        Parameters
        ----------
        step
            How many steps have been made.
        seconds
            How long the last one took.
        measured
            What `end_epoch` gave; None in the middle of an epoch.
        """
        self.seconds += seconds
        seen = Seen(step, self._loss, self.seconds, measured)
        given = []
        # Every rule is asked, also after one has given its reason: each has to take note of what it sees.
        for text, rule in self._rules.items():
            memory = self._memories[text]
            reason = None if LEFT_OUT in memory else rule.reason(seen, memory)
            if reason is not None:
                memory[FIRED] = 1.0
                given.append(reason)
        if given:
            self.stopped_by = f"Training ended after step {thousands(step)}: {given[0]}"

    def go_on(self) -> None:
        """Forget that the run was ended, and begin anew to look for reasons to end it.

        Rules that have ended it are left out from then on: a limit that is reached stays reached, so such a rule would
        end the run again after one step. That is part of `state`. A rule with other settings is another rule.
        """
        self.stopped_by = self._before = None
        for text, rule in self._rules.items():
            is_out = not self._memories[text].keys().isdisjoint((FIRED, LEFT_OUT))
            self._memories[text] = {LEFT_OUT: 1.0} if is_out else rule.start()

    def state(self) -> CourseState:
        """A copy of all that was noted."""
        return CourseState(
            self._total,
            self._samples,
            self.seconds,
            dict(self._memory),
            {text: dict(memory) for text, memory in self._memories.items()},
            self.stopped_by,
            self.best,
        )

    def restore(self, step: int, state: CourseState) -> None:
        """Go on after a step from what `state` gave then.

        Rules that were not there then begin anew; so does another kind of schedule.
        """
        self._total, self._samples = (state.epoch_total, state.epoch_samples) if self.is_followed else (0.0, 0)
        self.seconds, self._best, self._before, self._since = state.seconds, state.best, None, step
        self._take_memories(state.schedule, state.stopping)
        # An end that other rules have asked for is none of these rules'.
        self.stopped_by = state.stopped_by if state.stopping.keys() == self._rules.keys() else None

    def _depend_on(self, schedule: Schedule, rules: Sequence[StoppingRule], keep_best: bool) -> None:
        self._schedule, self._keep_best = schedule, keep_best
        self._rules = named_rules(rules)
        self.is_scheduled, self.has_rules = not schedule.is_constant, bool(rules)
        self.is_followed = schedule.observes or self.has_rules or keep_best

    def _take_memories(self, schedule: Mapping[str, float], rules: Mapping[str, Mapping[str, float]]) -> None:
        """Go on with these memories where they are of the same kind; begin anew elsewhere."""
        self._memory = self._schedule.taken_over(schedule)
        self._memories = {text: dict(rules.get(text, rule.start())) for text, rule in self._rules.items()}


def named_rules(rules: Sequence[StoppingRule]) -> dict[str, StoppingRule]:
    """Rules by what tells them apart, all of their settings: one with another setting is another rule."""
    return {json.dumps(rule.to_json(), sort_keys=True): rule for rule in rules}
