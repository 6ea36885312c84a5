"""The strip that shows which sample is looked at, what it is taken for, and lets another one be chosen."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui import icons
from deepviz.gui.amounts import thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.number_box import NumberBox
from deepviz.gui.plots.decision_boundary import share_in_words
from deepviz.gui.plots.header import NARROWEST_CHOICE
from deepviz.gui.plots.part_look import PART_NAMES
from deepviz.gui.plots.sample_pictures import FEATURES, SamplePictures, has_image_targets
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font
from deepviz.insight.feature_maps import Maps
from deepviz.insight.subject import PARTS

PICTURE = 52.0
"""Pixels across and down the picture of a sample."""
MOST_VALUES_TOLD = 60
MOST_NUMBERS = 4
"""Of what is wanted and given, so many numbers are told."""
WHICH_SAMPLE = re.compile(r"\w+ sample (.+ of .+)")
WHOLE_PART = 98
"""Pixels in which the name of every part can be read."""


class SampleBar(QWidget):
    """Shows a sample and chooses one.

    Attributes
    ----------
    part, index
        The sample that is chosen: its part of the data, and its number there.
    """

    chosen = Signal(str, int)
    """Somebody has chosen another sample."""
    wrong_wanted = Signal()
    """Somebody wants the next one that is classified wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part, self.index = "train", 0
        self._sizes: dict[str, int] = {}
        self._known: tuple[object, ...] = ()
        self.card = SampleCard(self)
        self.part_choice = ChoiceBox(self)
        self.part_choice.setAccessibleName("Part of the data")
        self.part_choice.setToolTip("Part of the data that the sample is from")
        self.part_choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.part_choice.setMinimumContentsLength(4)
        self.part_choice.setMinimumWidth(WHOLE_PART)
        self.part_choice.activated.connect(self._choose_part)
        self.number = NumberBox(self)
        self.number.setAccessibleName("Number of the sample")
        self.number.setToolTip("Number of the sample in its part, counted from 0")
        self.number.setKeyboardTracking(False)
        self.number.setWrapping(True)
        self.number.setMinimumWidth(NARROWEST_CHOICE)
        self.number.setMaximumWidth(86)
        self.number.valueChanged.connect(lambda index: self._go(self.part, index))
        self.random_button = self._button("random", "A random sample (R)", self.choose_random)
        self.wrong_button = self._button("next_wrong", "The next sample that is classified wrong (W)", self.want_wrong)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (self.part_choice, self.number, self.random_button, self.wrong_button):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 8, 2)
        column.setSpacing(2)
        column.addWidget(self.card)
        column.addLayout(row)

    def show_data(self, data: PreparedData | None) -> None:
        """Offer the samples of these data."""
        parts = {} if data is None else {"train": data.train, "validation": data.validation, "test": data.test}
        self._sizes = {name: len(part) for name, part in parts.items() if part is not None}
        # Prepared in another way, the same samples keep their numbers; of other data the first one is looked at.
        before, self._known = self._known, () if data is None else (data.title, data.sample_shape, *self._sizes.items())
        if self.part not in self._sizes or (before and data is not None and before != self._known):
            self.part, self.index = "train", 0
        self.index = min(self.index, max(self._sizes.get(self.part, 1) - 1, 0))
        with QSignalBlocker(self.part_choice):
            self.part_choice.clear()
            for name in PARTS:
                if name in self._sizes:
                    self.part_choice.addItem(PART_NAMES[name], name)
        self.wrong_button.setEnabled(data is not None and data.task == "classification")
        self.card.show_data(data)
        self._show_choice()

    def choose(self, part: str, index: int) -> bool:
        """Choose a sample without a word of it to others; whether there is such a one."""
        if not 0 <= index < self._sizes.get(part, 0):
            return False
        self.part, self.index = part, index
        self._show_choice()
        return True

    def choose_random(self) -> None:
        """Go to any other sample of the part."""
        size = self._sizes.get(self.part, 0)
        if size > 1:
            other = random.randrange(size - 1)
            self._go(self.part, other + (other >= self.index))

    def want_wrong(self) -> None:
        """Ask for the next one that is classified wrong."""
        if self.wrong_button.isEnabled():
            self.wrong_wanted.emit()

    def step(self, by: int) -> None:
        """Go to a sample so many after this one, beginning again after the last."""
        size = self._sizes.get(self.part, 0)
        if size:
            self._go(self.part, (self.index + by) % size)

    def show_maps(self, maps: Maps) -> None:
        """Show the sample that an answer is about."""
        self.card.show_maps(maps)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.card.theme = theme
        self.card.update()
        for button, name in ((self.random_button, "random"), (self.wrong_button, "next_wrong")):
            button.setIcon(icons.icon(name, theme.dim))

    def _button(self, name: str, words: str, pressed: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icons.icon(name, DARK.dim))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words.partition(" (")[0])
        button.clicked.connect(pressed)
        return button

    def _choose_part(self, place: int) -> None:
        part = self.part_choice.itemData(place)
        if part != self.part:
            self._go(part, min(self.index, self._sizes[part] - 1))

    def _go(self, part: str, index: int) -> None:
        if (part, index) != (self.part, self.index) and self.choose(part, index):
            self.chosen.emit(part, index)

    def _show_choice(self) -> None:
        with QSignalBlocker(self.part_choice), QSignalBlocker(self.number):
            self.part_choice.setCurrentIndex(self.part_choice.findData(self.part))
            self.number.setRange(0, max(self._sizes.get(self.part, 1) - 1, 0))
            self.number.setValue(self.index)


class SampleCard(QWidget):
    """The picture of a sample with two lines of words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.data: PreparedData | None = None
        self.maps: Maps | None = None
        self._pictures: SamplePictures | None = None
        self.setFixedHeight(int(PICTURE) + 4)
        self.setAccessibleName("Sample")

    def show_data(self, data: PreparedData | None) -> None:
        """Show no sample yet, but of these data from now on."""
        self.data, self.maps = data, None
        self._pictures = None if data is None else SamplePictures(data)
        self.update()

    def show_maps(self, maps: Maps) -> None:
        """Show the sample that an answer is about."""
        self.maps = maps
        self.setAccessibleDescription(". ".join(words for words, _ in self.lines()))
        self.setToolTip(self._values_in_words())
        self.update()

    def lines(self) -> list[tuple[str, str]]:
        """What is said beside the picture, and in which colour."""
        maps, theme = self.maps, self.theme
        if maps is None or self.data is None:
            return []
        where = f"{PART_NAMES[maps.part]} sample {thousands(maps.index)} of {thousands(maps.total)}"
        if maps.searched and not maps.has_found:
            where = f"None of {thousands(maps.searched)} samples is classified wrong"
        if maps.predicted is None and self.data.task == "classification":
            given = format_value(float(np.ravel(maps.outputs)[0]))
            return [(where, theme.dim), (f"is {self.data.class_names[int(maps.target)]}", theme.text),
                    (f"network {given}", theme.text)]  # fmt: skip
        if has_image_targets(self.data):
            squares = np.square(np.ravel(maps.outputs).astype(np.float64) - np.ravel(maps.target))
            words = f"mean squared error {format_value(float(squares.mean()), 4)}"
            return [(where, theme.dim), ("sample · target · network", theme.text), (words, theme.text)]
        if maps.predicted is None:
            wanted, given = (
                ", ".join(format_value(value) for value in np.ravel(values).tolist()[:MOST_NUMBERS])
                + (", …" if np.size(values) > MOST_NUMBERS else "")
                for values in (maps.target, maps.outputs)
            )
            return [(where, theme.dim), (f"target {wanted}", theme.text), (f"network {given}", theme.text)]
        names = self.data.class_names
        sure = ""
        if maps.probabilities is not None:
            sure = f", {share_in_words(float(maps.probabilities[maps.predicted]))}"
        ink = theme.ink(theme.bad if maps.is_wrong else theme.good)
        verdict = "✗ taken for" if maps.is_wrong else "✓ taken for"
        return [
            (where, theme.dim),
            (f"is {names[int(maps.target)]}", theme.text),
            (f"{verdict} {names[maps.predicted]}{sure}", ink),
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_into(painter, QRectF(self.rect()))
        painter.end()

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it into a rectangle of a picture."""
        if self.maps is None:
            return
        box = QRectF(rect.left(), rect.top() + 2, PICTURE, PICTURE)
        left = rect.left()
        if self._pictures is not None and self._pictures.kind != FEATURES:
            for sample in self._to_paint(self.maps):
                painter.save()
                self._pictures.paint(painter, box, sample, self.theme)
                painter.restore()
                box.translate(PICTURE + 4, 0)
            left = box.left() + 6
        painter.setFont(body_font(SMALL_SIZE))
        metrics = QFontMetricsF(painter.font())
        for number, (words, ink) in enumerate(self.lines()):
            line = QRectF(left, rect.top() + 3 + 17 * number, rect.right() - left, 17)
            painter.setPen(QColor(ink))
            words = metrics.elidedText(fitting(words, metrics, line.width()), Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)

    def _to_paint(self, maps: Maps) -> list[np.ndarray]:
        """The sample; and where that is an image, too, what is to be given for it and what is given."""
        if self.data is None or not has_image_targets(self.data):
            return [maps.sample]
        return [np.reshape(each, maps.sample.shape) for each in (maps.sample, maps.target, maps.outputs)]

    def _values_in_words(self) -> str:
        """The features of a flat sample, by name."""
        if self.maps is None or self.maps.sample.ndim != 1 or self.data is None:
            return ""
        values = self.maps.sample.tolist()[:MOST_VALUES_TOLD]
        names = self.data.feature_names or tuple(f"input {number + 1}" for number in range(len(values)))
        return "\n".join(f"{name}: {format_value(value)}" for name, value in zip(names, values, strict=False))


def fitting(words: str, metrics: QFontMetricsF, room: float) -> str:
    """`Training sample 3 of 1 437`, or as much of its end as there is room for: the part is chosen right below."""
    found = WHICH_SAMPLE.fullmatch(words)
    shorter = (f"Sample {found[1]}", found[1]) if found else ()
    return next((each for each in (words, *shorter) if metrics.horizontalAdvance(each) <= room), words)
