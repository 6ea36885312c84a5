"""Runs one after another, or a few at once, each in a process of its own: a crash of one hurts neither others nor the
window, and what is not done when the window closes is offered again at the next start.

Nothing happens by itself: whoever owns a queue calls `look` a few times a second.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from deepviz.document.archive import FileError
from deepviz.document.file_lock import locked
from deepviz.training.queue_entry import OVER, Entry, QueuedRun, State, seconds_of, seconds_of_all
from deepviz.training.run_process import RunProcess
from deepviz.training.run_store import RunStore

ENTRY, LOCK = ".json", "lock"
END_TIME = 0.6
"""Seconds that processes have to end by themselves when the window closes."""

PROGRAM = (sys.executable, "-m", "deepviz")


class RunQueue:
    """The queue of one window.

    Parameters
    ----------
    folder
        Where queues of all windows of a person lie; each has a folder of its own in it.
    store
        Where runs are noted.
    at_once
        How many run at the same time; by default one less than there are processors, at least one.
    command
        How the program is started.
    """

    def __init__(
        self, folder: Path, store: RunStore, at_once: int | None = None, command: Sequence[str] = PROGRAM
    ) -> None:
        self.at_once = max(1, (os.cpu_count() or 1) - 1) if at_once is None else at_once
        self.is_paused = False
        self.store = store
        self._all, self._command = folder, tuple(command)
        self._folder: Path | None = None
        self._lock = -1
        self._entries: dict[str, Entry] = {}
        self._processes: dict[str, RunProcess] = {}

    # What there is

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All runs of the queue, in their order; those that are over too, until they are cleared."""
        return tuple(sorted(self._entries.values(), key=lambda entry: entry.place))

    @property
    def is_busy(self) -> bool:
        """Whether anything is left to be done."""
        return any(entry.state not in OVER for entry in self._entries.values())

    @property
    def is_working(self) -> bool:
        """Whether a process is running."""
        return bool(self._processes)

    @property
    def share(self) -> float:
        """How much of what is wanted is done, from 0 to 1, by epochs; 1 if nothing is."""
        wanted = [entry for entry in self._entries.values() if entry.state != "cancelled"]
        epochs = sum(entry.epochs for entry in wanted)
        return sum(entry.share * entry.epochs for entry in wanted) / epochs if epochs else 1.0

    @property
    def waiting(self) -> list[str]:
        """The ids of those that have not begun, in the order in which they will."""
        return [entry.id for entry in self.entries if entry.state == "waiting"]

    def seconds_left(self, run: str | None = None) -> float | None:
        """How long one run, or all that is left, will take at the present speed; None if that is not known."""
        if run is not None:
            return seconds_of(self._entries[run], self.entries)
        return seconds_of_all(self.entries, self.at_once)

    # Commands

    def add(self, wanted: Iterable[QueuedRun]) -> list[str]:
        """Put runs at the end. Returns their ids.

        Raises
        ------
        OSError
            If they cannot be written down; none is put in then.
        """
        place = max((entry.place for entry in self._entries.values()), default=-1) + 1
        added = [Entry(self.store.new_id(), each, place + number) for number, each in enumerate(wanted)]
        try:
            for entry in added:
                self._write(entry)
        except OSError:
            for entry in added:
                self._forget(entry.id)
            raise
        self._entries |= {entry.id: entry for entry in added}
        return [entry.id for entry in added]

    def arrange(self, order: Sequence[str]) -> bool:
        """Let waiting runs begin in another order. All others stay where they are. Returns whether anything moved.

        Parameters
        ----------
        order
            Ids of waiting runs. Those of them that wait no more are passed over; waiting ones that are missing stay.

        Raises
        ------
        OSError
            If it cannot be written down; the order is as it was then.
        """
        now = self.entries
        moved = [run for run in dict.fromkeys(order) if run in self._entries and self._entries[run].state == "waiting"]
        places = [entry.place for entry in now if entry.id in moved]
        placed = (replace(self._entries[run], place=place) for run, place in zip(moved, places, strict=True))
        changed = [entry for entry in placed if entry.place != self._entries[entry.id].place]
        try:
            for entry in changed:
                self._write(entry)
        except OSError:
            for entry in changed:
                with suppress(OSError):  # a place that is written twice is sorted by the id at worst
                    self._write(self._entries[entry.id])
            raise
        self._entries |= {entry.id: entry for entry in changed}
        return bool(changed)

    def cancel(self, run: str) -> None:
        """Take a run out. One that is running is stopped after its step, and noted as far as it came."""
        entry = self._entries.get(run)
        if entry is None or entry.state in OVER:
            return
        if run in self._processes:
            self._processes[run].ask_to_end()
        else:
            self._over(run, "cancelled")

    def cancel_all(self) -> None:
        """Take out all that is not done."""
        for run in list(self._entries):
            self.cancel(run)

    def clear(self) -> None:
        """Forget those that are over."""
        self._entries = {run: entry for run, entry in self._entries.items() if entry.state not in OVER}

    def pause(self) -> None:
        """Begin no further run. Those that are running go on to their end."""
        self.is_paused = True

    def resume(self) -> None:
        """Begin further runs again."""
        self.is_paused = False

    def look(self) -> bool:
        """See how far the processes are, and begin the next. Returns whether anything has changed."""
        before = self._entries
        self._entries = dict(before)
        for run, process in list(self._processes.items()):
            status = process.status  # before it is read: what it says last comes before its end
            told = process.told()
            if told is not None:
                entry = self._entries[run].told(told)
                self._entries[run] = (
                    entry if entry.overhead else replace(entry, overhead=entry.overhead_at(process.age))
                )
            process.press()
            if status is not None:
                self._ended(run, process, status)
        if not self.is_paused:
            for entry in self.entries:
                if len(self._processes) >= self.at_once:
                    break
                if entry.state == "waiting":
                    self._begin(entry)
        return self._entries != before

    def close(self) -> None:
        """End all processes, at once if need be. What is not done can be taken over by the next window."""
        for process in self._processes.values():
            process.ask_to_end(is_wanted=False)
        until = time.monotonic() + END_TIME
        for process in self._processes.values():
            process.end(max(0.0, until - time.monotonic()))
            process.clear()
        self._processes = {}
        if self._folder is not None:
            if not any(self._folder.glob(f"*{ENTRY}")):
                shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._folder, self._lock = None, -1

    def take_over(self) -> list[str]:
        """Take in what windows that have been closed left undone; the queue is paused then. Returns the ids."""
        taken: list[Entry] = []
        try:
            folders = sorted(each for each in self._all.iterdir() if each.is_dir() and each != self._folder)
        except OSError:
            return []
        for folder in folders:
            try:
                lock = locked(folder / LOCK)
            except OSError:
                continue
            if lock is None:
                continue  # its window is open
            try:
                taken += self._left_in(folder)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
        if taken:
            self.pause()
        return [entry.id for entry in taken]

    # Inside

    def _left_in(self, folder: Path) -> list[Entry]:
        """Entries of another queue, moved to this one. What was noted after all, and what is damaged, is left out."""
        noted = {summary.id for summary in self.store.runs()}
        found = []
        for file in folder.glob(f"*{ENTRY}"):
            if file.stem not in noted:
                try:
                    found.append(Entry.from_json(file.stem, file.read_bytes()))
                except (OSError, ValueError):
                    continue
        place = max((entry.place for entry in self._entries.values()), default=-1) + 1
        found = [
            replace(entry, place=place + number)
            for number, entry in enumerate(sorted(found, key=lambda each: (each.place, each.id)))
        ]
        for entry in found:
            self._write(entry)
            self._entries[entry.id] = entry
        return found

    def _begin(self, entry: Entry) -> None:
        origin = entry.wanted.origin
        order: dict[str, Any] = {"folder": str(self.store.folder), "run": entry.id, "origin": asdict(origin)}
        try:
            process = RunProcess(self._own_folder(), entry.id, self._command, entry.wanted.project, order)
        except (OSError, FileError) as error:
            self._over(entry.id, "failed", f"It could not be started: {getattr(error, 'strerror', None) or error}")
            return
        self._processes[entry.id] = process
        self._entries[entry.id] = replace(entry, state="running")

    def _ended(self, run: str, process: RunProcess, status: int) -> None:
        """A process has ended: well, badly, or because somebody wanted it to."""
        del self._processes[run]
        process.clear()
        noted = self.store.run(run)
        if noted is not None and not noted.damage:
            self._entries[run] = self._entries[run].noted(noted)
        if status == 0:  # also if somebody wanted it to end when it was done already
            self._entries[run] = replace(self._entries[run], overhead=self._entries[run].overhead_at(process.age))
            self._over(run, "done", f"Stopped early: {noted.reason}" if noted and noted.ended == "early" else "")
        elif process.was_asked_to_end:
            self._over(run, "cancelled")
        elif noted is not None and noted.ended == "diverged":
            self._over(run, "diverged", noted.reason)
        else:
            how = f"its process was ended by signal {-status}" if status < 0 else f"its process ended with {status}"
            self._over(run, "failed", process.error or f"{how[:1].upper()}{how[1:]}.")

    def _over(self, run: str, state: State, words: str = "") -> None:
        self._entries[run] = replace(self._entries[run], state=state, words=words, seconds_left=None)
        self._forget(run)

    def _own_folder(self) -> Path:
        """The folder of this queue, locked as long as it is open."""
        if self._folder is None:
            folder = self._all / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = locked(folder / LOCK)
            if lock is None:
                raise OSError(f"{folder} cannot be locked")
            self._folder, self._lock = folder, lock
        return self._folder

    def _write(self, entry: Entry) -> None:
        file = self._own_folder() / f"{entry.id}{ENTRY}"
        file.write_bytes(entry.to_json())

    def _forget(self, run: str) -> None:
        if self._folder is not None:
            (self._folder / f"{run}{ENTRY}").unlink(missing_ok=True)
