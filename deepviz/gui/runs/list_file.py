"""The list of runs as a table for other programs: every number unrounded, with all settings that any run has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepviz.gui.plots.exports import save_table
from deepviz.gui.runs.columns import filled, setting_cell
from deepviz.training.run_summary import RunSummary


def save_runs(runs: Sequence[RunSummary], path: Path) -> None:
    """Write runs as CSV, one in a row.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    figures = list(dict.fromkeys(name for run in runs for name in run.figures))
    settings = list(dict.fromkeys(path for run in runs for path in run.whole_settings))
    names = ["id", "name", "starred", "project", "network", "began", "ended", "steps", "epochs", "seconds"]
    names += [f"{which}/{name}" for name in figures for which in ("last", "best")] + settings
    rows = [
        [
            *(run.id, run.name, run.is_starred, run.project, run.network, run.created, run.damage or run.ending),
            *(run.steps, run.epochs, run.seconds),
            *(filled(run.figure(name, is_best)) for name in figures for is_best in (False, True)),
            *(setting_cell(run, path) for path in settings),
        ]
        for run in runs
    ]
    save_table(names, rows, path)
