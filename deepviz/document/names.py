"""Names that are not taken yet: ids of nodes, groups and comments, and what a new group is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import count

from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss


def id_stem(layer: Layer | Loss) -> str:
    """What the id of a node begins with: the type in lower case."""
    return "loss" if isinstance(layer, Loss) else layer.key.lower()


def free_name(stem: str, taken: Collection[str], joint: str = "_") -> str:
    """A stem and the first running number from 1 with which it is not taken."""
    return next(name for number in count(1) if (name := f"{stem}{joint}{number}") not in taken)


def free_names(stems: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """For each id another one, different from all others, that is not taken.

    Parameters
    ----------
    stems
        For each id what the new one is to begin with.
    """
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(1))
    return {
        old: next(name for number in numbers[stem] if (name := f"{stem}_{number}") not in taken)
        for old, stem in stems.items()
    }
