"""What layers on images have in common: hyperparameters with a number for each axis or side, and what an image is."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from deepviz.engine.shapes import Shape, ShapeError, shape_text


def as_pair(value: Any) -> Any:
    """One whole number stands for rows and columns alike, as in Keras."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def _four(value: Any) -> Any:
    """One whole number stands for all four sides; a pair for above and below, and for left and right."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * 4
    if isinstance(value, list | tuple) and len(value) == 2:
        return (value[0], value[0], value[1], value[1])
    return value


Length = Annotated[int, Field(ge=1, le=1000)]
Margin = Annotated[int, Field(ge=0, le=1000)]
Pair = Annotated[tuple[Length, Length], BeforeValidator(as_pair)]
Padding = Literal["valid", "same", "explicit"]
Sides = Annotated[tuple[Margin, Margin, Margin, Margin], BeforeValidator(_four)]


def check_image(label: str, shape: Shape) -> None:
    """Refuse what is not an image.

    Raises
    ------
    ShapeError
        If the shape is not rows × columns × channels; it offers to insert a Reshape where that can help.
    """
    if len(shape) == 3:
        return
    message = f"{label} needs an image of rows × columns × channels; it gets {shape_text(shape)}."
    if len(shape) == 2:
        raise ShapeError(f"{message} Insert Reshape to make it {shape_text((*shape, 1))}.", "Reshape")
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        image = f" {shape_text((side, side, 1))}" if side > 1 and side * side == shape[0] else " an image"
        raise ShapeError(f"{message} Insert Reshape to make it{image}.", "Reshape")
    raise ShapeError(message)
