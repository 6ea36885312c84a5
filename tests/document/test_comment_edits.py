"""Comments: where they are, how large, what they say, and that the network does not mind them."""

from __future__ import annotations

import math

import pytest

from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.edits import EditError
from deepviz.document.graph import FARTHEST, Comment
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.document.shapes import check
from tests.document.networks import block, nested


def test_comments_are_numbered_and_say_what_they_are_told() -> None:
    project = comment_edits.add_comment(block(), "  two\nlines \n", (1.0, 2.0))
    project = comment_edits.add_comment(project, "inside", (3.0, 4.0), "group_1")
    assert project.graph.comments == (
        Comment("comment_1", "two\nlines", (1.0, 2.0)),
        Comment("comment_2", "inside", (3.0, 4.0), group="group_1"),
    )
    project = comment_edits.delete_comments(project, ["comment_1"])
    project = comment_edits.add_comment(project, "again", (0.0, 0.0))
    assert [comment.id for comment in project.graph.comments] == ["comment_2", "comment_1"]


def test_they_mean_nothing_to_the_network() -> None:
    project = comment_edits.add_comment(block(), "x", (0.0, 0.0))
    assert check(project) == check(block())
    assert comment_edits.delete_comments(project, ["comment_1"]) == block()


def test_text_place_and_size_can_be_changed_of_each_alone() -> None:
    project = comment_edits.add_comment(comment_edits.add_comment(block(), "a", (0.0, 0.0)), "b", (0.0, 0.0))
    project = comment_edits.set_comment_text(project, "comment_1", "c")
    project = comment_edits.move_comments(project, {"comment_2": (5.0, 6.0), "comment_9": (0.0, 0.0)})
    project = comment_edits.resize_comment(project, "comment_1", (300.0, 200.0))
    first, second = project.graph.comments
    assert (first.text, first.position, first.size) == ("c", (0.0, 0.0), (300.0, 200.0))
    assert (second.text, second.position) == ("b", (5.0, 6.0))


@pytest.mark.parametrize(
    ("size", "found"),
    [((1.0, -5.0), (80.0, 40.0)), ((1e9, math.inf), (2_000.0, 2_000.0)), ((math.nan, 50.0), (80.0, 50.0))],
)
def test_sizes_are_within_bounds(size: tuple[float, float], found: tuple[float, float]) -> None:
    project = comment_edits.resize_comment(comment_edits.add_comment(block(), "a", (0.0, 0.0)), "comment_1", size)
    assert project.graph.comments[0].size == found


def test_a_place_off_the_canvas_is_brought_back_to_its_edge() -> None:
    project = comment_edits.add_comment(block(), "a", (1e300, math.nan))
    assert project.graph.comments[0].position == (FARTHEST, -FARTHEST)


def test_text_that_is_too_long_is_refused() -> None:
    project = comment_edits.add_comment(block(), "x" * 2_000, (0.0, 0.0))
    with pytest.raises(EditError, match="at most 2\u202f000 letters; this one has 2\u202f001"):
        comment_edits.set_comment_text(project, "comment_1", "x" * 2_001)
    with pytest.raises(EditError, match="at most 2\u202f000 letters"):
        comment_edits.add_comment(project, "x" * 2_001, (0.0, 0.0))


def test_half_a_letter_from_a_broken_paste_can_still_be_saved() -> None:
    project = comment_edits.add_comment(block(), "a\ud800b", (0.0, 0.0))
    assert project_from_json(project_to_json(project).encode()) == project
    assert project.graph.comments[0].text == "a?b"


def test_a_group_that_is_gone_takes_no_comment() -> None:
    with pytest.raises(EditError, match="not there any more"):
        comment_edits.add_comment(block(), "a", (0.0, 0.0), "group_7")


def test_what_is_written_in_a_group_moves_and_goes_with_it() -> None:
    project = comment_edits.add_comment(nested(), "in the inner", (10.0, 20.0), "group_2")
    project = comment_edits.add_comment(project, "outside", (10.0, 20.0))
    x, y = project.graph.node("dense_2").position
    moved = edits.move(project, {"group_1": (x + 100.0, y + 50.0)})
    assert [comment.position for comment in moved.graph.comments] == [(110.0, 70.0), (10.0, 20.0)]
    gone = edits.delete(project, ["group_1"])
    assert [comment.text for comment in gone.graph.comments] == ["outside"]
    dissolved = group_edits.ungroup(project, ["group_2"])
    assert [comment.group for comment in dissolved.graph.comments] == ["group_1", ""]
