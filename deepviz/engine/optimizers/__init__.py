"""The optimizers, one file each. A new file here is a new optimizer everywhere."""

from __future__ import annotations

from deepviz.engine.optimizer import Optimizer
from deepviz.registry import Registry

registry: Registry[Optimizer] = Registry(__name__, Optimizer)


def __getattr__(name: str) -> type[Optimizer]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no optimizer called {name!r}.")
