"""All problems of the project: a list for a panel, and a button for the status bar that opens it above itself."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.gui import icons
from deepviz.gui.canvas.card_face import thousands
from deepviz.gui.editor import Editor
from deepviz.gui.panels.popover import Popover
from deepviz.gui.panels.problem_card import ICON_SIZE, ProblemCard
from deepviz.gui.panels.side_panel import SidePanel, Words
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font

POPOVER_WIDTH = 360
TALLEST = 400


class ProblemsPanel(SidePanel):
    """Lists what keeps the project from being trained, with what mends it."""

    node_wanted = Signal(str)
    """Sent with the id of a node whose problem was clicked."""

    data_wanted = Signal()
    """Sent when the problem is the data, and the person wants to go there."""

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__("Problems", parent)
        self._editor, self._theme = editor, theme
        self.cards: list[ProblemCard] = []
        self._none = Words("No problems. Ready to train.", "dim")
        self.data_card = _DataCard()
        self.data_card.button.clicked.connect(self.data_wanted)
        self.rows.addWidget(self._none)
        self.rows.addWidget(self.data_card)
        self.rows.addStretch(1)
        self.apply_theme(theme)
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.refresh()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.data_card.apply_theme(theme)
        for card in self.cards:
            card.apply_theme(theme)

    def refresh(self) -> None:
        """Show the problems there are now."""
        problems = self._editor.report.problems
        while len(self.cards) < len(problems):
            card = ProblemCard(self._editor, self._theme, shows_place=True)
            card.node_wanted.connect(self.node_wanted)
            self.rows.insertWidget(2 + len(self.cards), card)
            self.cards.append(card)
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(problems))
            if number < len(problems):
                card.show_problem(problems[number])
        self.data_card.show_error(self._editor.data_error)
        self._none.setVisible(not problems and not self._editor.data_error)


class ProblemsButton(QToolButton):
    """Says in the status bar whether training can start; a click opens the list of problems above it.

    Attributes
    ----------
    popover, panel
        What it opens, and the list in it.
    """

    node_wanted = Signal(str)
    data_wanted = Signal()

    def __init__(self, editor: Editor, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.panel = ProblemsPanel(editor, theme)
        self.panel.rows.setContentsMargins(12, 12, 12, 12)
        self.popover = Popover("Problems", self.panel)
        self.setFont(body_font(SMALL_SIZE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(14, 10))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.toggle_list)
        self.panel.node_wanted.connect(self._leave_for_node)
        self.panel.data_wanted.connect(self._leave_for_data)
        editor.report_changed.connect(self.refresh)
        editor.data_changed.connect(self.refresh)
        self.apply_theme(theme)

    @property
    def count(self) -> int:
        """How many problems there are, the data among them."""
        return len(self._editor.report.problems) + bool(self._editor.data_error)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.panel.apply_theme(theme)
        self.refresh()

    def refresh(self) -> None:
        """Say how things are now."""
        parameters = self._editor.report.total_parameters
        if self.count == 0:
            noun = "parameter" if parameters == 1 else "parameters"
            self.setText(f"Ready to train · {thousands(parameters)} {noun}")
            self.setToolTip("Nothing stands in the way of training.")
        else:
            self.setText(f"{self.count} problem" if self.count == 1 else f"{self.count} problems")
            self.setToolTip("Show what has to be mended before training.")
        self.setIcon(_dot(self._theme.good if self.count == 0 else self._theme.warning, self.devicePixelRatioF()))
        self.setAccessibleName(self.text())
        self.popover.fit()

    def toggle_list(self) -> None:
        """Open or close the list."""
        self.popover.toggle_beside(self, POPOVER_WIDTH, TALLEST)

    def _leave_for_node(self, node_id: str) -> None:
        self.popover.close_quietly()
        self.node_wanted.emit(node_id)

    def _leave_for_data(self) -> None:
        self.popover.close_quietly()
        self.data_wanted.emit()


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
