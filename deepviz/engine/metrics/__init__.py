"""The metrics, one file each. A new file here is a new metric for `evaluate(metrics=...)`."""

from __future__ import annotations

from deepviz.engine.metric import Metric
from deepviz.registry import Registry

registry: Registry[Metric] = Registry(__name__, Metric)


def __getattr__(name: str) -> type[Metric]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no metric called {name!r}.")
