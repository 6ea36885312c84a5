"""Another kind of optimizer in place of the present one: what somebody has chosen stays wherever both kinds know it.

A setting that stands at the default of its kind was not chosen, so it becomes the default of the new kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepviz.document.changed_settings import differing_shared
from deepviz.engine.optimizer import Optimizer
from deepviz.registry import DefinitionError

Carried = Mapping[str, Any]
"""Settings that were chosen by hand, by name. They may be the defaults of another kind by chance."""


def chosen(optimizer: Optimizer, carried: Carried) -> dict[str, Any]:
    """The settings that somebody has chosen.

    Parameters
    ----------
    optimizer
        Whose settings.
    carried
        What this function said when the optimizer took the place of another: it counts where it is unchanged.
    """
    found = {each.name: (getattr(optimizer, each.name), each.default) for each in optimizer.hyperparameters()}
    return {
        name: value
        for name, (value, default) in found.items()
        if value != default or (name in carried and carried[name] == value)
    }


def successor(before: Optimizer, kind: type[Optimizer], last: Optimizer | None, carried: Carried) -> Optimizer:
    """An optimizer of another kind.

    Parameters
    ----------
    before
        The present one.
    kind
        What the next one is to be.
    last
        The one of that kind that was in use before, if any: it has the settings that only its kind knows.
    carried
        What `chosen` says of the present one.
    """
    shared = {each.name for each in before.hyperparameters()}
    found = kind()
    wanted = {} if last is None else {name: value for name, value in last if name not in shared}
    wanted |= {name: value for name, value in carried.items() if name in kind.model_fields}
    for name, value in wanted.items():
        try:
            found = found.changed(**{name: value})
        except DefinitionError:
            continue  # what one kind takes may be out of the bounds of another: the default stays
    return found


def succession(before: Optimizer, after: Optimizer) -> str:
    """What the change is, in words: ``Optimizer AdamW → SGD, learning rate 0.001 → 0.01``."""
    return ", ".join([f"Optimizer {before.label} → {after.label}", *differing_shared(before, after)])
