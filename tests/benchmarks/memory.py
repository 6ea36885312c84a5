"""Memory of a process that trains one workload on one side: ``python -m tests.benchmarks.memory SIDE NAME``."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.workloads import WORKLOADS

SOON, LATE = 50, 2000
"""Steps after which the peak is read."""
LONGEST_SECONDS = 15
"""A slow workload need not reach so many steps."""
CAN_MEASURE = sys.platform != "win32"
"""Whether the system says how much memory a process has had, without further libraries."""


@dataclass(frozen=True)
class Memory:
    """Peaks of resident memory, in megabytes.

    Attributes
    ----------
    peak
        Of the whole process after `SOON` steps: interpreter, libraries, data, network and what a step takes.
    training
        The part of it that came after everything had been loaded: data, network and what a step takes.
    growth
        How much higher the peak was after `steps` steps. Only DeepViz goes on that long.
    """

    peak: float
    training: float
    growth: float
    steps: int


def memory_of(side: str, name: str) -> Memory:
    """Train `name` in a process of its own with "deepviz" or "torch"."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", side, name]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Memory(**json.loads(result.stdout))


def main(side: str, name: str) -> None:
    """Train and print what was found."""
    steps_of = importlib.import_module(f"tests.benchmarks.{side}_side").steps
    next(steps_of(WORKLOADS["tiny"]))  # loads what is only loaded when first used
    loaded = forget_peak()
    steps = steps_of(WORKLOADS[name])
    advance(steps, SOON)
    soon = peak()
    count = SOON + (advance(steps, LATE - SOON) if side == "deepviz" else 0)
    print(json.dumps(asdict(Memory(soon / 1e6, (soon - loaded) / 1e6, (peak() - soon) / 1e6, count))))


def advance(steps: Iterator[Any], count: int) -> int:
    """Make so many steps, fewer if they take too long. Returns how many."""
    start = perf_counter()
    for number in range(1, count + 1):
        next(steps)
        if perf_counter() - start > LONGEST_SECONDS:
            return number
    return count


def peak() -> float:
    """The most memory this process has had, in bytes."""
    if sys.platform == "linux":  # where `getrusage` counts in what the parent had when it started this process
        return _status("VmHWM")
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def forget_peak() -> float:
    """Let the peak start anew from what this process has now, where the system can do that. Returns it, in bytes."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        return _status("VmRSS")
    except OSError:
        return peak()


def _status(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
