"""The tools beside the place where a sample is made: pen, eraser, undo, samples of the data, what the network sees."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.amounts import thousands
from deepviz.gui.number_box import NumberBox
from deepviz.gui.plots.button_strip import ButtonStrip
from deepviz.gui.plots.keyboard_kept import keeping_keyboard

SEEN, LEAST_SEEN, SEEN_IN_ROW = 84, 24, 28
"""Pixels of the side of the picture of what the network sees, at most and at least, and beside a slider."""
ALL_ROWS, STROKES, SAMPLES_TOO, WIDTH_TOO = 0, 1, 2, 3
"""How many rows of tools there are: as many as there is need for, or so many, the more important ones first."""
WIDEST_PEN = 20
GAP, BESIDE_SEEN = 4, 8
"""Pixels between rows, and between the picture of what the network sees and the words for it."""
AROUND_NUMBER, LEAST_AROUND_NUMBER = 46, 38
"""Pixels of a field of a number beside its text: borders and arrows, with some air and without."""
SEEN_IN_SHORT, LEAST_WORDS = "Network sees", 60
"""What is said beside a picture in a row of others, and pixels for words where it has a row of its own."""


class MakerTools(QWidget):
    """Buttons and fields; whoever owns them says what they do.

    Attributes
    ----------
    pen, eraser, undo, clear, colour, thickness
        For drawing. Undo and clear are there for every kind of sample.
    strip
        Makes pen, eraser, undo and clear one stop of Tab.
    number
        Which sample of the data to load.
    feature
        Which of several numbers of a sequence is drawn.
    rows
        How many rows there are for a pad: one of `ALL_ROWS`, `STROKES`, `SAMPLES_TOO`, `WIDTH_TOO`.
    """

    loaded = Signal(int)
    """The sample of this number is wanted."""
    colour_chosen = Signal(QColor)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._words = QImage(), ""
        self._is_image = self._has_colours = self._has_features = False
        self.rows = ALL_ROWS
        self.pen = self._button("Pen", "Draw (E changes between pen and eraser)", checkable=True)
        self.eraser = self._button("Eraser", "Take ink away (E); so does the right button of the mouse", checkable=True)
        self.pen.setChecked(True)
        either = QButtonGroup(self)
        either.addButton(self.pen)
        either.addButton(self.eraser)
        self.undo = self._button("Undo", "Take the last stroke back (Ctrl+Z)")
        self.clear = self._button("Clear", "Begin anew (Delete)")
        self.strip = ButtonStrip((self.pen, self.eraser, self.undo, self.clear), self)
        self.thickness = QSlider(Qt.Orientation.Horizontal, self)
        self.thickness.setRange(1, WIDEST_PEN)
        self.thickness.setAccessibleName("Width of the pen")
        self.thickness.setToolTip("Width of the pen")
        self.thickness.setMinimumWidth(50)
        self.width_word = QLabel("Width", self)
        self.width_word.setProperty("role", "dim")
        self.width_word.setBuddy(self.thickness)
        self.colour = self._button("Colour", "Colour of the pen")
        self.colour.clicked.connect(self._choose_colour)
        self.feature = NumberBox(self)
        self.feature.setPrefix("number ")
        self.feature.setAccessibleName("Which number of each step is drawn")
        self.number = NumberBox(self)
        self.number.setAccessibleName("Number of a sample of the data")
        self.number.setMinimumWidth(48)
        self.number.setWrapping(True)  # as where samples are chosen elsewhere: both arrows lead somewhere
        self.load = self._button("Load", "Take this sample of the data, to look at it and to change it")
        self.load.clicked.connect(lambda: self.loaded.emit(self.number.value()))
        self.number.editingFinished.connect(self._finished)
        self.seen = QLabel(self)
        self.seen.setAccessibleName("What the network sees")
        self.seen_words = QLabel(self)
        self.seen_words.setWordWrap(True)
        self.seen_words.setProperty("role", "dim")
        self.seen_words.setMinimumWidth(LEAST_WORDS)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP + 2)
        column.setSpacing(GAP)
        self._rows = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._rows.setSpacing(4)
        self._strokes = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._strokes.setSpacing(4)
        self._strokes.addLayout(_row(self.pen, self.eraser, stretches=False))
        self._strokes.addLayout(_row(self.undo, self.clear, stretches=False))
        self._strokes.addStretch(1)
        self._rows.addLayout(self._strokes)
        self._width_row = _row(self.width_word, self.thickness, self.colour, self.feature)
        self._rows.addLayout(self._width_row)
        self._rows.addLayout(_row(self.number, self.load))
        column.addLayout(self._rows)
        self._seen_row = QHBoxLayout()
        self._seen_row.setSpacing(BESIDE_SEEN)
        self._seen_row.addWidget(self.seen)
        self._seen_row.addWidget(self.seen_words, 1)
        column.addLayout(self._seen_row)
        column.addStretch(1)

    def show_for(self, kind: str, channels: int, features: int) -> None:
        """Show what is of use for images, sequences or features."""
        self._is_image, self._has_colours = kind == "images", channels == 3
        self._has_features = kind == "sequences" and features > 1
        self._show()
        with QSignalBlocker(self.feature):
            self.feature.setRange(1, max(features, 1))
            self.feature.setValue(1)

    def set_rows(self, rows: int) -> None:
        """Have so many rows of tools for a pad: first for strokes, then samples, then the pen and what is seen."""
        if rows == self.rows:
            return
        if WIDTH_TOO in (rows, self.rows):  # what is seen stands beside the slider, or in a row of its own
            is_beside = rows == WIDTH_TOO
            before, after = self._seen_row, self._width_row
            before, after = (before, after) if is_beside else (after, before)
            for widget in (self.seen, self.seen_words):
                before.removeWidget(widget)
            for widget in (self.seen_words, self.seen) if is_beside else (self.seen, self.seen_words):
                after.addWidget(widget, int(widget is self.seen_words and not is_beside))
            self.seen_words.setWordWrap(not is_beside)
            self.seen_words.setMinimumWidth(0 if is_beside else LEAST_WORDS)
        self.rows = rows
        self._show()

    def _show(self) -> None:
        is_image, is_whole = self._is_image, self.rows == ALL_ROWS
        has_width = is_whole or self.rows >= WIDTH_TOO
        shown: dict[QWidget, bool] = dict.fromkeys((self.pen, self.eraser), is_image)
        shown |= dict.fromkeys((self.thickness, self.width_word), is_image and has_width)
        shown |= dict.fromkeys((self.number, self.load), is_whole or self.rows >= SAMPLES_TOO or not is_image)
        for widget, is_shown in shown.items():
            widget.setVisible(is_shown)
        self.colour.setVisible(is_image and has_width and self._has_colours)
        self.feature.setVisible(self._has_features)
        self._show_prefix()
        self._fit_words()

    def _fit_words(self) -> None:
        """Show what the network sees as far as there is room below the buttons: all words, or few, or the picture."""
        is_beside = self.rows == WIDTH_TOO
        room = self.height() - self._rows.sizeHint().height() - 3 * GAP - 2
        size, side = self._picture.size(), SEEN_IN_ROW if is_beside else min(SEEN, room)
        has_picture = self._is_image and self.rows in (ALL_ROWS, WIDTH_TOO) and not self._picture.isNull()
        fits = has_picture and side >= LEAST_SEEN
        if fits:
            scale = side // max(size.width(), size.height())  # whole, so that all dots of it are equally large
            shape = Qt.AspectRatioMode.KeepAspectRatio
            self.seen.setPixmap(
                QPixmap.fromImage(self._picture.scaled(size * scale if scale else QSize(side, side), shape))
            )
        if fits and is_beside:
            shown = SEEN_IN_SHORT if self._has_room_beside_slider() else ""
        else:
            shown = self._words_for(room) if fits else ""
        self.seen.setVisible(fits)
        if shown != self.seen_words.text():
            self.seen_words.setText(shown)
        self.seen_words.setVisible(bool(shown))

    def _words_for(self, room: float) -> str:
        """As many of the words about what is seen as fit beside its picture; empty if none do."""
        beside = self.width() - self.seen.sizeHint().width() - 2 * GAP - BESIDE_SEEN
        flags, metrics = int(Qt.TextFlag.TextWordWrap), self.seen_words.fontMetrics()
        for words in (self._words, self._words.split(":")[0]):
            taken = metrics.boundingRect(0, 0, max(beside, 1), 10_000, flags, words)
            if taken.height() <= room and taken.width() <= beside:
                return words
        return ""

    def _has_room_beside_slider(self) -> bool:
        """Whether there is room for words between the slider and the picture of what is seen."""
        others: list[QWidget] = [self.width_word, self.seen, *([self.colour] if self._has_colours else [])]
        taken = sum(each.sizeHint().width() + GAP for each in others) + self.thickness.minimumWidth() + GAP
        words = self.seen_words.fontMetrics().horizontalAdvance(SEEN_IN_SHORT)
        return taken + words + 2 * GAP <= self.width() - 2 * GAP

    def show_samples(self, count: int, part: str) -> None:
        """Offer the samples of a part of the data."""
        with QSignalBlocker(self.number):
            self.number.setRange(0, max(count - 1, 0))
        self.number.setToolTip(f"One of {thousands(count)} {part} samples")

    def show_seen(self, picture: QImage, words: str) -> None:
        """Show what the network gets."""
        self._picture, self._words = picture, words
        self.seen.setToolTip(words)
        self.seen.setAccessibleDescription(words)
        self._fit_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_prefix()
        self._fit_words()

    def _show_prefix(self) -> None:
        """Say that the number is one of a sample, where there is room for that beside what stands in the same row.

        Where not all buttons for strokes fit in a row, they stand in two: a word that is cut says nothing. Beside a
        pad there is no more room than for a column; below a form or a curve all stand in one row where that fits.
        """
        buttons = (self.pen, self.eraser, self.undo, self.clear)
        needed = sum(each.sizeHint().width() + 4 for each in buttons if not each.isHidden()) + 8
        is_narrow = self.width() < needed
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._strokes.setDirection(down if is_narrow else right)
        beside = () if self._is_image else (self.undo, self.clear, self.feature)
        taken = sum(each.sizeHint().width() + 4 for each in beside if not each.isHidden())
        metrics = self.number.fontMetrics()
        bare = metrics.horizontalAdvance(str(self.number.maximum())) + LEAST_AROUND_NUMBER
        least = taken + bare + self.load.sizeHint().width() + 3 * GAP
        if self._is_image or self.width() < least:
            self._rows.setDirection(down)
            taken = 0
        else:
            self._rows.setDirection(right)
        whole = metrics.horizontalAdvance(f"Sample {self.number.maximum()}") + AROUND_NUMBER
        room = self.width() - taken - self.load.sizeHint().width() - 12
        shorter = metrics.horizontalAdvance(f"no. {self.number.maximum()}") + AROUND_NUMBER
        self.number.setPrefix("Sample " if room >= whole else "no. " if room >= shorter else "")

    def _finished(self) -> None:
        """Enter in the field loads the sample; leaving it does not."""
        if self.number.hasFocus():
            self.loaded.emit(self.number.value())

    @keeping_keyboard
    def _choose_colour(self) -> None:
        chosen = QColorDialog.getColor(QColor("white"), self, "Colour of the pen")
        if chosen.isValid():
            self.colour_chosen.emit(chosen)

    def _button(self, text: str, tip: str, checkable: bool = False) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setCheckable(checkable)
        return button


def _row(*widgets: QWidget, stretches: bool = True) -> QHBoxLayout:
    """Widgets beside each other."""
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    if stretches:
        row.addStretch(1)
    return row
