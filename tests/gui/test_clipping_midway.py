"""Clipping that is switched on in mid-run: what came before was not clipped, and the views after clipping show it."""

from __future__ import annotations

from functools import partial

import numpy as np

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.map_cells import Kind
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


def clipped(project: Project, limit: float | None) -> Project:
    return edits.set_optimizer(project, project.plan.optimizer.changed(global_clipnorm=limit))


def clip(person: Person, limit: float | None) -> None:
    history = person.bench.controller.history
    before = len(history.changes)
    person.bench.commands.edit("Clip", partial(clipped, limit=limit))  # a thread that rests may obey at once
    person.qtbot.waitUntil(lambda: len(history.changes) > before, timeout=PATIENCE)


def test_curves_and_map_show_the_norm_of_the_whole_run(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    views = [person.bench.views.views[key] for key in ("gradient_norms", "gradient_map")]
    curves, cells = views
    assert isinstance(curves, GradientNorms)
    assert isinstance(cells, GradientMap)
    for view in (curves, cells):
        view.choose(Magnitude("l2", "parameters", clipped=True))
    train_steps(person, 60)
    assert "not clipped" in curves.words.text()
    clip(person, 1e-3)
    train_steps(person, 60)
    history = person.bench.controller.history
    for view in (curves, cells):
        view.draw()
        assert not view.words.text()
        assert not view.marks.gaps
    _, norms = history.column("gradient_norm")
    shown, values = history.column("clipped_gradients/l2")
    before = shown <= 60
    assert before.sum() == 60
    np.testing.assert_allclose(values[before], norms[:60])
    assert (np.sqrt((values[~before] ** 2).sum(axis=1)) <= 1e-3 * 1.001).all()
    assert shown[-1] > 60
    curve = next(iter(curves.curves.values()))
    assert curve.x[0] <= 2
    assert cells.cells is not None
    assert not (cells.cells.kinds[:10] == Kind.NOT_MEASURED).any()
    assert "not measured" not in cells.hover_text(5, 0.5)
    clip(person, None)
    train_steps(person, 40)
    train_steps(person, 40)
    shown, _ = history.column("clipped_gradients/l2")
    assert (np.diff(shown) > 0).all()
    person.qtbot.waitUntil(lambda: history.column("clipped_gradients/l2")[0][-1] >= 160, timeout=PATIENCE)
