"""What is known of a run without opening its file: its name, its settings, how it ended and how good it was.

One small JSON a run, so that a list of hundreds is there at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from deepviz.document.project import Project
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.history import History
from deepviz.training.run_epochs import steps_per_epoch
from deepviz.training.run_figures import Figure, figures_of
from deepviz.training.run_settings import Course, network_words, settings_of_run

ENDINGS = {
    "finished": "finished",
    "early": "stopped early",
    "stopped": "stopped",
    "reset": "reset",
    "edited": "project edited",
    "diverged": "diverged",
    "failed": "failed",
    "branched": "branched off",
    "closed": "window closed",
    "interrupted": "program ended",
    "cancelled": "cancelled",
}
"""How a run can end, and in which words."""

MOST_CHANGES = 50
"""How many changes made by hand are noted."""

UNNAMED = Project().name
"""What a project is called as long as nobody has saved it."""

UNKEPT = frozenset({"id", "damage", "is_open"})
"""What the JSON of a run does not tell."""

LAST_MOMENT = 1e10
"""Seconds since 1970, in the year 2286: what is beyond has no date on some systems."""


@dataclass(frozen=True)
class RunSummary:
    """A line of the runs list.

    Attributes
    ----------
    id
        What its files are called.
    name, is_starred
        What people made of it.
    project, network, parameters
        Of which project, which network in short, and how many numbers it trains.
    created
        When it began, in seconds since 1970.
    over
        When it ended or was left, in seconds since 1970; 0 if that is not known.
    ended, reason
        A key of `ENDINGS`, and why in words, if there is more to say.
    steps, epochs, seconds
        How far it came, the last epoch counted even if it was not completed; and for how long it trained.
    result_step
        After which step the weights were that it came to.
    steps_per_epoch
        How many steps make an epoch; 0 if it did not come so far.
    settings, courses
        Those that it began with, and how some of them went on, as `settings_of_run` gives them.
    changes
        What was noted while it ran, such as changes by hand: after which step, and what.
    figures
        As `figures_of` gives them.
    results
        How good its weights are on each part of the data, where that was computed.
    series, series_kind, varied
        The set of runs it belongs to, "seeds" or "grid" (empty if none), and the paths of what differs in that set.
    has_weights
        Whether its weights were kept; not where they could not be read back.
    damage
        What is wrong with its files, in words; empty if nothing is.
    is_open
        Whether this is the run that is open, as far as it has come by now, and not what is kept of one; `ended` is
        "running" or "paused" then, or "being kept" while it is written. It is not part of the JSON.
    """

    id: str
    name: str = ""
    is_starred: bool = False
    project: str = ""
    network: str = ""
    parameters: int = 0
    created: float = 0.0
    over: float = 0.0
    ended: str = "finished"
    reason: str = ""
    steps: int = 0
    epochs: int = 0
    seconds: float = 0.0
    result_step: int = 0
    steps_per_epoch: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)
    changes: tuple[tuple[int, str], ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    series: str = ""
    series_kind: str = ""
    varied: tuple[str, ...] = ()
    has_weights: bool = True
    damage: str = ""
    is_open: bool = False

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        return ENDINGS.get(self.ended, self.ended)

    @property
    def whole_settings(self) -> dict[str, Any]:
        """All settings to be compared: of those that were changed while it ran, the whole course."""
        whole = {path: [self.settings.get(path), *map(list, course)] for path, course in self.courses.items()}
        return {**self.settings, **whole}

    def figure(self, name: str, is_best: bool = False) -> float | None:
        """The last or the best value of a quantity; None if there is none."""
        found = self.figures.get(name)
        return None if found is None else found.best if is_best else found.last

    def to_json(self) -> bytes:
        """All of it as JSON."""
        values = {name: value for name, value in asdict(self).items() if name not in (*UNKEPT, "figures")}
        values["figures"] = {name: figure.to_json() for name, figure in self.figures.items()}
        values["results"] = {
            part: {name: Figure(value, value, 0).to_json()[0] for name, value in numbers.items()}
            for part, numbers in self.results.items()
        }
        return json.dumps(values, allow_nan=False, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, run: str, content: bytes) -> RunSummary:
        """Read back what `to_json` gave.

        Raises
        ------
        ValueError
            If that is impossible.
        """
        try:
            values = json.loads(content)
            if not isinstance(values, dict):
                raise ValueError("it is no object")
            empty = cls(run)
            known = {each.name for each in fields(cls)} - UNKEPT
            found: dict[str, Any] = {name: value for name, value in values.items() if name in known}
            found["figures"] = {name: Figure.from_json(each) for name, each in found["figures"].items()}
            found["results"] = {
                part: {name: float(value) for name, value in numbers.items()}
                for part, numbers in found["results"].items()
            }
            found["changes"] = tuple((int(step), str(text)) for step, text in found["changes"])
            found["courses"] = {
                str(path): tuple((int(step), value) for step, value in course)
                for path, course in values.get("courses", {}).items()
            }
            found["varied"] = tuple(map(str, found["varied"]))
            for name, value in found.items():
                kind = type(getattr(empty, name))
                if kind is float and type(value) is int:
                    found[name] = value = float(value)
                if type(value) is not kind:
                    raise ValueError(f"{name} is no {kind.__name__}")
            moments = found["created"], found.get("over", 0.0)
            if not (all(0.0 <= each < LAST_MOMENT for each in moments) and found["seconds"] >= 0.0):
                raise ValueError("its times are impossible")
            return replace(empty, **found)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
            raise ValueError(f"The notes of this run cannot be read: {error}") from None


@dataclass(frozen=True)
class Marks:
    """What people made of a run before there was anything on the disk to be changed.

    Attributes
    ----------
    name, is_chosen
        What it was called so far, and whether somebody has typed that.
    is_starred
        Whether it is to be kept.
    """

    name: str = ""
    is_chosen: bool = False
    is_starred: bool = False


def project_of(began: str, now: str) -> str:
    """Of which project a run is: of that in which it began, though it was saved under another name since.

    Parameters
    ----------
    began, now
        What the project was called then, empty if that is not known; and what it is called.
    """
    return now if began in ("", UNNAMED) else began


def clean_name(text: str) -> str:
    """What was typed as the name of a run, in one line; empty if nothing of it can be seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:200]


def free_name(project: str, taken: Iterable[str], wanted: str = "") -> str:
    """The name that is wanted, if no run has it; otherwise that of the project with a number that none has yet."""
    names = set(taken)
    if wanted and wanted not in names:
        return wanted
    numbers = (int(rest) for name in names if (rest := name.removeprefix(f"{project} ")).isdecimal())
    return f"{project} {max(numbers, default=0) + 1}"


def summary_of(
    run: str,
    project: Project,
    history: History,
    steps: int,
    ends_epoch: bool | None = None,
    samples: int = 0,
) -> RunSummary:
    """What there is to note of a run, as far as project and history say it.

    Parameters
    ----------
    run
        Its id.
    project, history
        What was trained, and how that went.
    steps
        How many steps its weights were trained for.
    ends_epoch
        As `figures_of` wants it.
    samples
        How many there are to train with; 0 if nobody knows.
    """
    settings, courses = settings_of_run(project, history, steps)
    sizes = BatchSizes.of(history, samples, project.plan.run.batch_size, steps) if samples else None
    return RunSummary(
        run,
        name=project.name,
        project=project.name,
        network=network_words(project),
        steps=steps,
        epochs=history.epoch,
        seconds=history.seconds,
        result_step=steps,
        steps_per_epoch=steps_per_epoch(history) or _length(sizes),
        settings=settings,
        courses=courses,
        changes=history.events[-MOST_CHANGES:],
        figures=figures_of(history, ends_epoch, sizes),
    )


def _length(sizes: BatchSizes | None) -> int:
    """How many steps make an epoch of batches of one size, also before the first is over; 0 if that is not known."""
    return -(-sizes.count // sizes.sizes[0][1]) if sizes is not None and len(sizes.sizes) == 1 else 0
