"""What is changed of a run before its first step is how it begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.training.changes import Change
from deepviz.training.replay import Replay
from tests.e2e.faults_stage import weights_of
from tests.e2e.window import PATIENCE, Person


def with_batches_of(size: int, project: Project) -> Project:
    return edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(batch_size=size)))


def test_a_run_that_was_changed_before_its_first_step_is_made_again_as_it_was(person: Person) -> None:
    controller, editor = person.bench.controller, person.bench.editor
    controller.run_to(0)
    person.qtbot.waitUntil(lambda: controller.status == "paused", timeout=PATIENCE)
    for size in (20, 24):
        editor.apply("Batch size", lambda project, size=size: with_batches_of(size, project))  # type: ignore[misc]
        controller.checkpoint()  # this waits until the run goes by it, and takes notice
    controller.step(3)
    person.qtbot.waitUntil(lambda: controller.step_count == 3 and controller.status == "paused", timeout=PATIENCE)
    editor.apply("Batch size", lambda project: with_batches_of(16, project))
    controller.step(3)
    person.qtbot.waitUntil(lambda: controller.step_count == 6 and controller.status == "paused", timeout=PATIENCE)
    history = controller.history
    changes = [Change.from_json(text, step) for step, text in history.changes]
    assert changes[0].step == 0
    assert [(each.step, each.plan.run.batch_size) for each in changes][-2:] == [(0, 24), (3, 16)]
    assert history.events == ((0, "batch size 32 → 20"), (0, "batch size 20 → 24"), (3, "batch size 24 → 16"))
    assert editor.data is not None
    run = Replay.of(editor.project, editor.data, changes, 6)
    trainer = run.trainer()
    assert [record.values["loss"] for record in run.steps(trainer)] == history.column("loss")[1].tolist()
    for name, array in weights_of(person).items():
        np.testing.assert_array_equal(array, trainer.network.parameters[name])
