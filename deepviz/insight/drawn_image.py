"""From a drawing to an image like those that a network was trained on: cut out, brought to size, and centred.

MNIST's digits were scaled to fit a box of 20 x 20 pixels with their proportions kept, and put into 28 x 28 pixels so
that their centre of mass is in the middle (Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied
to document recognition, Proceedings of the IEEE 86, 1998; and the notes beside the files). Strokes that are wider or
narrower than their pens made them are thinned or thickened. A drawing treated in another way is one of something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

INK = 0.02
"""Fainter ink than this does not count as part of the drawing when it is cut out."""
WIDEST_STROKE = 3.3
"""Pixels: by `stroke_width`, half of MNIST's test images have strokes below 2.4, and nine in ten below this."""
NARROWEST_STROKE, NARROWEST_OF_8 = 1.5, 1.3
"""Pixels: 95 % of those images have wider strokes, and 90 % of the images of 8 x 8 of the UCI repository."""
BLOT = 0.4
"""What is as wide as such a part of the longer side has no strokes: a full circle has 0.5."""
MOST_TURNS = 4
"""Times a drawing is measured and thinned or thickened: what is thinned is smaller, so it is scaled less."""


@dataclass(frozen=True)
class Placing:
    """How drawings are brought into place.

    Attributes
    ----------
    box
        Into how many pixels, square, the drawing is scaled.
    by_mass
        Whether the centre of mass comes to the middle; otherwise that of the box around the drawing.
    widest
        Strokes that would be wider than so many pixels are thinned; None leaves them as they are.
    narrowest
        Strokes that would be narrower than so many pixels are thickened; None leaves them as they are.
    """

    box: int
    by_mass: bool
    widest: float | None = None
    narrowest: float | None = None

    @property
    def words(self) -> str:
        """What is done, in a few words."""
        centre = "centre of mass" if self.by_mass else "middle"
        return f"scaled into {self.box} × {self.box}, {centre} in the centre"


def placing_for(rows: int, columns: int) -> Placing | None:
    """How the usual images of digits of this size were made, None if none are usual.

    The 8 x 8 digits of the UCI repository fill all rows (E. Alpaydin and C. Kaynak 1998).
    """
    known = {
        (28, 28): Placing(20, by_mass=True, widest=WIDEST_STROKE, narrowest=NARROWEST_STROKE),
        (8, 8): Placing(8, by_mass=False, narrowest=NARROWEST_OF_8),
    }
    return known.get((rows, columns))


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
    cut = _cut(ink)
    if placing.widest is not None:
        cut = _cut(thinned(cut, placing.widest, placing.box))
    if placing.narrowest is not None:
        cut = _cut(thickened(cut, placing.narrowest, placing.box))
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


def stroke_width(ink: np.ndarray) -> float:
    """How wide strokes are on average, in pixels: twice the ink over the length of its outline; infinite without one.

    A stroke of width w and length l has the area w l and, apart from its ends, an outline of 2 l. The outline is the
    sum of the lengths of the gradient (Federer's coarea formula), so shades at the border count as what they are.
    """
    padded = np.pad(ink, 1)
    outline = float(np.hypot(np.diff(padded, axis=0)[:, :-1], np.diff(padded, axis=1)[:-1]).sum())
    return 2.0 * float(ink.sum()) / outline if outline > 0 else float("inf")


def thinned(ink: np.ndarray, widest: float, box: int) -> np.ndarray:
    """A drawing with strokes that are about so many pixels wide at most once it is scaled into a box.

    What has no strokes, such as a dot, stays as it is.

    Parameters
    ----------
    ink
        The drawing, cut out.
    widest, box
        In pixels of the image that is made of it.
    """
    return _with_strokes(ink, widest, box, grows=False)


def thickened(ink: np.ndarray, narrowest: float, box: int) -> np.ndarray:
    """A drawing with strokes that are about so many pixels wide at least; everything else is as with `thinned`."""
    return _with_strokes(ink, narrowest, box, grows=True)


def _with_strokes(ink: np.ndarray, width: float, box: int, *, grows: bool) -> np.ndarray:
    """A drawing with strokes that are at least so wide if it grows, or at most if it does not."""
    found, extremes = ink, np.maximum if grows else np.minimum
    for _ in range(MOST_TURNS if _share(ink) < BLOT else 0):
        side = max(_cut(found).shape)
        # Each turn takes a pixel off both sides of a stroke, or puts one there, and as many at the ends of the drawing.
        too_wide = round(side * (_share(found) * box - width) / (2.0 * (box - width)))
        turns = -too_wide if grows else too_wide
        if turns < 1:
            break
        changed = np.pad(found, turns) if grows else found
        for turn in range(turns):
            changed = extremes.reduce(_around(changed, with_corners=turn % 3 == 2))
        if not (grows or (changed > 0.5).any()):
            break
        found = changed
    return found


def _share(ink: np.ndarray) -> float:
    """How wide strokes are as a share of the longer side of a drawing."""
    return stroke_width(ink) / float(max(_cut(ink).shape))


def _around(ink: np.ndarray, with_corners: bool) -> list[np.ndarray]:
    """What is at each pixel and around it: four neighbours, or eight; their extremes in turns are nearly round."""
    padded = np.pad(ink, 1)
    height, width = ink.shape
    places = [(row, column) for row in range(3) for column in range(3) if with_corners or 1 in (row, column)]
    return [padded[row : row + height, column : column + width] for row, column in places]


def _cut(ink: np.ndarray) -> np.ndarray:
    """The part of a drawing that holds its ink, of which there is some."""
    rows, columns = (np.flatnonzero((ink > INK).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


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
