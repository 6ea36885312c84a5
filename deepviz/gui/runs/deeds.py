"""What somebody has done to runs of the list, with the way back: names, stars and deletions, one after another.

The project has steps of its own, which are undone elsewhere: nothing here is one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deepviz.gui.amounts import counted
from deepviz.gui.runs.open_run import OpenRun
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary, clean_name

MOST = 100
"""How many can be taken back."""


@dataclass(frozen=True)
class Deed:
    """One of them.

    Attributes
    ----------
    words
        What it is, such as ``Rename run 3``.
    runs
        The ids of the runs that it is about.
    do, undo
        Do it, and take it back; either raises OSError if it cannot be done.
    """

    words: str
    runs: tuple[str, ...]
    do: Callable[[], None]
    undo: Callable[[], None]


class Deeds:
    """Does what is wanted, takes it back and does it again.

    Parameters
    ----------
    store
        Where the runs are.

    Attributes
    ----------
    open_run
        Knows the run that is not there yet; None if there is none.
    """

    def __init__(self, store: RunStore) -> None:
        self.open_run: OpenRun | None = None
        self._store = store
        self._done: list[Deed] = []
        self._undone: list[Deed] = []

    @property
    def last(self) -> Deed | None:
        """What would be taken back; None if there is nothing."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Deed | None:
        """What would be done again; None if there is nothing."""
        return self._undone[-1] if self._undone else None

    def rename(self, run: RunSummary, name: str) -> None:
        """Give a run another name; an empty one is refused silently.

        Raises
        ------
        OSError
            If it cannot be written, as of all that follow.
        """
        before, name = run.name, clean_name(name)
        if name and name != before:
            words = f"Rename {before}"
            self._do(Deed(words, (run.id,), lambda: self._call(run.id, name), lambda: self._call(run.id, before)))

    def star(self, runs: Sequence[RunSummary], is_starred: bool) -> None:
        """Mark runs as ones to be kept, or no longer."""
        changed = tuple(each.id for each in runs if each.is_starred != is_starred)
        if changed:
            words = f"{'Star' if is_starred else 'Unstar'} {_named(runs)}"
            on, off = (lambda: self._mark(changed, True)), (lambda: self._mark(changed, False))
            self._do(Deed(words, changed, *((on, off) if is_starred else (off, on))))

    def delete(self, runs: Sequence[RunSummary]) -> None:
        """Take runs off the list."""
        gone = tuple(each.id for each in runs)
        if gone:
            words = f"Delete {_named(runs)}"
            self._do(Deed(words, gone, lambda: self._store.delete(gone), lambda: self._store.bring_back(gone)))

    def take_back(self) -> Deed | None:
        """Take back what was done last. Returns what that was, None if there was nothing."""
        if not self._done:
            return None
        self._done[-1].undo()
        self._undone.append(self._done.pop())
        return self.next

    def do_again(self) -> Deed | None:
        """Do again what was taken back last. Returns what that was, None if there was nothing."""
        if not self._undone:
            return None
        self._undone[-1].do()
        self._done.append(self._undone.pop())
        return self.last

    # Inside

    def _do(self, deed: Deed) -> None:
        deed.do()
        self._done, self._undone = [*self._done, deed][-MOST:], []

    def _call(self, run: str, name: str) -> None:
        if self.open_run is not None:
            self.open_run.rename(run, name)
        self._store.rename(run, name)

    def _mark(self, runs: Sequence[str], is_starred: bool) -> None:
        for run in runs:
            if self.open_run is not None:
                self.open_run.star(run, is_starred)
            self._store.star(run, is_starred)


def _named(runs: Sequence[RunSummary]) -> str:
    return runs[0].name if len(runs) == 1 else counted(len(runs), "run")
