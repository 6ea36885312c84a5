"""All runs of a person in one folder: a project file with weights and curves, its timeline, and a small JSON for each.

There is no list of all that could be lost or that two windows could quarrel about: the folder is the list. What cannot
be read is shown as damaged and hurts nothing else.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import time as wall_clock
from typing import Any

from deepviz.datasets.prepared import PreparedData
from deepviz.document import archive
from deepviz.document.file_format import (
    HISTORY,
    PROJECT,
    SUFFIX,
    FileError,
    Loaded,
    Results,
    load,
    save,
    with_timeline,
)
from deepviz.document.kept_states import KeptStates
from deepviz.document.replace_file import replace_file
from deepviz.document.timeline_file import SUFFIX as TIMELINE
from deepviz.document.timeline_file import write_timeline
from deepviz.training.checkpoint import Checkpoint, trained_of
from deepviz.training.history import History
from deepviz.training.run_summary import (
    LAST_MOMENT,
    Marks,
    RunSummary,
    clean_name,
    free_name,
    project_of,
    summary_of,
)
from deepviz.training.short_history import shortened

NOTES, DRAFT = ".json", ".part"
DELETED = "deleted"
"""The folder of runs that can still be brought back."""

MOST_RUNS, MOST_BYTES = 500, 2 << 30
"""How many runs are kept, and how many bytes, besides starred ones."""

BROUGHT_BACK_FOR = 24 * 3600.0
"""Seconds for which a deleted run is kept, should the window close before somebody wants it back."""


@dataclass(frozen=True)
class RunOrigin:
    """How a run came to be, as the one who asked for it says.

    Attributes
    ----------
    name
        What it is to be called; empty for the name of its project and a number.
    series, series_kind, varied
        See `RunSummary`.
    """

    name: str = ""
    series: str = ""
    series_kind: str = ""
    varied: tuple[str, ...] = ()


class RunStore:
    """The runs in a folder.

    Parameters
    ----------
    folder
        Where they lie; made when the first is noted.
    most_runs, most_bytes
        Beyond this, the oldest that are not starred are dropped.
    """

    def __init__(self, folder: Path, most_runs: int = MOST_RUNS, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.most_runs, self.most_bytes = most_runs, most_bytes
        self._read: dict[str, tuple[tuple[int, int], RunSummary]] = {}
        self._reading = threading.Lock()

    @staticmethod
    def new_id() -> str:
        """A name for the files of a run that begins; names of later runs come later in the alphabet."""
        return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"

    # Reading

    def runs(self) -> list[RunSummary]:
        """All runs, newest first. Only small files are read, and only those that have changed since the last time."""
        found: dict[str, dict[str, os.stat_result]] = {}
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    stem, suffix = os.path.splitext(entry.name)
                    if suffix in (NOTES, SUFFIX) and not stem.startswith(".") and entry.is_file():
                        found.setdefault(stem, {})[suffix] = entry.stat()
        except OSError:
            return []
        with self._reading:
            listed = [self._summary(run, files) for run, files in found.items()]
            self._read = {run: known for run, known in self._read.items() if run in found}
        return sorted(listed, key=lambda each: (each.created, each.id), reverse=True)

    def run(self, run: str) -> RunSummary | None:
        """One run; None if there is none of this id."""
        return next((each for each in self.runs() if each.id == run), None)

    def file(self, run: str) -> Path:
        """Where the project file of a run lies."""
        return self.folder / f"{run}{SUFFIX}"

    def load(self, run: str) -> Loaded:
        """The project of a run with its weights, and with its timeline if that can be read.

        Raises
        ------
        FileError
            If it cannot be read.
        """
        return with_timeline(load(self.file(run)), self.folder / f"{run}{TIMELINE}", run)

    def history(self, run: str) -> History:
        """The curves of a run, without reading its weights.

        Raises
        ------
        FileError
            If they cannot be read.
        """
        file = self.file(run)
        content = archive.unpack(file, PROJECT, (HISTORY,), (HISTORY,)).get(HISTORY)
        try:
            return History.from_arrays(archive.arrays_of(content or b""))
        except ValueError:
            raise FileError(f"The curves of {file.name} are missing or damaged.") from None

    # Writing

    def note(
        self,
        checkpoint: Checkpoint,
        ended: str,
        *,
        run: str = "",
        reason: str = "",
        origin: RunOrigin | None = None,
        data: PreparedData | None = None,
        results: Results | None = None,
        samples: int = 0,
        marks: Marks | None = None,
        home: str = "",
    ) -> RunSummary | None:
        """Keep a run that has ended, or that has gone on since it was noted; its name and star stay then.

        Parameters
        ----------
        checkpoint
            Project, weights and history. The history is copied, and only as many steps of it are kept as are of use.
        ended, reason
            See `RunSummary`.
        run
            Its id as `new_id` gave it when it began; empty for a new one.
        origin
            How it came to be.
        data, results
            What it was trained on, and how good it is, if known.
        samples
            How many it was trained on, where only that is known; 0 for not even that.
        marks
            What people made of it before it was noted. A name that nobody has typed gives way to that of another run.
        home
            Of which project it is; empty for what its project is called.

        Returns
        -------
        What was noted; None if no step was made.

        Raises
        ------
        OSError, FileError
            If it cannot be written.
        """
        if checkpoint.state.step < 1:
            return None
        run, origin, marks = run or self.new_id(), origin or RunOrigin(), marks or Marks()
        before = self.run(run)
        project = checkpoint.project
        state, course = checkpoint.state, checkpoint.history
        is_there = state.place is not None and len(course) > 0 and int(course.steps[-1]) == state.step
        ends_epoch = state.place.seen == 0 if state.place is not None and is_there else None
        samples = samples if data is None else len(data.train)
        summary = summary_of(run, project, course, state.step, ends_epoch, samples)
        summary = replace(
            summary,
            name=before.name if before and before.name else origin.name or self._new_name(project.name, marks),
            is_starred=before.is_starred if before else marks.is_starred,
            created=before.created if before and before.created else beginning_of(course),
            project=project_of(before.project if before else "", home or project.name),
            over=0.0 if ended == "interrupted" else wall_clock(),
            ended=ended,
            reason=reason,
            result_step=checkpoint.result_step,
            parameters=sum(array.size for array in checkpoint.state.parameters.values()),
            results=results or {},
            series=origin.series,
            series_kind=origin.series_kind,
            varied=origin.varied,
        )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        short = replace(checkpoint, history=shortened(checkpoint.history, checkpoint.kept.steps), kept=KeptStates())
        try:
            save(project, self.file(run), trained_of(short, data, results))
        except FileError:  # the project was changed under its weights: its settings and curves are worth keeping
            save(project, self.file(run))
            summary = replace(summary, has_weights=False)
        self._write(summary)
        write_timeline(self.folder / f"{run}{TIMELINE}", checkpoint.kept, run)  # last: a run without it is whole
        return summary

    def rename(self, run: str, name: str) -> None:
        """Give a run another name; an empty one is refused silently.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        if name := clean_name(name):
            self._change(run, name=name)

    def star(self, run: str, is_starred: bool) -> None:
        """Mark a run as one to be kept, or no longer.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        self._change(run, is_starred=is_starred)

    def delete(self, runs: Iterable[str]) -> None:
        """Take runs off the list. They can be brought back for a while.

        Raises
        ------
        OSError
            If one cannot be moved.
        """
        (self.folder / DELETED).mkdir(mode=0o700, parents=True, exist_ok=True)
        for run in runs:
            for suffix in (NOTES, SUFFIX, TIMELINE):
                _move(self.folder / f"{run}{suffix}", self.folder / DELETED / f"{run}{suffix}")

    def bring_back(self, runs: Iterable[str]) -> None:
        """Put deleted runs on the list again.

        Raises
        ------
        OSError
            If one cannot be moved.
        """
        for run in runs:
            for suffix in (TIMELINE, SUFFIX, NOTES):
                _move(self.folder / DELETED / f"{run}{suffix}", self.folder / f"{run}{suffix}")

    def prune(self) -> list[RunSummary]:
        """Drop the oldest runs that are too many, what was deleted long ago, and what was never completed.

        Where bytes are too many, timelines of the oldest runs go before any run does. Starred runs stay and do not
        count. Returns those that were dropped from the list.
        """
        dropped, count, size = [], 0, 0
        timelines: list[Path] = []
        for summary in self.runs():
            if summary.is_starred:
                continue
            files = [self.folder / f"{summary.id}{suffix}" for suffix in (NOTES, SUFFIX)]
            count, size = count + 1, size + sum(_size(file) for file in files)
            timelines.append(self.folder / f"{summary.id}{TIMELINE}")
            if count > self.most_runs or size > self.most_bytes:
                for file in (*files, timelines.pop()):
                    file.unlink(missing_ok=True)
                dropped.append(summary)
        for file in timelines:
            size += _size(file)
            if size > self.most_bytes:
                file.unlink(missing_ok=True)
        old = time.time() - BROUGHT_BACK_FOR
        for file in (*_files(self.folder / DELETED), *(each for each in _files(self.folder) if each.suffix == DRAFT)):
            if _changed(file) < old:
                file.unlink(missing_ok=True)
        return dropped

    # Inside

    def _summary(self, run: str, files: Mapping[str, os.stat_result]) -> RunSummary:
        notes = files.get(NOTES)
        if notes is None:
            made = files[SUFFIX].st_mtime
            return RunSummary(
                run, name=run, created=made, damage="The notes of this run are missing; its file is there."
            )
        state = (notes.st_mtime_ns, notes.st_size)
        known = self._read.get(run)
        if known is None or known[0] != state:
            try:
                summary = RunSummary.from_json(run, (self.folder / f"{run}{NOTES}").read_bytes())
            except (OSError, ValueError) as error:
                summary = RunSummary(run, name=run, created=notes.st_mtime, damage=str(error))
            known = self._read[run] = state, summary
        summary = known[1]
        if not summary.damage and SUFFIX not in files:
            return replace(summary, damage="The file with the weights and curves of this run is missing.")
        return summary

    def _change(self, run: str, **changes: Any) -> None:
        """Write other notes. They are read right before: another window may have changed them."""
        try:
            summary = RunSummary.from_json(run, (self.folder / f"{run}{NOTES}").read_bytes())
        except FileNotFoundError:
            return  # deleted meanwhile
        except ValueError as error:
            raise OSError(str(error)) from None
        self._write(replace(summary, **changes))

    def _write(self, summary: RunSummary) -> None:
        replace_file(self.folder / f"{summary.id}{NOTES}", summary.to_json())
        with self._reading:  # times of files are too coarse to tell two changes in a moment apart
            self._read.pop(summary.id, None)

    def _new_name(self, project: str, marks: Marks) -> str:
        """What a run is called that has no name yet."""
        if marks.is_chosen:
            return marks.name
        return free_name(project, (each.name for each in self.runs()), marks.name)


def beginning_of(history: History) -> float:
    """When a run began; where nobody noted that, as long ago as it trained."""
    began = history.began if 0.0 < history.began < LAST_MOMENT else wall_clock() - history.seconds
    return max(0.0, began)


def _move(source: Path, goal: Path) -> None:
    with suppress(FileNotFoundError):  # another window was faster, or it was never there
        os.replace(source, goal)
        os.utime(goal)  # deleted ones are kept for a while from now on


def _files(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_file()]
    except OSError:
        return []


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return time.time()
