"""Goes on where the last session ended: at the start of a window, and when somebody wants earlier work back.

Nothing is lost by a click: who starts fresh finds the earlier work in the notice and below Open recent.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths

from deepviz.document.file_format import FileError, Loaded, load
from deepviz.document.project import Project
from deepviz.gui.failures import log
from deepviz.gui.notice import Offer
from deepviz.gui.recent_menu import Entry
from deepviz.gui.session_keeper import SessionKeeper
from deepviz.gui.session_store import Notes, SessionStore, Slot
from deepviz.gui.session_view import show_canvas, show_view
from deepviz.gui.settings import REOPEN_LAST

if TYPE_CHECKING:
    from deepviz.gui.workbench import Workbench


def sessions_folder() -> Path:
    """Where the system wants an application to keep what it was doing."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericStateLocation)
    return Path(folder) / "deepviz" / "sessions"


class Sessions(QObject):
    """The session of a window, and those that were before it.

    Parameters
    ----------
    bench
        The window. It shows the project of a first start.
    store
        Where sessions lie.
    """

    def __init__(self, bench: Workbench, store: SessionStore) -> None:
        super().__init__(bench)
        self._bench, self._store = bench, store
        self._fresh = bench.editor.project
        self._view: dict[str, Any] = {}
        self._told, self._is_unsaved = "", False
        """What was said of a session that is back, as long as it is so, and whether it was not as in its file."""
        self.keeper = SessionKeeper(bench, self._fresh)
        self.keeper.trouble.connect(self._tell_trouble)
        bench.files.is_kept = self._is_kept
        bench.file_menu.recent.kept_work = self.kept_work
        bench.leaving.connect(self.end)
        bench.editor.saved_changed.connect(self._take_back)
        bench.controller.status_changed.connect(self._take_back)

    def begin(self, wanted: Path | Project | None = None) -> None:
        """Open a project file, or a project of no file, if one is wanted, otherwise what was open last.

        The session is kept from here on.
        """
        kept = self._store.kept()
        slot = None
        if isinstance(wanted, Project):
            self._bench.files.open_loaded(Loaded(wanted))
        elif wanted is not None:
            self._bench.files.open(wanted)
        else:
            names = [name for name, notes in kept if not notes.was_closed or self._bench.settings.get(REOPEN_LAST)]
            slot = self._store.claim(names[0]) if names else None
            if slot is not None and not self._bring_back(slot):
                slot.release()
                slot = None
        try:
            self.keeper.begin(slot or self._store.new_slot())
        except OSError as error:
            self._tell_trouble(error.strerror or str(error))
        self._bench.file_menu.recent.fill()
        if wanted is not None and not self._bench.notice.text:
            self._offer_earlier(kept)
        self._store.prune()

    def show_view(self) -> None:
        """Look at the canvas as it was looked at, now that it has its size."""
        show_canvas(self._bench, self._view)
        self._bench.canvas.viewport().repaint()  # what would end the program when painted does so now
        if self.keeper.slot is not None:
            self.keeper.slot.end_trying()

    def end(self) -> None:
        """Keep the session for the last time. What somebody did not want to save is let go of."""
        files, is_wanted = self._bench.files, self._bench.settings.get(REOPEN_LAST)
        has_no_file = self._bench.editor.path is None
        self.keeper.end(is_wanted and not (has_no_file and files.was_discarded))

    def end_unasked(self) -> None:
        """The same where nobody could be asked: the system ended the application."""
        self.keeper.end(is_kept=True)

    def kept_work(self) -> list[Entry]:
        """Work of earlier sessions that is in no file: words about it, and what brings it back."""
        kept = self._store.kept() if self.keeper.slot is not None else []
        return [
            (f"{notes.name or 'untitled'}, {_when(notes.written_at)}", partial(self.change_to, name))
            for name, notes in kept
            if self._store.has_copy(name)
        ]

    def start_fresh(self) -> None:
        """Show the project of a first start. What was open is kept, and offered."""
        left = self._leave_for(None)
        if left is None:
            return
        self._bench.controller.load(None)
        self._bench.editor.open(self._fresh)
        # What brings it back stands where Start fresh stood: a second click there by mistake does no harm.
        offers: list[Offer] = [
            ("Discard it", partial(self.discard, left)),
            ("Bring it back", partial(self.change_to, left)),
        ]
        self._bench.notice.tell(
            "Started fresh. The earlier work is kept; it is also listed below Open recent.", "", offers
        )
        self._bench.file_menu.recent.fill()

    def change_to(self, name: str) -> None:
        """Bring an earlier session back. What is open now is kept in its place."""
        slot = self._store.claim(name)
        if slot is None:
            self._bench.notice.tell("That work is not there any more: another window has it open.", "warning")
        elif self._leave_for(slot) is not None:
            if not self._bring_back(slot):
                self.keeper.keep_soon()
            self.show_view()
        self._bench.file_menu.recent.fill()

    def discard(self, name: str) -> None:
        """Forget an earlier session."""
        slot = self._store.claim(name)
        if slot is not None:
            slot.clear()
            slot.release()
        self._bench.file_menu.recent.fill()

    # How it is done

    def _leave_for(self, slot: Slot | None) -> str | None:
        """Keep what is open and go on in another slot, or in a new one. Returns the name of the one that was left.

        Without a place for it nothing is left, and None is returned.
        """
        if not self.keeper.keep_at_once():
            if slot is not None:
                slot.release()
            return None  # the trouble has been told
        try:
            left = self.keeper.move_to(slot or self._store.new_slot())
        except OSError as error:
            self._tell_trouble(error.strerror or str(error))
            return None
        assert left is not None
        left.release()
        return left.name

    def _bring_back(self, slot: Slot) -> bool:
        """Show what a slot holds. Returns whether it could be read; if not, it is set aside and said so."""
        notes, notice = slot.notes, self._bench.notice
        if slot.failed_before:
            self._set_aside(slot, "DeepViz ended while it was opening the last session")
            return False
        has_copy = slot.copy.exists()
        if not has_copy and not notes.path:
            slot.clear()
            return False
        path = Path(notes.path) if notes.path else None
        try:
            slot.begin_trying()
            loaded = slot.with_timeline(load(slot.copy if has_copy or path is None else path))
        except OSError as error:  # what cannot be written to cannot be gone on with
            self._tell_trouble(error.strerror or str(error))
            return False
        except FileError as error:
            if has_copy:
                self._set_aside(slot, f"The last session cannot be read: {error}")
            else:
                slot.clear()
                notice.tell(f"The last project was not opened again. {error}", "warning")
            return False
        is_edited, saved_steps = (notes.is_edited, notes.saved_steps) if has_copy else (False, None)
        warnings = self._bench.files.restore(loaded, path, is_edited, saved_steps, notes.origin)
        self._view = notes.view
        show_view(self._bench, notes.view)
        if not notes.was_closed:
            self._bench.archive.recover(loaded)
        self._tell_back(notes, has_copy, warnings)
        return True

    def _tell_back(self, notes: Notes, has_copy: bool, warnings: list[str]) -> None:
        """Say what is back, where that is not what anybody expects anyway."""
        name, notice, text = f"“{self._bench.editor.title}”", self._bench.notice, ""
        offers: list[Offer] = [("Start fresh", self.start_fresh)]
        if not notes.was_closed:
            text = f"DeepViz did not end as it should. {name} is back as it was {_when(notes.written_at)}."
            notice.tell(" ".join([text, *warnings]), "warning", offers)
        elif has_copy:
            where = "it is in no file yet" if not notes.path else "its last changes are not saved"
            text = f"{name} is back as you left it; {where}."
            notice.tell(" ".join([text, *warnings]), "", offers)
        elif warnings:
            notice.tell(" ".join(warnings), "warning")
        self._told, self._is_unsaved = notice.text if text else "", has_copy

    def _take_back(self, *_: object) -> None:
        """What is back is saved by now, or is trained on: what was said of it is no longer so."""
        is_saved = self._bench.editor.path is not None and self._bench.files.is_saved
        if self._told and (self._bench.controller.is_running or (is_saved and self._is_unsaved)):
            if self._bench.notice.text == self._told:
                self._bench.notice.dismiss()
            self._told = ""

    def _offer_earlier(self, kept: list[tuple[str, Notes]]) -> None:
        """A project was asked for by name: say that there is unsaved work of the last session as well."""
        unsaved = [(name, notes) for name, notes in kept if self._store.has_copy(name)]
        if not unsaved:
            return
        name, notes = unsaved[0]
        offers: list[Offer] = [
            ("Bring it back", partial(self.change_to, name)),
            ("Discard it", partial(self.discard, name)),
        ]
        title = notes.name or "untitled"
        self._bench.notice.tell(
            f"Unsaved work of the last session is kept: “{title}”, {_when(notes.written_at)}.", "", offers
        )

    def _set_aside(self, slot: Slot, reason: str) -> None:
        aside = slot.set_aside()
        log.error("%s", reason)
        where = f" It was set aside as {aside}." if aside is not None else ""
        self._bench.notice.tell(f"{reason.rstrip('.')}.{where}", "bad")

    def _tell_trouble(self, reason: str) -> None:
        text = f"What you build here cannot be kept for the next start: {reason}. Save it to a file."
        self._bench.notice.tell(text, "warning", [("Save as…", self._bench.files.ask_save)])

    def _is_kept(self) -> bool:
        """Keep what is open for the last time, and say whether it will be there at the next start.

        The run is ended before, so that there is nothing new to be kept afterwards; it goes on if nothing can be kept.
        """
        if not self._bench.settings.get(REOPEN_LAST):
            return False
        controller = self._bench.controller
        was_running = controller.is_running
        controller.halt()
        if self.keeper.keep_at_once(was_closed=True):
            return True
        if was_running:
            controller.run()
        return False


def _when(seconds: float) -> str:
    """A moment in words: the time, and the day if it was not today."""
    then = time.localtime(seconds)
    clock = time.strftime("%H:%M", then)
    return f"at {clock}" if then[:3] == time.localtime()[:3] else f"on {time.strftime('%Y-%m-%d', then)} at {clock}"
