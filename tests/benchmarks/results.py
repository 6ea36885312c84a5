"""The file of the latest results, one row a workload, with the machine that they were taken on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.rows import Row

LATEST = Path(__file__).parents[2] / "benchmarks" / "latest.json"


def keep(machine: Mapping[str, Any], rows: Sequence[Row], order: Sequence[str], path: Path) -> None:
    """Write rows to the file, beside older ones if those are of the same machine and versions.

    Parameters
    ----------
    order
        Names in the order in which the rows shall stand.
    """
    try:
        latest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        latest = {}
    older = latest["rows"] if latest.get("machine") == machine else []
    by_name = {row["name"]: row for row in (*older, *rows)}
    kept = {"machine": machine, "rows": [by_name[name] for name in order if name in by_name]}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
