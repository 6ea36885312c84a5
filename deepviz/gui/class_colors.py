"""The colour of each class, wherever samples or regions are coloured by class.

The first eight are those of Okabe and Ito, as light or dark as the panel wants them; the next eight were chosen to lie
as far as can be from these and from each other, also for those who do not tell red from green.
"""

from __future__ import annotations

import colorsys

from deepviz.gui.theme import OKABE_ITO, Theme, readable

LEAST_CONTRAST = 3.0
"""How much marks stand out from a panel, at least, as WCAG 2 wants it of what has to be seen to understand."""
NEUTRAL = "#c9ced6", "#2b3038"
"""In place of Okabe and Ito's black: on dark panels and on light ones."""
OLIVE = "#5e5807"
"""In place of their yellow, on light panels: as dark as it has to be there, it would look like the orange."""
MORE_ON_DARK = "#a664fe", "#75d78d", "#f73d62", "#778ccd", "#d19fa2", "#9a587f", "#798940", "#81dcff"
MORE_ON_LIGHT = "#1d0caa", "#983c75", "#7960fb", "#d30046", "#723311", "#55196b", "#50459e", "#2e5314"
LATER = 1.3, 0.7, 0.45
"""Of many classes the same colours come again, their lightness changed by these factors."""


def class_color(theme: Theme, number: int) -> str:
    """The colour of a class as `#rrggbb`: sixteen that differ, then the same ones paler or darker.

    Parameters
    ----------
    number
        The number of the class, from 0.
    """
    *known, yellow = OKABE_ITO
    colors = (
        (*known, yellow, NEUTRAL[0], *MORE_ON_DARK) if theme.is_dark else (*known, OLIVE, NEUTRAL[1], *MORE_ON_LIGHT)
    )
    turn, place = divmod(number, len(colors))
    color = colors[place]
    if turn:
        parts = (int(color[start : start + 2], 16) / 255 for start in (1, 3, 5))
        hue, lightness, saturation = colorsys.rgb_to_hls(*parts)
        lightness = min(LATER[(turn - 1) % len(LATER)] * lightness, 0.85)
        color = "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
    return readable(color, theme.panel, LEAST_CONTRAST)
