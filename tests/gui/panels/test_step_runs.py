"""Steps made quickly one after another are one gesture; anything typed or chosen stands alone."""

from __future__ import annotations

from deepviz.engine import layers, optimizers
from deepviz.gui.panels.step_runs import PAUSE, StepRuns, change_label, differing


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def dense(units: int, **others: object) -> layers.Dense:  # type: ignore[name-defined]
    return layers.Dense(units=units, **others)


def test_steps_in_a_row_share_a_key() -> None:
    runs = StepRuns(Clock())
    first = runs.key("dense_1", dense(8), dense(9))
    assert first
    assert runs.key("dense_1", dense(9), dense(10)) == first
    assert runs.key("dense_1", dense(10), dense(9)) == first


def test_a_pause_begins_another_run() -> None:
    clock = Clock()
    runs = StepRuns(clock)
    first = runs.key("dense_1", dense(8), dense(9))
    clock.now += PAUSE + 0.01
    assert runs.key("dense_1", dense(9), dense(10)) != first


def test_other_owners_and_fields_begin_another_run() -> None:
    runs = StepRuns(Clock())
    rate = runs.key("optimizer", optimizers.Adam(learning_rate=0.001), optimizers.Adam(learning_rate=0.002))
    first = runs.key("dense_1", dense(8), dense(9))
    assert len({rate, first, runs.key("dense_2", dense(8), dense(9))}) == 3
    assert runs.key("dense_1", dense(9), dense(10)) != first


def test_a_jump_stands_alone_and_ends_the_run() -> None:
    runs = StepRuns(Clock())
    first = runs.key("dense_1", dense(8), dense(9))
    assert runs.key("dense_1", dense(9), dense(64)) == ""
    assert runs.key("dense_1", dense(64), dense(65)) != first


def test_choices_switches_and_several_fields_stand_alone() -> None:
    runs = StepRuns(Clock())
    assert runs.key("a", dense(8), dense(8, use_bias=False)) == ""
    assert runs.key("a", dense(8), dense(8, kernel_initializer="he_normal")) == ""
    assert runs.key("a", dense(8), dense(9, use_bias=False)) == ""
    assert runs.key("a", dense(8), dense(8)) == ""
    assert runs.key("a", dense(8), layers.ReLU()) == ""


def test_logarithmic_steps_are_steps() -> None:
    runs = StepRuns(Clock())
    assert runs.key("o", optimizers.Adam(learning_rate=0.001), optimizers.Adam(learning_rate=0.0005))
    assert runs.key("o", optimizers.Adam(learning_rate=0.001), optimizers.Adam(learning_rate=0.00123)) == ""


def test_labels_say_what_changed_and_whose() -> None:
    assert change_label(dense(8), dense(9), "dense_1") == "Change units of dense_1"
    assert change_label(dense(8), dense(9, use_bias=False), "dense_1") == "Change Dense of dense_1"
    assert change_label(optimizers.Adam(), optimizers.Adam(epsilon=1e-3)) == "Change epsilon"
    assert differing(dense(8), dense(9, use_bias=False)) == ["units", "use_bias"]


def test_lengths_that_step_together_are_steps() -> None:
    runs = StepRuns(Clock())
    first = runs.key("a", layers.Conv2D(), layers.Conv2D(kernel_size=4))
    assert first
    assert runs.key("a", layers.Conv2D(kernel_size=4), layers.Conv2D(kernel_size=5)) == first
    assert runs.key("a", layers.Conv2D(kernel_size=5), layers.Conv2D(kernel_size=(5, 3))) == ""
