"""Whether time grows in proportion: with the number of layers, and with the number of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from tests.benchmarks import deepviz_side
from tests.benchmarks.workloads import WORKLOADS, dense


@dataclass(frozen=True)
class Scaling:
    """A network in several sizes.

    Attributes
    ----------
    sizes
        What grows, the smallest first.
    work
        For a size, does the work each time it is asked for the next result.
    bar
        How far from proportional the time may be, as a fraction.
    """

    name: str
    sizes: tuple[int, ...]
    work: Callable[[int], Iterator[Any]]
    bar: float = 0.15


def steps_of_depth(layers: int) -> Iterator[Any]:
    """Steps of `deep` with so many layers of 64 units. With 400, weights and Adam's state outgrow many a cache."""
    return deepviz_side.steps(replace(WORKLOADS["deep"], parts=dense(*[64] * layers, 10)))


def steps_of_depth_in_cache(layers: int) -> Iterator[Any]:
    """The same with few samples and SGD, so that all of it stays in the cache: how the engine itself grows."""
    workload = replace(WORKLOADS["deep"], parts=dense(*[64] * layers, 10), batch=8, optimizer="SGD")
    return deepviz_side.steps(workload)


def epochs_of_samples(samples: int) -> Iterator[Any]:
    """Epochs of `digits` over so many samples."""
    digits = WORKLOADS["digits"]
    batches = samples // digits.batch
    steps = deepviz_side.steps(replace(digits, batches=batches))
    while True:
        yield list(islice(steps, batches))[-1]


SCALINGS = {
    scaling.name: scaling
    for scaling in (
        Scaling("depth", (100, 200, 400), steps_of_depth),
        Scaling("depth_small", (100, 200, 400), steps_of_depth_in_cache),
        Scaling("data", (1600, 3200, 6400), epochs_of_samples),
    )
}
