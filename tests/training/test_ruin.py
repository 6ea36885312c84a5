"""What counts as a ruined run: means that were computed here by hand, and all the chances that are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from deepviz.document.file_format import load
from deepviz.document.project import RunSettings, TrainingPlan
from deepviz.engine.optimizers.sgd import SGD
from deepviz.resources_path import resource
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.changes import change_of
from deepviz.training.history import History
from deepviz.training.ruin import (
    FEWEST_SAMPLES,
    GROWTH,
    Beginning,
    advice,
    beginning_of,
    inherited_advice,
    ruin_of,
    spoilt_by,
)
from deepviz.training.run_plan import RunPlan
from tests.training.run_made import Record, history, project

SEVENTY = BatchSizes(70, ((0, 32),))
"""Three steps make an epoch: 32, 32 and 6 samples."""


def made(losses: Sequence[float], per_epoch: int = 3, most_steps: int | None = None) -> History:
    found = History(["dense_1"], most_steps=most_steps)
    found.append(Record(step, (step - 1) // per_epoch + 1, {"loss": loss}) for step, loss in enumerate(losses, 1))
    return found


def test_a_run_is_ruined_if_its_last_epoch_is_worse_than_twice_its_beginning() -> None:
    """First step: 0.5. Second epoch: (32·2 + 32·3 + 6·10) / 70."""
    ruin = ruin_of(made([0.5, 9.0, 7.0, 2.0, 3.0, 10.0]), SEVENTY)
    assert ruin is not None
    assert (ruin.step, ruin.epoch, ruin.began) == (6, 2, Beginning(0.5, 1, 0.5))
    assert ruin.loss == pytest.approx((32 * 2 + 32 * 3 + 6 * 10) / 70, rel=1e-12)
    assert ruin.is_exact
    assert ruin.is_falling, "the first epoch was worse"
    assert ruin.words == "The training loss has grown: 3.143 on average in epoch 2, from 0.5 in step 1."
    assert advice(1000.0) == "Steps that are too large do that. Try a smaller learning rate than 1000."


@pytest.mark.parametrize(("loss", "is_ruined"), [(0.99, False), (1.0, False), (1.01, True)])
def test_twice_is_the_limit(loss: float, is_ruined: bool) -> None:
    assert GROWTH == 2.0
    assert (ruin_of(made([0.5, 0.4, 0.4, loss, loss, loss]), SEVENTY) is not None) is is_ruined


def test_an_epoch_under_way_does_not_count() -> None:
    assert ruin_of(made([0.5, 0.4, 0.4, 90.0, 90.0]), SEVENTY) is None
    ruin = ruin_of(made([0.5, 4.0, 4.0, 0.1, 0.1]), SEVENTY)
    assert ruin is not None
    assert ruin.epoch == 1
    assert not ruin.is_falling, "of one epoch nobody can tell"
    assert ruin_of(made([0.5, 90.0]), SEVENTY) is None, "no epoch is over"


def test_the_beginning_is_the_mean_of_enough_samples() -> None:
    """With batches of one the first loss alone says nothing: here it is a thousandth of the mean of 32."""
    losses = [0.001, *[1.0] * 31, *[1.2] * 68]
    single = BatchSizes(50, ((0, 1),))
    assert FEWEST_SAMPLES == 32
    began = beginning_of(made(losses, 50), single)
    assert began is not None
    assert began.loss == pytest.approx((0.001 + 31) / 32, rel=1e-12)
    assert (began.steps, began.first) == (32, 0.001)
    assert ruin_of(made(losses, 50), single) is None
    assert beginning_of(made(losses[:31], 50), single) is None
    few = BatchSizes(4, ((0, 4),))
    assert beginning_of(made([0.7, 90.0], 1), few) == Beginning(0.7, 1, 0.7), "all that there are"
    of_two = beginning_of(made([0.5, 1.0, 9.0], 5), BatchSizes(70, ((0, 20),)))
    assert of_two is not None
    assert of_two.loss == pytest.approx((20 * 0.5 + 20) / 40)
    assert of_two.steps == 2


def test_the_words_tell_the_loss_before_any_update_and_not_one_of_a_run_that_is_spoilt_already() -> None:
    """Batches of 16: the mean of the first 32 samples, 52.74, is mostly that of the second step, after an update."""
    of_sixteen = BatchSizes(48, ((0, 16),))
    ruin = ruin_of(made([0.687, 104.8, 4313.0, 4300.0, 4400.0, 4500.0]), of_sixteen)
    assert ruin is not None
    assert ruin.words == "The training loss has grown: 4400 on average in epoch 2, from 0.687 in step 1."
    assert ruin.began.loss == pytest.approx((0.687 + 104.8) / 2)


def test_where_the_first_batch_is_unusual_the_words_say_of_which_steps_the_mean_is() -> None:
    """Batches of 8: the first loss is 5.0, the mean of the four first steps (5 + 0.2 + 0.4 + 0.8) / 4 = 1.6."""
    ruin = ruin_of(made([5.0, 0.2, 0.4, 0.8, 4.0, 4.0, 4.0, 4.0], 4), BatchSizes(32, ((0, 8),)))
    assert ruin is not None
    assert ruin.words == "The training loss has grown: 4 on average in epoch 2, from 1.6 on average in steps 1 to 4."


def with_rates(losses: Sequence[float], *rates: tuple[int, float]) -> History:
    """The losses of a run whose learning rate became these after these steps."""
    found, plain = made(losses), project()
    for step, rate in rates:
        plan = replace(plain.plan, optimizer=SGD(learning_rate=rate))
        found.add_change(step, change_of(replace(plain, plan=plan), step).to_json())
    return found


def test_who_has_spoilt_the_weights_is_the_learning_rate_at_whose_end_the_loss_had_grown() -> None:
    began, bad = Beginning(0.5, 1, 0.5), [0.5, 9.0, 9.0, 9.0, 9.0, 9.0]
    run = with_rates(bad, (0, 1000.0), (3, 0.016))
    assert spoilt_by(run, SEVENTY, began, 0.016) == 1000.0
    assert spoilt_by(run, SEVENTY, began, 0.5) == 1000.0
    assert spoilt_by(run, SEVENTY, began, 1000.0) is None, "that rate is not smaller"
    assert inherited_advice(1000.0) == (
        "Steps with a learning rate of 1000 have spoilt the weights. Begin again from fresh ones."
    )
    just_changed = with_rates(bad, (0, 1000.0))
    assert spoilt_by(just_changed, SEVENTY, began, 0.016) == 1000.0, "no step was made with the smaller one"
    late = with_rates([0.5, 0.4, 0.4, 0.4, 9.0, 9.0], (0, 0.1), (4, 0.05))
    assert spoilt_by(late, SEVENTY, began, 0.05) is None, "it was well when the rate was made smaller"
    raised = with_rates(bad, (0, 0.1), (1, 50.0), (4, 0.2))
    assert spoilt_by(raised, SEVENTY, began, 0.2) == 50.0
    assert spoilt_by(made(bad), SEVENTY, began, 0.016) is None, "nothing is noted of its rates"


def test_who_begins_almost_perfectly_by_chance_is_not_ruined() -> None:
    assert ruin_of(made([0.0] * 3 + [0.09] * 3), SEVENTY) is None
    assert ruin_of(made([1e-6] * 3 + [0.09] * 3), SEVENTY) is None
    assert ruin_of(made([1e-6] * 3 + [0.11] * 3), SEVENTY) is not None


def test_what_is_not_known_is_not_judged() -> None:
    late = History(["dense_1"])
    late.append(Record(step, (step - 1) // 3 + 1, {"loss": float(step)}) for step in range(4, 10))
    assert ruin_of(late, SEVENTY) is None
    assert ruin_of(History(["dense_1"]), SEVENTY) is None
    assert ruin_of(made([-0.5, -0.5, -0.5, 2.0, 2.0, 2.0]), SEVENTY) is None, "times what is negative means nothing"
    assert ruin_of(history(30), BatchSizes(320, ((0, 32),))) is None, "losses that fall"


def test_of_a_long_run_the_beginning_is_remembered_and_the_end_is_about_right() -> None:
    losses = [0.5, *[5.0] * 59, *[7.0] * 4]
    thinned = made(losses, 4, most_steps=16)
    sizes = BatchSizes(128, ((0, 32),))
    assert thinned.every == 4
    assert beginning_of(thinned, sizes) is None
    assert ruin_of(thinned, sizes) is None
    ruin = ruin_of(thinned, sizes, began=Beginning(0.5, 1, 0.5))
    assert ruin is not None
    assert ruin.loss == 7.0
    assert not ruin.is_exact
    assert "about 7 on average in epoch 16" in ruin.words


def trained_to(plan: RunPlan, epochs: int) -> tuple[History, BatchSizes]:
    trainer = plan.trainer()
    found = History([node.id for node in trainer.network.trained_nodes])
    with np.errstate(all="ignore"):
        for record in trainer.steps():
            found.append([record])
            if trainer.epochs_done == epochs:
                break
    return found, BatchSizes(len(plan.data.train), ((0, plan.project.plan.run.batch_size),))


def test_a_run_with_a_learning_rate_of_1000_that_stays_finite_is_ruined() -> None:
    """Spirals, momentum 0.9, weight decay 0.001: cross-entropy begins near ln 2 and ends in the hundreds."""
    plan = TrainingPlan(SGD(learning_rate=1000.0, momentum=0.9, weight_decay=0.001), RunSettings(epochs=20))
    found, sizes = trained_to(RunPlan.of(replace(project(), plan=plan)), 20)
    ruin = ruin_of(found, sizes)
    assert ruin is not None
    steps, losses = found.column("loss")
    samples = sizes.samples_of(steps)[found.epochs == 20]
    assert ruin.loss == pytest.approx(np.average(losses[found.epochs == 20], weights=samples), rel=1e-6)
    assert ruin.began.first == ruin.began.loss == pytest.approx(float(losses[0]))


@pytest.mark.parametrize("size", [0, 4])
@pytest.mark.parametrize("name", ["xor", "circles", "linear-regression", "perceptron", "iris", "sine", "auto-mpg"])
def test_no_example_is_ruined_after_any_of_its_first_epochs(name: str, size: int) -> None:
    """All were tried to their ends, with batches of 1 and 8 too; here the quick ones, as they are and with 4."""
    example = load(resource("examples", f"{name}.deepviz")).project
    if size:
        example = replace(example, plan=replace(example.plan, run=example.plan.run.changed(batch_size=size)))
    plan = RunPlan.of(example)
    found, sizes = trained_to(plan, 8)
    for epoch in range(1, 9):
        part = History(found.layers)
        steps, losses = found.column("loss")
        rows = found.epochs <= epoch
        part.append(
            Record(int(step), int(of), {"loss": float(loss)})
            for step, of, loss in zip(steps[rows], found.epochs[rows], losses[rows], strict=True)
        )
        assert ruin_of(part, sizes) is None, (name, epoch)
