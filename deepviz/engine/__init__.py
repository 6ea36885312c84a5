"""Deep learning in NumPy, and nothing else.

Read in this order, each after what it builds on:

- what is computed: `shapes`, `memory`, `tensor`, `replay`, `tape`;
- layers: `layer`, `initializers`, `weighted`, `ops/affine`, `layers/dense`; then any other layer, with what it shares
  with others in `families`, and what makes it fast in `ops`;
- networks: `arena`, `wiring`, `recording`, `network`;
- training: `loss`, `optimizer`, `samples`, `step`, `probe`, `magnitude`, `histogram`, `schedule`, `stopping_rule`,
  `metric`, `evaluation`, `validation`, `course`, `team` (how processes share a batch), `trainer`;
- and `gradcheck`, to believe it.
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
