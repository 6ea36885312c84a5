"""What layers on sequences have in common: what a sequence is."""

from __future__ import annotations

import math

from deepviz.engine.shapes import Shape, ShapeError, shape_text


def check_sequence(label: str, shape: Shape, lane: str = "features") -> None:
    """Refuse what is not a sequence.

    Parameters
    ----------
    label
        The layer's name, for the message.
    shape
        Shape of its input.
    lane
        What the layer calls the numbers of a step.

    Raises
    ------
    ShapeError
        If the shape is not steps × features; it offers to insert a Reshape.
    """
    if len(shape) != 2:
        raise offering_reshape(f"{label} needs a sequence of steps × {lane}; it gets {shape_text(shape)}.", shape)


def check_places(label: str, shape: Shape) -> None:
    """Refuse what has no axis of places, such as steps or rows and columns, before that of features or channels.

    Raises
    ------
    ShapeError
        If it has none; it offers to insert a Reshape.
    """
    if len(shape) < 2:
        raise offering_reshape(f"{label} needs an image or a sequence; it gets {shape_text(shape)}.", shape)


def offering_reshape(message: str, shape: Shape) -> ShapeError:
    """An error that offers to insert a Reshape which makes a sequence of a shape: its first axis becomes the steps."""
    if not shape:
        return ShapeError(message)
    sequence = shape_text((shape[0], math.prod(shape[1:])))
    return ShapeError(f"{message} Insert Reshape to make it {sequence}.", "Reshape")
