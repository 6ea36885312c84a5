"""Views of gradients in a whole window: what is chosen is asked of the run, shown, and remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from deepviz.document import edits
from deepviz.document.examples import open_example
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.update_ratio import UpdateRatio
from deepviz.gui.settings import GRADIENT_CURVES, GRADIENT_MAP, GRADIENTS_ALIKE
from deepviz.training.divergence import divergences
from tests.e2e.window import LEFT, PATIENCE, OpenWindow, Person, chain
from tests.gui.window_hands import train_steps


def pick(person: Person, view: GradientNorms | GradientMap, text: str) -> None:
    """Click an entry of the menu of a view's button."""
    menu = view.choice_menu
    menu.popup(view.choice_button.mapToGlobal(view.choice_button.rect().bottomLeft()))
    person.qtbot.waitUntil(menu.isVisible)
    action = next(each for each in menu.actions() if each.text() == text)
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    QApplication.processEvents()


def run_to_the_end(person: Person) -> None:
    controller = person.bench.controller
    with person.qtbot.waitSignal(controller.ended, timeout=PATIENCE):
        person.bench.actions["run"].trigger()


def test_what_is_chosen_is_measured_shown_and_remembered(person: Person) -> None:
    views = person.bench.views
    curves, plot = views.view("gradient_norms"), views.view("gradient_map")
    assert isinstance(curves, GradientNorms)
    assert isinstance(plot, GradientMap)
    before = set(views.probes)
    assert not before & {"gradients", "clipped_gradients", "activation_gradients", "updates"}
    pick(person, curves, "Mean of |g|")
    pick(person, plot, "Of activations")
    assert set(views.probes) == before | {"gradients", "activation_gradients"}
    run_to_the_end(person)
    history = person.bench.controller.history
    # The last step reads all that is wanted.
    for view, names in ((curves, history.layers), (plot, history.nodes)):
        steps, values = history.column(view.choice.column)
        assert steps[-1] == history.steps[-1]
        assert values.shape[1] == len(names) == len(view.names)
    steps, means = history.column("gradients/mean")
    person.qtbot.waitUntil(lambda: "dense_1" in curves.curves, timeout=PATIENCE)
    curves.draw()
    np.testing.assert_allclose(10 ** curves.curves["dense_1"].y[-1], means[-1, 0])
    assert "clipped_gradients/l2" not in history, "nobody asked"
    settings = person.bench.settings
    assert settings.get(GRADIENT_CURVES) == "parameters/mean/before"
    assert settings.get(GRADIENT_MAP) == "activations/l2/before"
    pick(person, curves, "Same in all gradient views")
    assert plot.choice == Magnitude("mean")
    assert settings.get(GRADIENTS_ALIKE)


def test_the_update_ratio_is_measured_while_it_is_open(person: Person) -> None:
    views = person.bench.views
    views.open("update_ratio")
    QApplication.processEvents()
    view = views.view("update_ratio")
    assert isinstance(view, UpdateRatio)
    assert "updates" in views.probes
    run_to_the_end(person)
    history = person.bench.controller.history
    steps, ratios = history.column("updates/ratio")
    assert steps[-1] == history.steps[-1]
    _, updates = history.column("updates/update")
    _, weights = history.column("updates/weights")
    np.testing.assert_allclose(ratios, updates / weights)
    view.draw()
    alarms = {name for names in view.alarms().values() for name in names}
    assert alarms == {name for name, value in zip(history.layers, ratios[-1], strict=True) if not 1e-4 <= value <= 1e-2}
    views.close("update_ratio")
    QApplication.processEvents()
    assert "updates" not in views.probes


def test_a_run_that_diverges_says_so_in_the_curves(open_window: OpenWindow) -> None:
    dense = ("Dense", {"units": 8}), ("Dense", {"units": 2}), ("MeanSquaredError", {})
    project = chain(("Input", {}), *dense, epochs=1000)
    project = edits.set_plan(project, replace(project.plan, optimizer=SGD(learning_rate=20.0)))
    person = open_window(project)
    controller = person.bench.controller
    with person.qtbot.waitSignal(controller.failed, timeout=PATIENCE) as told:
        person.bench.actions["run"].trigger()
    failure = told.args[0]
    (found,) = divergences(controller.history)
    assert found == (failure.step - 1, failure.node)
    assert found.step == controller.history.steps[-1]
    curves = person.bench.views.view("gradient_norms")
    assert isinstance(curves, GradientNorms)
    curves.draw()
    assert f"diverged: NaN or ∞ in {failure.node}" in curves.hover_text(found.step)
    assert [words for _, words in curves.marks.crosses()] == [f"NaN or ∞ in {failure.node}"]


def test_a_loss_that_is_no_number_is_said_at_its_card_and_in_its_view(open_window: OpenWindow) -> None:
    """The outputs are finite, but their squares are not."""
    project = chain(("Input", {}), ("Dense", {"units": 2}), ("MeanSquaredError", {}), epochs=1000)
    project = edits.set_plan(project, replace(project.plan, optimizer=SGD(learning_rate=1e6)))
    person = open_window(project)
    controller = person.bench.controller
    with person.qtbot.waitSignal(controller.failed, timeout=PATIENCE) as told:
        person.bench.actions["run"].trigger()
    failure = told.args[0]
    assert failure.node == "loss"
    network = person.bench.canvas.network
    assert [problem.text for problem in network.problems["loss_1"]] == [failure.at_card]
    assert "Show loss_1" in [button.text() for button in person.bench.messages._notice.findChildren(QPushButton)]
    view = person.bench.views.view("loss")
    assert isinstance(view, LossPlot)
    view.draw()
    assert [place.words for place in view.divergence_marks.places()] == [f"diverged after step {failure.step - 1}"]


def test_after_a_divergence_all_that_the_canvas_shows_is_of_one_step(open_window: OpenWindow) -> None:
    project = open_example("sine")
    run = project.plan.run.changed(epochs=3)
    person = open_window(edits.set_plan(project, replace(project.plan, optimizer=SGD(learning_rate=0.01), run=run)))
    controller = person.bench.controller
    train_steps(person, 20)
    assert controller.gradient_picture().edge_step == 20
    optimizer = SGD(learning_rate=1e6)
    person.bench.editor.apply("Rate", lambda project: edits.set_optimizer(project, optimizer))
    with person.qtbot.waitSignal(controller.failed, timeout=PATIENCE):
        person.bench.actions["run"].trigger()
    last, measured = controller.step_count, controller.history.column("gradient_flow")[0][-1]
    picture = controller.gradient_picture()
    assert picture.nodes
    assert (picture.edge_step == last) if measured == last else (not picture.edges and picture.edge_step is None)
    assert controller.moments.timeline.at(last) is not None
    controller.moments.choose(20)
    assert controller.gradient_picture().edge_step == 20
    person.bench.actions["reset"].trigger()
    train_steps(person, 2)
    assert controller.gradient_picture().edges
