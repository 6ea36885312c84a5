"""Copy, cut, paste and duplicate: what comes along, under which names, where it goes, and text that is not ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from deepviz.document import clipboard, comment_edits, edits, group_edits
from deepviz.document.edits import EditError
from deepviz.document.graph import FARTHEST
from deepviz.document.project import Project
from tests.document.networks import block, nested, pairs, places, row, with_activation
from tests.document.promises import keeps_its_promises


def pasted(project: Project, text: str, **where: Any) -> Project:
    found = clipboard.read(text)
    assert found is not None
    return clipboard.paste(project, found, **where)


def test_a_copy_comes_under_new_names_with_its_connections_and_settings() -> None:
    project = edits.set_layer(
        row("Input", "Dense", "ReLU", "Dense"), "dense_1", edits.new_layer("Dense").changed(units=7)
    )
    project = pasted(project, clipboard.copied(project.graph, ["dense_1", "relu_1"]))
    assert pairs(project.graph) == {"input_1>dense_1", "dense_1>relu_1", "relu_1>dense_2", "dense_3>relu_2"}
    assert project.graph.node("dense_3").layer == project.graph.node("dense_1").layer


def test_what_was_copied_goes_to_another_project() -> None:
    text = clipboard.copied(nested().graph, ["group_1"])
    project = pasted(Project(), text)
    assert pairs(project.graph) == {"dense_1>relu_1", "relu_1>add_1"}
    assert [(group.id, group.name, group.parent) for group in project.graph.groups] == [
        ("group_1", "block", ""), ("group_2", "inner", "group_1"),
    ]  # fmt: skip
    assert project.graph.way_up(project.graph.node("dense_1").group) == ("group_2", "group_1")


def test_a_group_comes_along_with_what_is_in_it_and_not_with_what_is_around_it() -> None:
    project = comment_edits.add_comment(nested(), "in it", (0.0, 0.0), "group_2")
    project = comment_edits.add_comment(project, "around it", (0.0, 0.0), "group_1")
    part = clipboard.part(project.graph, ["group_2"])
    assert [(group.id, group.parent) for group in part.groups] == [("group_2", "")]
    assert [comment.text for comment in part.comments] == ["in it"]
    single = clipboard.part(project.graph, ["dense_2", "add_1"], ["comment_2"])
    assert single.groups == ()
    assert [node.group for node in single.nodes] == ["", ""]
    assert [(comment.text, comment.group) for comment in single.comments] == [("around it", "")]


def test_pasting_where_names_are_taken_keeps_groups_and_comments_apart() -> None:
    project = comment_edits.add_comment(nested(), "x", (0.0, 0.0), "group_2")
    text = clipboard.copied(project.graph, ["group_1"])
    twice = pasted(pasted(project, text), text)
    assert [(group.id, group.parent) for group in twice.graph.groups] == [
        ("group_1", ""), ("group_2", "group_1"), ("group_3", ""), ("group_4", "group_3"), ("group_5", ""),
        ("group_6", "group_5"),
    ]  # fmt: skip
    assert [(comment.id, comment.group) for comment in twice.graph.comments] == [
        ("comment_1", "group_2"), ("comment_2", "group_4"), ("comment_3", "group_6"),
    ]  # fmt: skip
    keeps_its_promises(twice)


def test_a_layer_brings_its_attached_activation_and_its_card_is_one() -> None:
    project = pasted(with_activation(), clipboard.copied(with_activation().graph, ["dense_1"]))
    assert "dense_3>relu_2" in pairs(project.graph)
    assert project.graph.node("relu_2").attached


def test_a_copy_lies_a_little_aside_or_with_its_corner_where_it_is_put() -> None:
    project = edits.move(row("Dense", "ReLU"), {"dense_1": (100.0, 50.0), "relu_1": (80.0, 90.0)})
    text = clipboard.copied(project.graph, ["dense_1", "relu_1"])
    aside = places(pasted(project, text).graph)
    assert (aside["dense_2"], aside["relu_2"]) == ((132.0, 82.0), (112.0, 122.0))
    there = places(pasted(project, text, at=(1000.0, 0.0)).graph)
    assert (there["dense_2"], there["relu_2"]) == ((1020.0, 0.0), (1000.0, 40.0))
    far = places(pasted(project, text, at=(1e300, 0.0)).graph)
    assert far["relu_2"][0] == FARTHEST


def test_what_is_pasted_can_be_put_into_a_group() -> None:
    project = pasted(nested(), clipboard.copied(nested().graph, ["group_2", "loss_1"]), group="group_1")
    assert project.graph.node("loss_2").group == "group_1"
    assert project.graph.groups_by_id["group_3"].parent == "group_1"
    with pytest.raises(EditError, match="not there any more"):
        pasted(nested(), clipboard.copied(nested().graph, ["loss_1"]), group="group_9")


def test_ports_of_a_copy_have_no_gap_where_a_connection_was_left_behind() -> None:
    project = pasted(block(), clipboard.copied(block().graph, ["dense_1", "add_1"]))
    assert [edge.port for edge in project.graph.inputs_of("add_2")] == [0]


def test_a_duplicate_stays_in_the_group_of_the_original() -> None:
    assert clipboard.duplicate(nested(), ["dense_2"]).graph.node("dense_4").group == "group_2"
    assert clipboard.duplicate(nested(), ["group_2"]).graph.groups_by_id["group_3"].parent == "group_1"
    assert clipboard.duplicate(nested(), ["dense_1"]).graph.node("dense_4").group == ""
    noted = comment_edits.add_comment(nested(), "x", (0.0, 0.0), "group_2")
    assert clipboard.duplicate(noted, [], ["comment_1"]).graph.comments[1].group == "group_2"


def test_comments_are_copied_by_themselves_too_and_nothing_is_no_text() -> None:
    project = comment_edits.add_comment(Project(), "alone", (3.0, 4.0))
    text = clipboard.copied(project.graph, [], ["comment_1"])
    assert [comment.text for comment in pasted(project, text).graph.comments] == ["alone", "alone"]
    assert clipboard.copied(project.graph, []) == ""


def test_the_text_reads_back_as_the_part_that_was_copied() -> None:
    project = group_edits.set_repeat(nested(), "group_2", 4)
    for cards in (["group_1"], ["group_2", "dense_3"], ["add_1", "relu_1"]):
        assert clipboard.read(clipboard.copied(project.graph, cards)) == clipboard.part(project.graph, cards)


@pytest.mark.parametrize("text", ["", "hello", "{}", "[1, 2]", '"deepviz layers"', '{"format": "deepviz layers 2"}'])
def test_text_that_is_not_ours_is_left_alone(text: str) -> None:
    assert clipboard.read(text) is None


def spoilt(spoil: Callable[[Any], object]) -> str:
    values = json.loads(clipboard.copied(nested().graph, ["group_1", "dense_1"]))
    spoil(values)
    return json.dumps(values)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (clipboard.copied(nested().graph, ["group_1"])[:-40], "damaged"),
        ('{"format": "deepviz layers", "x": ' + "[" * 100_000, "damaged"),
        (spoilt(lambda values: values.update(version=2)), "newer DeepViz"),
        (spoilt(lambda values: values.pop("nodes")), "nodes is missing"),
        (spoilt(lambda values: values["nodes"][0]["layer"].update(type="Fancy")), "no layer called 'Fancy'"),
        (spoilt(lambda values: values["edges"][0].update(source="nowhere")), "no such node"),
        (spoilt(lambda values: values["groups"].pop(0)), "no such group"),
        (spoilt(lambda values: values["groups"][0].update(parent="group_2")), "lies in itself"),
        (spoilt(lambda values: values["groups"][0].update(id="dense_1")), "more than one node or group"),
        (spoilt(lambda values: values["groups"][0].update(repeat=10**9)), "repeat is no whole number"),
    ],
)
def test_damaged_text_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        clipboard.read(text)
