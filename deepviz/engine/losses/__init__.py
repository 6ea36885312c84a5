"""The losses, one file each. A new file here is a new loss everywhere."""

from __future__ import annotations

from deepviz.engine.loss import Loss
from deepviz.registry import Registry

registry: Registry[Loss] = Registry(__name__, Loss)


def __getattr__(name: str) -> type[Loss]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no loss called {name!r}.")
