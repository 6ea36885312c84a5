"""The colour of each class, wherever samples or regions are coloured by class."""

from __future__ import annotations

import colorsys

from PySide6.QtGui import QColor

from deepviz.gui.theme import OKABE_ITO, Theme, readable

LEAST_CONTRAST = 2.0
"""How much marks stand out from a panel, at least; they are told apart by hue, and rimmed where they overlap."""


def class_color(theme: Theme, number: int) -> str:
    """The colour of a class as `#rrggbb`: Okabe and Ito's seven, then the same ones darker or paler.

    Parameters
    ----------
    number
        The number of the class, from 0.
    """
    turn, place = divmod(number, len(OKABE_ITO))
    color = OKABE_ITO[place]
    if turn:
        own = QColor(color)
        hue, lightness, saturation = colorsys.rgb_to_hls(own.redF(), own.greenF(), own.blueF())
        lightness = (0.45, 1.35, 0.7)[(turn - 1) % 3] * lightness
        parts = colorsys.hls_to_rgb(hue, min(lightness, 0.85), 0.7 * saturation)
        color = "#" + "".join(f"{round(255 * part):02x}" for part in parts)
    return readable(color, theme.panel, LEAST_CONTRAST)
