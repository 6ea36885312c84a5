"""A layer that is chosen in a view is shown on the canvas, as far as the network still has it."""

from __future__ import annotations

from deepviz.document import edits
from deepviz.document.group_edits import group, set_repeat
from deepviz.document.repeats import unrolled
from deepviz.gui.plots.layer_summary import LayerSummary
from tests.e2e.window import OpenWindow, Person, small_project


def summary(person: Person) -> LayerSummary:
    view = person.bench.views.view("layer_summary")
    assert isinstance(view, LayerSummary)
    return view


def test_the_card_of_a_chosen_layer_is_selected(person: Person) -> None:
    summary(person).node_chosen.emit("dense_2")
    assert tuple(person.bench.canvas.network.selected) == ("dense_2",)


def test_a_layer_in_a_closed_group_and_a_repetition_of_it_are_found(open_window: OpenWindow) -> None:
    project = group(small_project(units=2), ["dense_1", "tanh_1"])
    person = open_window(set_repeat(project, project.graph.groups[0].id, 2))
    assert "dense_1.2" in unrolled(person.graph).origin
    for name in ("dense_1.2", "tanh_1"):
        person.bench.canvas.look_into("")
        summary(person).node_chosen.emit(name)
        assert tuple(person.bench.canvas.network.selected) == (name.partition(".")[0],)


def test_a_layer_that_is_gone_is_told_as_gone(person: Person) -> None:
    view = summary(person)
    person.bench.commands.edit("Delete", lambda project: edits.delete(project, ["tanh_1"]))
    person.bench.canvas.select(())
    view.node_chosen.emit("tanh_1")
    assert not person.bench.canvas.network.selected
    assert person.bench.status.currentMessage() == "tanh_1 is not in the network any more"
