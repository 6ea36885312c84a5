"""The samples that the network does worst on, the largest loss first, what it takes them for and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.amounts import thousands
from deepviz.gui.plots.exports import paint_widget
from deepviz.gui.plots.part_look import PartLook
from deepviz.gui.plots.sample_list import Listed, SampleList
from deepviz.gui.plots.sample_pictures import has_image_targets
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import WRONG_ONLY, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.worst_predictions import RankedSamples, WorstPredictions

MOST_TARGETS = 3
"""Of samples with several target numbers, so many are told."""
LONGEST_NAME = 3
"""Letters of the name of a class that have room beside a probability."""


class WorstPredictionsView(PartLook):
    """What the network gets most wrong."""

    key = "worst_predictions"
    title = "Worst predictions"
    explanation = "The samples on which the network does worst, those with the largest loss first."
    order = 71

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: RankedSamples | None = None
        self.wrong_only = False
        super().__init__(parent)
        self.wrong_button = QToolButton(self)
        self.wrong_button.setText("Wrong only")
        self.wrong_button.setToolTip("List only samples whose class is wrong")
        self.wrong_button.setCheckable(True)
        self.wrong_button.setMinimumWidth(16)  # it goes where there is no room, and must not keep the view from that
        self.wrong_button.hide()
        self.wrong_button.toggled.connect(self.choose_wrong_only)
        self.header.add(self.wrong_button)
        self.samples_list.chosen.connect(lambda index: self.sample_chosen.emit(self.part, index))

    def question(self) -> WorstPredictions | None:
        return WorstPredictions(self.part, self.wrong_only) if self.can_ask else None

    def show_answer(self, answer: Any) -> None:
        data, part = self.data, self.samples()
        if answer.part != self.part or data is None or part is None:
            return
        self.answer = answer
        self.caption.setText(self._in_words(answer))
        beside: tuple[np.ndarray, ...] = ()
        if has_image_targets(data):
            beside = tuple(each.reshape(-1, *data.sample_shape) for each in (answer.targets, answer.outputs))
        self.samples_list.show_samples(data, part, self._headings(answer), self._listed(answer, data), beside)

    def choose_wrong_only(self, on: bool) -> None:
        """List all samples, or only those whose class is wrong."""
        self.wrong_only = on
        self.remember(WRONG_ONLY, on)
        self._wrong_action.setChecked(on)
        with QSignalBlocker(self.wrong_button):
            self.wrong_button.setChecked(on)
        self.ask_again()

    def take_settings(self, settings: Settings) -> None:
        super().take_settings(settings)
        self.choose_wrong_only(settings.get(WRONG_ONLY))

    def apply_theme(self, theme: Theme) -> None:
        self.samples_list.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        paint_widget(painter, rect.topLeft(), self.content)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer, data = self.answer, self.data
        assert answer is not None
        assert data is not None
        names, inputs = self.samples_list.model.numbers()
        columns, rows = self._results(answer, data)
        return [*columns, *names], ([*row, *values] for row, values in zip(rows, inputs.tolist(), strict=True))

    @staticmethod
    def _results(answer: RankedSamples, data: PreparedData) -> tuple[list[str], Iterable[list[object]]]:
        """What was given and wanted of each sample, below the names of the columns."""
        outputs = [f"output {number + 1}" for number in range(answer.outputs.shape[1])]
        if answer.predicted is None:
            targets = list(data.target_words)
            rows = zip(answer.indices, answer.losses, answer.targets, answer.outputs, strict=True)
            columns = ["sample", "loss", *targets, *outputs]
            return columns, ([int(a), float(b), *c.tolist(), *d.tolist()] for a, b, c, d in rows)
        names, shares = data.class_names, answer.probabilities
        columns = ["sample", "loss", "true class", "predicted class"]
        columns += outputs if shares is None else [f"probability of {name}" for name in names]
        values = answer.outputs if shares is None else shares
        lines = zip(answer.indices, answer.losses, answer.targets, answer.predicted, values, strict=True)
        return columns, ([int(a), float(b), names[c], names[d], *e.tolist()] for a, b, c, d, e in lines)

    def _make_content(self) -> QWidget:
        content = QWidget()
        self.caption = QLabel(content)
        self.caption.setWordWrap(True)
        self.caption.setMinimumWidth(60)
        self.caption.setProperty("role", "small")
        self.caption.setContentsMargins(12, 2, 12, 4)
        self.samples_list = SampleList("Worst predictions", content)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self.samples_list, 1)
        return content

    def _build_choices(self, menu: QMenu) -> None:
        super()._build_choices(menu)
        self._wrong_action = menu.addAction("Wrong only")
        self._wrong_action.setCheckable(True)
        self._wrong_action.toggled.connect(lambda on: self.choose_wrong_only(on) if on != self.wrong_only else None)

    def _show_choices(self) -> None:
        super()._show_choices()
        has_classes = self.data is not None and self.data.task == "classification"
        self._wrong_action.setEnabled(has_classes)
        self.wrong_button.setVisible(has_classes and self.width() >= 400)

    def _forget(self) -> None:
        self.answer = None

    def _in_words(self, answer: RankedSamples) -> str:
        """How many of how many, and what all of them lose on average."""
        of = self.count_in_words(answer.samples, answer.total)
        mean = f"mean loss {format_value(answer.mean_loss, 6)}"
        if self.data is not None and has_image_targets(self.data):
            return f"{mean} · {len(answer)} of {of}, the largest loss first: sample, target, what the network gives"
        if answer.predicted is None or not self.wrong_only:
            return f"{mean} · {len(answer)} worst of {of}"
        if not len(answer):
            return f"{mean} · none of {of} is wrong"
        which = (
            f"{thousands(answer.candidates)} wrong"
            if len(answer) == answer.candidates
            else (f"{len(answer)} worst of {thousands(answer.candidates)} wrong")
        )
        return f"{mean} · {which} among {of}"

    def _headings(self, answer: RankedSamples) -> tuple[str, ...]:
        if self.data is not None and has_image_targets(self.data):
            return ("loss",)
        if answer.predicted is None:
            return ("true", "predicted", "residual", "loss")
        if answer.probabilities is None:
            return ("true", "predicted", "output", "loss")
        return ("true", "predicted", "P(predicted)", "P(true)", "loss")

    def _listed(self, answer: RankedSamples, data: PreparedData) -> list[Listed]:
        rows = range(len(answer))
        if has_image_targets(data):
            return [_image_line(answer, row) for row in rows]
        return [self._class_line(answer, row, data) if answer.predicted is not None else _number_line(answer, row)
                for row in rows]  # fmt: skip

    def _class_line(self, answer: RankedSamples, row: int, data: PreparedData) -> Listed:
        assert answer.predicted is not None
        index, taken = int(answer.indices[row]), int(answer.predicted[row])
        true, predicted = data.class_names[int(answer.targets[row])], data.class_names[taken]
        loss = format_value(float(answer.losses[row]), 4)
        heading = f"{true} ✓" if true == predicted else f"{true} as {predicted}"
        if answer.probabilities is None:
            # A single output below 0 stands for the first of two classes.
            output = format_value(float(answer.outputs[row, min(taken, answer.outputs.shape[1] - 1)]), 4)
            words = f"Sample {index}: true {true}, predicted {predicted} with output {output}, loss {loss}"
            return Listed(index, (heading, f"output {output}", f"loss {loss}"), (true, predicted, output, loss), words)
        right = float(answer.probabilities[row, int(answer.targets[row])])
        said, had = share_text(float(answer.probabilities[row, taken])), share_text(right)
        # The probability in front is not the one that the loss is of, unless the class is right.
        lines = [heading, _of_class("said", predicted, said), f"loss {loss}"]
        words = f"Sample {index}: true {true}, predicted {predicted} with probability {said}"
        if true != predicted:
            lines.insert(2, _of_class("right", true, had))
            words += f"; the right {true} had {had}"
        words += f". Loss {loss}"
        if right > 0 and math.isclose(-math.log(right), float(answer.losses[row]), rel_tol=1e-4, abs_tol=1e-7):
            words += f" = −ln P({true}), of the right class"
        return Listed(index, tuple(lines), (true, predicted, said, had, loss), words)


def share_text(share: float) -> str:
    """A probability to four figures, never rounded to certainty."""
    text = format_value(share, 4)
    return "> 0.9999" if text == "1" and share < 1.0 else text


def _of_class(word: str, name: str, share: str) -> str:
    """Whose probability it is; a long name stands in the line above already, and would take the number's place."""
    return f"{word} {name}: {share}" if len(name) <= LONGEST_NAME else f"{word}: {share}"


def _image_line(answer: RankedSamples, row: int) -> Listed:
    """A sample whose target is an image: no single number of it stands for the others."""
    index, loss = int(answer.indices[row]), format_value(float(answer.losses[row]), 5)
    return Listed(index, (f"loss {loss}",), (loss,), f"Sample {index}: its image, its target and what the network "
                  f"gives for it, loss {loss}")  # fmt: skip


def _number_line(answer: RankedSamples, row: int) -> Listed:
    """A sample with numbers to fit: those of the target that is farthest off."""
    index, errors = int(answer.indices[row]), answer.outputs[row] - answer.targets[row]
    worst = int(abs(errors).argmax())
    values = (answer.targets[row, worst], answer.outputs[row, worst], errors[worst], answer.losses[row])
    true, predicted, error, loss = (format_value(float(value), 5) for value in values)
    which = f" of output {worst + 1}" if len(errors) > 1 else ""
    words = f"Sample {index}: true {true}, predicted {predicted}, residual {error}{which}, loss {loss}"
    short = " for ".join(format_value(float(value), 3) for value in values[1::-1])
    return Listed(index, (short, f"loss {loss}"), (true, predicted, error, loss), words)
