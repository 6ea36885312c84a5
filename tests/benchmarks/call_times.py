"""Where the time of a step goes: which recorded calls take how long. For who makes the engine faster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any

from tests.benchmarks import deepviz_side
from tests.benchmarks.workloads import Workload

SECONDS = 4.0
"""For so long steps are replayed; the fastest of all times of a call counts."""
MOST_NODES, MOST_CALLS = 25, 40
"""Lines of the report."""


@dataclass(frozen=True)
class CallTime:
    """One call of a step, with the shapes of the arrays that it reads and writes."""

    phase: str
    node: str
    function: str
    shapes: str
    microseconds: float


def call_times(workload: Workload, seconds: float) -> tuple[list[CallTime], float]:
    """Times of the calls of one step, in order, and of the whole step in microseconds: the fastest of so long."""
    trainer = deepviz_side.trainer(workload, deepviz_side.network(workload))
    steps = trainer.steps()
    for _ in islice(steps, 3):
        pass
    compiled = trainer._maker._steps[workload.batch, ()]._tape
    best, whole = [float("inf")] * len(compiled.calls), float("inf")
    end = perf_counter() + seconds
    while perf_counter() < end:
        start = perf_counter()
        next(steps)
        whole = min(whole, perf_counter() - start)
        for number, (function, arguments) in enumerate(compiled.calls):
            start = perf_counter()
            function(*arguments)
            best[number] = min(best[number], perf_counter() - start)
    calls = zip(compiled.records, compiled.calls, best, strict=True)
    times = [
        CallTime(record.phase, record.node, _name(function), _shapes(function, arguments), time * 1e6)
        for record, (function, arguments), time in calls
    ]
    return times, whole * 1e6


def report(workload: Workload) -> str:
    """The times as text: by node, then by call, equal calls of equal layers together."""
    times, whole = call_times(workload, SECONDS)
    total = sum(time.microseconds for time in times)
    text = [f"{workload.name}: a step takes {whole:.1f} µs; its {len(times)} calls take {total:.1f} µs."]
    for rows, label in ((MOST_NODES, _node), (MOST_CALLS, _call)):
        groups: dict[str, list[float]] = defaultdict(list)
        for time in times:
            groups[label(time)].append(time.microseconds)
        text.append("")
        for name, group in sorted(groups.items(), key=lambda item: -sum(item[1]))[:rows]:
            text.append(f"{sum(group):10.1f} µs {sum(group) / total:6.1%} {len(group):5} x  {name}")
    return "\n".join(text)


def _node(time: CallTime) -> str:
    return f"{time.phase:9}{time.node}"


def _call(time: CallTime) -> str:
    kind = time.node.lstrip("0123456789 ")
    return f"{time.phase:9}{kind:20}{time.function:20}{time.shapes}"


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _shapes(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    owner = getattr(function, "__self__", None)
    arrays = [value for value in (owner, *arguments) if hasattr(value, "shape")]
    return " ".join("x".join(map(str, array.shape)) or "1" for array in arrays)
