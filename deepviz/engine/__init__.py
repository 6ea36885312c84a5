"""Deep learning in NumPy, and nothing else.

What is learned here is a function y = f(x; p): its parameters p are moved against the gradient of a loss, and the
gradient comes from backpropagation. The shortest way to see how: `layers/dense` (one layer, forward and backward),
`Recording.record_backward` (the chain rule through all layers), `losses/mean_squared_error`, `optimizers/sgd`.

To read all of it, read in this order, each after what it builds on:

- what is computed: `shapes`, `storage`, `tensor`;
- how it is written down and replayed: `replay`, `alignment`, `memory`, `noise`, `interruption`, `team/part`, `tape`;
- a layer: `layer`, `initializers`, `weighted`, `ops/products`, `ops/affine`, `layers/dense`; then any other layer, with
  what it shares with others in `families`, and what makes it fast in `ops`;
- a network: `arena`, `graph`, `wiring`, `recording`, `ragged`, `network`;
- what it is trained by: `loss`, `losses/mean_squared_error`, `optimizer_state`, `clipping`, `optimizer`,
  `optimizers/sgd`, then the other losses and optimizers;
- one step: `samples`, `step_recording`, `reading`, `probe`, `fault`, `step`; what probes look at: `magnitude`,
  `histogram`;
- a run of steps: `steps`, `ages`, `diverged`, `team` (how processes share a batch), `step_maker`, `schedule`,
  `stopping_rule`, `metric`, `evaluation`, `validation`, `trainer_state`, `course`, `order`, `threads`, `step_record`,
  `trainer`;
- to believe it: `layer_run`, `finite_differences`, `gradcheck`; and `ledger`, what a step keeps in memory.
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
