"""From a drawing to an image like those that a network was trained on: cut out, brought to size, and centred.

MNIST's digits were scaled to fit a box of 20 x 20 pixels with their proportions kept, and put into 28 x 28 pixels so
that their centre of mass is in the middle (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied
to document recognition, Proceedings of the IEEE 86, 1998; and the notes beside the files). A drawing that is treated in
another way is a drawing of something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INK = 0.02
"""Fainter ink than this does not count as part of the drawing when it is cut out."""


@dataclass(frozen=True)
class Placing:
    """How drawings are brought into place.

    Attributes
    ----------
    box
        Into how many pixels, square, the drawing is scaled.
    by_mass
        Whether the centre of mass comes to the middle; otherwise that of the box around the drawing.
    """

    box: int
    by_mass: bool

    @property
    def words(self) -> str:
        """What is done, in a few words."""
        centre = "centre of mass" if self.by_mass else "middle"
        return f"scaled into {self.box} × {self.box}, {centre} in the centre"


def placing_for(rows: int, columns: int) -> Placing | None:
    """How the usual images of digits of this size were made, None if none are usual.

    The 8 x 8 digits of the UCI repository fill all rows (E. Alpaydin and C. Kaynak 1998).
    """
    return {(28, 28): Placing(20, by_mass=True), (8, 8): Placing(8, by_mass=False)}.get((rows, columns))


def placed(drawing: np.ndarray, rows: int, columns: int, placing: Placing | None) -> np.ndarray:
    """A drawing as an image of so many rows and columns.

    Parameters
    ----------
    drawing
        How much ink is where, from 0 to 1, shape ``(height, width)``.
    placing
        How it is cut out and centred; None only brings the whole drawing to size.

    Returns
    -------
    Float64 array of shape ``(rows, columns)``, from 0 to 1. Each pixel is the mean of what it covers.
    """
    ink = np.asarray(drawing, np.float64)
    if placing is None or not (ink > INK).any():
        return resized(ink, rows, columns)
    used_rows, used_columns = (np.flatnonzero((ink > INK).any(axis=axis)) for axis in (1, 0))
    cut = ink[used_rows[0] : used_rows[-1] + 1, used_columns[0] : used_columns[-1] + 1]
    scale = placing.box / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    small = resized(cut, height, width)
    if placing.by_mass:
        mass = small.sum()
        middle = (
            float((small.sum(axis=1) * np.arange(height)).sum() / mass),
            float((small.sum(axis=0) * np.arange(width)).sum() / mass),
        )
        # In MNIST's own files it is less than half a pixel away from the middle of row 14 and column 14, of 0 to 27.
    else:
        middle = height / 2, width / 2
    # Whole pixels: a shift by a part of one would blur what was just made sharp.
    top, left = round(rows / 2 - middle[0]), round(columns / 2 - middle[1])
    top, left = min(max(top, 0), rows - height), min(max(left, 0), columns - width)
    image = np.zeros((rows, columns))
    image[top : top + height, left : left + width] = small
    return image


def resized(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """An image of another size, each pixel the mean of what it covers of the old one, to the last part of a pixel.

    Parameters
    ----------
    image
        Shape ``(height, width)`` or ``(height, width, channels)``.

    Returns
    -------
    Float64 array of shape ``(rows, columns)`` or ``(rows, columns, channels)``.
    """
    result = np.tensordot(_shares(image.shape[0], rows), np.asarray(image, np.float64), axes=(1, 0))
    across = np.tensordot(_shares(image.shape[1], columns), result, axes=(1, 1))
    return np.ascontiguousarray(np.swapaxes(across, 0, 1))


def _shares(old: int, new: int) -> np.ndarray:
    """How much each old pixel of a line adds to each new one: shape ``(new, old)``, rows add up to 1."""
    edges = np.arange(new + 1) * (old / new)
    starts = np.arange(old)
    covered = np.minimum(edges[1:, None], starts + 1.0) - np.maximum(edges[:-1, None], starts)
    shares: np.ndarray = np.clip(covered, 0.0, None) / (old / new)
    return shares
