"""Peak memory of a process that trains one workload on one side: ``python -m tests.benchmarks.memory SIDE NAME``."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.workloads import WORKLOADS


def peak_megabytes(side: str, name: str) -> float:
    """Train `name` in a process of its own with "deepviz" or "torch" and return the most memory it had, in MB."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", side, name]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(result.stdout)


def main(side: str, name: str) -> None:
    """Make a few steps and print the peak."""
    steps = importlib.import_module(f"tests.benchmarks.{side}_side").steps(WORKLOADS[name])
    for _ in range(20):
        next(steps)
    print(own_peak() / 1e6)


def own_peak() -> float:
    """The most memory this process has had, in bytes."""
    if sys.platform == "linux":  # where `getrusage` counts in what the parent had when it started this process
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return float(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(*sys.argv[1:])
