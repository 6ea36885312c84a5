"""The bar at the top: menu, project, workspaces, the controls of the run, its progress, the learning rate, Export."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui import icons
from deepviz.gui.amounts import thousands
from deepviz.gui.panels.learning_rate import LearningRateSlider
from deepviz.gui.steady_label import SteadyLabel
from deepviz.gui.theme import SMALL_SIZE, Theme, body_font

WORKSPACE_NAMES = {"build": "Build", "train": "Train"}
BAR_HEIGHT = 52
RUN_WIDTH = 104
LONGEST_PROGRESS = "epoch 9\u202f999 of 9\u202f999" + "59 min 59 s left"
"""What there is always room for; of a longer course the number of the epoch is what stays."""
BRAND_FROM = 1360
EXPORT = "Export…"
SPACING, NARROW_SPACING = 8, 6
STAGES = 3
"""How often words can be given up, one after the other, where there is less and less room."""
NARROW_PROGRESS = LONGEST_PROGRESS.removeprefix("epoch ")
WORDS_GAP = 8
"""Pixels between how far the run is and how long it still takes."""


class TopBar(QFrame):
    """The toolbar of the window.

    Parameters
    ----------
    actions
        Everything that can be done, by key.
    menu
        What the menu button opens.
    learning_rate
        The slider to place in the bar.
    """

    workspace_chosen = Signal(str)

    def __init__(
        self,
        actions: Mapping[str, QAction],
        menu: QMenu,
        learning_rate: LearningRateSlider,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._running = actions, False
        self._progress = (0, 0, 0, 0, "")
        """What was last shown of how far the run is."""
        self.setProperty("role", "top bar")
        self.setFixedHeight(BAR_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(SPACING)

        self.menu_button = QToolButton()
        self.menu_button.setMenu(menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setToolTip("Menu (Alt+M)")
        self.menu_button.setShortcut("Alt+M")
        self.menu_button.setAccessibleName("Menu")
        self._brand = QLabel("DeepViz")
        font = body_font(15)
        font.setWeight(font.Weight.DemiBold)
        self._brand.setFont(font)
        self._brand.hide()
        self._project = _ElidedLabel()
        self._project.setProperty("role", "dim")
        row.addWidget(self.menu_button)
        row.addWidget(self._brand)
        row.addWidget(self._project, 1)

        self._undo, self._redo = self._tool("undo"), self._tool("redo")
        row.addWidget(self._undo)
        row.addWidget(self._redo)
        row.addWidget(self._workspaces())

        self.run_button = self._button("run")
        self.run_button.setMinimumWidth(RUN_WIDTH)  # its words change, its place does not
        self.step_button = self._button("step")
        self.reset_button = self._button("reset")
        for key, button in (("step", self.step_button), ("reset", self.reset_button)):
            button.setAccessibleName(actions[key].text())  # also where there is no room for words
        for button in (self.run_button, self.step_button, self.reset_button):
            row.addWidget(button)
        row.addSpacing(4)
        row.addLayout(self._progress_block())
        row.addSpacing(4)
        row.addWidget(learning_rate)
        row.addSpacing(4)
        self.export_button = QPushButton(EXPORT)
        self.export_button.setProperty("primary", True)
        self.export_button.setIconSize(QSize(16, 16))
        self.export_button.setAccessibleName(actions["export"].text())
        self.export_button.setToolTip(actions["export"].toolTip())
        self.export_button.clicked.connect(actions["export"].trigger)
        row.addWidget(self.export_button)
        self._given_up = 0
        self.apply_theme(theme)

    def least_width(self) -> int:
        """How wide it has to be for nothing to be cut off once it has given up all the words that it can do without."""
        given_up = self._given_up
        self._give_up(STAGES)
        width = self._needed()
        self._give_up(given_up)
        return width

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is scarce, the name of the project is worth more than that of the program."""
        super().resizeEvent(event)
        self._brand.setVisible(event.size().width() >= BRAND_FROM)
        self._fit_words()

    def _fit_words(self) -> None:
        """Show as many words as there is room for, and icons instead of the others."""
        for count in range(STAGES + 1):
            self._give_up(count)
            if self._needed() <= self.width():
                break

    def _give_up(self, count: int) -> None:
        """Do without words: first Step and Reset, then Export, at last a part of what the progress is told in."""
        if count == self._given_up:
            return
        self._given_up = count
        step, reset = self._actions["step"].text(), self._actions["reset"].text()
        for stage, button, words in (
            (1, self.step_button, step),
            (1, self.reset_button, reset),
            (2, self.export_button, EXPORT),
        ):
            button.setText("" if count >= stage else words)
            button.setProperty("bare", count >= stage)
            button.style().unpolish(button)
            button.style().polish(button)
        self._show_export()
        row = self.layout()
        assert row is not None
        row.setSpacing(NARROW_SPACING if count >= STAGES else SPACING)
        self._bar.setFixedWidth(self._progress_width(NARROW_PROGRESS if count >= STAGES else LONGEST_PROGRESS))
        self.show_progress(*self._progress)

    def _needed(self) -> int:
        """How wide it has to be with the words that it shows."""
        row = self.layout()
        assert row is not None
        for layout in self.findChildren(QLayout):  # a layout within another one keeps what it has found out
            layout.invalidate()
        return row.minimumSize().width()

    def _show_export(self) -> None:
        """Export is told by its word where there is room, and otherwise by its icon."""
        is_bare = not self.export_button.text()
        self.export_button.setIcon(icons.icon("export", self._theme.on_accent) if is_bare else QIcon())

    def show_project(self, name: str, edited: bool, more: str = "", short: str = "") -> None:
        """Show what is open, by a `short` name where there is no room, and if it has changes; the tip has `more`."""
        self._project.set_full_text(*(f"{each} •" if edited else each for each in (name, short or name)))
        words = f"{name}, with unsaved changes" if edited else name
        self._project.setToolTip(f"{words}\n{more}".strip())

    def show_workspace(self, name: str) -> None:
        """Show which workspace is in front."""
        self._workspace_buttons[name].setChecked(True)

    def show_running(self, running: bool, words: str) -> None:
        """Show whether the run button pauses, and its words."""
        self.run_button.setText(words)
        self.run_button.setToolTip(self._actions["run"].toolTip())
        self._fit_words()
        if running != self._running:
            self._running = running
            self.apply_theme(self._theme)

    def show_progress(self, epoch: int, epochs: int, step: int, total: int, time_left: str) -> None:
        """Show how far the run is. Epochs are counted from 1; an epoch of 0 means that it has not begun."""
        self._progress = (epoch, epochs, step, total, time_left)
        count = f"{thousands(epoch)} of {thousands(epochs)}"
        ways = (f"epoch {count}", count, thousands(epoch))
        if not epoch:
            ways = (f"{thousands(epochs)} epochs", thousands(epochs), "")
        metrics = self._left.fontMetrics()
        room = self._bar.width() - (metrics.horizontalAdvance(time_left) + WORDS_GAP if time_left else 0)
        fitting = (words for words in ways if metrics.horizontalAdvance(words) <= room)
        self._epoch.setText(next(fitting, ways[-1]))
        self._epoch.setToolTip(ways[0])
        self._left.setText(time_left)
        self._bar.setMaximum(max(total, 1))
        self._bar.setValue(min(step, total))

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.menu_button.setIcon(icons.icon("menu", theme.text))
        self._undo.setIcon(icons.icon("undo", theme.text))
        self._redo.setIcon(icons.icon("redo", theme.text))
        self.run_button.setIcon(icons.icon("pause" if self._running else "run", theme.text))
        self.step_button.setIcon(icons.icon("step", theme.text))
        self.reset_button.setIcon(icons.icon("reset", theme.text))
        self._show_export()

    def _tool(self, key: str) -> QToolButton:
        button = _ActionButton(self._actions[key])
        button.setIconSize(QSize(18, 18))
        return button

    def _button(self, key: str) -> QPushButton:
        action = self._actions[key]
        button = QPushButton(action.text())
        button.setIconSize(QSize(16, 16))
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        return button

    def _workspaces(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "segments")
        frame.setFixedHeight(34)
        row = QHBoxLayout(frame)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        group = QButtonGroup(frame)
        self._workspace_buttons: dict[str, QToolButton] = {}
        for name, text in WORKSPACE_NAMES.items():
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(self._actions[f"workspace_{name}"].toolTip())
            button.clicked.connect(lambda _checked=False, name=name: self.workspace_chosen.emit(name))
            group.addButton(button)
            row.addWidget(button)
            self._workspace_buttons[name] = button
        return frame

    @staticmethod
    def _progress_width(words: str) -> int:
        """How wide the bar is that has room for such words above it."""
        return QFontMetrics(body_font(SMALL_SIZE)).horizontalAdvance(words) + 8

    def _progress_block(self) -> QVBoxLayout:
        self._epoch, self._left, self._bar = SteadyLabel(), SteadyLabel(), QProgressBar()
        for label in (self._epoch, self._left):
            label.setProperty("role", "small")
            label.setFont(body_font(11))
        self._left.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(5)
        self._bar.setFixedWidth(self._progress_width(LONGEST_PROGRESS))
        self._bar.setAccessibleName("Progress of the run")
        words = QHBoxLayout()
        words.setSpacing(WORDS_GAP - 2)  # labels are a little wider than their words
        words.addWidget(self._epoch)
        words.addWidget(self._left)
        block = QVBoxLayout()
        block.setContentsMargins(0, 8, 0, 8)
        block.setSpacing(4)
        block.addStretch(1)
        block.addLayout(words)
        block.addWidget(self._bar)
        block.addStretch(1)
        return block


class _ActionButton(QToolButton):
    """A small button that follows an action: its icon is ours, its words and whether it is enabled the action's.

    It listens with a method of its own, so that an action that outlives it does not call what is gone.
    """

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._action.text())


class _ElidedLabel(QLabel):
    """A label that shortens its text with dots instead of cutting it off, and tells the whole in its tooltip.

    The dots stand in the middle: names that begin alike mostly differ in how they end.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ways = "", ""
        """What it says, and what it says where there is less room."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def set_full_text(self, text: str, short: str) -> None:
        self._ways = text, short
        self.setToolTip(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics, (text, short) = QFontMetrics(self.font()), self._ways
        words = text if metrics.horizontalAdvance(text) <= self.width() else short
        self.setText(metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, self.width()))
