"""The line at the bottom: whether the network is ready on the left, how training goes on the right."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStatusBar, QStyle, QStyleOption, QStylePainter, QWidget

from deepviz.gui.amounts import percent, thousands
from deepviz.gui.steady_label import SteadyLabel
from deepviz.gui.theme import number_font

BETWEEN = "  ·  "
SLOW = 10
"""Samples a second below which a whole number would be too coarse."""
MARGINS = 32
"""Pixels beside and between the two parts of the line."""
MESSAGE_MARGIN = 6
"""Pixels beside a message, as Qt has them."""

COST_TIP = (
    "Of the time of training, what watching takes: reading loss, accuracy and gradients at every step, the steps that "
    "open views look at closely, kept states, waiting while all of it is drawn, and that steps take longer meanwhile."
)


class StatusLine(QStatusBar):
    """Shows epoch, step and speed. The widgets beside them are given to it.

    Parameters
    ----------
    readiness
        Says whether the project can be trained.
    tempo
        Chooses how fast it is.
    """

    def __init__(self, readiness: QWidget, tempo: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._figures = SteadyLabel()
        self._figures.setFont(number_font(12))
        self._figures.setProperty("role", "dim")
        self._figures.setAccessibleName("Progress of training")
        self._figures.setMinimumWidth(1)  # a long reason must not keep the window from being made narrower
        self._readiness, self._tempo = readiness, tempo
        self._ways: tuple[str, ...] = ("",)
        """What can be shown, the fullest first."""
        self.addWidget(readiness, 1)
        self.addPermanentWidget(self._figures)
        self.addPermanentWidget(tempo)
        self.messageChanged.connect(self.setToolTip)

    def show_figures(
        self, status: str, epoch: int, epochs: int, step: int, speed: float, why: str = "", cost: float | None = None
    ) -> None:
        """Show how far training is.

        Parameters
        ----------
        status
            One word for what the run is doing.
        epoch, epochs, step
            Counted from 1.
        speed
            Samples per second, 0 when nothing runs.
        why
            Why the run has ended early, in a sentence; it takes the place of the one word where there is room.
        cost
            Which share of the time of training is lost to being watched, from 0 to 1; None if nothing runs.
        """
        place = [f"epoch {thousands(epoch)} of {thousands(epochs)}", f"step {thousands(step)}"]
        pace = f"{thousands(three_figures(speed)) if speed >= SLOW else f'{speed:.2g}'} samples/s" if speed > 0 else ""
        watching = "" if cost is None else f"watching costs {percent(cost, 0)}"
        ways = (
            [why.removesuffix(".") or status, *place, pace, watching],
            [status, *place, pace, watching],
            [*place, pace, watching],  # the run button says what the run is doing, too
            [*place, watching],
            place,
        )
        self._ways = tuple(BETWEEN.join(filter(None, way)) for way in ways)
        self._figures.setToolTip(why if cost is None else f"{self._ways[1]}\n\n{COST_TIP}")
        self._figures.setAccessibleDescription(why)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a message, with dots where there is no room for all of it, which the tip has; Qt cuts it off."""
        if not self.currentMessage():
            super().paintEvent(event)
            return
        painter, option = QStylePainter(self), QStyleOption()
        option.initFrom(self)
        painter.drawPrimitive(QStyle.PrimitiveElement.PE_PanelStatusBar, option)
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self._message_place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.message)

    @property
    def message(self) -> str:
        """What is shown of a message that somebody is told for a while."""
        room = self._message_place.width()
        return self.fontMetrics().elidedText(self.currentMessage(), Qt.TextElideMode.ElideRight, room)

    @property
    def _message_place(self) -> QRect:
        end = self._figures.x() if self._figures.isVisible() else self.width()
        return QRect(MESSAGE_MARGIN, 0, end - 2 * MESSAGE_MARGIN, self.height())

    def _fit(self) -> None:
        room = self.width() - self._readiness.sizeHint().width() - self._tempo.sizeHint().width() - MARGINS
        metrics = self._figures.fontMetrics()
        fitting = (way for way in self._ways if metrics.horizontalAdvance(way) <= room)
        self._figures.setText(next(fitting, self._ways[-1]))

    @property
    def figures(self) -> str:
        """What is shown on the right."""
        return self._figures.text()


def three_figures(value: float) -> int:
    """A positive number rounded to three leading figures, because the others change too fast to be read."""
    unit = int(10 ** max(0, len(str(int(value))) - 3))
    return round(value / unit) * unit


def duration(seconds: float) -> str:
    """A time in words, as exactly as it can be known: ``40 s left``, ``2 min 10 s left``, ``25 min left``."""
    whole = max(1, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min left"
    if minutes >= 10:
        return f"{minutes} min left"
    return f"{minutes} min {rest} s left" if minutes else f"{rest} s left"
