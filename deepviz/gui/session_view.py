"""How a window is looked at, as plain values that a session keeps: workspace, tabs, selection, and the canvas.

The window remembers the same more often, as a session is written when its project changes: the newer one counts. What
such values hold when they are read again is not believed: whatever does not fit is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from deepviz.gui.canvas.geometry import Point
from deepviz.gui.top_bar import WORKSPACE_NAMES

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench


def view_of(bench: Workbench) -> dict[str, Any]:
    """How a window is looked at now."""
    canvas, window = bench.canvas, bench.window
    center = canvas.seen().center
    return {
        "window": bench.memory.name,
        "workspace": window.workspace,
        "tabs": [tabs.tabText(tabs.currentIndex()) for tabs in (window.left_tabs, window.tabs)],
        "selected": list(canvas.network.selected),
        "is_fitted": canvas.is_fitted,
        "zoom": canvas.zoom,
        "center": [center.x, center.y],
    }


def show_view(bench: Workbench, view: Mapping[str, Any]) -> None:
    """Look at a window as `view_of` said, or as the window remembers it of the same session since."""
    view = bench.memory.latest(view, is_done=False)
    workspace = view.get("workspace")
    if isinstance(workspace, str) and workspace in WORKSPACE_NAMES:
        bench.window.show_workspace(workspace)
    selected = view.get("selected")
    if isinstance(selected, list):
        bench.canvas.select([each for each in selected if isinstance(each, str)])
    tabs = view.get("tabs")
    for title in tabs if isinstance(tabs, list) else ():
        bench.window.show_tab(str(title))
    _look_at_canvas(bench, view)


def show_canvas(bench: Workbench, view: Mapping[str, Any]) -> None:
    """Look at the canvas as `view_of` said, for the last time at a start. It has to have its size by now."""
    _look_at_canvas(bench, bench.memory.latest(view, is_done=True))


def _look_at_canvas(bench: Workbench, view: Mapping[str, Any]) -> None:
    zoom, center = view.get("zoom"), view.get("center")
    numbers = [zoom, *center] if isinstance(center, list) else []
    known = len(numbers) == 3 and all(isinstance(each, int | float) and isfinite(each) for each in numbers)
    if known and view.get("is_fitted") is False:
        bench.canvas.look_at(float(numbers[0]), Point(float(numbers[1]), float(numbers[2])))
    else:
        bench.canvas.fit()
