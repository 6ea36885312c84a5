"""What looking at a step costs: how much longer a step takes that a probe reads, and how much that is at its rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

from deepviz.engine import probes
from tests.benchmarks import deepviz_side
from tests.benchmarks.workloads import Workload

SECONDS = 1.5
"""For so long steps are made for each line of the report."""


@dataclass(frozen=True)
class ProbeCost:
    """How much longer a step takes that some probes read, and a step that nobody watches, in microseconds."""

    name: str
    extra: float
    plain: float
    rate: float

    @property
    def share(self) -> float:
        """Of the time of training, if it is read at its rate and not limited otherwise."""
        spent = self.rate * self.extra / 1e6
        return spent / (1 + spent)


def probe_costs(workload: Workload, seconds: float) -> list[ProbeCost]:
    """The cost of each probe, and of all that are read at the same rate together; the cheapest first."""
    trainer = deepviz_side.trainer(workload, deepviz_side.network(workload))
    rates = sorted({kind.rate for kind in probes.registry.values()}, reverse=True)
    sets = {key: (key,) for key in probes.registry}
    sets |= {f"all at {rate:g} Hz": _of_rate(rate) for rate in rates}
    steps, costs = trainer.steps(), []
    for name, keys in sets.items():
        for _ in range(2):
            trainer.watch_next = keys
            next(steps)
        plain, watched, end = list[float](), list[float](), perf_counter() + seconds
        while perf_counter() < end or len(plain) < 2:
            next(steps)  # after a watched step the cache is another
            times = [perf_counter()]
            for each in ((), keys):
                trainer.watch_next = each
                next(steps)
                times.append(perf_counter())
            plain.append(times[1] - times[0])
            watched.append(times[2] - times[1])
        # The first quartile: what else the machine does makes steps longer, never shorter.
        usual, longer = (1e6 * quantiles(each, n=4)[0] for each in (plain, watched))
        costs.append(ProbeCost(name, longer - usual, usual, probes.registry[keys[0]].rate))
    return sorted(costs, key=lambda cost: cost.extra)


def report(workload: Workload) -> str:
    """The costs as text."""
    costs = probe_costs(workload, SECONDS)
    lines = [f"{workload.name}: a step takes {min(cost.plain for cost in costs):.1f} us; watched, longer by"]
    lines += [
        f"  {cost.name:22} {cost.extra:9.1f} us {cost.extra / cost.plain:9.1%} of a step "
        f"{cost.share:7.2%} of the time at {cost.rate:g} Hz"
        for cost in costs
    ]
    return "\n".join(lines)


def _of_rate(rate: float) -> Sequence[str]:
    return tuple(key for key in probes.registry if probes.registry[key].rate == rate)
