"""One problem: what is wrong in words, and a button for each thing that mends it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from deepviz.document.edits import EditError
from deepviz.document.graph import Edge
from deepviz.document.shapes import Problem, Repair
from deepviz.gui import icons
from deepviz.gui.editor import Editor
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.theme import Theme

ICON_SIZE = 16


class ProblemCard(QFrame):
    """Shows one problem and offers its repairs.

    Parameters
    ----------
    editor
        Where a repair is applied.
    shows_place
        Whether to name the node and offer to go there; not needed beside the node itself.
    """

    node_wanted = Signal(str)
    """Sent with the id of the node when the card or its link is clicked."""

    repaired = Signal()
    """Sent after a repair has been made."""

    def __init__(self, editor: Editor, theme: Theme, shows_place: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._theme, self._shows_place = editor, theme, shows_place
        self.problem = Problem("")
        self.setProperty("role", "card")
        self.setProperty("mood", "warning")
        self._icon = QLabel()
        self._icon.setFixedWidth(ICON_SIZE)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
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
        words.setSpacing(8)
        words.addWidget(self._text)
        words.addWidget(self._refusal)
        words.addLayout(self._offers)
        words.addWidget(self.place, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.apply_theme(theme)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons of the repairs that are offered."""
        return tuple(button for button in self._buttons if not button.isHidden())

    @property
    def node_id(self) -> str:
        """The node that the problem concerns; empty if it concerns the project as a whole."""
        where = self.problem.where
        return where.target if isinstance(where, Edge) else where or ""

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
                button.setText(problem.repairs[number].label)
        self.place.setText(f"Show {self.node_id}")
        self.place.setVisible(self._shows_place and bool(self.node_id))
        is_link = self._shows_place and bool(self.node_id)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("warning", theme.ink(theme.warning), ICON_SIZE, ratio))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the card goes to the node."""
        if event.button() == Qt.MouseButton.LeftButton and self._shows_place:
            event.accept()
            self._go()
        else:
            super().mousePressEvent(event)

    def _go(self) -> None:
        if self.node_id:
            self.node_wanted.emit(self.node_id)

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
