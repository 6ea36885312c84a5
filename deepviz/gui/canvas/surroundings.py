"""What is drawn around cards: frames of open groups, and comments. Reconciled with a drawing like the cards are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QGraphicsScene

from deepviz.document.drawing import Frame
from deepviz.document.graph import Comment
from deepviz.gui.canvas.comment_item import CommentItem
from deepviz.gui.canvas.frame_item import FrameItem, frame_boxes
from deepviz.gui.canvas.geometry import Box, Point
from deepviz.gui.theme import Theme


class Surroundings:
    """Frames and comments of a scene.

    Parameters
    ----------
    scene
        Where their items live.
    theme
        The colours to begin with.
    """

    def __init__(self, scene: QGraphicsScene, theme: Theme) -> None:
        self._scene = scene
        self._theme = theme
        self._frames: dict[str, FrameItem] = {}
        self._comments: dict[str, CommentItem] = {}
        self._selected: tuple[str, ...] = ()
        self._shown: Sequence[Frame] = ()
        self._previewed: Sequence[Frame] = ()

    def show(self, frames: Sequence[Frame], comments: Sequence[Comment], places: Mapping[str, Point]) -> None:
        """Show these frames and comments, and no others."""
        self._shown = self._previewed = frames
        boxes = frame_boxes(frames, places)
        for group_id in self._frames.keys() - boxes.keys():
            self._scene.removeItem(self._frames.pop(group_id))
        for frame in frames:
            if frame.group.id not in boxes:
                continue
            if frame.group.id not in self._frames:
                self._frames[frame.group.id] = FrameItem(frame, self._theme)
                self._scene.addItem(self._frames[frame.group.id])
            self._frames[frame.group.id].show_frame(frame, boxes[frame.group.id], self._theme)
        known = {comment.id for comment in comments}
        for comment_id in self._comments.keys() - known:
            self._scene.removeItem(self._comments.pop(comment_id))
        self._selected = tuple(each for each in self._selected if each in known)
        for comment in comments:
            if comment.id not in self._comments:
                self._comments[comment.id] = CommentItem(comment, self._theme)
                self._scene.addItem(self._comments[comment.id])
            self._comments[comment.id].show_comment(comment, comment.id in self._selected, self._theme)

    def follow(self, places: Mapping[str, Point]) -> None:
        """Let frames follow cards that are being dragged."""
        for group_id, box in frame_boxes(self._previewed, places).items():
            item = self._frames[group_id]
            item.show_frame(item.frame, box, self._theme)

    def preview_members(self, cards: Collection[str], group_id: str | None) -> None:
        """Draw frames, from the next `follow` on, as if cards lay in a group; with None, as they are.

        An id that no frame has means that they lie in none of them.
        """
        for frame in self._shown:
            self._frames[frame.group.id].mark(group_id == frame.group.id)
        if group_id is None:
            self._previewed = self._shown
            return
        target = next((frame for frame in self._shown if frame.group.id == group_id), None)
        entered = [frame for frame in self._shown if target is not None and _lies_in(target, frame)]
        self._previewed = [
            replace(
                frame,
                cards=(*(card for card in frame.cards if card not in cards), *(cards if frame in entered else ())),
            )
            for frame in self._shown
        ]

    def preview_comments(self, boxes: Mapping[str, Box]) -> None:
        """Show comments elsewhere while they are dragged."""
        for comment_id, box in boxes.items():
            self._comments[comment_id].show_at(box)

    def use_theme(self, theme: Theme) -> None:
        """Show everything in other colours."""
        self._theme = theme
        for frame in self._frames.values():
            frame.show_frame(frame.frame, frame.box, theme)
        self.select_comments(self._selected)

    @property
    def selected_comments(self) -> tuple[str, ...]:
        """Ids of the selected comments."""
        return self._selected

    def select_comments(self, comment_ids: Collection[str]) -> None:
        """Select these comments and no others."""
        self._selected = tuple(each for each in comment_ids if each in self._comments)
        for comment_id, item in self._comments.items():
            item.show_comment(item.comment, comment_id in self._selected, self._theme)

    @property
    def comments(self) -> Mapping[str, CommentItem]:
        """The comments by id, those in front last."""
        return self._comments

    @property
    def frames(self) -> Mapping[str, FrameItem]:
        """The frames by the id of their group."""
        return self._frames

    def comment_at(self, point: Point) -> str | None:
        """The comment at a point; the one in front if several are."""
        return next((each for each, item in reversed(self._comments.items()) if item.box.contains(point)), None)

    def frame_bar_at(self, point: Point) -> str | None:
        """The group on the bar of whose frame a point is; the innermost if several are."""
        found = [item for item in self._frames.values() if item.bar.contains(point)]
        return max(found, key=lambda item: item.frame.depth).frame.group.id if found else None

    def boxes(self) -> list[Box]:
        """Where all of them are."""
        return [*(frame.box for frame in self._frames.values()), *(each.box for each in self._comments.values())]


def _lies_in(inner: Frame, outer: Frame) -> bool:
    """Whether a frame is another one or lies inside of it."""
    return inner == outer or (inner.depth > outer.depth and set(inner.cards) <= set(outer.cards))
