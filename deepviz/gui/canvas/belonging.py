"""Which group dragged cards would come to lie in if they were dropped, and showing it while they are dragged.

A frame is entered or left by the pointer as the frame was when the drag began: it must not run away from what comes.
"""

from __future__ import annotations

from collections.abc import Collection

from deepviz.document.drawing import GroupCard
from deepviz.gui.canvas.geometry import Point
from deepviz.gui.canvas.hit_test import node_at
from deepviz.gui.canvas.scene import CanvasScene
from deepviz.gui.canvas.words import name_of


class Belonging:
    """The groups of a scene as a drag begins.

    Parameters
    ----------
    grabbed
        The card under the pointer. What it lies in is what all that is dragged would leave.
    moved
        All cards that are dragged.
    """

    def __init__(self, network: CanvasScene, grabbed: str, moved: Collection[str]) -> None:
        self._network, self._moved = network, frozenset(moved)
        frames = network.surroundings.frames
        outermost_last = sorted(frames.values(), key=lambda item: -item.frame.depth)
        self._boxes = {
            item.frame.group.id: item.box for item in outermost_last if not self._moved.issuperset(item.frame.cards)
        }
        around = (group for group in self._boxes if grabbed in frames[group].frame.cards)
        self.home = next(around, network.scope)
        self._others = {card: place for card, place in network.places.items() if card not in self._moved}

    def at(self, point: Point) -> str | None:
        """The group that a drop at a point would put the cards into; None if they stay in the one they are in."""
        card = node_at(self._others, point)
        is_own = card is not None and card not in self._network.outside
        if card is not None and is_own and isinstance(self._network.graph.node(card).layer, GroupCard):
            return card
        found = next((group for group, box in self._boxes.items() if box.contains(point)), self._network.scope)
        return None if found == self.home else found

    def is_card(self, group: str) -> bool:
        """Whether a group is drawn as one card."""
        return group in self._network.places

    def words(self, group: str) -> str:
        """What a drop would do."""
        return f"{'Out of' if self.leaves(group) else 'Into'} {self.name_of(group)} · Alt only moves"

    def leaves(self, group: str) -> bool:
        """Whether a group is what is looked into, so that a drop takes cards out of their own."""
        return group == self._network.scope

    def name_of(self, group: str) -> str:
        """What people call the group that a drop puts cards into, or takes them out of."""
        frames, drawn = self._network.surroundings.frames, self.home if self.leaves(group) else group
        return frames[drawn].frame.group.name if drawn in frames else name_of(self._network.graph, drawn)

    def show(self, group: str | None) -> None:
        """Draw frames as they would be after a drop; None as they are."""
        network = self._network
        around = network.surroundings
        network.mark_possible((group,) if group is not None and self.is_card(group) else (), ())
        if group is None or self.is_card(group):
            around.preview_members((), None)
        else:
            around.preview_members(self._moved, group)
