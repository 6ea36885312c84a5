"""How samples are divided: validation and test get the shares that are set, training the rest, shown by a bar."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import create_model, model_validator
from pydantic.fields import FieldInfo
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.datasets.split import SplitChoice
from deepviz.gui.amounts import thousands
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.panels.side_panel import reveal
from deepviz.gui.theme import Theme, body_font, number_font
from deepviz.registry import Definition

_BAR = 8
_WORDS = 40


class _Shares(Definition):
    """What is left to choose when training gets the rest: the fields of `SplitChoice` without its first."""

    label: ClassVar[str] = "Split"

    @model_validator(mode="after")
    def _leaves_something(self) -> _Shares:
        if getattr(self, "validation", 0.0) + getattr(self, "test", 0.0) >= 100:
            raise ValueError("Nothing would be left for training; validation and test must stay below 100 % together")
        return self


def _chosen_fields() -> dict[str, Any]:
    fields: dict[str, FieldInfo] = dict(SplitChoice.model_fields)
    del fields["train"]
    return {name: (field.annotation, field) for name, field in fields.items()}


Shares: Any = create_model("Shares", __base__=_Shares, **_chosen_fields())


class SplitForm(QWidget):
    """Edits a `SplitChoice`, and shows how many samples each part has."""

    changed = Signal(object)
    """Sent with the new `SplitChoice` after each change that a person made."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = DefinitionForm()
        self.bar = ShareBar(theme)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self.bar)
        rows.addWidget(self.form)
        self.form.changed.connect(lambda shares: self.changed.emit(as_split(shares)))

    def set_choice(self, choice: SplitChoice) -> None:
        """Show a choice. Nothing is emitted."""
        self.form.set_definition(as_shares(choice))

    def show_data(self, data: PreparedData | None) -> None:
        """Show how many samples the parts have."""
        parts = (data.train, data.validation, data.test) if data is not None else ()
        self.bar.show_counts(tuple(0 if part is None else len(part) for part in parts))


def as_shares(choice: SplitChoice) -> Definition:
    """What is left to choose of a choice when training gets the rest."""
    shares: Definition = Shares(**choice.model_dump(exclude={"train"}))
    return shares


def as_split(shares: Definition) -> SplitChoice:
    """The choice in which training gets what the other parts leave."""
    values = shares.model_dump()
    rest = round(100.0 - values["validation"] - values["test"], 9)
    return SplitChoice(train=rest, **values)


class ShareBar(QWidget):
    """Three stretches in proportion to three counts, in the colours of the curves, with names and numbers below."""

    NAMES = ("Training", "Validation", "Test")

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.counts: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Samples in each part")

    def show_counts(self, counts: tuple[int, ...]) -> None:
        """Show the sizes of the three parts; nothing if there are none."""
        self.counts = counts
        reveal(self, bool(counts))
        said = [f"{name} {count}" for name, count in zip(self.NAMES, counts, strict=False)]
        self.setAccessibleDescription(", ".join(said))
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the bar and two lines of words."""
        return QSize(200, _BAR + _WORDS)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stretches, and the words in three columns."""
        total = sum(self.counts)
        if not total:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        gaps = 2.0 * (sum(count > 0 for count in self.counts) - 1)
        left, column = 0.0, self.width() / 3
        for number, count in enumerate(self.counts):
            color = QColor(self._theme.curve(number).color)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            if count:
                width = max(2.0, (self.width() - gaps) * count / total)
                painter.drawRoundedRect(QRectF(left, 0, width, _BAR), 2, 2)
                left += width + 2
            start = number * column
            painter.drawRoundedRect(QRectF(start, _BAR + 13, 8, 8), 2, 2)
            painter.setFont(body_font(12))
            painter.setPen(QColor(self._theme.dim))
            painter.drawText(
                QRectF(start + 12, _BAR + 8, column - 12, 18), Qt.AlignmentFlag.AlignVCenter, self.NAMES[number]
            )
            painter.setFont(number_font())
            painter.setPen(QColor(self._theme.text))
            words = QFontMetricsF(painter.font()).elidedText(thousands(count), Qt.TextElideMode.ElideRight, column)
            painter.drawText(QRectF(start + 12, _BAR + 25, column - 12, 16), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
