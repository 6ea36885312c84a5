"""The stopping rules, one file each. A new file here is a new rule everywhere."""

from __future__ import annotations

from deepviz.engine.stopping_rule import StoppingRule
from deepviz.registry import Registry

registry: Registry[StoppingRule] = Registry(__name__, StoppingRule, "stopping rule")


def __getattr__(name: str) -> type[StoppingRule]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no stopping rule called {name!r}.")
