"""Edits of comments: notes on the canvas that mean nothing to the network. Some are of cards and comments together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from deepviz.document import edits
from deepviz.document.edits import EditError
from deepviz.document.graph import Comment, Edge, Position
from deepviz.document.graph_json import LONGEST_COMMENT
from deepviz.document.names import free_name
from deepviz.document.project import Project
from deepviz.document.settling import settled
from deepviz.numerals import thousands

LEAST_SIZE = (80.0, 40.0)
LARGEST_SIZE = (2_000.0, 2_000.0)


def add_comment(project: Project, text: str, position: Position, group: str = "") -> Project:
    """Place a comment.

    Raises
    ------
    EditError
        If the text is too long, or there is no such group.
    """
    if group and group not in project.graph.groups_by_id:
        raise EditError("The group is not there any more.")
    new_id = free_name("comment", {comment.id for comment in project.graph.comments})
    comment = Comment(new_id, _checked(text), position, group=group)
    return _with(project, (*project.graph.comments, comment))


def set_comment_text(project: Project, comment_id: str, text: str) -> Project:
    """Have a comment say something else.

    Raises
    ------
    EditError
        If the text is too long.
    """
    checked = _checked(text)
    return _changed(project, {comment_id}, lambda comment: replace(comment, text=checked))


def move_comments(project: Project, positions: Mapping[str, Position]) -> Project:
    """Put comments elsewhere."""
    return _changed(project, positions, lambda comment: replace(comment, position=positions[comment.id]))


def resize_comment(project: Project, comment_id: str, size: tuple[float, float]) -> Project:
    """Give a comment another size, within bounds."""
    width, height = (
        min(max(least, side), most) for side, least, most in zip(size, LEAST_SIZE, LARGEST_SIZE, strict=True)
    )
    return _changed(project, {comment_id}, lambda comment: replace(comment, size=(width, height)))


def delete_comments(project: Project, comment_ids: Collection[str]) -> Project:
    """Take comments away."""
    return _with(project, tuple(each for each in project.graph.comments if each.id not in comment_ids))


def move_along(project: Project, cards: Mapping[str, Position], comments: Mapping[str, Position]) -> Project:
    """Put cards elsewhere, and comments with them."""
    project = edits.move(project, cards) if cards else project
    return move_comments(project, comments) if comments else project


def delete_along(
    project: Project,
    cards: Collection[str],
    comments: Collection[str],
    edges: Collection[Edge] = (),
    heal: bool = True,
) -> Project:
    """Delete cards and edges, as `edits.delete` does, and comments with them."""
    project = edits.delete(project, cards, edges, heal=heal) if cards or edges else project
    return delete_comments(project, comments) if comments else project


def _checked(text: str) -> str:
    text = text.encode(errors="replace").decode().strip()  # halves of letters cannot be saved
    if len(text) > LONGEST_COMMENT:
        raise EditError(
            f"A comment has at most {thousands(LONGEST_COMMENT)} letters; this one has {thousands(len(text))}."
        )
    return text


def _changed(project: Project, chosen: Collection[str], change: Callable[[Comment], Comment]) -> Project:
    return _with(project, tuple(change(each) if each.id in chosen else each for each in project.graph.comments))


def _with(project: Project, comments: tuple[Comment, ...]) -> Project:
    return replace(project, graph=settled(replace(project.graph, comments=comments)))
