"""All problems of the project: a panel that can stay open, and a button for the status bar that opens it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.document.problems import Problem
from deepviz.gui import icons
from deepviz.gui.amounts import counted
from deepviz.gui.editor import Editor
from deepviz.gui.panels.problem_card import ICON_SIZE, ProblemCard
from deepviz.gui.panels.side_panel import SidePanel, Words
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font

MOST_CARDS = 100
"""So many problems are listed; whoever has more mends these first."""


class ProblemsPanel(SidePanel):
    """Lists what keeps the project from being trained, and what from learning, with what mends it.

    Attributes
    ----------
    cards
        One for each problem, hidden ones behind.
    """

    node_wanted = Signal(str)
    """Sent with the id of a node whose problem was clicked."""

    data_wanted = Signal()
    """Sent when the problem is the data, and the person wants to go there."""

    plan_wanted = Signal()
    """Sent when a problem of the training plan was clicked."""

    closed = Signal()
    """Sent when the panel is to go: its button is pressed, or Escape."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Problems", parent)
        self._editor, self._theme = editor, theme
        self.cards: list[ProblemCard] = []
        self.heading = Words("Problems", "heading")
        self.close_button = QToolButton()
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.setToolTip("Close the list (Esc)")
        self.close_button.setAccessibleName("Close the list of problems")
        self.close_button.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button)
        self._none = Words("No problems. Ready to train.", "dim")
        self._more = Words(role="dim")
        self.data_card = _DataCard()
        self.data_card.button.clicked.connect(self.data_wanted)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.rows.setContentsMargins(12, 8, 12, 12)
        self.rows.addLayout(top)
        self.rows.addWidget(self._none)
        self.rows.addWidget(self.data_card)
        self.rows.addLayout(self._list)
        self.rows.addWidget(self._more)
        self.rows.addStretch(1)
        self.apply_theme(theme)
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.refresh()

    @property
    def shown(self) -> tuple[Problem, ...]:
        """The problems that are listed, warnings last."""
        return tuple(card.problem for card in self.cards if not card.isHidden())

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.close_button.setIcon(icons.icon("close", theme.text))
        self.data_card.apply_theme(theme)
        for card in self.cards:
            card.apply_theme(theme)

    def refresh(self) -> None:
        """Show the problems there are now."""
        report = self._editor.report
        problems = report.remarks[:MOST_CARDS]
        had_focus = next((number for number, card in enumerate(self.cards) if _has_focus(card)), None)
        while len(self.cards) < len(problems):
            card = ProblemCard(self._editor, self._theme, shows_place=True)
            card.node_wanted.connect(self.node_wanted)
            card.plan_wanted.connect(self.plan_wanted)
            card.neighbour_wanted.connect(self._go_along)
            self._list.addWidget(card)
            self.cards.append(card)
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(problems))
            if number < len(problems):
                card.show_problem(problems[number])
        if had_focus is not None and self.cards[had_focus].isHidden():
            self._focus(len(problems) - 1)  # what was mended is gone; the keyboard stays in the list
        self.data_card.show_error(self._editor.data_error)
        errors, warnings = len(report.problems) + bool(self._editor.data_error), len(report.warnings)
        self.heading.say(" · ".join(["Problems", *_counts(errors, warnings)]))
        self._none.setVisible(not errors and not warnings)
        hidden = len(report.remarks) - len(problems)
        self._more.say(f"and {hidden} more" if hidden else "")

    def take_keyboard(self) -> None:
        """Put the keyboard on the first problem."""
        self._focus(0 if self.shown else -1)

    def show_current(self, problem: Problem) -> None:
        """Bring the card of a problem into sight and give it the keyboard."""
        for number, card in enumerate(self.cards):
            if not card.isHidden() and card.problem == problem:
                self._focus(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the panel."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _go_along(self, step: int) -> None:
        shown = [number for number, card in enumerate(self.cards) if not card.isHidden()]
        current = next((number for number in shown if self.cards[number].hasFocus()), shown[0] - step)
        self._focus(min(max(current + step, 0), shown[-1]))

    def _focus(self, number: int) -> None:
        if 0 <= number < len(self.cards):
            self.cards[number].setFocus(Qt.FocusReason.OtherFocusReason)
            self.ensureWidgetVisible(self.cards[number])
        else:
            self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)


class ProblemsButton(QToolButton):
    """Says in the status bar whether training can start; a click opens or closes the list of problems."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._has_begun, self._is_in_trouble = editor, False, False
        self.setFont(body_font(SMALL_SIZE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(14, 10))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.apply_theme(theme)

    @property
    def count(self) -> int:
        """How many problems keep the project from being trained, the data among them."""
        return len(self._editor.report.problems) + bool(self._editor.data_error)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.refresh()

    def show_begun(self, has_begun: bool, is_in_trouble: bool = False) -> None:
        """Say no more that training can start: it has. Of a run that has failed, only the network can be all right."""
        if (has_begun, is_in_trouble) != (self._has_begun, self._is_in_trouble):
            self._has_begun, self._is_in_trouble = has_begun, is_in_trouble
            self.refresh()

    def refresh(self) -> None:
        """Say how things are now."""
        parameters = self._editor.report.total_parameters
        warnings = len(self._editor.report.warnings)
        words = _counts(self.count, warnings)
        if self.count == 0:
            none = "Network: no problems" if self._is_in_trouble else "No problems"
            ready = "" if self._has_begun and warnings else none if self._has_begun else "Ready to train"
            words = [*filter(None, (ready,)), counted(parameters, "parameter"), *words]
            hint = "The list says what will keep it from learning." if warnings else "Nothing stands in the way."
        else:
            hint = "The list says what has to be mended before training."
        self.setText(" · ".join(words))
        self.setToolTip(f"{hint} Click to open or close it; F8 goes from problem to problem.")
        fine = self._theme.dim if self._is_in_trouble else self._theme.good
        color = self._theme.warning if self.count or warnings else fine
        self.setIcon(_dot(color, self.devicePixelRatioF()))
        self.setAccessibleName(self.text())


class _DataCard(QFrame):
    """Says that the data cannot be used, and why."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setProperty("mood", "bad")
        self._icon = QLabel()
        self._text = Words()
        self.button = QPushButton("Go to the data")
        self.button.setProperty("field", True)
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._text)
        words.addWidget(self.button)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def show_error(self, error: str) -> None:
        self._text.say(f"The data cannot be used. {error}" if error else "")
        self.setVisible(bool(error))

    def apply_theme(self, theme: Theme) -> None:
        self._icon.setPixmap(icons.pixmap("error", theme.ink(theme.bad), ICON_SIZE, self.devicePixelRatioF()))


def _dot(color: str, ratio: float) -> QIcon:
    """A round mark."""
    pixmap = QPixmap(QSize(14, 10) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawEllipse(QPointF(5, 5), 4.0, 4.0)
    painter.end()
    return QIcon(pixmap)


def _counts(errors: int, warnings: int) -> list[str]:
    """How many there are of each kind, in words; nothing of a kind that there is none of."""
    found = [(errors, "problem"), (warnings, "warning")]
    return [counted(count, noun) for count, noun in found if count]


def _has_focus(card: QWidget) -> bool:
    """Whether the keyboard is on a card or something in it."""
    return card.hasFocus() or any(part.hasFocus() for part in card.findChildren(QWidget))
