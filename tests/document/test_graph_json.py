"""Groups, comments and attached activations in files: what is written, what is read, what is refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.archive import FileError
from deepviz.document.drawing import drawn
from deepviz.document.graph import Graph
from deepviz.document.graph_json import graph_from_values, graph_to_values, needs_second_version
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import check
from tests.document.networks import nested, row, with_activation

GROUPS = [
    {"id": "group_1", "name": "block", "parent": "", "repeat": 1, "collapsed": True},
    {"id": "group_2", "name": "inner", "parent": "group_1", "repeat": 3, "collapsed": False},
]


def written() -> dict[str, Any]:
    """The values of a network with groups, the inner one repeated and open, and a comment in it."""
    project = group_edits.set_repeat(group_edits.set_collapsed(nested(), ["group_2"], False), "group_2", 3)
    project = comment_edits.add_comment(project, "why\nso?", (1.0, 2.0), "group_2")
    return graph_to_values(project.graph)


def test_groups_and_comments_are_written_as_they_are_read() -> None:
    values = written()
    assert values["groups"] == GROUPS
    assert values["comments"] == [
        {"id": "comment_1", "text": "why\nso?", "position": [1.0, 2.0], "size": [216.0, 96.0], "group": "group_2"}
    ]
    assert {node["id"]: node.get("group") for node in values["nodes"]}["relu_1"] == "group_2"
    assert graph_to_values(graph_from_values(values)) == values


def test_what_says_nothing_is_left_out_and_older_programs_read_it() -> None:
    values = graph_to_values(row("Input", "Dense").graph)
    assert values.keys() == {"nodes", "edges"}
    assert values["nodes"][0].keys() == {"id", "layer", "position"}
    assert not needs_second_version(row("Input", "Dense").graph)


def test_whatever_is_new_needs_the_second_version() -> None:
    noted = comment_edits.add_comment(Project(), "x", (0.0, 0.0))
    for project in (nested(), with_activation(), noted, edits.arrange(row("Input"), flow="down")):
        assert needs_second_version(project.graph)
        assert graph_from_values(graph_to_values(project.graph)) == project.graph


def test_what_is_left_out_has_its_usual_value() -> None:
    values = written()
    values["groups"][1] = {"id": "group_2", "name": "inner", "parent": "group_1"}
    group = graph_from_values(values).groups_by_id["group_2"]
    assert (group.repeat, group.collapsed) == (1, True)


WRONG: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("groups",), {}, "groups is missing or not a list"),
    (("groups", 0), "group_1", "id is missing"),
    (("groups", 0, "id"), "", "cannot be the name"),
    (("groups", 0, "id"), "dense_1", "more than one node or group is called dense_1"),
    (("groups", 0, "id"), "group_2", "more than one node or group is called group_2"),
    (("groups", 0, "name"), "", "group_1 has no proper name"),
    (("groups", 0, "name"), "a\nb", "group_1 has no proper name"),
    (("groups", 0, "name"), "\ud800", "group_1 has no proper name"),
    (("groups", 0, "name"), 3, "name is missing or not a text"),
    (("groups", 0, "parent"), "group_9", "something lies in 'group_9', but there is no such group"),
    (("groups", 0, "parent"), "dense_1", "no such group"),
    (("groups", 0, "parent"), "group_1", "group_1 lies in itself"),
    (("groups", 0, "parent"), "group_2", "lies in itself"),
    (("groups", 0, "parent"), None, "parent is missing or not a text"),
    (("groups", 0, "repeat"), 0, "repeat is no whole number from 1 to 100"),
    (("groups", 0, "repeat"), 101, "repeat is no whole number from 1 to 100"),
    (("groups", 0, "repeat"), True, "repeat is no whole number"),
    (("groups", 0, "repeat"), 2.0, "repeat is no whole number"),
    (("groups", 0, "collapsed"), "yes", "collapsed is neither true nor false"),
    (("nodes", 1, "group"), "group_9", "no such group"),
    (("nodes", 1, "group"), 7, "group is missing or not a text"),
    (("nodes", 1, "attached"), 1, "dense_1: attached is neither true nor false"),
    (("comments",), None, "comments is missing or not a list"),
    (("comments", 0, "text"), "x" * 2_001, "longer than 2\u202f000 letters"),
    (("comments", 0, "text"), "half \udfff", "letters that cannot be shown"),
    (("comments", 0, "group"), "group_9", "no such group"),
    (("comments", 0, "position"), [0.0, float("nan")], "comment_1 has no proper position"),
    (("comments", 0, "size"), [0.0, 10.0], "comment_1 has no proper size"),
    (("comments", 0, "size"), [1e9, 10.0], "comment_1 has no proper size"),
]


@pytest.mark.parametrize(("path", "value", "reason"), WRONG)
def test_what_is_wrong_is_told(path: tuple[str | int, ...], value: Any, reason: str) -> None:
    values = written()
    found: Any = values
    for step in path[:-1]:
        found = found[step]
    found[path[-1]] = value
    with pytest.raises(FileError) as caught:
        graph_from_values(values)
    assert reason in str(caught.value)
    assert str(caught.value).replace("\u202f", "").isprintable(), "thin spaces aside"


def test_two_comments_of_one_name_are_refused() -> None:
    values = written()
    values["comments"] *= 2
    with pytest.raises(FileError, match="more than one comment is called comment_1"):
        graph_from_values(values)


def with_repeats(*counts: int) -> Graph:
    """Groups in each other around one layer, as only a file has them."""
    values = graph_to_values(row("Input", "Dense", "SoftmaxCrossEntropy").graph)
    names = [f"g{number}" for number in range(len(counts))]
    values["groups"] = [
        {"id": name, "name": name, "parent": parent, "repeat": count}
        for name, parent, count in zip(names, ["", *names], counts, strict=False)
    ]
    values["nodes"][1]["group"] = names[-1]
    return graph_from_values(values)


@pytest.mark.timeout(20)
def test_repetitions_without_measure_are_told_and_not_written_out() -> None:
    graph = with_repeats(*[100] * 12)
    assert len(unrolled(graph).graph.nodes) == 3
    report = check(Project(graph=graph))
    problems = [problem for problem in report.problems if problem.where in graph.groups_by_id]
    assert len(problems) == 12
    assert "at most 5\u202f000 are possible" in problems[0].text
    assert len(drawn(graph).graph.nodes) == 3


def test_as_many_repetitions_as_are_possible_are_written_out() -> None:
    assert len(unrolled(with_repeats(100, 49)).graph.nodes) == 4_902


def test_a_file_may_have_empty_groups_and_the_first_edit_takes_them_away() -> None:
    values = graph_to_values(row("Input", "Dense").graph)
    values["groups"] = [{"id": "group_1", "name": "empty", "parent": ""}]
    graph = graph_from_values(values)
    assert len(drawn(graph).graph.nodes) == 2
    assert edits.move(Project(graph=graph), {"dense_1": (0.0, 0.0)}).graph.groups == ()
