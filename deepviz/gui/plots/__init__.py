"""Live views of a run and its network, one file each: curves, maps, and what they are made of.

Importing this package loads none of them; `all_views` does.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepviz.gui.plots.view import View


def all_views() -> list[type[View]]:
    """Every view that is defined in a module of this package, in the order in which they are offered.

    Folders added to the package's `__path__` are looked through too.
    """
    from deepviz.gui.plots.view import View

    found: dict[str, type[View]] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for value in vars(module).values():
            is_view = isinstance(value, type) and issubclass(value, View) and value.__module__ == module.__name__
            if is_view and value.__dict__.get("key"):
                found[value.key] = value
    return sorted(found.values(), key=lambda view: (view.order, view.key))
