"""One problem: where it is, what is wrong in words, and a button for each thing that mends it."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.document.edits import EditError
from deepviz.document.problems import Problem
from deepviz.document.repairs import Repair
from deepviz.gui import icons
from deepviz.gui.editor import Editor
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.theme import Theme

ICON_SIZE = 16
WIDE = 560
"""Pixels from which on the buttons stand beside the words and not below them."""
OFFERS_WIDTH = 220
LINE, WIDE_LINE = 26, 44
"""Letters in a line of a button below the words, and beside them: a longer offer takes several lines."""


class ProblemCard(QFrame):
    """Shows one problem and offers its repairs.

    Parameters
    ----------
    editor
        Where a repair is applied.
    shows_place
        Whether it is one of a list: then it names the node, goes there when it is clicked or Enter is pressed, and Up
        and Down lead to its neighbours. Not needed beside the node itself.
    """

    node_wanted = Signal(str)
    """Sent with the id of the node when the card is clicked, its link is, or Enter is pressed on it."""

    plan_wanted = Signal()
    """Sent in the same way where the problem is one of the training plan."""

    repaired = Signal()
    """Sent after a repair has been made."""

    neighbour_wanted = Signal(int)
    """Sent with 1 or -1 when the keyboard is to go to the card below or above."""

    def __init__(self, editor: Editor, theme: Theme, shows_place: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._theme, self._shows_place = editor, theme, shows_place
        self.problem = Problem("")
        self.setProperty("role", "card")
        if shows_place:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = QLabel()
        self._icon.setFixedWidth(ICON_SIZE)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.name = Words(role="heading")
        self._text = Words()
        self._refusal = Words(role="error")
        self.place = QToolButton()
        self.place.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.place.clicked.connect(self._go)
        self.place.hide()
        self._buttons: list[QPushButton] = []
        self._offers = QVBoxLayout()
        self._offers.setSpacing(6)
        words = QVBoxLayout()
        words.setSpacing(4)
        for part in (self.name, self._text, self._refusal):
            words.addWidget(part)
        words.addWidget(self.place, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        self._beside = QVBoxLayout()
        self._beside.addLayout(self._offers)
        self._beside.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(8)
        self._body.addLayout(words, 1)
        self._body.addLayout(self._beside)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._body, 1)
        self.apply_theme(theme)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons of the repairs that are offered."""
        return tuple(button for button in self._buttons if not button.isHidden())

    @property
    def node_id(self) -> str:
        """The node that the problem concerns; empty if it concerns the project as a whole."""
        return self.problem.node_id

    @property
    def _leads_somewhere(self) -> bool:
        return bool(self.node_id) or self.problem.of_plan

    def show_problem(self, problem: Problem) -> None:
        """Show a problem in place of the one before."""
        if problem.text != self.problem.text:
            self._refusal.say("")
        self.problem = problem
        self._text.say(problem.text)
        while len(self._buttons) < len(problem.repairs):
            self._buttons.append(self._new_button(len(self._buttons)))
        for number, button in enumerate(self._buttons):
            offered = number < len(problem.repairs)
            button.setVisible(offered)
            if offered:
                button.setAccessibleName(problem.repairs[number].label)
        self._write_offers()
        is_link = self._shows_place and self._leads_somewhere
        whole = "The training plan" if problem.of_plan else "The network"
        self.name.say((self.node_id or whole) if self._shows_place else "")
        self.place.setText("Show the Training page" if problem.of_plan else f"Show {self.node_id}")
        self.place.setVisible(is_link)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        kind = "Warning" if problem.is_warning else "Problem"
        self.setAccessibleName(f"{kind}: {problem.text}")
        self._show_severity()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._show_severity()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the card goes to the node."""
        if event.button() == Qt.MouseButton.LeftButton and self._shows_place:
            event.accept()
            self._go()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the node, Up and Down to the cards beside this one."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if self._shows_place and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._leads_somewhere:
            self._go()
        elif self._shows_place and event.key() in steps:
            self.neighbour_wanted.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a wide list the buttons stand beside the words."""
        super().resizeEvent(event)
        is_wide = event.size().width() >= WIDE
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._body.direction() != direction:
            self._body.setDirection(direction)
            self._write_offers()

    def _show_severity(self) -> None:
        """An error is red and a warning amber, with another sign: colour is not the only difference."""
        is_warning, theme = self.problem.is_warning, self._theme
        color, name = (theme.warning, "warning") if is_warning else (theme.bad, "error")
        self._icon.setPixmap(icons.pixmap(name, theme.ink(color), ICON_SIZE, self.devicePixelRatioF()))
        mood = "warning" if is_warning else "bad"
        if self.property("mood") != mood:
            self.setProperty("mood", mood)
            self.style().unpolish(self)
            self.style().polish(self)

    def _write_offers(self) -> None:
        """Write on the buttons what they do, in lines for which there is room."""
        is_wide = self._body.direction() == QBoxLayout.Direction.LeftToRight
        for button in self._buttons:
            length = WIDE_LINE if is_wide else LINE
            lines = textwrap.wrap(button.accessibleName(), length, break_on_hyphens=False)
            button.setText("\n".join(lines))
            room = len(lines) * button.fontMetrics().lineSpacing() + 10
            button.setMinimumHeight(room if len(lines) > 1 else 0)
            button.setMinimumWidth(OFFERS_WIDTH if is_wide else 0)

    def _go(self) -> None:
        if self.node_id:
            self.node_wanted.emit(self.node_id)
        elif self.problem.of_plan:
            self.plan_wanted.emit()

    def _new_button(self, number: int) -> QPushButton:
        button = QPushButton()
        button.setProperty("field", True)
        button.clicked.connect(lambda: self._mend(self.problem.repairs[number]))
        self._offers.addWidget(button)
        QWidget.setTabOrder(self._buttons[-1] if self._buttons else self.place, button)
        QWidget.setTabOrder(button, self.place)  # mending comes before looking
        return button

    def _mend(self, repair: Repair) -> None:
        try:
            self._editor.apply(repair.label, repair.edit)
        except EditError as error:
            self._refusal.say(str(error))
        else:
            self.repaired.emit()
