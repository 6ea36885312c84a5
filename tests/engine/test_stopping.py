"""Stopping rules by themselves: what they look at, when they end a run, and the reason they give."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import numpy as np
import pytest

from deepviz.engine import stopping
from deepviz.engine.stopping_rule import Memory, Seen, StoppingRule
from deepviz.registry import DefinitionError

KINDS = [pytest.param(kind, id=kind.key) for kind in stopping.registry.values()]
every_kind = pytest.mark.parametrize("kind", KINDS)


def after_epochs(rule: StoppingRule, name: str, values: Iterable[float]) -> tuple[int, str]:
    """After which epoch, from 1, a rule ends the run when a number takes these values, and why; 0 if it does not."""
    memory = rule.start()
    for epoch, value in enumerate(values, start=1):
        assert rule.reason(Seen(2 * epoch - 1, 1.0, 0.0, None), memory) is None, "nothing happens within an epoch"
        reason = rule.reason(Seen(2 * epoch, 1.0, 0.0, {"loss": 9.0, name: value}), memory)
        if reason is not None:
            return epoch, reason
    return 0, ""


def after_steps(rule: StoppingRule, losses: Iterable[float]) -> tuple[int, str]:
    """The same for the losses of steps."""
    memory = rule.start()
    for step, loss in enumerate(losses, start=1):
        reason = rule.reason(Seen(step, float(loss), 0.0, None), memory)
        if reason is not None:
            return step, reason
    return 0, ""


# Patience


def test_patience_ends_after_epochs_without_improvement() -> None:
    rule = stopping.Patience(patience=3)
    epoch, reason = after_epochs(rule, "validation_loss", [3, 2, 2, 2.5, 1, 1.5, 1.25, 1.75, 0])
    assert epoch == 8
    assert reason == "the validation loss has not become better than 1 for 3 epochs."
    assert after_epochs(rule, "validation_loss", [3, 2, 1, 2, 2, 0.5, 2, 2])[0] == 0


def test_patience_counts_only_improvements_of_more_than_min_delta() -> None:
    rule = stopping.Patience(patience=2, min_delta=0.25)
    assert after_epochs(rule, "validation_loss", [1.0, 0.875, 0.75])[0] == 3
    assert after_epochs(rule, "validation_loss", [1.0, 0.875, 0.625, 0.5, 0.25])[0] == 0


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("validation_loss", -1),
        ("loss", -1),
        ("validation_RMSE", -1),
        ("validation_MAE", -1),
        ("validation_accuracy", 1),
        ("validation_F1", 1),
        ("validation_R2", 1),
        ("validation_TopK(k=3)", 1),
    ],
)
def test_by_its_name_it_knows_which_way_is_better(name: str, better: int) -> None:
    rule = stopping.Patience(monitor=name, patience=2)
    values = better * np.arange(10.0)
    assert after_epochs(rule, name, values)[0] == 0
    assert after_epochs(rule, name, -values)[0] == 3
    forced = stopping.Patience(monitor=name, patience=2, mode="max" if better < 0 else "min")
    assert after_epochs(forced, name, values)[0] == 3


def test_a_value_that_is_not_a_number_is_no_improvement() -> None:
    assert after_epochs(stopping.Patience(patience=2), "validation_loss", [1, math.nan, math.nan, 0])[0] == 3


def test_without_validation_the_training_loss_of_the_epoch_is_looked_at() -> None:
    rule, memory = stopping.Patience(patience=1), {"best": math.inf, "waited": 0.0}
    assert rule.reason(Seen(1, 1.0, 0.0, {"loss": 0.5}), memory) is None
    assert rule.reason(Seen(2, 1.0, 0.0, {"loss": 0.6}), memory) is not None


def test_what_is_not_measured_is_told() -> None:
    rule = stopping.Target(monitor="validation_F1")
    with pytest.raises(ValueError, match="no validation_F1 to look at after an epoch; there is loss, validation_loss"):
        rule.reason(Seen(1, 1.0, 0.0, {"loss": 1.0, "validation_loss": 1.0}), rule.start())


# Target


def test_target_is_reached_from_either_side() -> None:
    epoch, reason = after_epochs(stopping.Target(target=0.5), "validation_loss", [2, 1, 0.5, 0.1])
    assert (epoch, reason) == (3, "the validation loss is 0.5 and has reached its target of 0.5.")
    rule = stopping.Target(monitor="validation_accuracy", target=0.9)
    assert after_epochs(rule, "validation_accuracy", [0.5, 0.89, 0.95])[0] == 3
    assert after_epochs(rule, "validation_accuracy", [0.5, 0.89, math.nan])[0] == 0


# Plateau


def test_plateau_compares_the_means_of_windows() -> None:
    falling = [10 * 0.5 ** (step // 4) + 0.1 * (-1) ** step for step in range(16)]
    assert after_steps(stopping.Plateau(window=4, min_change=0.4), falling)[0] == 0
    flat = falling[:8] + [4.9 + 0.1 * (-1) ** step for step in range(8)]
    step, reason = after_steps(stopping.Plateau(window=4, min_change=0.4), flat)
    assert step == 12
    assert reason == "the mean training loss of the last 4 steps is 4.9, after 5 before."
    assert after_steps(stopping.Plateau(window=4, min_change=0.01), flat)[0] == 16, "2 % is enough here, 0 % is not"


def test_a_loss_that_rises_or_is_zero_has_stopped_falling() -> None:
    assert after_steps(stopping.Plateau(window=2, min_change=0.0), [1, 1, 1.5, 1.5])[0] == 4
    assert after_steps(stopping.Plateau(window=2), np.zeros(10))[0] == 4


def test_a_negative_loss_that_falls_has_not() -> None:
    assert after_steps(stopping.Plateau(window=2, min_change=0.1), -np.geomspace(1, 100, 40))[0] == 0


# Divergence


def test_divergence_ends_after_steps_far_above_the_lowest_loss() -> None:
    rule = stopping.Divergence(factor=3, steps=1)
    assert after_steps(rule, [1, 2, 3, 3, 2])[0] == 0
    step, reason = after_steps(rule, [1, 2, 3.1])
    assert (step, reason) == (3, "the loss has been more than 3 times its lowest, 1, for one step.")


def test_single_batches_do_not_count_as_divergence() -> None:
    rng = np.random.default_rng(0)
    losses = np.where(rng.random(2000) < 0.03, 50.0, 1.0)
    assert after_steps(stopping.Divergence(factor=10), losses)[0] == 0
    assert 0 < after_steps(stopping.Divergence(factor=10), np.geomspace(1, 1e4, 200))[0] < 200


def test_the_running_mean_is_that_of_the_docstring() -> None:
    rng, rule = np.random.default_rng(1), stopping.Divergence(factor=1.5, steps=7)
    losses = np.exp(np.abs(np.arange(200) - 60) / 40) + 0.3 * rng.random(200)
    mean, lowest, high, wanted = 0.0, math.inf, 0, 0
    for t, loss in enumerate(losses, start=1):
        mean += (loss - mean) / min(t, 7)
        lowest = min(lowest, mean)
        high = high + 1 if mean > 1.5 * lowest else 0
        if high == 7:
            wanted = t
            break
    assert wanted > 60
    assert after_steps(rule, losses)[0] == wanted


def test_a_negative_loss_may_rise_to_zero() -> None:
    assert after_steps(stopping.Divergence(factor=3, steps=2), [-1] * 5 + [0] * 5)[0] == 0
    assert after_steps(stopping.Divergence(factor=3, steps=2), [-1] * 5 + [1.5] * 5)[0] > 0


# Limits


def test_limits_of_time_and_steps() -> None:
    rule: StoppingRule = stopping.TimeLimit(seconds=2.5)
    assert rule.reason(Seen(10**9, 1.0, 2.49, None), {}) is None
    assert rule.reason(Seen(1, 1.0, 2.5, None), {}) == "the time limit of 2.5 seconds is reached."
    rule = stopping.StepLimit(steps=1000)
    assert rule.reason(Seen(999, 1.0, 1e9, None), {}) is None
    assert rule.reason(Seen(1000, 1.0, 0.0, None), {}) == "the limit of 1\u202f000 steps is reached."


# All of them


@every_kind
def test_a_memory_is_plain_numbers_from_which_it_goes_on(kind: type[StoppingRule]) -> None:
    rule, rng = kind(), np.random.default_rng(2)
    whole, parts = rule.start(), rule.start()
    for step in range(1, 600):
        measured = None if step % 5 else {"loss": float(rng.random()), "validation_loss": float(rng.random())}
        seen = Seen(step, float(rng.random()) * 5 ** (step / 100), float(step), measured)
        parts = dict(json.loads(json.dumps(parts)))
        assert rule.reason(seen, whole) == rule.reason(seen, parts)
        assert whole == parts
        assert all(type(value) is float for value in whole.values())


@every_kind
def test_it_can_be_shown_to_people(kind: type[StoppingRule]) -> None:
    assert kind.summary().endswith(".")
    assert kind.category == "Stopping rule"
    for hyperparameter in kind.hyperparameters():
        assert kind.model_fields[hyperparameter.name].title
        assert hyperparameter.help.endswith(".") or hyperparameter.name == "monitor"
        if hyperparameter.kind in ("integer", "number"):
            assert hyperparameter.minimum is not None
            assert hyperparameter.maximum is not None
    assert stopping.registry.from_json(json.loads(json.dumps(kind().to_json()))) == kind()


def test_impossible_settings_are_refused() -> None:
    for kind, values in (("Patience", {"patience": 0}), ("Divergence", {"factor": 1.0}), ("Target", {"mode": "less"})):
        with pytest.raises(DefinitionError, match=next(iter(values))):
            stopping.registry[kind].checked(values)
    with pytest.raises(DefinitionError, match="no stopping rule called 'Mood'"):
        stopping.registry["Mood"]


def test_memories_start_apart() -> None:
    rule = stopping.Patience()
    first: Memory = rule.start()
    rule.reason(Seen(1, 1.0, 0.0, {"loss": 0.5}), first)
    assert first != rule.start()
