"""A run in a queue: what it is, how far it has come, and how long all of them will take.

It is a value: while a run goes on, its entry is replaced by one that says more.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from deepviz.document.archive import FileError
from deepviz.document.project import Project
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.training.run_store import RunOrigin
from deepviz.training.run_summary import RunSummary

State = Literal["waiting", "running", "done", "diverged", "failed", "cancelled"]
OVER: tuple[State, ...] = ("done", "diverged", "failed", "cancelled")


@dataclass(frozen=True)
class QueuedRun:
    """What is to be trained, and as what it is to be noted."""

    project: Project
    origin: RunOrigin = field(default_factory=RunOrigin)


@dataclass(frozen=True)
class Entry:
    """One run of a queue.

    Attributes
    ----------
    id
        Under which it will be noted in the list of runs.
    wanted, place
        What it is, and its place in the queue.
    state
        Where it stands; "done", "diverged", "failed" and "cancelled" are final.
    step, steps, epoch
        How far it is, of how many steps; 0 before the first.
    loss, validation_loss
        Of the epoch it is in, as the list of runs will say it: of training data the mean over the samples of the epoch
        so far, of validation data what was measured after the last epoch. None if there is none, it is not known, or
        not finite. Once it is over, those of the last whole epoch.
    seconds, seconds_left
        For how long it has been training, and how long it still will; None if that is not known.
    words
        Why it failed or diverged, or that it stopped early.
    overhead
        How many seconds its process took besides training: while it runs, until its first step; in the end, in all.
    """

    id: str
    wanted: QueuedRun
    place: int = 0
    state: State = "waiting"
    step: int = 0
    steps: int = 0
    epoch: int = 0
    loss: float | None = None
    validation_loss: float | None = None
    seconds: float = 0.0
    seconds_left: float | None = None
    words: str = ""
    overhead: float = 0.0

    @property
    def name(self) -> str:
        """What it is called."""
        return self.wanted.origin.name or self.wanted.project.name

    @property
    def epochs(self) -> int:
        """How many epochs it trains."""
        return self.wanted.project.plan.run.epochs

    @property
    def batch_size(self) -> int:
        """How many samples a step takes."""
        return self.wanted.project.plan.run.batch_size

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.state in OVER:
            return 1.0
        return self.step / self.steps if self.steps else 0.0

    def overhead_at(self, age: float) -> float:
        """How many seconds its process, which is so old, took besides training."""
        return max(0.0, age - self.seconds)

    def told(self, values: dict[str, Any]) -> Entry:
        """The entry as a line of its process says it stands."""
        seconds = _number(values.get("seconds"))
        return replace(
            self,
            step=int(values.get("step") or 0),
            steps=int(values.get("steps") or 0),
            epoch=int(values.get("epoch") or 0),
            loss=_number(values.get("epoch_loss")),
            validation_loss=_number(values.get("validation_loss")),
            seconds=self.seconds if seconds is None else seconds,
            seconds_left=_number(values.get("seconds_left")),
        )

    def noted(self, summary: RunSummary) -> Entry:
        """The entry as the list of runs has it, now that it is over: the same numbers there and here."""
        return replace(
            self,
            step=summary.steps,
            epoch=summary.epochs,
            loss=summary.figure("loss"),
            validation_loss=summary.figure("validation_loss"),
            seconds=summary.seconds,
        )

    def to_json(self) -> bytes:
        """What it takes to put it in another queue."""
        values = {
            "project": project_to_json(self.wanted.project),
            "origin": asdict(self.wanted.origin),
            "place": self.place,
        }
        return json.dumps(values).encode()

    @classmethod
    def from_json(cls, run: str, content: bytes) -> Entry:
        """Read back what `to_json` gave, waiting again.

        Raises
        ------
        ValueError
            If that is impossible.
        """
        try:
            values = json.loads(content)
            origin = dict(values["origin"])
            origin["varied"] = tuple(map(str, origin.get("varied", ())))
            wanted = QueuedRun(project_from_json(values["project"]), RunOrigin(**origin))
            return cls(run, wanted, int(values["place"]))
        except (FileError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"The queue's entry {run} cannot be read: {error}") from None


def seconds_of(entry: Entry, entries: Sequence[Entry]) -> float | None:
    """How long an entry will still take: by its own speed, or that of the others; None if nothing is known yet.

    The others are those of its series, which differ from it least; any others where there are none. A step takes as
    long as theirs with batches of its size; between two sizes that were measured, and beyond them as long as the
    nearest. How many steps there are in an epoch is told by those whose size is nearest.
    """
    if entry.state in OVER:
        return 0.0
    if entry.seconds_left is not None:
        return entry.seconds_left
    known = [each for each in entries if each.step > 1 and each.steps and each.seconds > 0 and each is not entry]
    similar = [each for each in known if each.wanted.origin.series == entry.wanted.origin.series] or known
    if not similar:
        return None
    nearest = min(similar, key=lambda each: abs(math.log(each.batch_size / entry.batch_size)))
    steps = -(-nearest.steps * nearest.batch_size // (nearest.epochs * entry.batch_size)) * entry.epochs
    overheads = [each.overhead for each in similar if each.state == "done"]
    overheads = overheads or [each.overhead for each in similar] or [0.0]  # at least what it takes to begin
    return _seconds_a_step(similar, entry.batch_size) * steps + sum(overheads) / len(overheads)


def _seconds_a_step(entries: Sequence[Entry], size: int) -> float:
    """How long a step with batches of a size takes, by what was measured of these."""
    paces: dict[int, list[float]] = {}
    for each in entries:
        paces.setdefault(each.batch_size, []).append(each.seconds / each.step)
    sizes = sorted(paces)
    return float(np.interp(size, sizes, [sum(paces[each]) / len(paces[each]) for each in sizes]))


def seconds_of_all(entries: Sequence[Entry], at_once: int) -> float | None:
    """How long all that is left will take, if each next one begins as soon as there is a place; None if not known."""
    left = [(entry, seconds_of(entry, entries)) for entry in entries if entry.state not in OVER]
    if any(seconds is None for _, seconds in left):
        return None
    places = [0.0] * max(1, at_once)
    for _, seconds in sorted(left, key=lambda each: (each[0].state != "running", each[0].place)):
        first = places.index(min(places))
        places[first] += seconds or 0.0
    return max(places)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
