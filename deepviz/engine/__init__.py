"""Deep learning in NumPy, and nothing else.

Read in this order: `shapes`, `layer`, `layers/dense`, `ops/affine`, `tape`, `replay`, `memory`, `arena`, `wiring`,
`recording`, `network`, `losses`, `optimizers`, `step`, `schedules`, `stopping`, `course`, `trainer`; `gradcheck` to
believe it; `ops` for how things are made fast; `team` for how processes share a batch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepviz.engine.network import Network as Network
    from deepviz.engine.trainer import Trainer as Trainer

_HOMES = {"Network": "deepviz.engine.network", "Trainer": "deepviz.engine.trainer"}
_PACKAGES = ("layers", "losses", "metrics", "optimizers", "schedules", "stopping")
__all__ = ["Network", "Trainer", "layers", "losses", "metrics", "optimizers", "schedules", "stopping"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _PACKAGES:
        return importlib.import_module(f"deepviz.engine.{name}")
    raise AttributeError(f"deepviz.engine has no {name!r}.")
