"""The learning rate over the run as planned, before anything is trained and from where it stands: its curve."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from deepviz.gui.panels.schedule_curve import RunAhead
from deepviz.gui.panels.schedule_plane import SchedulePlane
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.theme import DARK, Theme

PLANNED, IS_OVER = "Learning rate as planned", "Learning rate as it was"
GOES_ON = "Learning rate: as it was, and from the line on as planned"
DEPENDS = "It falls when the loss has stopped falling, so how it goes on shows only while training."


class SchedulePreview(QWidget):
    """The curve, a button for its axis, and a note where it can only be guessed.

    Attributes
    ----------
    plane
        What the curve is drawn on.
    """

    log_changed = Signal(bool)
    """Sent when a person chooses a logarithmic axis, or an even one."""

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plane = SchedulePlane(theme)
        self.log_button = QToolButton()
        self.log_button.setText("log")
        self.log_button.setCheckable(True)
        self.log_button.setProperty("role", "floating")
        self.log_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.log_button.setToolTip("Show decades of the learning rate")
        self.log_button.setAccessibleName("Logarithmic axis")
        self.title, self.note = Words(PLANNED, "small"), Words(role="small")
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.title, 1)
        top.addWidget(self.log_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(top)
        rows.addWidget(self.plane)
        rows.addWidget(self.note)
        self.log_button.toggled.connect(self.plane.set_logarithmic)
        self.log_button.clicked.connect(self.log_changed)

    def show_run(self, run: RunAhead | None) -> None:
        """Show the run as planned; None if it is not known how long it is."""
        self.plane.show_run(run)
        so_far = None if run is None else run.so_far
        is_over = run is not None and so_far is not None and so_far.steps >= run.total_steps
        self.title.say(PLANNED if so_far is None else IS_OVER if is_over else GOES_ON)
        self.log_button.setEnabled(run is not None)
        observes = run is not None and run.schedule.observes
        self.note.say(DEPENDS if observes else "")

    def set_logarithmic(self, on: bool) -> None:
        """Show decades, or an even axis. Nothing is emitted."""
        self.log_button.setChecked(on)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.plane.apply_theme(theme)
