"""The numbers beside the pictures: at a chosen moment each is that of its step, and it says so."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage, QPainter

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.canvas.gradients import magnitude
from deepviz.gui.panels.properties import NOT_YET
from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.plot import Plot
from deepviz.gui.settings import BARS
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.window_hands import choose_moment, train_steps


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    """Somebody whose run has kept the steps 0, 5, 20 and 32; its epochs have 15 steps."""
    person = open_window(small_project(epochs=50))
    for steps in (5, 15, 12):
        train_steps(person, steps)
    assert person.bench.controller.progress.steps_per_epoch == 15
    return person


def freezing(trainable: bool) -> object:
    def edit(project: Project) -> Project:
        layer = project.graph.node("dense_1").layer.changed(trainable=trainable)
        return edits.set_layer(project, "dense_1", layer)

    return edit


def fact(person: Person, name: str) -> str:
    return person.bench.properties.facts.value(name)


def test_the_facts_of_the_network_are_those_of_the_moment(trained: Person) -> None:
    history = trained.bench.controller.history
    trained.bench.canvas.select(())
    for step in (20, None):
        choose_moment(trained, step)
        at = 32 if step is None else step
        assert fact(trained, "Loss of the batch") == f"{history.at('loss', at):.4g}"
        assert fact(trained, "Accuracy of the batch") == f"{100 * history.at('accuracy', at):.1f} %"
        assert fact(trained, "Validation loss") == f"{history.at('validation_loss', at):.4g}"
        assert fact(trained, "Validated at step") == str(at // 15 * 15), "it is made after each epoch, of 15 steps"
        assert dict(trained.bench.properties.facts.facts).get("At step") == (None if step is None else "20")
    assert history.at("validation_loss", 20) != history.at("validation_loss", 32)


def test_what_was_not_measured_so_early_is_not_told(trained: Person) -> None:
    trained.bench.canvas.select(())
    choose_moment(trained, 5)
    assert fact(trained, "Validation loss") == "–"
    assert fact(trained, "Validated at step") == "–"
    assert fact(trained, "Loss of the batch") != "–"
    choose_moment(trained, 0)
    assert fact(trained, "At step") == "0"
    assert fact(trained, "Loss of the batch") == "–"
    trained.bench.canvas.select(("dense_1",))
    assert fact(trained, "‖∂L/∂θ‖") == "–"


def test_the_page_of_a_layer_says_of_which_step_it_is(trained: Person) -> None:
    bench, history = trained.bench, trained.bench.controller.history
    bench.canvas.select(("dense_1",))
    assert bench.properties.heading == "This layer now"
    choose_moment(trained, 20)
    assert bench.properties.heading == "This layer at step 20"
    assert fact(trained, "‖∂L/∂θ‖") == magnitude(history.at("gradient_norm", 20)[0])
    bench.canvas.select(("loss_1",))
    assert bench.properties.heading == "This loss at step 20"
    assert fact(trained, "Loss of the batch") == f"{history.at('loss', 20):.4g}"
    choose_moment(trained, None)
    assert bench.properties.heading == "This loss now"


def test_while_it_goes_on_the_facts_stay_at_the_moment(trained: Person) -> None:
    history = trained.bench.controller.history
    trained.bench.canvas.select(())
    choose_moment(trained, 20)
    train_steps(trained, 4)
    assert fact(trained, "Loss of the batch") == f"{history.at('loss', 20):.4g}"
    trained.bench.controller.reset()
    assert "At step" not in dict(trained.bench.properties.facts.facts)


def test_bars_of_gradients_follow_the_moment(trained: Person) -> None:
    bench = trained.bench
    bench.settings.set(BARS, "gradient")
    bench.checking.show_bars()
    choose_moment(trained, 5)
    norms = bench.controller.history.at("gradient_norm", 5)
    shown = [bench.checking.bars.items[name].text for name in ("dense_1", "dense_2")]
    assert shown == [magnitude(norm) for norm in norms]


@pytest.mark.parametrize("key", ["loss", "accuracy", "learning_rate"])
def test_the_values_above_the_curves_are_those_of_the_moment(trained: Person, key: str) -> None:
    trained.bench.views.open(key)
    trained.qtbot.waitUntil(lambda: trained.bench.views.is_visible(key))
    view, history = trained.bench.views.views[key], trained.bench.controller.history
    assert isinstance(view, CurvePlot)
    for step in (20, 5, None):
        choose_moment(trained, step)
        view.draw()
        for entry, line in zip(view.header.entries, view.lines(), strict=True):
            value = history.at(line.column, 32 if step is None else step)
            shown = entry.brief or entry.value  # where the line is smoothed, its value stands behind that
            assert shown == ("" if value is None else view.value_text(value, is_exact=False))
            assert entry.value.startswith(shown)


# Frozen now is not frozen then


def test_a_layer_that_is_thawed_is_no_nan_before_its_next_step(trained: Person) -> None:
    bench = trained.bench
    bench.editor.apply("Freeze", freezing(False))
    train_steps(trained, 3)
    bench.editor.apply("Thaw", freezing(True))
    trace = bench.canvas.network.node_items()["dense_1"].live.trace
    assert trace is not None
    assert trace.value == "", "it is not frozen any more, and nothing is known of it yet"
    assert not trace.is_bad
    assert "frozen" not in words_on(bench.canvas.network.node_items()["dense_1"])
    bench.canvas.select(("dense_1",))
    assert fact(trained, "‖∂L/∂θ‖") == NOT_YET
    train_steps(trained, 1)
    assert fact(trained, "‖∂L/∂θ‖") == magnitude(bench.controller.history.at("gradient_norm", 36)[0])


def test_a_layer_that_is_frozen_shows_what_it_had_at_an_earlier_moment(trained: Person) -> None:
    bench = trained.bench
    bench.editor.apply("Freeze", freezing(False))
    train_steps(trained, 3)
    item = bench.canvas.network.node_items()["dense_1"]
    bench.canvas.select(("dense_1",))
    assert fact(trained, "‖∂L/∂θ‖") == "frozen"
    assert "frozen" in words_on(item)
    choose_moment(trained, 20)
    expected = magnitude(bench.controller.history.at("gradient_norm", 20)[0])
    assert fact(trained, "‖∂L/∂θ‖") == expected
    assert item.live.trace is not None
    assert item.live.trace.value == expected
    assert "frozen" not in words_on(item), "it was not, then"
    choose_moment(trained, None)
    assert fact(trained, "‖∂L/∂θ‖") == "frozen"
    assert item.live.trace is None
    assert "frozen" in words_on(item)


def words_on(item: object) -> list[str]:
    """All texts that a card paints."""
    said: list[str] = []

    class Listening(QPainter):
        def drawText(self, *arguments: object) -> None:
            said.extend(each for each in arguments if isinstance(each, str))

    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    painter = Listening(image)
    painter.scale(2, 2)
    try:
        item._painter.paint(painter, item.shown_face)  # type: ignore[attr-defined]
    finally:
        painter.end()
    return said


@pytest.mark.parametrize("key", ["loss", "gradient_norms", "gradient_map"])
def test_a_paused_view_stays_where_it_was_though_it_is_painted_anew(trained: Person, key: str) -> None:
    view = trained.bench.views.views[key]
    assert isinstance(view, Plot)
    view.draw()
    before, told = view.area.x_range, view.header.entries
    view.set_paused(True)
    train_steps(trained, 40)
    for change in (trained.bench.themes.toggle, view.reset_view, lambda: trained.bench.window.resize(1400, 900)):
        change()
        view.draw()
        assert view.area.x_range == before
        assert [entry.value for entry in view.header.entries] == [entry.value for entry in told]
    choose_moment(trained, 20)
    choose_moment(trained, None)
    assert view.area.x_range == before
    view.set_paused(False)
    view.draw()
    assert view.area.x_range == (0.0, 72.0)
