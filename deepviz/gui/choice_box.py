"""A list to choose from that shortens what is chosen with dots where there is no room for all of it.

A style sheet makes Qt cut such words off in the middle of a letter.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip


class ChoiceBox(QComboBox):
    """The list."""

    @property
    def shown_text(self) -> str:
        """What is chosen, as it is painted."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        text, metrics = self.currentText(), self.fontMetrics()
        if metrics.horizontalAdvance(text) <= field.width():
            return text
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, field.width() - 2)

    def event(self, event: QEvent) -> bool:
        """The tip says what is chosen where that is cut short, then what the choice is for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            chosen = self.currentText()
            if self.shown_text != chosen:
                QToolTip.showText(event.globalPos(), f"{chosen}\n{self.toolTip()}".strip(), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
