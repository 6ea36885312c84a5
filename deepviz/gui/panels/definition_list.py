"""A drop-down list of definitions, such as data sets or optimizers, under the headings of their kinds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from deepviz.gui import icons
from deepviz.gui.theme import Theme, body_font
from deepviz.registry import Definition

ORDER = ("Generated", "Real", "Your own files")
"""The kinds that come first; others follow in the order in which they are met."""

_KEY = Qt.ItemDataRole.UserRole


class DefinitionList(QComboBox):
    """A drop-down list of definitions, grouped by category where there is more than one.

    Parameters
    ----------
    entries
        The classes to choose from.
    name
        What is chosen here, for those who do not see it.
    icon
        The icon of entries that have none of their own; empty for no icons at all.
    """

    chosen = Signal(str)
    """Sent with a key when the person chooses another definition."""

    def __init__(
        self,
        entries: Sequence[type[Definition]],
        name: str,
        theme: Theme,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._headings: list[QStandardItem] = []
        self._items: list[QStandardItem] = []
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setMaxVisibleItems(20)
        self.setIconSize(QSize(16, 16))
        self.view().setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        categories = {entry.category: None for entry in entries}
        ordered = [category for category in ORDER if category in categories]
        ordered += [category for category in categories if category not in ordered]
        for category in ordered:
            if len(ordered) > 1:
                self._add_heading(category)
            for entry in entries:
                if entry.category == category:
                    self._add_entry(entry)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index, _KEY)))
        self.apply_theme(theme)

    @property
    def key(self) -> str:
        """The key of the definition that is shown."""
        return str(self.currentData(_KEY) or "")

    def show_key(self, key: str) -> None:
        """Show the definition with this key. Nothing is emitted."""
        self.setCurrentIndex(self.findData(key, _KEY))

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for heading in self._headings:
            heading.setForeground(QColor(theme.dim))
        for item in self._items if self._icon else ():
            key = str(item.data(_KEY))
            item.setIcon(icons.icon(key if icons.has_icon(key) else self._icon, theme.dim))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel, unless the list has the keyboard."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _add_heading(self, text: str) -> None:
        heading = QStandardItem(text)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        font = body_font(12)
        font.setWeight(font.Weight.DemiBold)
        heading.setFont(font)
        self._headings.append(heading)
        self._model.appendRow(heading)

    def _add_entry(self, entry: type[Definition]) -> None:
        item = QStandardItem(entry.label)
        item.setData(entry.key, _KEY)
        item.setToolTip(entry.summary())
        self._items.append(item)
        self._model.appendRow(item)
