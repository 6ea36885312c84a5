"""Shapes of what flows between layers. The batch axis is left out: a shape describes one sample."""

from __future__ import annotations

from collections.abc import Sequence

Shape = tuple[int, ...]
"""Lengths of the axes of one sample: ``(784,)`` for a flat vector, ``(28, 28, 1)`` for rows x columns x channels."""


def shape_text(shape: Sequence[int]) -> str:
    """A shape as people write it: ``28 × 28 × 1``."""
    return " × ".join(str(length) for length in shape) if shape else "one number"


class ShapeError(ValueError):
    """A layer that cannot take what reaches it.

    Attributes
    ----------
    insert
        The key of a layer that mends it when put before the one that complains, or an empty string.
    change
        Hyperparameters of the layer itself that would mend it, by name.
    """

    def __init__(self, message: str, insert: str = "", change: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.insert = insert
        self.change = change or {}
