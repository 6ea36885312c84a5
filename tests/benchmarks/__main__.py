"""Measures training steps side by side with PyTorch: ``python -m tests.benchmarks [NAME ...] [--json]``.

The last result of each workload is kept in ``benchmarks/latest.json``. How fast anything is decides nothing: the exit
status is 0 whatever the figures, 1 if the two sides do not compute the same, 2 if there is no such workload. With the
name ``canvas`` first, it measures how fluid the canvas is instead, and with ``live`` what it costs to watch a run: see
`tests.benchmarks.canvas` and `tests.benchmarks.live`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.benchmarks import call_times, deepviz_side, machine, probe_costs, results, table
from tests.benchmarks.agreement import Disagreement, loss_difference
from tests.benchmarks.measure import Contestant, medians, nothing
from tests.benchmarks.memory import CAN_MEASURE, Memory, memory_of
from tests.benchmarks.rows import Row, row_of, scaling_row
from tests.benchmarks.scaling import SCALINGS, Scaling
from tests.benchmarks.workloads import WORKLOADS, Workload

NAMES = (*WORKLOADS, *SCALINGS)
TORCH_THREADS = (1, 2)
WORKERS = 2
CAN_SHARE = os.name == "posix" and (os.cpu_count() or 1) >= WORKERS
"""Whether a batch can be shared between processes here, each with a core of its own."""


def main(arguments: list[str]) -> int:
    """Measure, print and keep."""
    if arguments[:1] == ["canvas"]:
        from tests.benchmarks import canvas  # it needs Qt, the others do not

        return canvas.main(arguments[1:])
    if arguments[:1] == ["live"]:
        from tests.benchmarks import live

        return live.main(arguments[1:])
    options = parsed(arguments)
    if any(variable in os.environ for variable in machine.NARROWING):
        start_again_as_on_a_users_machine(arguments)
    if options.profile:
        print(call_times.report(WORKLOADS[options.profile]))
        return 0
    if options.watch:
        print(probe_costs.report(WORKLOADS[options.watch]))
        return 0

    here = machine.describe()
    has_torch = here["torch"] is not None
    if not has_torch:
        print("PyTorch is not installed here, so there is nothing to compare with.", file=sys.stderr)
    if not options.json:
        print(table.heading(here))
    rows: list[Row] = []
    disagreements = 0
    for name in options.names or NAMES:
        try:
            if name in SCALINGS:
                row = measured_scaling(SCALINGS[name], options.rounds)
            else:
                row = measured(WORKLOADS[name], options.rounds, options.memory, has_torch)
        except Disagreement as error:
            print(f"The two sides do not compute the same. {error}", file=sys.stderr)
            disagreements += 1
            continue
        rows.append({**row, "date": datetime.now(UTC).date().isoformat()})
        results.keep(here, rows, NAMES, results.LATEST)
        if not options.json:
            print(table.line(rows[-1]), flush=True)
    print(json.dumps({"machine": here, "rows": rows}, indent=2) if options.json else table.summary(rows))
    return 1 if disagreements else 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The options; ends the program with status 2 if they make no sense."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among {', '.join(NAMES)}; all if left out")
    parser.add_argument("--rounds", type=int, default=25, help="turns of each side; the median counts (default 25)")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="leave out peak memory, which is slow")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--profile", metavar="NAME", help="print which calls of a step of NAME take how long, no more")
    parser.add_argument("--watch", metavar="NAME", help="print what each probe costs in a step of NAME, no more")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in NAMES:
            parser.error(f"there is no workload {name}; choose among {', '.join(NAMES)}")
    for name in (options.profile, options.watch):
        if name is not None and name not in WORKLOADS:
            parser.error(f"there is no workload {name}; choose among {', '.join(WORKLOADS)}")
    if options.rounds < 1:
        parser.error("it takes at least one round")
    return options


def start_again_as_on_a_users_machine(arguments: list[str]) -> None:
    """Replace this process by one in which OpenBLAS chooses core and cache sizes by itself."""
    environment = {name: value for name, value in os.environ.items() if name not in machine.NARROWING}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks", *arguments], environment)


def measured(workload: Workload, rounds: int, with_memory: bool, with_torch: bool) -> Row:
    """The row of a workload."""
    difference = None
    if with_torch:
        difference = max(loss_difference(workload, workers) for workers in ((1, WORKERS) if CAN_SHARE else (1,)))
    seconds = times(workload, rounds, with_torch)
    memory: dict[str, Memory] = {}
    if with_memory and CAN_MEASURE:
        sides = ("deepviz", "torch") if with_torch else ("deepviz",)
        memory = {side: memory_of(side, workload.name) for side in sides}
    return row_of(workload, seconds, memory, difference)


def times(workload: Workload, rounds: int, with_torch: bool) -> dict[str, float]:
    """Seconds of one step of each contestant."""
    makers: dict[str, tuple[Callable[[], Iterator[Any]], Callable[[], object]]] = {
        "deepviz": (partial(deepviz_side.steps, workload), nothing)
    }
    if CAN_SHARE:
        makers["deepviz_2"] = (partial(deepviz_side.steps, workload, WORKERS), nothing)
    if with_torch:
        import torch

        from tests.benchmarks import torch_side

        for threads in TORCH_THREADS:
            prepare = partial(torch.set_num_threads, threads)
            makers[f"torch_{threads}"] = (partial(torch_side.steps, workload), prepare)
    with ExitStack() as stack:
        contestants = {}
        for name, (make, prepare) in makers.items():
            contestants[name] = Contestant(stack.enter_context(closing(make())), prepare)
        return medians(contestants, rounds)


def measured_scaling(scaling: Scaling, rounds: int) -> Row:
    """The row of a scaling."""
    contestants = {str(size): Contestant(scaling.work(size)) for size in scaling.sizes}
    return scaling_row(scaling.name, scaling.sizes, medians(contestants, rounds), scaling.bar)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
