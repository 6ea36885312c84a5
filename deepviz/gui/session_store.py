"""Where sessions lie between two starts: in one folder, each with a name of its own, locked while a window has it.

A session is a copy of the project if it is not as in its file, the timeline of its run, and notes about it. All is
written as a whole or not at all, and what cannot be read is set aside rather than deleted.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from deepviz.document.file_format import SUFFIX, FileError, Loaded, Trained, save, with_timeline
from deepviz.document.file_lock import locked
from deepviz.document.kept_states import KeptStates
from deepviz.document.project import Project
from deepviz.document.replace_file import replace_file
from deepviz.document.timeline_file import SUFFIX as TIMELINE
from deepviz.document.timeline_file import write_timeline
from deepviz.training.checkpoint_files import Origin

NOTES, LOCK, TRYING = ".json", ".lock", ".trying"
DAMAGED = "damaged-"
ENOUGH_TRIES = 2
"""How often a session may end the program before it is not brought back any more."""
LAST_MOMENT = 1e10
"""Seconds since 1970, in the year 2286: what is beyond has no date on some systems, and asking for it fails."""
MOST_KEPT = 20
"""Sessions that stay in the folder; older ones are cleared away."""


@dataclass(frozen=True)
class Notes:
    """What is known of a session besides the project itself.

    Attributes
    ----------
    name
        Of the project.
    path
        The file it belongs to, or empty.
    is_edited
        Whether it is otherwise than in that file.
    saved_steps
        For how many steps the weights in that file have been trained.
    written_at
        When this was written, in seconds since 1970.
    was_closed
        Whether the window was closed as it should.
    view
        How the window was looked at, by name; plain values.
    copy_of, copy_epoch
        Of which project's file a copy was open, and of which epoch; empty if none was.
    """

    name: str = ""
    path: str = ""
    is_edited: bool = False
    saved_steps: int = 0
    written_at: float = 0.0
    was_closed: bool = False
    view: dict[str, Any] = field(default_factory=dict)
    copy_of: str = ""
    copy_epoch: int = 0

    @property
    def origin(self) -> Origin | None:
        """What was copied, if a copy was open."""
        return Origin(Path(self.copy_of), self.copy_epoch) if self.copy_of else None


class Slot:
    """The place of one session, held by the window that writes to it.

    Parameters
    ----------
    folder, name
        Where it lies, and what its files are called.
    descriptor
        Of the open file that is locked.
    """

    def __init__(self, folder: Path, name: str, descriptor: int) -> None:
        self.name = name
        self._folder, self._descriptor = folder, descriptor
        self._timeline: object = None

    @property
    def copy(self) -> Path:
        """The copy of the project."""
        return self._folder / f"{self.name}{SUFFIX}"

    @property
    def notes(self) -> Notes:
        """The notes; where they cannot be read, as far as can be told without them."""
        return _read_notes(self._folder, self.name)

    def write(self, notes: Notes, project: Project | None, trained: Trained | None = None) -> None:
        """Keep a session.

        Parameters
        ----------
        project
            To be copied; None if it is as in the file that the notes name.
        trained
            Its weights. What does not fit the project is left out: it could not be read back.

        Raises
        ------
        OSError, FileError
            If it cannot be kept; what was kept before is untouched.
        """
        if project is not None:
            try:
                save(project, self.copy, trained)
            except FileError:
                if trained is None:
                    raise
                save(project, self.copy)
        replace_file(self._file(NOTES), json.dumps(asdict(notes), allow_nan=False).encode())
        if project is None:
            self.copy.unlink(missing_ok=True)

    def write_timeline(self, kept: KeptStates, run: str) -> None:
        """Keep the timeline of a run; nothing is written if it is as it was written last.

        Raises
        ------
        OSError
            If it cannot be kept; what was kept before is untouched.
        """
        written = (run, kept.steps, kept.pinned)
        if written != self._timeline:
            write_timeline(self._file(TIMELINE), kept, run)
            self._timeline = written

    def with_timeline(self, loaded: Loaded) -> Loaded:
        """A project with the timeline that was kept with it, if it is of the same run."""
        run = None if loaded.trained is None else loaded.trained.history.get("run")
        return with_timeline(loaded, self._file(TIMELINE), "" if run is None else str(run[0]))

    def clear(self) -> None:
        """Forget the session."""
        self._timeline = None
        for file in (self.copy, self._file(NOTES), self._file(TRYING), self._file(TIMELINE)):
            file.unlink(missing_ok=True)

    def set_aside(self) -> Path | None:
        """Take a session out of the way that cannot be brought back. Returns where its copy lies now."""
        aside = self.copy.with_name(f"{DAMAGED}{self.copy.name}")
        try:
            os.replace(self.copy, aside)
        except FileNotFoundError:
            return None
        finally:
            self.clear()
        return aside

    @property
    def failed_before(self) -> bool:
        """Whether the program ended each time it was bringing this session back, and not only once by chance."""
        return self._tries() >= ENOUGH_TRIES

    def begin_trying(self) -> None:
        """Remember that this session is being brought back, should that end the program.

        Raises
        ------
        OSError
            If nothing can be written.
        """
        self._file(TRYING).write_bytes(bytes(self._tries() + 1))

    def end_trying(self) -> None:
        """It is back, and nothing has happened."""
        self._file(TRYING).unlink(missing_ok=True)

    def release(self) -> None:
        """Let another window have it. A session without files is gone for good."""
        if self._descriptor < 0:
            return
        if not self.copy.exists() and not self._file(NOTES).exists():
            self._file(LOCK).unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1

    def _tries(self) -> int:
        try:
            return self._file(TRYING).stat().st_size
        except OSError:
            return 0

    def _file(self, suffix: str) -> Path:
        return self._folder / f"{self.name}{suffix}"


class SessionStore:
    """All sessions of a person.

    Parameters
    ----------
    folder
        Where they lie; made when the first is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_slot(self) -> Slot:
        """A place for a session that begins.

        Raises
        ------
        OSError
            If there can be none.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        descriptor = locked(self.folder / f"{name}{LOCK}")
        if descriptor is None:
            raise OSError(f"{self.folder} cannot be locked")
        return Slot(self.folder, name, descriptor)

    def kept(self) -> list[tuple[str, Notes]]:
        """Names and notes of the sessions that no window has open, newest first."""
        found = []
        for name in self._names():
            slot = self.claim(name)
            if slot is not None:
                found.append((name, slot.notes))
                slot.release()
        return sorted(found, key=lambda each: each[1].written_at, reverse=True)

    def claim(self, name: str) -> Slot | None:
        """Take a session over, or None if a window has it open or it is gone."""
        if name not in self._names():
            return None
        try:
            descriptor = locked(self.folder / f"{name}{LOCK}")
        except OSError:
            return None
        return None if descriptor is None else Slot(self.folder, name, descriptor)

    def has_copy(self, name: str) -> bool:
        """Whether a session holds a project that is otherwise than in its file, or in none."""
        return (self.folder / f"{name}{SUFFIX}").exists()

    def prune(self) -> None:
        """Clear away what is too old to be missed."""
        for name, _ in self.kept()[MOST_KEPT:]:
            slot = self.claim(name)
            if slot is not None:
                slot.clear()
                slot.release()

    def _names(self) -> set[str]:
        try:
            files = [file for file in self.folder.iterdir() if file.suffix in (SUFFIX, NOTES)]
        except OSError:
            return set()
        return {file.stem for file in files if not file.name.startswith((DAMAGED, "."))}


def _read_notes(folder: Path, name: str) -> Notes:
    """Notes as they were written; what is missing or of another kind is as in a session of which nothing is known."""
    copy, file = folder / f"{name}{SUFFIX}", folder / f"{name}{NOTES}"
    try:
        values = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        values = None
    empty = Notes(is_edited=True, written_at=_age(copy if copy.exists() else file))
    if not isinstance(values, dict):
        return empty
    known: dict[str, Any] = {}
    for each in fields(Notes):
        value, kind = values.get(each.name), type(getattr(empty, each.name))
        if type(value) is kind and (not isinstance(value, float) or 0.0 <= value < LAST_MOMENT):
            known[each.name] = value
    return replace(empty, **known)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
