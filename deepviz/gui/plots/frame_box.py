"""The box that curves are drawn in: pyqtgraph's, which maps numbers to pixels and cuts off what is beyond its frame.

Where a curve ends at the frame, it leaves room for the half of a dot that is beyond.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QPainterPath

OVERHANG = 3.0
"""Pixels to either side of the frame in which a dot at its end is painted still: half of one, and its soft edge."""


class FrameBox(pg.ViewBox):
    """A view box.

    Attributes
    ----------
    overhang
        How many pixels beyond its left and right ends are painted.
    """

    overhang = 0.0

    def shape(self) -> QPainterPath:
        """What is not cut off."""
        path = QPainterPath()
        path.addRect(self.boundingRect().adjusted(-self.overhang, 0, self.overhang, 0))
        return path
