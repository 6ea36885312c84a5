"""The colour of each class, wherever samples or regions are coloured by class.

The first eight are those of Okabe and Ito, on light panels darker, each just as much as keeps it apart from the others;
the next eight were chosen to lie as far as can be from these and from each other. Distances are those in CIELAB, for
all eyes and for those without red, green or blue cones (Machado, Oliveira and Fernandes 2009), the smallest counting.
"""

from __future__ import annotations

import colorsys

from deepviz.gui.theme import OKABE_ITO, Theme, readable

LEAST_CONTRAST = 3.0
"""How much marks stand out from a panel, at least, as WCAG 2 wants it of what has to be seen to understand."""
NEUTRAL = "#c9ced6"
"""In place of Okabe and Ito's black, on dark panels."""
ON_LIGHT = "#1d99de", "#986900", "#00805d", "#8d3e00", "#cc79a7", "#005382", "#a0960d", "#22262d"
"""The colours of Okabe and Ito in their own hues, and black. All equally darkened, orange would look like vermilion."""
MORE_ON_DARK = "#a664fe", "#75d78d", "#d1a0a0", "#487639", "#a3ae57", "#da0036", "#ffff9d", "#b8f9d1"
MORE_ON_LIGHT = "#5a0090", "#935af2", "#689a4a", "#f25a80", "#412b06", "#cf3ebd", "#3b10bf", "#2f1042"
LATER = 1.3, 0.7, 0.45
"""Of many classes the same colours come again, their lightness changed by these factors."""


def class_color(theme: Theme, number: int) -> str:
    """The colour of a class as `#rrggbb`: sixteen that differ, then the same ones paler or darker.

    Parameters
    ----------
    number
        The number of the class, from 0.
    """
    colors = (*OKABE_ITO, NEUTRAL, *MORE_ON_DARK) if theme.is_dark else (*ON_LIGHT, *MORE_ON_LIGHT)
    turn, place = divmod(number, len(colors))
    color = colors[place]
    if turn:
        parts = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
        hue, lightness, saturation = colorsys.rgb_to_hls(*parts)
        lightness = min(LATER[(turn - 1) % len(LATER)] * lightness, 0.85)
        color = "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
    return readable(color, theme.panel, LEAST_CONTRAST)
