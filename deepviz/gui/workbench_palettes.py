"""The two places where a layer is chosen, the palette and the add menu: what they list first, and who is told.

Whatever way a layer came on to the canvas, it is listed first in both afterwards, also at the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepviz.gui.canvas.adding import LayerWanted
from deepviz.gui.settings import CLOSED_CATEGORIES, RECENT_LAYERS

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench


def wire_palettes(bench: Workbench) -> None:
    """Connect palette and add menu of a window with its canvas and with what is remembered."""
    settings, palette, add_menu, canvas = bench.settings, bench.palette, bench.add_menu, bench.canvas

    def show_recent() -> None:
        for each in (palette, add_menu):
            each.set_recent(settings.get(RECENT_LAYERS))

    def note_used(key: str) -> None:
        settings.add_recent_layer(key)
        show_recent()

    def open_add_menu(wanted: LayerWanted) -> None:
        add_menu.open_at(canvas.viewport(), wanted.place, wanted.title, wanted.suits, wanted.choose)

    palette.card_scale = lambda: canvas.zoom
    palette.set_closed(settings.get(CLOSED_CATEGORIES))
    show_recent()
    palette.activated.connect(bench.commands.append)
    palette.closed_changed.connect(lambda closed: settings.set(CLOSED_CATEGORIES, closed))
    bench.commands.layer_used.connect(note_used)
    add_menu.chosen.connect(note_used)
    canvas.layer_wanted.connect(open_add_menu)
    # What it was opened for may be gone.
    bench.editor.project_changed.connect(lambda *_: add_menu.close_quietly())
