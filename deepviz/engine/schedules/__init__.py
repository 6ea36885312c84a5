"""The schedules, one file each. A new file here is a new schedule everywhere."""

from __future__ import annotations

from deepviz.engine.schedule import Schedule
from deepviz.registry import Registry

registry: Registry[Schedule] = Registry(__name__, Schedule)


def __getattr__(name: str) -> type[Schedule]:
    if not name.startswith("_") and name in registry:
        return registry[name]
    raise AttributeError(f"There is no schedule called {name!r}.")
