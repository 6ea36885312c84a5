"""Pictures of a run, one file each: curves, maps, and the strip that shows them side by side.

Importing this package loads none of them; `all_plots` does.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepviz.gui.plots.plot import Plot


def all_plots() -> list[type[Plot]]:
    """Every picture that is defined in a module of this package, in the order in which they are offered.

    Folders added to the package's `__path__` are looked through too.
    """
    from deepviz.gui.plots.plot import Plot

    found: dict[str, type[Plot]] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for value in vars(module).values():
            is_plot = isinstance(value, type) and issubclass(value, Plot) and value.__module__ == module.__name__
            if is_plot and value.__dict__.get("key"):
                found[value.key] = value
    return sorted(found.values(), key=lambda plot: (plot.order, plot.key))
