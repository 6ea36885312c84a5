"""Measures training steps and prints a table: ``python -m tests.benchmarks [NAME ...] [--json]``.

The last result of each workload is kept in ``benchmarks/latest.json``. Figures are printed, never asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks import deepviz_side, machine
from tests.benchmarks.measure import Contestant, medians
from tests.benchmarks.memory import peak_megabytes
from tests.benchmarks.workloads import WORKLOADS, Workload

LATEST = Path(__file__).parents[2] / "benchmarks" / "latest.json"
TORCH_THREADS = (1, 2)


def main(arguments: list[str]) -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among {', '.join(WORKLOADS)}; all if left out")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side; the median counts (default 15)")
    parser.add_argument("--memory", action="store_true", help="measure peak memory too, in processes of their own")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in WORKLOADS:
            parser.error(f"there is no workload {name}; choose among {', '.join(WORKLOADS)}")
    if any(variable in os.environ for variable in machine.NARROWING):
        start_again_as_on_a_users_machine(arguments)

    here = machine.describe()
    if here["torch"] is None:
        print("PyTorch is not installed here, so there is nothing to compare with.", file=sys.stderr)
    if not options.json:
        print("{processor}, {cores} cores; {blas} for {blas_core}; NumPy {numpy}, PyTorch {torch}".format(**here))
        print(f"{'':8}{'torch':>12}{'DeepViz':>12}{'ratio':>8}{'bar':>7}{'memory':>20}")
    rows = []
    for name in options.names or WORKLOADS:
        rows.append(measured(WORKLOADS[name], options.rounds, options.memory, here["torch"] is not None))
        if not options.json:
            print(table_line(rows[-1]), flush=True)
    result = {"machine": here, "rows": rows}
    keep(result)
    if options.json:
        print(json.dumps(result, indent=2))
    return 0


def start_again_as_on_a_users_machine(arguments: list[str]) -> None:
    """Replace this process by one in which OpenBLAS chooses core and cache sizes by itself."""
    environment = {name: value for name, value in os.environ.items() if name not in machine.NARROWING}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "tests.benchmarks", *arguments], environment)


def measured(workload: Workload, rounds: int, with_memory: bool, with_torch: bool) -> dict[str, Any]:
    """One line of the table."""
    contestants = {"deepviz": Contestant(deepviz_side.steps(workload))}
    if with_torch:
        import torch

        from tests.benchmarks import torch_side

        for threads in TORCH_THREADS:
            contestants[str(threads)] = Contestant(
                torch_side.steps(workload), lambda threads=threads: torch.set_num_threads(threads)
            )
    seconds = medians(contestants, rounds)
    row: dict[str, Any] = {"name": workload.name, "deepviz_us": round(seconds.pop("deepviz") * 1e6, 2)}
    if seconds:
        best = min(seconds, key=lambda threads: seconds[threads])
        row |= {"torch_us": round(seconds[best] * 1e6, 2), "torch_threads": int(best)}
        row |= {"ratio": round(row["torch_us"] / row["deepviz_us"], 2), "bar": workload.bar}
    if with_memory:
        row["deepviz_mb"] = round(peak_megabytes("deepviz", workload.name))
        if with_torch:
            row["torch_mb"] = round(peak_megabytes("torch", workload.name))
    return row


def table_line(row: dict[str, Any]) -> str:
    """A row as text."""
    compared, memory = " " * 27, ""
    if "torch_us" in row:
        bar = "" if row["bar"] is None else f"{row['bar']:g}x"
        compared = f"{row['ratio']:7.2f}x{bar:>7}"
    if "deepviz_mb" in row:
        memory = f"{row['deepviz_mb']} MB" + (f" against {row['torch_mb']}" if "torch_mb" in row else "")
    torch_time = duration(row["torch_us"]) if "torch_us" in row else ""
    return f"{row['name']:8}{torch_time:>12}{duration(row['deepviz_us']):>12}{compared}{memory:>20}"


def duration(microseconds: float) -> str:
    """A time with a unit that suits it."""
    return f"{microseconds:.1f} µs" if microseconds < 1000 else f"{microseconds / 1000:.2f} ms"


def keep(result: dict[str, Any]) -> None:
    """Write the result to the file of latest results, beside older rows of the same machine and versions."""
    rows = {}
    try:
        latest = json.loads(LATEST.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        latest = {}
    if latest.get("machine") == result["machine"]:
        rows = {row["name"]: row for row in latest["rows"]}
    rows |= {row["name"]: row for row in result["rows"]}
    ordered = [rows[name] for name in WORKLOADS if name in rows]
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps({"machine": result["machine"], "rows": ordered}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
