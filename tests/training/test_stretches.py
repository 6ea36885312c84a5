"""Stretches in which nobody else computes tell how long a step takes; all figures here are worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from deepviz.training.stretches import ENOUGH, LENGTH, RECENT, STILL, StretchClocks, Stretches, stretch_clocks


@dataclass
class Run:
    """A run whose steps compute for so long, and whose program has other threads that compute meanwhile.

    Attributes
    ----------
    seconds
        That a step computes while nobody else does.
    epoch_end
        Seconds that the last step of an epoch computes beyond that.
    """

    seconds: float = 1e-4
    steps_per_epoch: int = 1_000_000
    epoch_end: float = 0.0
    step: int = 0
    own: float = 3.0
    others: float = 11.0

    @property
    def epochs_done(self) -> int:
        return self.step // self.steps_per_epoch

    def clocks(self) -> StretchClocks:
        return StretchClocks(self.own, self.own + self.others)

    def make(self, steps: int, slower: float = 1.0, others: float = 0.0) -> None:
        """Make some steps that take longer, while others compute for some seconds."""
        for _ in range(steps):
            self.step += 1
            self.own += self.seconds * slower + (0.0 if self.step % self.steps_per_epoch else self.epoch_end)
        self.others += others


def go_on(run: Run, stretches: Stretches, count: int, slower: float = 1.0, others: float = 0.0) -> None:
    """Make some stretches, as long as they shall be."""
    stretches.begin(run)
    for _ in range(count):
        run.make(stretches.length(run), slower, others)
        stretches.end(run)


def test_who_is_alone_loses_nothing() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    go_on(run, stretches, 200)
    assert stretches.lost == pytest.approx(0.0, abs=1e-12)


def test_steps_that_take_longer_while_others_compute_have_lost_the_difference() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    stretches.begin(run)
    for _ in range(300):
        run.make(30)
        stretches.end(run)
        run.make(20, slower=1.5, others=1e-3)
        stretches.end(run)
    # Of 50 steps 30 took as long as they should and 20 half as much again: as long as 60 steps in all.
    assert stretches.lost == pytest.approx(1 - 50 / 60, rel=0.01)


def test_without_undisturbed_stretches_nothing_is_claimed() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    go_on(run, stretches, 500, slower=2.0, others=0.5 * LENGTH)
    assert stretches.lost == 0.0
    go_on(run, stretches, int(0.9 * ENOUGH / LENGTH))
    assert stretches.lost == 0.0, "nor with hardly any"
    go_on(run, stretches, int(0.3 * ENOUGH / LENGTH))
    assert stretches.lost > 0.4


def test_a_thread_that_blinks_disturbs_nobody() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    go_on(run, stretches, 200, slower=1.0, others=0.5 * STILL * LENGTH)
    go_on(run, stretches, 200, slower=2.0, others=0.5)
    assert stretches.lost > 0.2, "the first ones were undisturbed"


def test_stretches_take_as_long_as_they_should_however_fast_steps_are() -> None:
    run = Run(seconds=2e-5)
    stretches = Stretches(run.clocks)
    assert stretches.length(run) == 1, "nobody knows yet"
    go_on(run, stretches, 20)
    assert stretches.length(run) == pytest.approx(LENGTH / 2e-5, abs=1)
    run.seconds = 0.5
    go_on(run, stretches, 1)
    assert stretches.length(run) == 1, "a step is a stretch where it takes longer than that"
    run.seconds = 1e-3
    go_on(run, stretches, 20)
    assert stretches.length(run) in (2, 3)


@pytest.mark.parametrize(
    ("epoch", "expected"), [(1, 150), (7, 147), (100, 100), (150, 150), (151, 75), (200, 100), (1000, 150)]
)
def test_a_stretch_is_made_of_whole_epochs_or_fits_into_one(epoch: int, expected: int) -> None:
    run = Run(seconds=LENGTH / 150.5, steps_per_epoch=epoch)
    stretches = Stretches(run.clocks)
    for _ in range(30):
        go_on(run, stretches, 1)
    assert stretches.length(run) == expected


def test_what_comes_with_the_end_of_an_epoch_is_not_taken_for_slowness() -> None:
    run = Run(seconds=LENGTH / 1.5, steps_per_epoch=80, epoch_end=20 * LENGTH)
    stretches = Stretches(run.clocks)
    for number in range(600):
        # An evaluation takes so long that others always compute meanwhile.
        busy = (run.step + 1) % 80 == 0
        go_on(run, stretches, 1, others=0.5 * LENGTH if busy else 0.0)
        assert number < 100 or stretches.lost == pytest.approx(0.0, abs=1e-9)


def test_short_epochs_are_compared_as_wholes() -> None:
    run = Run(seconds=LENGTH / 150.5, steps_per_epoch=30, epoch_end=LENGTH / 15)
    stretches = Stretches(run.clocks)
    for _ in range(300):
        go_on(run, stretches, 1)
        go_on(run, stretches, 1, slower=1.0, others=0.3 * LENGTH)
    assert stretches.lost == pytest.approx(0.0, abs=0.01)


def test_a_stretch_that_somebody_breaks_off_counts_as_far_as_it_went() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    go_on(run, stretches, 100)
    before = stretches.lost
    stretches.begin(run)
    stretches.end(run)
    assert stretches.lost == before, "one without a step says nothing"
    for _ in range(3000):
        stretches.begin(run)
        run.make(4, slower=2.0, others=1e-3)
        stretches.end(run)
    alone = 1 - stretches.lost
    assert 0.5 < alone < 0.6, "in the end, nearly all that is known took twice as long"


def test_what_is_long_ago_is_forgotten_and_another_plan_begins_anew() -> None:
    run = Run()
    stretches = Stretches(run.clocks)
    go_on(run, stretches, 300)
    go_on(run, stretches, 300, slower=2.0, others=LENGTH)
    assert stretches.lost > 0.2
    go_on(run, stretches, int(6 * RECENT / LENGTH))
    assert stretches.lost == pytest.approx(0.0, abs=0.01)
    go_on(run, stretches, 300, slower=2.0, others=LENGTH)
    assert stretches.lost > 0.05
    stretches.forget()
    assert stretches.lost == 0.0
    run.seconds *= 3
    go_on(run, stretches, 300)
    assert stretches.lost == pytest.approx(0.0, abs=1e-9), "steps by another plan are not compared with those before"


def test_the_clocks_tell_what_this_thread_has_computed_and_what_all_have() -> None:
    before = stretch_clocks()
    while stretch_clocks().own - before.own < 0.01:
        pass
    after = stretch_clocks()
    assert after.program - before.program >= 0.9 * (after.own - before.own)
