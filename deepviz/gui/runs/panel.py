"""The panel of runs: the list, and in its place the comparison, the queue or a form while one of them is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.amounts import counted
from deepviz.gui.notice import Notice
from deepviz.gui.plots.keyboard_kept import keeping_keyboard
from deepviz.gui.runs.compare_page import ComparePage
from deepviz.gui.runs.deeds import Deed, Deeds
from deepviz.gui.runs.grid_form import GridForm
from deepviz.gui.runs.list_file import save_runs
from deepviz.gui.runs.list_page import ListPage
from deepviz.gui.runs.model import RunsModel
from deepviz.gui.runs.plan_page import PlanPage, Source
from deepviz.gui.runs.queue_page import QueuePage
from deepviz.gui.runs.queue_strip import QueueStrip
from deepviz.gui.runs.seeds_form import SeedsForm
from deepviz.gui.theme import Theme
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_queue import RunQueue
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary

OF_PROJECT = "This project: runs of projects called “{}”{}, whatever file they are in"


class RunsPanel(QWidget):
    """Shows the runs of a store and the queue.

    Parameters
    ----------
    store, queue
        What is shown.
    source
        The project that is open, for forms.
    """

    chosen_changed = Signal()
    """Other runs are chosen."""
    view_wanted = Signal(str)
    """A view of the chosen runs is wanted, by its key."""
    open_wanted = Signal(str)
    again_wanted = Signal(str)
    """This run is to be opened, or to be trained again exactly."""
    plan_wanted = Signal(str, str)
    """Runs are to be planned from the project of this run: its id, and a key for `plan`."""
    message = Signal(str)
    """Something worth a line in the status bar happened."""
    looked_at = Signal()
    """It may have come to lie before or behind something else."""
    queue_changed = Signal()
    """The queue stands otherwise than before."""
    left_over = Signal(str)
    """Runs are left of a queue that a window had when it closed; said once at the start, in these words."""

    def __init__(self, store: RunStore, queue: RunQueue, source: Source, theme: Theme) -> None:
        super().__init__()
        self._store, self._source = store, source
        self._is_stale = True
        self._kept: list[RunSummary] = []
        self.deeds = Deeds(store)
        self.former_names: Callable[[str], tuple[str, ...]] = lambda name: ()
        """What the project of a name was called before."""
        self.setAccessibleName("Runs")
        self.model = RunsModel(self)
        self.list_page = ListPage(self.model, theme)
        self.compare_page = ComparePage(theme)
        self.queue_page = QueuePage(queue)
        self.seeds_form, self.grid_form = SeedsForm(source), GridForm(source)
        self.notice = Notice(theme)
        self.pages = QStackedWidget(self)
        pages: tuple[QWidget, ...] = (
            self.list_page,
            self.compare_page,
            self.queue_page,
            self.seeds_form,
            self.grid_form,
        )
        for each in pages:
            self.pages.addWidget(each)
        self.strip = QueueStrip()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.pages, 1)
        column.addWidget(self.strip)
        self.list_page.wanted.connect(self.do)
        self.list_page.filter_changed.connect(self._filter)
        self.list_page.table.chosen_changed.connect(self.chosen_changed)
        # The list is read again then, which must not happen while the table still has the field open.
        self.model.renamed.connect(self._rename, Qt.ConnectionType.QueuedConnection)
        self.model.starred.connect(lambda run, on: self._star([each for each in self.model.runs if each.id == run], on))
        self.compare_page.export_wanted.connect(lambda: self._save_as("comparison", self.compare_page.save))
        forms: tuple[PlanPage, ...] = (self.seeds_form, self.grid_form)
        for form in forms:
            form.queued.connect(self.queue_runs)
            form.left.connect(self.show_list)
        self.compare_page.left.connect(self.show_list)
        self.queue_page.left.connect(self.show_list)
        self.strip.show_button.clicked.connect(lambda: self._go_to(self.queue_page))
        self.strip.cancel_button.clicked.connect(self.queue_page.cancel_all)
        self.queue_page.changed.connect(self._follow_queue)
        self.queue_page.run_over.connect(lambda _run: self.refresh())
        self.queue_page.all_over.connect(self._queue_over)
        self.queue_page.failed.connect(lambda text: self.notice.tell(text, "bad"))
        self.last_queued: list[str] = []
        self._follow_queue()

    # What is shown

    @property
    def chosen(self) -> list[RunSummary]:
        """The runs that are chosen in the list and not damaged."""
        return [each for each in self.list_page.chosen if not each.damage]

    @property
    def shows_runs(self) -> bool:
        """Whether the list, or a comparison, can be seen: Qt puts what is behind on a tab outside of the window."""
        window, page = self.window(), self.pages.currentWidget()
        if page not in (self.list_page, self.compare_page) or not self.isVisible() or window.isMinimized():
            return False
        return window.rect().intersects(QRect(self.mapTo(window, QPoint(0, 0)), self.size()))

    def refresh(self, always: bool = False) -> None:
        """Read the list again; later, if it cannot be seen and is not wanted all the same."""
        if not (always or self.isVisible()):
            self._is_stale = True
            return
        self._is_stale = False
        self._kept = self._store.runs()
        self.model.show_runs(self._kept, self._open_lines())
        self._compare_again()

    def follow_open(self) -> None:
        """Show what is known by now of the run that is open; the list is read again only if it is another one."""
        lines = self._open_lines()
        if tuple(each.id for each in lines) != self.model.open_runs:
            self.refresh(always=True)
            return
        for each in lines:
            self.model.follow(each)
        self._compare_again()

    def show_list(self) -> None:
        """Go back to the list."""
        self._go_to(self.list_page)
        self.list_page.table.setFocus()

    def take_focus(self) -> None:
        """Put the keyboard into what is shown: the list, or the first thing that takes it."""
        page = self.pages.currentWidget()
        if page is self.list_page and not self.model.runs:
            page = self.list_page.filter_field
        if page is not None:
            page.setFocus()

    def follow_project(self) -> None:
        """Another project is open, or it has another name."""
        self._filter()
        if self.shows_runs:
            self.follow_open()  # the run that goes on is of this project now
        self.say_outlook()

    def say_outlook(self) -> None:
        """Let the form that is open, if any, say anew what will be made of it."""
        page = self.pages.currentWidget()
        if isinstance(page, PlanPage) and page.isVisible():
            page.say_outlook()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.list_page.table.apply_theme(theme)
        self.compare_page.apply_theme(theme)
        self.notice.apply_theme(theme)

    # What is done

    def do(self, key: str) -> None:
        """Do with the chosen runs what a key of `ListPage.ACTIONS` says."""
        if not self.list_page.actions_by_key[key].isEnabled():
            if why := self.list_page.why_not(key):
                self.notice.tell(why)
            return
        run = self.chosen[0] if self.chosen else None
        if key in ("overlay", "band"):
            self.view_wanted.emit("run_overlay" if key == "overlay" else "seed_band")
        elif key == "compare":
            self.compare_page.show_runs(self.chosen)
            self._go_to(self.compare_page)
            self.compare_page.table.setFocus()
        elif key in ("seeds", "grid"):
            self.plan(key)
        elif key in ("run_seeds", "run_grid") and run is not None:
            self.plan_wanted.emit(run.id, key.removeprefix("run_"))
        elif key == "open" and run is not None:
            self.open_wanted.emit(run.id)
        elif key == "again" and run is not None:
            self.again_wanted.emit(run.id)
        elif key == "series":
            series = {each.series for each in self.chosen if each.series}
            self.list_page.table.choose([each.id for each in self.model.runs if each.series in series])
        elif key == "rename":
            self.list_page.table.rename_current()
        elif key == "star":
            self._star(self.chosen, not all(each.is_starred for each in self.chosen))
        elif key == "delete":
            self._delete(self.list_page.chosen)
        elif key in ("undo", "redo"):
            self._go_through(key)
        elif key == "csv":
            self._save_as("runs", self.save)

    def plan(self, key: str, source: Source | None = None) -> None:
        """Show the form "seeds" or "grid", for the open project if no other source is given."""
        form = self.seeds_form if key == "seeds" else self.grid_form
        form.plan_from(source)
        self._go_to(form)
        form.open()

    def queue_runs(self, runs: Sequence[QueuedRun]) -> None:
        """Put runs in the queue and begin."""
        if not self.queue_page.queue.is_busy:
            self.queue_page.clear()  # what was done before is on the list
        try:
            self.last_queued = self.queue_page.queue.add(runs)
        except OSError as error:
            self.notice.tell(f"The queue could not be written: {error.strerror or error}. Nothing was started.", "bad")
            return
        self._go_to(self.queue_page)
        self.queue_page.setFocus()
        self.queue_page.start()
        self._follow_queue()

    def offer_left_over(self) -> None:
        """Take over what was left undone when a window closed, and offer to go on with it."""
        left = self.queue_page.queue.take_over()
        if not left:
            return
        self.last_queued = left
        self._follow_queue()
        words = (
            f"{counted(len(left), 'queued run')} {'was' if len(left) == 1 else 'were'} not done when DeepViz closed."
        )
        self.notice.tell(words, "", [("Go on", self._go_on), ("Drop", self._drop)])
        self.left_over.emit(words)

    def save(self, path: Path) -> None:
        """Write all runs that are shown as CSV, unrounded, with all settings that any of them has.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        save_runs(self.model.runs, path)

    def shut_down(self) -> None:
        """End the queue's processes."""
        self.queue_page.shut_down()

    # Inside

    def _delete(self, runs: list[RunSummary]) -> None:
        row = min(self.model.row_of(each.id) for each in runs)
        if self._try(lambda: self.deeds.delete(runs)):
            self.list_page.table.stand_at(row)
            self.notice.tell(f"Deleted {counted(len(runs), 'run')}.", "", [("Undo", partial(self.do, "undo"))])

    def _go_through(self, key: str) -> None:
        """Take back what was done last in this list, or do it again, and choose the runs that it was about."""
        found: list[Deed | None] = []
        step = self.deeds.take_back if key == "undo" else self.deeds.do_again
        if self._try(lambda: found.append(step())) and found[0] is not None:
            self.notice.dismiss()
            self.list_page.table.choose(list(found[0].runs))
            self.message.emit(f"{'Undone' if key == 'undo' else 'Done again'} in the list of runs: {found[0].words}")

    def _rename(self, run: str, name: str) -> None:
        found = self.model.run(run)
        if found is not None:
            self._try(lambda: self.deeds.rename(found, name))

    def _star(self, runs: Sequence[RunSummary], is_starred: bool) -> None:
        self._try(lambda: self.deeds.star(runs, is_starred))

    def _open_lines(self) -> tuple[RunSummary, ...]:
        return () if self.deeds.open_run is None else self.deeds.open_run.lines(self._kept)

    def _compare_again(self) -> None:
        """Let the comparison, if it is shown, go on with the run that goes on."""
        before = self.compare_page.runs
        if self.compare_page.isVisible() and any(each.is_open for each in before):
            now = [self.model.run(each.id) or each for each in before]
            if now != before:
                self.compare_page.show_runs(now)

    def _try(self, change: Callable[[], None]) -> bool:
        """Change something in the store, and say so if it cannot be done. Returns whether it could."""
        done = True
        try:
            change()
        except OSError as error:
            self.notice.tell(f"The list of runs could not be changed: {error.strerror or error}.", "bad")
            done = False
        self.refresh()
        undo, redo = self.deeds.last, self.deeds.next
        self.list_page.offer_steps(undo.words if undo else "", redo.words if redo else "")
        return done

    def _filter(self) -> None:
        page = self.list_page
        name = self._source.project.name
        former = self.former_names(name)
        before = f", and of “{'”, “'.join(former)}”, as it was called before" if former else ""
        page.scope.setToolTip(OF_PROJECT.format(name, before))
        self.model.filter((name, *former) if page.scope.currentIndex() == 0 else None, page.filter_field.text())

    def _go_to(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        self._follow_queue()
        if self.shows_runs:
            self.follow_open()

    def _go_on(self) -> None:
        self.queue_page.queue.resume()
        self.queue_page.start()
        self._follow_queue()

    def _drop(self) -> None:
        self.queue_page.cancel_all()
        self.queue_page.clear()

    def _follow_queue(self) -> None:
        queue = self.queue_page.queue
        self.strip.follow(self.queue_page.summary(), queue.share, queue.is_busy)
        is_news = queue.is_busy or any(entry.state in ("failed", "diverged") for entry in queue.entries)
        self.strip.setVisible(is_news and self.pages.currentWidget() is not self.queue_page)
        self.queue_changed.emit()

    def _queue_over(self) -> None:
        """All is done: go back to the list with the new runs chosen."""
        self._follow_queue()
        self.refresh()
        if self.pages.currentWidget() is self.queue_page and not self.queue_page.table.selectedIndexes():
            here = self.window().focusWidget()
            had_keyboard = here is not None and self.queue_page.isAncestorOf(here)
            self._go_to(self.list_page)
            if had_keyboard:
                self.list_page.table.setFocus()
        self.list_page.table.choose(self.last_queued)
        are_seeds = {each.series_kind for each in self.chosen} == {"seeds"}
        if self.isVisible() and len(self.chosen) > 1 and are_seeds:
            self.view_wanted.emit("seed_band")  # that is what they were made for
        self.message.emit(f"Queue: {self.queue_page.summary()}")

    @keeping_keyboard
    def _save_as(self, name: str, save: Callable[[Path], None]) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, f"Save {name}", f"{name}.csv", "CSV (*.csv)")
        if not chosen:
            return
        path = Path(chosen if chosen.lower().endswith(".csv") else f"{chosen}.csv")
        try:
            save(path)
        except OSError as error:
            words = f"{path.name} could not be written: {error.strerror or error}. Choose another folder."
            self.notice.tell(words, "bad")
        else:
            self.message.emit(f"Saved {path.name}")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._filter()
            self.refresh()
        else:
            self.follow_open()
