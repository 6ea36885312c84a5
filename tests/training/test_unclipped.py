"""Where nothing is clipped, gradients after clipping are those before it, at exactly the steps at which that holds."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.document.project import Project, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.trainer import StepRecord
from deepviz.training.changes import change_of
from deepviz.training.history import History
from deepviz.training.unclipped import complete, unclipped_spans

OFF, NORM, VALUE = Adam(), Adam(global_clipnorm=0.5), Adam(clipvalue=0.1)


def change(optimizer: Adam) -> str:
    return change_of(Project(plan=TrainingPlan(optimizer)), 0).to_json()


def run(*changes: tuple[int, Adam], steps: int = 40, every: int = 4, watched_from: int = 1) -> History:
    """Norms of 1 + the step; looked at every few steps, and then half of that after clipping while there is any."""
    history = History(["dense_1", "dense_2"])
    for step, optimizer in changes:
        history.add_change(step, change(optimizer))
    for step in range(1, steps + 1):
        clips = [optimizer.clips for start, optimizer in changes if start < step][-1]
        norm = np.array([1.0 + step, 2.0 + step])
        values: dict[str, object] = {"loss": 1.0, "gradient_norm": norm}
        if step % every == 0 and step >= watched_from:
            values |= {"gradients/l2": norm, "gradients/mean": norm / 10}
            if clips:
                values |= {"clipped_gradients/l2": norm / 2, "clipped_gradients/mean": norm / 20}
        history.append([StepRecord(step, 1, values)])
    return history


@pytest.mark.parametrize("clipping", [NORM, VALUE], ids=["norm", "value"])
def test_before_clipping_begins_both_are_the_same(clipping: Adam) -> None:
    history = run((0, OFF), (20, clipping))
    assert unclipped_spans(history) == [(1, 20)]
    complete(history, 20)
    steps, values = history.column("clipped_gradients/mean")
    np.testing.assert_array_equal(steps, np.arange(4, 41, 4))
    before = (steps + 1) / 10
    np.testing.assert_allclose(values[:, 0], np.where(steps <= 20, before, before / 2))
    steps, values = history.column("clipped_gradients/l2")
    np.testing.assert_allclose(values[:, 1], np.where(steps <= 20, steps + 2.0, (steps + 2.0) / 2))
    assert history.rewritten > 0


def test_the_norm_is_known_also_where_nobody_looked() -> None:
    history = run((0, OFF), (20, NORM), watched_from=21)
    complete(history, 20)
    steps, values = history.column("clipped_gradients/l2")
    np.testing.assert_array_equal(steps, [*range(1, 21), *range(24, 41, 4)])
    np.testing.assert_allclose(values[:20, 0], np.arange(2, 22))
    assert history.column("clipped_gradients/mean")[0][0] == 24, "nothing is known of it"


def test_off_again_and_nothing_past_the_step_that_is_certain() -> None:
    history = run((0, NORM), (20, OFF))
    assert unclipped_spans(history) == [(21, 40)]
    complete(history, 30)
    steps, values = history.column("clipped_gradients/mean")
    np.testing.assert_array_equal(steps, np.arange(4, 29, 4))
    np.testing.assert_allclose(values[:, 0], np.where(steps > 20, (steps + 1) / 10, (steps + 1) / 20))
    assert history.rewritten == 0, "it came at the end"
    complete(history, 40)
    complete(history, 40)
    np.testing.assert_array_equal(history.column("clipped_gradients/mean")[0], np.arange(4, 41, 4))


def test_a_run_that_never_clips_or_always_is_left_alone() -> None:
    never, always = run((0, OFF)), run((0, NORM))
    before = always.revision
    complete(never, 40)
    complete(always, 40)
    assert not any(name.startswith("clipped") for name in never.columns)
    assert always.revision == before


def test_a_file_keeps_it() -> None:
    history = run((0, OFF), (20, NORM))
    complete(history, 20)
    again = History.from_arrays(history.to_arrays())
    for name in ("clipped_gradients/l2", "clipped_gradients/mean"):
        for one, other in zip(history.column(name), again.column(name), strict=True):
            np.testing.assert_array_equal(one, other)
