"""Changes of a run: what is stored of them, read back, and said."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from deepviz.document import edits
from deepviz.document.project import Project, RunSettings
from deepviz.engine import metrics, schedules, stopping
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.lion import Lion
from deepviz.engine.optimizers.sgd import SGD
from deepviz.training.changes import Change, applied, change_of, noted
from tests.training.test_session import small_project

STEP_DECAY = schedules.StepDecay(decay_steps=7)


def planned(project: Project | None = None, frozen: tuple[str, ...] = (), **changes: Any) -> Project:
    """A project with other parts of its plan and some layers frozen."""
    project = project or small_project()
    for node in project.graph.nodes:
        if node.id.startswith("dense"):
            project = edits.set_layer(project, node.id, node.layer.changed(trainable=node.id not in frozen))
    return replace(project, plan=replace(project.plan, **changes))


FULL = planned(
    frozen=("dense_2",),
    optimizer=Adam(beta_1=0.1 + 0.2, global_clipnorm=0.5),
    run=RunSettings(batch_size=17, epochs=3, keep_best=True, checkpoint_every=2),
    schedule=schedules.OneCycle(warmup_steps=3),
    stopping=(stopping.Patience(patience=4),),
    metrics=(metrics.F1(),),
)


def test_a_change_comes_back_from_its_text() -> None:
    change = change_of(FULL, 40)
    assert change == Change(40, FULL.plan, frozenset({"dense_2"}))
    assert Change.from_json(change.to_json(), 40) == change
    assert change.to_json() == change_of(FULL, 3).to_json(), "the step is kept beside it"


def test_a_change_makes_the_project_that_it_was_taken_of() -> None:
    plain = small_project()
    assert applied(plain, change_of(FULL, 1)) == FULL
    assert applied(FULL, change_of(plain, 1)) == plain
    assert applied(FULL, change_of(FULL, 1)) == FULL


VALUES = json.loads(change_of(FULL, 1).to_json())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("3", "does not say which layers are frozen"),
        ("{}", "does not say which layers are frozen"),
        (json.dumps({**VALUES, "frozen": "dense_1"}), "does not say which layers are frozen"),
        (json.dumps({**VALUES, "frozen": [1]}), "does not say which layers are frozen"),
        (json.dumps({"frozen": []}), "plan is missing"),
        (json.dumps({**VALUES, "plan": []}), "plan is missing"),
        (json.dumps({**VALUES, "plan": {**VALUES["plan"], "optimizer": {"type": "Gradually"}}}), "Gradually"),
        (json.dumps({**VALUES, "plan": {**VALUES["plan"], "run": {"batch_size": 0}}}), "batch_size"),
    ],
)
def test_damage_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"A change of the run cannot be read.*{words}"):
        Change.from_json(text, 1)


def test_no_change_comes_before_the_first_step() -> None:
    with pytest.raises(ValueError, match="after -1 steps"):
        Change.from_json(change_of(FULL, 1).to_json(), -1)


BEFORE = planned(optimizer=SGD(learning_rate=0.1), schedule=STEP_DECAY, run=RunSettings(batch_size=32))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"optimizer": SGD(learning_rate=0.025)}, ["learning rate 0.1 → 0.025"]),
        ({"optimizer": SGD(learning_rate=1e-5)}, ["learning rate 0.1 → 1e-5"]),
        ({"optimizer": SGD(learning_rate=0.1, momentum=0.9)}, ["momentum 0 → 0.9"]),
        (
            {"optimizer": SGD(learning_rate=0.12345678, nesterov=True, clipvalue=2.0)},
            ["learning rate 0.1 → 0.12345678", "nesterov off → on", "clip value none → 2"],
        ),
        ({"optimizer": Adam(learning_rate=0.1)}, ["optimizer SGD → Adam"]),
        ({"optimizer": Adam()}, ["learning rate 0.1 → 0.001", "optimizer SGD → Adam"]),
        ({"optimizer": Lion(learning_rate=0.1)}, ["optimizer SGD → Lion"]),
        ({"optimizer": Adam(learning_rate=0.1, beta_1=0.5)}, ["optimizer SGD → Adam, beta 1 0.5"]),
        ({"schedule": schedules.CosineDecay(alpha=0.25)}, ["schedule Step decay → Cosine decay, final share 0.25"]),
        (
            {"schedule": schedules.CosineDecay(), "run": RunSettings(epochs=1000)},
            ["schedule Step decay → Cosine decay", "epochs 50 → 1\u202f000"],
        ),
        ({"run": RunSettings(batch_size=64, epochs=7, keep_best=True)}, ["batch size 32 → 64", "epochs 50 → 7"]),
        ({"run": RunSettings(epochs=1000)}, ["epochs 50 → 1\u202f000"]),
        ({"schedule": schedules.CosineDecay()}, ["schedule Step decay → Cosine decay"]),
        ({"schedule": schedules.StepDecay(decay_rate=0.5)}, ["decay rate 0.1 → 0.5", "decay steps 7 → none"]),
        ({"stopping": (stopping.Patience(),), "metrics": (metrics.F1(),)}, []),
        ({"frozen": ("dense_1", "dense_2")}, ["dense_1 frozen", "dense_2 frozen"]),
    ],
)
def test_what_changes_the_weights_is_noted(changes: dict[str, Any], words: list[str]) -> None:
    assert noted(BEFORE, planned(BEFORE, **changes)) == words


def test_an_optimizer_of_another_kind_is_noted_with_what_only_it_has() -> None:
    before = planned(optimizer=Adam(learning_rate=0.02))
    after = planned(optimizer=SGD(learning_rate=0.02, momentum=0.9, weight_decay=0.1, clipvalue=2.0))
    assert noted(before, after) == ["optimizer Adam → SGD, momentum 0.9, weight decay 0.1", "clip value none → 2"]


def test_a_layer_that_learns_again_is_noted() -> None:
    frozen = planned(BEFORE, frozen=("dense_1",))
    assert noted(frozen, planned(frozen, frozen=("dense_2",))) == ["dense_2 frozen", "dense_1 thawed"]
