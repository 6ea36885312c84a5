"""Keeps the costs of the open network known as it is edited: what is quick at once, what is stored a moment later.

What is stored comes from writing the step down, beside the window: while someone types, nothing waits for it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from deepviz.document.costs import Costs, batch_size, can_be_written_down, key_of, stored
from deepviz.document.graph import Graph
from deepviz.document.shapes import Report
from deepviz.gui.editor import Editor
from deepviz.gui.failures import log

CALM = 150
"""Milliseconds without an edit before a network is written down."""

PATIENCE = 0.02
"""Seconds to wait for it at once; most networks take less."""

LOOK_AGAIN = 30
"""Milliseconds between two looks whether a longer one is done."""

REMEMBERED = 16
"""Networks whose stored bytes are kept, so that undo need not find them out again."""


class CostWatch(QObject):
    """The costs of the editor's network.

    Attributes
    ----------
    costs
        What is known now. While the rest is being found out, nodes keep the stored bytes they had last.
    is_settled
        Whether nothing is being found out.
    """

    changed = Signal()
    """Sent when `costs` are others."""

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._known: dict[tuple[object, ...], Mapping[str, int]] = {}
        self._job: _Job | None = None
        self._calm = QTimer(self, singleShot=True, interval=CALM)
        self._calm.timeout.connect(self._begin)
        self._looking = QTimer(self, interval=LOOK_AGAIN)
        self._looking.timeout.connect(self._look)
        self.costs = Costs({}, 1)
        editor.report_changed.connect(self.refresh)
        self.refresh()

    @property
    def is_settled(self) -> bool:
        """Whether all that can be known is known."""
        return not self._calm.isActive() and self._job is None

    def refresh(self, *_: object) -> None:
        """Look at the project as it is now."""
        report, batch = self._editor.report, batch_size(self._editor.project, self._editor.facts)
        known: Mapping[str, int] = {}
        if can_be_written_down(report):
            key = key_of(self._editor.project.graph, batch)
            if key in self._known:
                known = self._known[key]
                self._calm.stop()
            else:
                known = self.costs.of("stored")
                self._calm.start()
        else:
            self._calm.stop()
        self._show(Costs.of_report(report, batch).with_stored(known))

    def shut_down(self) -> None:
        """Find nothing out any more."""
        self._calm.stop()
        self._looking.stop()
        job, self._job = self._job, None
        if job is not None:
            job.join()

    def _show(self, costs: Costs) -> None:
        if costs != self.costs:
            self.costs = costs
            self.changed.emit()

    def _begin(self) -> None:
        if self._job is not None:  # `_look` begins again when it is done
            return
        graph = self._editor.project.graph
        self._job = _Job(graph, batch_size(self._editor.project, self._editor.facts), self._editor.report)
        self._job.start()
        self._job.join(PATIENCE)
        self._look()
        if self._job is not None:
            self._looking.start()

    def _look(self) -> None:
        job = self._job
        if job is None or job.is_alive():
            return
        self._looking.stop()
        self._job = None
        self._known[job.key] = job.found
        while len(self._known) > REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self.refresh()


class _Job(threading.Thread):
    """Writing one network down: its thread, and what has come of it."""

    def __init__(self, graph: Graph, batch: int, report: Report) -> None:
        super().__init__(name="deepviz-costs", daemon=True)
        self.key = key_of(graph, batch)
        self.found: Mapping[str, int] = {}
        self._asked: tuple[Any, ...] = graph, batch, report

    def run(self) -> None:
        # A long recording is so many objects that looking through them for garbage stops the window for 0.1 s.
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            self.found = stored(*self._asked)
        except Exception:  # a layer that raises is told when the network is trained; its costs stay unknown
            log.exception("What a network stores could not be found out")
        finally:
            if was_enabled:
                gc.enable()
