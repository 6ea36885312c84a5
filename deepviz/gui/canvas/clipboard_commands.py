"""Commands on comments and with the clipboard: copy, cut, paste and duplicate cards and comments, write notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication

from deepviz.document import clipboard, comment_edits
from deepviz.document.edits import EditError
from deepviz.document.graph import Comment, Position
from deepviz.document.graph_json import LONGEST_COMMENT
from deepviz.document.project import Project
from deepviz.gui.amounts import counted, thousands
from deepviz.gui.canvas.geometry import GRID, HEIGHT, WIDTH, Box, Point, card_box, snapped
from deepviz.gui.canvas.menu import Entry
from deepviz.gui.canvas.text_editor import TextEditor
from deepviz.gui.canvas.words import named, numbered

if TYPE_CHECKING:
    from deepviz.gui.canvas.view import CanvasView


SIZES = {
    "Alt+Shift+Right": ("Wider", GRID, 0.0),
    "Alt+Shift+Left": ("Narrower", -GRID, 0.0),
    "Alt+Shift+Down": ("Taller", 0.0, GRID),
    "Alt+Shift+Up": ("Lower", 0.0, -GRID),
}
"""By key, what makes a comment larger or smaller is called, and by how much."""


def copy(view: CanvasView) -> bool:
    """Put what is selected on the clipboard, as text. Says whether anything was."""
    cards, comments = view.network.own_selected, view.network.surroundings.selected_comments
    text = clipboard.copied(view.folding.graph, cards, comments)
    if not text:
        view.say("Select the layers to copy first.", mood="")
        return False
    QGuiApplication.clipboard().setText(text)
    view.message.emit(f"Copied {named(view.network.graph, cards, comments)}.")
    return True


def cut(view: CanvasView) -> None:
    """Put what is selected on the clipboard and delete it."""
    cards, comments = view.network.own_selected, view.network.surroundings.selected_comments
    if copy(view):
        edit = partial(comment_edits.delete_along, cards=cards, comments=comments)
        view.request(f"Cut {named(view.network.graph, cards, comments)}", edit)


def paste(view: CanvasView, at: Point | None = None) -> None:
    """Place what is on the clipboard where the pointer is, or in the middle of what is seen."""
    try:
        found = clipboard.read(QGuiApplication.clipboard().text())
    except EditError as error:
        view.say(str(error))
        return
    if found is None:
        view.say("There are no layers on the clipboard. Copy some with Ctrl+C first.")
        return
    place = _free_place(view, at or _wanted_place(view))
    label = f"Paste {numbered(len(found.nodes), len(found.comments))}"
    view.request(label, partial(clipboard.paste, found=found, at=place, group=view.folding.scope), place)


def duplicate(view: CanvasView) -> None:
    """Place a copy of what is selected beside it."""
    cards, comments = view.network.own_selected, view.network.surroundings.selected_comments
    if not cards and not comments:
        view.say("Select the layers to duplicate first.", mood="")
        return
    label = f"Duplicate {named(view.network.graph, cards, comments)}"
    view.request(label, partial(clipboard.duplicate, cards=cards, comments=comments))


def add_comment(view: CanvasView, at: Point | None = None) -> TextEditor:
    """Let a comment be written at a free place; it is there, by one edit, when something has been written."""
    place = _clear_of_cards(view, snapped(at or _wanted_place(view)))
    scope = view.folding.scope
    width, height = Comment("", "").size
    box = Box(place.x, place.y, place.x + width, place.y + height)

    def taken(text: str) -> None:
        group = scope if scope in view.folding.graph.groups_by_id else ""  # what was written outlives its group
        view.request("Add comment", partial(comment_edits.add_comment, text=text, position=place, group=group), place)

    view.network.select(())
    view.bring_box_into_sight(box)
    return _field(view, box, "", taken)


def write(view: CanvasView, comment_id: str) -> TextEditor:
    """Let a comment be written in where it stands."""
    view.network.select(())
    view.network.surroundings.select_comments((comment_id,))
    item = view.network.surroundings.comments[comment_id]

    def taken(text: str) -> None:
        edit = partial(comment_edits.set_comment_text, comment_id=comment_id, text=text)
        view.request("Write comment", edit, Point(item.box.left, item.box.top))

    return _field(view, item.box, item.comment.text, taken)


def _field(view: CanvasView, box: Box, text: str, taken: Callable[[str], None]) -> TextEditor:
    """A field over a box of the scene, for the text of a comment."""
    area = QRect(view.place_of(Point(box.left, box.top)), view.place_of(Point(box.right, box.bottom)))
    field = TextEditor(view, area, text, taken, False, "Text of the comment", LONGEST_COMMENT)
    below = Point(box.left, box.bottom)
    field.overfull.connect(lambda most: view.say(f"A comment has at most {thousands(most)} letters.", below))
    return field


def go_to_next_comment(view: CanvasView) -> bool:
    """Select the comment after the one that is selected. Says whether there is one."""
    around = view.network.surroundings
    known = list(around.comments)
    if not known:
        return False
    selected = around.selected_comments
    number = known.index(selected[-1]) + 1 if selected else 0
    chosen = known[number % len(known)]
    view.network.select((), comments=(chosen,))
    box = around.comments[chosen].box
    view.bring_box_into_sight(box)
    view.message.emit(around.comments[chosen].comment.text or "An empty comment.")
    return True


def resize_comments(view: CanvasView, dx: float, dy: float) -> bool:
    """Ask for the selected comments to be made larger or smaller; several times in a row is one step to undo.

    Says whether any is selected.
    """
    around = view.network.surroundings
    chosen = around.selected_comments
    boxes = {each: around.comments[each].box for each in chosen}
    sizes = {each: _bounded((box.width + dx, box.height + dy)) for each, box in boxes.items()}
    if any(size != (boxes[each].width, boxes[each].height) for each, size in sizes.items()):

        def resized(project: Project) -> Project:
            for each, size in sizes.items():
                project = comment_edits.resize_comment(project, each, size)
            return project

        what = "comment" if len(chosen) == 1 else counted(len(chosen), "comment")
        view.request(f"Resize {what}", resized, merge_key=" ".join(["resize", *sorted(chosen)]))
    return bool(chosen)


def _bounded(size: tuple[float, float]) -> tuple[float, float]:
    """The nearest size that a comment may have."""
    least, most = comment_edits.LEAST_SIZE, comment_edits.LARGEST_SIZE
    width, height = (min(max(low, side), high) for low, side, high in zip(least, size, most, strict=True))
    return width, height


def entries_of_comment(view: CanvasView, comment_id: str) -> tuple[Entry, ...]:
    """The context menu of a comment."""
    selected = view.network.surroundings.selected_comments
    return (
        Entry("Write", partial(write, view, comment_id), "Return"),
        Entry("Copy", partial(copy, view), "Ctrl+C"),
        Entry("Duplicate", partial(duplicate, view), "Ctrl+D"),
        Entry("Size", children=tuple(_size_entry(view, key) for key in SIZES)),
        Entry(
            "Delete",
            partial(view.request, "Delete comment", partial(comment_edits.delete_comments, comment_ids=selected)),
            "Del",
        ),
    )


def _size_entry(view: CanvasView, key: str) -> Entry:
    label, dx, dy = SIZES[key]
    return Entry(label, partial(resize_comments, view, dx, dy), key)


def entries_of_selection(view: CanvasView) -> tuple[Entry, ...]:
    """What the context menu offers about the clipboard."""
    has_some = bool(view.network.own_selected or view.network.surroundings.selected_comments)
    return (
        Entry("Copy", partial(copy, view), "Ctrl+C", has_some),
        Entry("Cut", partial(cut, view), "Ctrl+X", has_some),
        Entry("Paste", partial(paste, view), "Ctrl+V"),
        Entry("Duplicate", partial(duplicate, view), "Ctrl+D", has_some),
    )


def _wanted_place(view: CanvasView) -> Point:
    """Where the pointer is, if it is over the canvas, as the middle of a card; otherwise the middle of what is seen."""
    point = view.scene_point(view.pointer_place())
    return Point(point.x - WIDTH / 2, point.y - HEIGHT / 2)


def _free_place(view: CanvasView, wanted: Point) -> Point:
    """The wanted place on the grid, or a little aside while a card stands exactly there."""
    place: Position = snapped(wanted)
    taken = set(view.network.places.values())
    while Point(*place) in taken:
        place = (place[0] + clipboard.OFFSET, place[1] + clipboard.OFFSET)
    return Point(*place)


def _clear_of_cards(view: CanvasView, place: Point) -> Point:
    """The nearest place at or below a wanted one where a new comment lies on no card."""
    width, height = Comment("", "").size
    cards = [card_box(each) for each in view.network.places.values()]
    while any(box.meets(Box(place.x, place.y, place.x + width, place.y + height)) for box in cards):
        place = Point(place.x, place.y + GRID)
    return place
