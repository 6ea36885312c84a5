"""Copies of the weights during a run, as project files beside the project's own: ``net.epoch-0010.deepviz``.

Each can be opened like any project, and trained on from there. Only the newest stay.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import SUFFIX, save
from deepviz.training.checkpoint import Checkpoint, trained_of
from deepviz.training.short_history import shortened

MOST_COPIES = 10
"""How many copies of a project stay beside it."""

_EPOCH = re.compile(rf"\.epoch-(\d+){re.escape(SUFFIX)}$")


def is_due(epoch: int, every: int) -> bool:
    """Whether a copy is to be kept after an epoch.

    Parameters
    ----------
    epoch
        How many epochs are over.
    every
        After how many epochs a copy is wanted (`RunSettings.checkpoint_every`); 0 for never.
    """
    return every > 0 and epoch > 0 and epoch % every == 0


def next_due(epoch: int, every: int) -> int | None:
    """After which epoch the next copy is to be kept, if so many are over; None for never."""
    return (epoch // every + 1) * every if every > 0 else None


def copy_path(project_file: Path, epoch: int) -> Path:
    """Where the copy after an epoch goes: beside the project's file, under its name."""
    return project_file.with_name(f"{project_file.stem}.epoch-{epoch:04}{SUFFIX}")


def write_copy(
    project_file: Path, epoch: int, checkpoint: Checkpoint, data: PreparedData | None = None, most: int = MOST_COPIES
) -> Path:
    """Write a copy, all or nothing, and let go of the oldest if there are more than `most`.

    Parameters
    ----------
    project_file
        The file of the project; it need not exist.
    epoch
        After which epoch the weights are.
    checkpoint
        The weights. The history may be ahead of them; what is kept of it is short.
    data
        What it is trained on, if known.

    Returns
    -------
    Where the copy lies.

    Raises
    ------
    OSError, FileError
        If it cannot be written; older copies are untouched.
    """
    path = copy_path(project_file, epoch)
    short = replace(checkpoint, history=shortened(checkpoint.history))
    save(checkpoint.project, path, trained_of(short, data))
    by_age = sorted((each for _, each in copies(project_file) if each != path), key=_written_at, reverse=True)
    for old in by_age[max(0, most - 1) :]:
        old.unlink(missing_ok=True)
    return path


def copies(project_file: Path) -> list[tuple[int, Path]]:
    """The copies beside a project's file, with their epochs, in the order of these."""
    found = []
    try:
        files = list(project_file.parent.iterdir())
    except OSError:
        return []
    for file in files:
        epoch = _EPOCH.search(file.name)
        if epoch is not None and file.name[: epoch.start()] == project_file.stem:
            found.append((int(epoch.group(1)), file))
    return sorted(found)


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0.0
