"""Copies of the weights during a run, as project files beside the project's own, each run's under names of their own.

After epoch 10 it is ``net.run-20260721-093000-1a2b3c.epoch-0010.deepviz``, and ``net.epoch-0010.deepviz`` where nobody
knows the run. Each says inside of what it is a copy. It can be opened, and trained on. The newest of each run stay.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import SUFFIX, CopyOf, Loaded, save
from deepviz.training.checkpoint import Checkpoint, trained_of
from deepviz.training.short_history import shortened

MOST_COPIES = 10
"""How many copies of a run stay beside its project."""

_RUN = re.compile(r"[0-9A-Za-z-]{1,40}")
_COPY = re.compile(rf"(?:\.run-({_RUN.pattern}))?\.epoch-(\d+){re.escape(SUFFIX)}$")


class Copy(NamedTuple):
    """A copy of the weights.

    Attributes
    ----------
    run
        Of which run, as its file says; empty if it does not.
    epoch
        After how many epochs.
    path
        Where it lies.
    """

    run: str
    epoch: int
    path: Path


class Origin(NamedTuple):
    """What a copy that is open was made of; the copy is no file to be saved to.

    Attributes
    ----------
    file
        The project's file, which may be gone.
    epoch
        After how many epochs of its run the copy was kept.
    """

    file: Path
    epoch: int

    @property
    def words(self) -> str:
        """What is open, in words: ``net, copy of epoch 10``."""
        return f"{self._name}, copy of epoch {self.epoch}"

    @property
    def short_words(self) -> str:
        """The same where there is less room: ``net, epoch 10``."""
        return f"{self._name}, epoch {self.epoch}"

    @property
    def free_file(self) -> Path:
        """Where what comes of it can be saved, beside the project's file: ``net epoch 10.deepviz`` if that is free."""
        name = f"{self._name} epoch {self.epoch}"
        numbered = (f"{name} {number}" for number in count(2))
        files = (self.file.with_name(f"{each}{SUFFIX}") for each in chain([name], numbered))
        return next(file for file in files if not file.exists())

    @property
    def _name(self) -> str:
        return self.file.name.removesuffix(SUFFIX)


def origin_of(loaded: Loaded, path: Path) -> Origin | None:
    """What a file was copied from, by what stands in it; None if it is a project of its own.

    Parameters
    ----------
    loaded, path
        What was in it, and where it lies: the project's file is looked for beside it.
    """
    copy = None if loaded.trained is None else loaded.trained.copy_of
    return None if copy is None else Origin(path.with_name(copy.file), copy.epoch)


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


def copy_path(project_file: Path, epoch: int, run: str = "") -> Path:
    """Where the copy of a run after an epoch goes: beside the project's file, under its name."""
    # It comes from a file, which may say anything.
    said = run if not run or _RUN.fullmatch(run) else hashlib.sha256(run.encode()).hexdigest()[:12]
    middle = f".run-{said}" if said else ""
    return project_file.with_name(f"{project_file.stem}{middle}.epoch-{epoch:04}{SUFFIX}")


def epoch_of(name: str) -> int | None:
    """After which epoch a copy is, by the name of its file; None if it has no such name."""
    parts = _COPY.search(name)
    return None if parts is None else int(parts.group(2))


def write_copy(
    project_file: Path,
    epoch: int,
    checkpoint: Checkpoint,
    data: PreparedData | None = None,
    most: int = MOST_COPIES,
    run: str = "",
) -> Path:
    """Write a copy, all or nothing, and let go of the oldest of the same run if there are more than `most` of it.

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
    run
        The id of the run: copies of other runs are not touched. Empty if it has none.

    Returns
    -------
    Where the copy lies.

    Raises
    ------
    OSError, FileError
        If it cannot be written; older copies are untouched.
    """
    path = copy_path(project_file, epoch, run)
    short = replace(checkpoint, history=shortened(checkpoint.history))
    trained = replace(trained_of(short, data), copy_of=CopyOf(project_file.name, epoch))
    save(checkpoint.project, path, trained)
    of_this = _run_in(path)
    others = (each.path for each in copies(project_file) if each.run == of_this and each.path != path)
    for old in sorted(others, key=_written_at, reverse=True)[max(0, most - 1) :]:
        old.unlink(missing_ok=True)
    return path


def copies(project_file: Path) -> list[Copy]:
    """The copies beside a project's file: those of a run in the order of their epochs, and later runs after others.

    Ids of runs begin with the time when these began; copies of which nobody knows the run come first.
    """
    found = []
    try:
        files = list(project_file.parent.iterdir())
    except OSError:
        return []
    for file in files:
        parts = _COPY.search(file.name)
        if parts is not None and file.name[: parts.start()] == project_file.stem:
            found.append(Copy(parts.group(1) or "", int(parts.group(2)), file))
    return sorted(found)


def _run_in(path: Path) -> str:
    parts = _COPY.search(path.name)
    return "" if parts is None else parts.group(1) or ""


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0.0
