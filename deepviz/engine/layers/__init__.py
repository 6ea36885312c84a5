"""The layers, one file each. A new file here is a new layer everywhere: palette, form, files, checks and manual."""

from __future__ import annotations

from deepviz.engine.layer import Layer
from deepviz.registry import Registry

registry: Registry[Layer] = Registry(__name__, Layer)


def __getattr__(name: str) -> type[Layer]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no layer called {name!r}.")
