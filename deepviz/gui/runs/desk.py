"""Everything about finished runs in one place: store, recorder, queue, panel, and the views that show chosen runs."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QStandardPaths, QTimer, Signal, SignalInstance

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.prepared import PreparedData
from deepviz.document import edits
from deepviz.document.archive import FileError
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts
from deepviz.gui.amounts import counted
from deepviz.gui.editor import Editor
from deepviz.gui.plots.run_curves import RunCurves, ShownRun
from deepviz.gui.plots.run_overlay import MOST_RUNS
from deepviz.gui.plots.seed_band import SeedBand, are_seeds
from deepviz.gui.runs.former_names import FormerNames
from deepviz.gui.runs.open_run import OpenRun
from deepviz.gui.runs.panel import RunsPanel
from deepviz.gui.runs.plan_page import Outlook
from deepviz.gui.runs.recorder import RunRecorder
from deepviz.gui.runs.run_source import RunSource
from deepviz.gui.runs.trial import RunTrial
from deepviz.gui.settings import RUNS_EQUAL_ROWS, RUNS_FALLING, RUNS_OF_ALL, RUNS_SORTED_BY, Settings
from deepviz.gui.theme import Theme
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.history import History
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_queue import RunQueue
from deepviz.training.run_store import MOST_RUNS as MOST_KEPT
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary

MOST_HISTORIES = 64
"""Curves that are kept in memory; others are read again."""
EVERY, SHARE = 400, 0.02
"""Milliseconds between two looks at the run that is open at least, and what share of the time they may take."""
SOON = 150
"""Milliseconds after a change of the folder until the list is read again."""


def runs_home() -> Path:
    """Where the system wants an application to keep what it has done: beside the sessions."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericStateLocation)
    return Path(folder) / "deepviz"


class RunsDesk(QObject):
    """The runs of a person, as one window shows them.

    Parameters
    ----------
    home
        Where ``runs`` and ``queue`` lie.
    editor
        The project that is open.
    at_once
        How many runs of the queue go on at the same time; None for one less than there are processors.
    """

    open_wanted = Signal(object, object)
    """Open this project with its weights: a `Loaded` and the `RunSummary` of the run."""
    again_wanted = Signal(object, object)
    """Train this again exactly, with the changes that its history notes: a `Loaded` and a `RunSummary`."""
    view_wanted = Signal(str)
    """Open the view with this key."""
    message = Signal(str)

    def __init__(
        self, home: Path, editor: Editor, settings: Settings, theme: Theme, at_once: int | None = None
    ) -> None:
        super().__init__(editor)
        self._editor, self._settings = editor, settings
        self.store = RunStore(home / "runs")
        self.recorder = RunRecorder(self.store, self)
        self.queue = RunQueue(home / "queue", self.store, at_once)
        self.trial = RunTrial(self)
        self.panel = RunsPanel(self.store, self.queue, self, theme)
        self.former_names = FormerNames(settings)
        self.panel.former_names = self.former_names.of
        self._views: Callable[[], Iterable[object]] = tuple
        self._histories: OrderedDict[tuple[str, int], ShownRun] = OrderedDict()
        self._shown: dict[RunCurves, tuple[str, ...]] = {}
        self._open_run: OpenRun | None = None
        self._now: ShownRun | None = None
        self._news = QTimer(self, singleShot=True, interval=EVERY)
        self._news.timeout.connect(self._take_news)
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.panel.refresh)
        self._watcher.directoryChanged.connect(lambda _folder: self._soon.start())
        page = self.panel.list_page
        page.scope.setCurrentIndex(int(settings.get(RUNS_OF_ALL)))
        page.scope.currentIndexChanged.connect(lambda index: settings.set(RUNS_OF_ALL, bool(index)))
        equal_rows = self.panel.compare_page.equal_switch
        equal_rows.setChecked(settings.get(RUNS_EQUAL_ROWS))
        equal_rows.toggled.connect(lambda is_on: settings.set(RUNS_EQUAL_ROWS, is_on))
        self.panel.model.sort_by(settings.get(RUNS_SORTED_BY), settings.get(RUNS_FALLING))
        self.panel.model.modelReset.connect(self._remember_order)
        self.panel.chosen_changed.connect(self.show_chosen)
        self.panel.looked_at.connect(self.look_again)
        self.panel.view_wanted.connect(self._show_view)
        self.panel.open_wanted.connect(lambda run: self._hand_over(run, self.open_wanted))
        self.panel.again_wanted.connect(lambda run: self._hand_over(run, self.again_wanted))
        self.panel.plan_wanted.connect(self._plan_from)
        self.panel.message.connect(self.message)
        self.recorder.noted.connect(self._list_noted)
        self.recorder.failed.connect(lambda text: self.panel.notice.tell(text, "bad"))
        self.recorder.dropped.connect(self._tell_dropped)
        self.panel.queue_page.all_over.connect(self.recorder.tidy)
        self.panel.queue_page.all_over.connect(self._note_overhead)
        self.trial.done.connect(self.panel.say_outlook)
        editor.project_changed.connect(self._follow_project)
        editor.opened.connect(self.panel.follow_project)

    def begin(self) -> None:
        """Watch the folder for what other windows do, and offer what the last one left undone."""
        self.store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._watcher.addPath(str(self.store.folder))
        self.recorder.tidy()
        self.panel.offer_left_over()

    def follow(self, open_run: OpenRun) -> None:
        """Show the run that is open on the list as well."""
        self._open_run = self.panel.deeds.open_run = open_run
        open_run.changed.connect(self._expect_news)

    def look_again(self) -> None:
        """What lay behind something else may be seen now: have it show what has happened meanwhile."""
        if self._is_watched:
            self._take_news()

    def note(
        self,
        checkpoint: Checkpoint | None,
        ended: str,
        run: str = "",
        *,
        reason: str = "",
        samples: int = 0,
        home: str = "",
    ) -> str:
        """Put a run that has ended on the list, in a thread. Returns its id, by which it is noted again if it goes on.

        Parameters
        ----------
        checkpoint
            What it has come to; nothing is noted if there is none, or no step was made.
        ended, reason
            How, a key of `run_summary.ENDINGS`, and why if there is more to say.
        run
            The id that it was noted by before; empty for a new run.
        samples
            How many it was trained on; 0 if nobody knows.
        home
            Of which project it is; empty for what its project is called.
        """
        if checkpoint is None:
            return run or self.store.new_id()
        return self.recorder.note(checkpoint, ended, run, reason=reason, samples=samples, home=home)

    def shut_down(self) -> bool:
        """End the queue's processes and wait for what is being written. Returns whether all of it is."""
        self._soon.stop()
        self._news.stop()
        self.trial.shut_down()
        self.panel.shut_down()
        return self.recorder.finish()

    def is_own(self, run: RunSummary) -> bool:
        """Whether a run belongs to the open project: by its name, as the list shows runs of "This project".

        A copy of weights that is open is no project for other runs to be opened in.
        """
        name = self.project.name
        return self._editor.origin is None and run.project in (name, *self.former_names.of(name))

    # The open project, for forms

    @property
    def project(self) -> Project:
        """The project that is open."""
        return self._editor.project

    @property
    def facts(self) -> DataFacts | None:
        """What is known about its data."""
        return self._editor.facts

    title, words = "the open project", "The open project, with its settings of now"
    """What forms train if nothing else is said."""

    def outlook(self, runs: Sequence[QueuedRun]) -> Outlook:
        """How long some runs take in all, and how much memory: by a few steps that are tried, or the newest run."""
        return self._estimate(runs, self._editor.data)

    def _estimate(self, runs: Sequence[QueuedRun], data: PreparedData | None) -> Outlook:
        """The same on such data."""
        projects = [each.project for each in runs]
        at_once = max(1, min(self.queue.at_once, len(projects)))
        if data is None or not projects:
            return Outlook(at_once)
        seconds = self.trial.seconds_of(projects, data, self.queue.at_once)
        memory = self.trial.memory_of(projects, data, self.queue.at_once)
        if seconds is None and not self.trial.is_busy:
            seconds = self._seconds_by_newest(projects, len(data.train)) / at_once or None
        return Outlook(at_once, seconds, memory, self.trial.is_busy)

    def _seconds_by_newest(self, projects: Sequence[Project], samples: int) -> float:
        """At the speed of the newest run of the same project; 0 if there is none."""
        same = (each for each in self.store.runs() if each.project == projects[0].name and not each.damage)
        known = next((each for each in same if each.seconds > 0 and each.steps > 0), None)
        if known is None:
            return 0.0
        steps = sum(-(-samples // each.plan.run.batch_size) * each.plan.run.epochs for each in projects)
        return known.seconds / known.steps * steps + self.trial.to_begin * len(projects)

    # Views

    def attach(self, views: Callable[[], Iterable[object]]) -> None:
        """Show chosen runs in those of these views that are for runs; `views` gives all that are open now."""
        self._views = views

    def show_chosen(self) -> None:
        """Let the views that can be seen show the chosen runs; also to be called when other views are opened."""
        chosen = self.panel.chosen
        for view in self._views():
            if isinstance(view, RunCurves) and view.isVisible():
                runs = self._for_band(chosen) if isinstance(view, SeedBand) else chosen[: MOST_RUNS + 1]
                is_queues = {each.id for each in chosen} == set(self.panel.last_queued) != set()
                if isinstance(view, SeedBand) and view.runs and is_queues and not are_seeds(runs):
                    continue  # nobody chose these, they are what was made last: it goes on to show the last seeds
                self._show_in(view, runs)

    def _show_in(self, view: RunCurves, runs: Sequence[RunSummary]) -> None:
        shown = [found for each in runs if (found := self._with_history(each)) is not None]
        state = tuple(f"{each.summary.id} {each.summary.name} {id(each)}" for each in shown)
        if self._shown.get(view) != state:
            self._shown[view] = state
            view.show_runs(shown)

    def _for_band(self, chosen: Sequence[RunSummary]) -> list[RunSummary]:
        """A single run of a series of seeds stands for all of them."""
        if len(chosen) == 1 and chosen[0].series_kind == "seeds":
            return [each for each in self.store.runs() if each.series == chosen[0].series and not each.damage]
        return list(chosen)

    def _with_history(self, run: RunSummary) -> ShownRun | None:
        going_on = self._open_run.history_of(run.id) if self._open_run is not None and run.is_open else None
        if going_on is not None:
            return self._as_it_is_now(run, going_on)
        try:
            key = (run.id, self.store.file(run.id).stat().st_mtime_ns)
            known = self._histories.get(key)
            history = self.store.history(run.id) if known is None else known.history
        except (OSError, FileError) as error:
            self.panel.notice.tell(f"{run.name} cannot be shown: {error}", "warning")
            return None
        if known is None or known.summary != run:
            known = self._histories[key] = ShownRun(run, history)
        self._histories.move_to_end(key)
        while len(self._histories) > MOST_HISTORIES:
            self._histories.popitem(last=False)
        return known

    def _as_it_is_now(self, run: RunSummary, history: History) -> ShownRun:
        """The run that goes on; another object whenever there is something else to show of it."""
        if self._now is None or self._now.summary != run or self._now.history is not history:
            self._now = ShownRun(run, history)
        return self._now

    def _show_view(self, key: str) -> None:
        self.view_wanted.emit(key)
        self.show_chosen()

    # The run that goes on

    @property
    def _is_watched(self) -> bool:
        """Whether anything can be seen that shows the run that is open."""
        views = (view for view in self._views() if isinstance(view, RunCurves) and view.is_seen)
        return self.panel.shows_runs or any(each.summary.is_open for view in views for each in view.runs)

    def _expect_news(self) -> None:
        """Something has happened: show it soon, if anybody looks."""
        if not self._news.isActive() and self._is_watched:
            self._news.start()

    def _take_news(self) -> None:
        """Show how far the run is now; the next time so much later that it takes next to nothing of the time."""
        began = time.thread_time()
        self.panel.follow_open()
        if any(each.is_open for each in self.panel.chosen):
            self.show_chosen()
        self._news.setInterval(max(EVERY, round(1000 * (time.thread_time() - began) / SHARE)))

    def _list_noted(self, kept: RunSummary) -> None:
        """A run is on the disk: what was made of it while that was done is noted as well."""
        marks = None if self._open_run is None else self._open_run.settle(kept)
        if marks is not None:
            try:
                self.store.rename(kept.id, marks.name)
                self.store.star(kept.id, marks.is_starred)
            except OSError as error:
                self.panel.notice.tell(f"{kept.name} could not be renamed: {error.strerror or error}.", "bad")
        self.panel.refresh(always=self._is_watched)

    # Inside

    def _plan_from(self, run: str, key: str) -> None:
        """Plan runs from the project of one of the list, if it can be trained here."""
        summary = self.store.run(run)
        try:
            project = self.store.load(run).project
            data = self._editor.data_of(project.data)
        except (FileError, DatasetError) as error:
            self.panel.notice.tell(f"No runs can be planned from this one: {error}", "bad")
            return
        if summary is not None:
            self.panel.plan(key, RunSource(summary, project, data, self._estimate))

    def _note_overhead(self) -> None:
        """Take what the runs of the queue took besides training for what the next ones will take."""
        found = [entry.overhead for entry in self.queue.entries if entry.state == "done"]
        if found:
            self.trial.to_begin = sum(found) / len(found)

    def _hand_over(self, run: str, signal: SignalInstance) -> None:
        summary = self.store.run(run)
        try:
            loaded = self.store.load(run)
        except FileError as error:
            self.panel.notice.tell(f"This run cannot be opened: {error}", "bad")
            return
        if summary is not None:
            if self.is_own(summary):
                loaded = replace(loaded, project=edits.rename(loaded.project, self.project.name))
            signal.emit(loaded, summary)

    def _follow_project(self, before: Project, after: Project) -> None:
        if before.name != after.name or self.panel.pages.currentIndex() > 0:
            self.panel.follow_project()

    def _remember_order(self) -> None:
        key, is_falling = self.panel.model.order
        self._settings.set(RUNS_SORTED_BY, key)
        self._settings.set(RUNS_FALLING, is_falling)

    def _tell_dropped(self, count: int) -> None:
        words = f"{counted(count, 'old run')} had to go: {MOST_KEPT} runs or 2 GB are kept, and all that are starred."
        self.panel.notice.tell(words)
        self.panel.refresh()
