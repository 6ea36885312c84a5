"""A sample of one's own, drawn or made up, and what the network says of it, live while it is trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QMenu, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.gui.plots.class_bars import ClassBars
from deepviz.gui.plots.explorer_words import invitation, truth_words, whose
from deepviz.gui.plots.exports import paint_widget
from deepviz.gui.plots.keyboard_kept import keeping_keyboard
from deepviz.gui.plots.maker_tools import ALL_ROWS, STROKES, WIDTH_TOO, MakerTools
from deepviz.gui.plots.part_look import PART_NAMES, PartLook, parts_of
from deepviz.gui.plots.sample_maker import SampleMaker
from deepviz.gui.plots.sample_pictures import IMAGES, SEQUENCES
from deepviz.gui.settings import CENTRE_DRAWING, PEN_WIDTH, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.prediction import Predicted, Prediction

ROOM_FOR_ROW, ROOM_FOR_COLUMN = 440, 400
"""From so many pixels of width on everything can stand in a row, and from so many of height in a column."""
WIDE_TOOLS, MANY_TIMES = 252, 3
"""Pixels in which tools need no line break and no short word, and in how many times of that they may have them."""
SHARE_OF_BARS = 0.56
"""Of the height, what bars may have at most below a form or a curve, unless a curve leaves them room for all rows."""
LEAST_PAD, LEAST_BARS = 100, 220
"""Pixels of the side of a pad above which there may be more rows of tools, and of the width of bars beside a large one.
"""
LEAST_TOOLS, SHARE_OF_TOOLS = 164, 0.3
"""Pixels of the width that tools may have beside a small pad in any case, and what part of all of it they may have."""
NO_LIMIT = 16777215
"""Pixels, as Qt writes it."""
SMALLEST = (170, 150)
LARGEST_PICTURE = 2_000
"""Larger pictures are read smaller: so many pixels of the longer side are enough."""


class PredictionExplorer(PartLook):
    """Draw a digit by hand and see it classified."""

    key = "explorer"
    title = "Explorer"
    heading = "Prediction explorer"
    explanation = "Draw or make up a sample of your own, and see what the network says of it."
    order = 72

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Predicted | None = None
        self.loaded: tuple[str, int] | None = None
        super().__init__(parent)
        self.maker.changed.connect(self._change)
        tools, pad = self.tools, self.maker.pad
        tools.pen.toggled.connect(self._choose_pen)
        tools.undo.clicked.connect(lambda: self.maker.maker.undo())
        tools.clear.clicked.connect(lambda: self.maker.maker.clear())
        tools.thickness.setValue(pad.pen_width)
        tools.thickness.valueChanged.connect(self.choose_width)
        tools.colour_chosen.connect(self._choose_colour)
        tools.feature.valueChanged.connect(lambda number: self.maker.curve.choose_feature(number - 1))
        tools.loaded.connect(lambda number: self.load_sample(self.part, number))

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        return len(data.sample_shape) == 3 and data.task == "classification"

    # What is asked

    def question(self) -> Prediction | None:
        if self.data is None or self.maker.pictures is None or self.is_blank:
            return None
        return Prediction.of(self.data.scaler.apply(self.maker.sample()[None])[0])

    def show_answer(self, answer: Any) -> None:
        data = self.data
        if data is None or self.is_blank:
            return  # it may have been asked before the pad was cleared
        self.answer = answer
        names = data.class_names or data.target_words
        if data.class_names and answer.probabilities is None and len(answer.outputs) == 1:
            names = ("output",)
        winner = "" if answer.winner is None else data.class_names[answer.winner]
        picture, brief = self._picture_of(answer), self._truth(is_brief=True)
        self.bars.show_answer(answer, names, self._truth(), picture, winner, self._span, brief)
        self._arrange()

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to classify: a pad on which nothing has been drawn."""
        if self.data is None or self.data.task != "classification":
            return False
        return self.loaded is None and self.maker.maker is self.maker.pad and self.maker.pad.is_empty

    def what_is_missing(self) -> str:
        # On an empty pad nothing is asked, so no answer is waited for.
        missing = super().what_is_missing()
        return "" if missing == self.invitation and self.is_blank else missing

    def load_sample(self, part: str, number: int) -> None:
        """Take a sample of the data, to look at it and to change it."""
        samples = parts_of(self.data).get(part)
        if samples is None or not 0 <= number < len(samples):
            return
        self.loaded = None  # no other sample of this part is wanted
        self.choose_part(part, remembers=False)
        self._take(number)
        self.ask_again()

    def choose_sample(self, part: str, index: int) -> None:
        if (part, index) != self.loaded:
            self.load_sample(part, index)

    def choose_width(self, width: int) -> None:
        """Draw with a pen of so many hundredths of the pad."""
        self.maker.pad.pen_width = width
        with QSignalBlocker(self.tools.thickness):
            self.tools.thickness.setValue(width)
        self.remember(PEN_WIDTH, width)

    def choose_centring(self, on: bool) -> None:
        """Scale and centre drawings as the data were, or leave them where they are."""
        self.maker.centres = on
        self._centre_action.setChecked(on)
        self.remember(CENTRE_DRAWING, on)
        if self.data is not None:
            self._show_seen()
            self.ask_again()

    def open_picture(self, path: Path) -> None:
        """Put a picture from a file on the pad."""
        reader = QImageReader(str(path))
        reader.setAutoTransform(True)
        size = reader.size()
        if size.isValid() and max(size.width(), size.height()) > LARGEST_PICTURE:
            reader.setScaledSize(
                size.scaled(QSize(LARGEST_PICTURE, LARGEST_PICTURE), Qt.AspectRatioMode.KeepAspectRatio)
            )
        picture = reader.read()
        if picture.isNull():
            self.message.emit(f"{path.name} is no picture that can be read: {reader.errorString()}. Choose a PNG file.")
            return
        turned = self.maker.load_picture(picture)
        self.message.emit(
            f"{path.name}, its ink made as in the data: bright and dark changed places" if turned else path.name
        )

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self.choose_width(settings.get(PEN_WIDTH))
        self.choose_centring(settings.get(CENTRE_DRAWING))

    def apply_theme(self, theme: Theme) -> None:
        self.maker.apply_theme(theme)
        self.bars.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        paint_widget(painter, rect.topLeft() + QPointF(self.maker.pos()), self.maker)
        painter.translate(rect.topLeft() + QPointF(self.bars.pos()))
        self.bars.paint(painter, QRectF(self.bars.rect()))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer, names = self.answer, self.bars.names
        if answer is None:
            return ["class", "probability"], ()
        if answer.probabilities is None:
            return ["output", "value"], ([number + 1, each] for number, each in enumerate(answer.outputs.tolist()))
        return ["class", "probability"], zip(names, answer.probabilities.tolist(), strict=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the room anew whenever there is more or less of it, or tools have come, gone or taken another row."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and watched is self.content:
            self._arrange()
        return super().eventFilter(watched, event)

    # Inside

    def _make_content(self) -> QWidget:
        content = QWidget()
        self.maker, self.tools, self.bars = SampleMaker(content), MakerTools(content), ClassBars(content)
        self._upper = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._upper.setSpacing(0)
        self._upper.addWidget(self.maker, 1)
        self._upper.addWidget(self.bars, 1)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, content)
        self._box.setContentsMargins(4, 2, 4, 2)
        self._box.setSpacing(0)
        self._box.addLayout(self._upper, 1)
        self._box.addWidget(self.tools, 0)
        # As it is arranged now must not keep it from being made so narrow that it is arranged in another way.
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        content.setMinimumSize(*SMALLEST)
        content.installEventFilter(self)
        return content

    def _arrange(self) -> None:
        """All in a row where it is wide, in a column where it is high, and where it is small only what is needed."""
        row, column = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        is_pad = self.maker.maker is self.maker.pad
        is_wide, is_high = self.width() >= ROOM_FOR_ROW, self.height() >= ROOM_FOR_COLUMN
        is_beside = is_wide and self.width() > 1.1 * self.height()
        self._box.setDirection(row if is_pad and is_beside else column)
        # A pad is square: what is said stands beside it unless there is more room below.
        self._upper.setDirection(row if is_beside or (is_pad and not is_high) else column)
        has_room = is_pad and is_beside and self.width() >= MANY_TIMES * WIDE_TOOLS
        self.tools.setMinimumWidth(WIDE_TOOLS if has_room else 0)
        is_tight = is_pad and is_beside and not has_room
        self.tools.setMaximumWidth(max(LEAST_TOOLS, round(SHARE_OF_TOOLS * self.width())) if is_tight else NO_LIMIT)
        is_low = is_pad and not is_beside and not is_high
        lacked = self._lacks_tools
        self.tools.set_rows(self._rows_below_pad() if is_low else ALL_ROWS)
        if self._lacks_tools != lacked and self.is_blank:
            self.bars.show_answer(None, (), self._truth())
        across = self.content.width() - max(WIDE_TOOLS, self.tools.sizeHint().width()) if has_room else 0
        # A large pad has all the height that there is, as long as bars beside it can be read.
        side = min(self.content.height(), across - LEAST_BARS)
        is_large = is_pad and 2 * side > across > 0
        first, second = (side, across - side) if is_large else (1, 1) if is_pad else (3, 2)
        self._upper.setStretch(0, first)
        self._upper.setStretch(1, second)
        self._show_choices()
        self._share_height(is_shared=not is_pad and not is_beside and self.bars.picture is None)

    def _rows_below_pad(self) -> int:
        """How many rows of tools there may be below a pad that is to stay large enough to draw on."""
        row = self.tools.load.sizeHint().height() + 4
        return min(max((self.content.height() - LEAST_PAD - 8) // row, STROKES), WIDTH_TOO)

    @property
    def _lacks_tools(self) -> bool:
        """Whether there is no room for the samples of the data."""
        return self.maker.maker is self.maker.pad and self.tools.rows == STROKES

    def _show_choices(self) -> None:
        super()._show_choices()
        if self._lacks_tools:
            self.part_choice.hide()  # which samples is nothing to choose where none can be loaded

    def _share_height(self, is_shared: bool) -> None:
        """Below a form or a curve, few bars leave the room to what can be changed."""
        if not is_shared or not self.bars.names:
            self.bars.setMinimumHeight(0)
            self.bars.setMaximumHeight(NO_LIMIT)
            return
        room = self.content.height() - self.tools.sizeHint().height() - 4
        share = SHARE_OF_BARS * room
        if self.maker.maker is self.maker.curve:
            slim, most = self.bars.slim_height, room - self.maker.curve.minimumSizeHint().height()
            share = min(max(share, slim), most)
        self.bars.setFixedHeight(max(1, int(min(self.bars.whole_height, share))))

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        self._centre_action = menu.addAction("Scale and centre drawings as the data were")
        self._centre_action.setCheckable(True)
        self._centre_action.setChecked(True)
        self._centre_action.triggered.connect(self.choose_centring)
        self._picture_action = menu.addAction("Open a picture…")
        self._picture_action.triggered.connect(self._choose_picture)

    def _project_changed(self) -> None:
        is_new = self.data is not self._shown_data
        super()._project_changed()
        if not is_new or self.data is None:
            return
        data = self.data
        with QSignalBlocker(self.maker):
            self.maker.set_data(data)
        kind = self.maker.pictures.kind if self.maker.pictures is not None else ""
        channels = data.sample_shape[2] if len(data.sample_shape) == 3 else 1
        self.tools.show_for(kind, channels, data.sample_shape[-1] if kind == SEQUENCES else 1)
        with QSignalBlocker(self.tools.number):
            self.tools.number.setValue(0)
        self._picture_action.setEnabled(kind == IMAGES)
        self._centre_action.setEnabled(self.maker.placing is not None)
        self._part_changed()
        if kind == SEQUENCES:
            # A straight line is like none of the data: begin with one of them, as the field of its number says.
            self._take(0)
            self.maker.curve.forget_strokes()
        self._arrange()
        self._show_seen()

    def _forget(self) -> None:
        self.answer = self.loaded = None
        self.bars.show_answer(None, ())

    def _part_changed(self) -> None:
        samples = self.samples()
        self.tools.show_samples(len(samples) if samples is not None else 0, PART_NAMES[self.part].lower())
        if self.loaded is not None and self.loaded[0] != self.part:
            self._take(self.tools.number.value())  # a sample of the other part would look like one of this

    def _take(self, number: int) -> None:
        """Have this sample of the part that is looked at to begin with."""
        samples, data = self.samples(), self.data
        assert samples is not None
        assert data is not None
        with QSignalBlocker(self.maker):
            self.maker.load(data.scaler.invert(samples.x[number : number + 1])[0])
        with QSignalBlocker(self.tools.number):
            self.tools.number.setValue(number)
        self.loaded = self.part, number
        self._show_seen()

    def _change(self) -> None:
        """Something was drawn: it is no longer the sample that it may have been."""
        self.loaded = None
        with QSignalBlocker(self.tools.pen), QSignalBlocker(self.tools.eraser):
            self.tools.eraser.setChecked(self.maker.pad.is_erasing)
            self.tools.pen.setChecked(not self.maker.pad.is_erasing)
        self._show_seen()
        self.ask_again()

    def _show_seen(self) -> None:
        maker = self.maker
        self.tools.undo.setEnabled(maker.maker.can_undo)
        if self.is_blank:
            self.answer = None
            self.bars.show_answer(None, (), self._truth())
        if maker.pictures is None:
            return
        if maker.pictures.kind != IMAGES:
            return
        seen = "What the network sees"
        placing = maker.placing
        if maker.is_placed and placing is not None:
            seen += f": your drawing, {placing.words}, as in {whose(self.data)}"
        elif placing is not None and not maker.pad.is_by_hand:
            seen += ": a sample as it is"
        self.tools.show_seen(maker.pictures.image(maker.sample()), f"{seen}.")

    def _choose_pen(self, on: bool) -> None:
        self.maker.pad.is_erasing = not on

    def _choose_colour(self, color: Any) -> None:
        self.maker.pad.color = color

    @property
    def _span(self) -> tuple[float, ...]:
        """The least and the greatest number that is to be fitted: a bar says how large a number is among them."""
        data = self.data
        if data is None or data.task == "classification":
            return ()
        return float(data.train.y.min()), float(data.train.y.max())

    def _truth(self, is_brief: bool = False) -> str:
        """What would be right, if the sample is one of the data; else what it is, where that is not seen."""
        samples, data = self.samples(), self.data
        if self.loaded is None or samples is None or data is None or self.loaded[0] != self.part:
            return invitation(data, self._lacks_tools) if self.is_blank else self._own_words()
        part, number = self.loaded
        return truth_words(data, part, number, samples.y[number], is_brief)

    def _own_words(self) -> str:
        """That a sequence is none of the data: nothing else would tell it from the sample whose number stands there."""
        return "a curve of your own" if self.maker.maker is self.maker.curve else ""

    def _picture_of(self, answer: Predicted) -> QImage | None:
        """The numbers that the network gives as an image, if they are one of the same shape as the sample."""
        data, pictures = self.data, self.maker.pictures
        assert data is not None
        if pictures is None or pictures.kind != IMAGES or answer.winner is not None:
            return None
        if len(answer.outputs) != int(np.prod(data.sample_shape)):
            return None
        return pictures.image(answer.outputs.reshape(data.sample_shape))

    @keeping_keyboard
    def _choose_picture(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a picture", "", "Pictures (*.png *.jpg *.jpeg *.bmp)")
        if chosen:
            self.open_picture(Path(chosen))
