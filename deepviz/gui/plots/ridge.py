"""Histograms over time of one layer: of what it gives, of its weights, or of their gradients.

Each step that was looked at is an outline, the newest in front, or a row of a map seen from above. Weights are those
after the update of a step; activations and gradients are those of its batch, before it. What the run did not look at is
worked out from the weights after a step: activations for training samples that are the same each time, and it is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAction, QActionGroup, QPainter
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from deepviz.engine.histogram import BINS
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.activation_figures import is_stale
from deepviz.gui.plots.asking import Asking
from deepviz.gui.plots.origin import Origin
from deepviz.gui.plots.plot import nearest
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.rebinning import Floats, bin_at, bin_edges
from deepviz.gui.plots.ridge_area import RidgeArea
from deepviz.gui.plots.ridge_readings import bound, readings
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.settings import HISTOGRAM_FORM, HISTOGRAM_LOG, HISTOGRAM_OF, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.distribution import Distributed, Distribution
from deepviz.training.history import History

WIDEST_CHOICE = 118
NEXT = "Go on with Run or Step"


class Kind(NamedTuple):
    """What there are histograms of: its name, the probe, and what is said where a layer has none."""

    name: str
    probe: str
    missing: str


KINDS = {
    "activations": Kind("Activations", "activation_histogram", "{0} has given no finite number"),
    "weights": Kind("Weights", "weight_histogram", "{0} has no finite weight"),
    "gradients": Kind("Gradients", "gradient_histogram", "{0} is frozen: its gradient is not computed"),
}


class Found(NamedTuple):
    """The histograms of one layer that were measured: shapes (n,), (n, bins) and (n, 2)."""

    steps: npt.NDArray[np.int64]
    counts: npt.NDArray[np.uint32]
    ranges: Floats


class Histograms(Asking):
    """Histograms of one layer over time."""

    key = "histograms"
    title = "Histograms"
    explanation = "How the numbers of one layer are distributed: each hill is a moment of the run, the newest in front."
    order = 56
    category = "Activations"
    invitation = "Press Run to see how activations, weights and gradients are distributed"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.of = "activations"
        self.is_map = self.is_logarithmic = False
        self._wanted = ""
        self._settings: Settings | None = None
        self._found: Found | None = None
        self.answer: Distributed | None = None
        super().__init__(parent)
        self.kind_choice = self._choice("What the histograms are of")
        for name, kind in KINDS.items():
            self.kind_choice.addItem(kind.name, name)
        self.layer_choice = self._choice("Layer")
        self.header.add(self.layer_choice)
        self.header.add(self.kind_choice)
        self.kind_choice.activated.connect(lambda _: self.choose_kind(self.kind_choice.currentData()))
        self.layer_choice.activated.connect(lambda _: self.choose_node(self.layer_choice.currentText()))
        self.header.follow_button.setText("Fit")
        self.header.follow_button.setToolTip("Show all values again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.reset_requested.connect(self.reset_view)
        self.area.view_changed.connect(self.header.follow_button.show)
        self.area.menu_requested.connect(self._open_menu)

    # What is chosen

    @property
    def probes(self) -> tuple[str, ...]:  # type: ignore[override]  # it depends on what is chosen
        return (KINDS[self.of].probe,)

    def take_settings(self, settings: Settings) -> None:
        """Begin with what was chosen the last time, and remember what will be."""
        self._settings = None
        self.choose_kind(settings.get(HISTOGRAM_OF))
        self.set_map(settings.get(HISTOGRAM_FORM) == "map")
        self.set_logarithmic(settings.get(HISTOGRAM_LOG))
        self._settings = settings

    def choose_kind(self, name: str) -> None:
        """Show histograms of one of `KINDS`."""
        if name == self.of:
            return
        self.of = name
        self.kind_choice.setCurrentIndex(self.kind_choice.findData(name))
        if self._settings is not None:
            self._settings.set(HISTOGRAM_OF, name)
        self._start_anew()
        self.wants_changed.emit()

    def choose_node(self, node_id: str) -> None:
        """Show this layer, or, where it has no such numbers, the nearest one before it that has."""
        if node_id and node_id != self._wanted:
            self._wanted = node_id
            self._start_anew()

    def set_map(self, on: bool) -> None:
        """Show a map of colours, or outlines."""
        if on != self.is_map:
            self.is_map = on
            for action in self._forms.actions():
                action.setChecked(action.data() == on)
            if self._settings is not None:
                self._settings.set(HISTOGRAM_FORM, "map" if on else "ridge")
            self.area.set_form(on, self.is_logarithmic)

    def set_logarithmic(self, on: bool) -> None:
        """Draw logarithms of the counts, or shares of all numbers."""
        if on != self.is_logarithmic:
            self.is_logarithmic = on
            self._log_action.setChecked(on)
            if self._settings is not None:
                self._settings.set(HISTOGRAM_LOG, on)
            self.area.set_form(self.is_map, on)

    def reset_view(self) -> None:
        """Show all values again."""
        self.header.follow_button.hide()
        self.area.fit()

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers there can be histograms of, in the order of the network."""
        return () if self.history is None else self.history.row_names(KINDS[self.of].probe)

    @property
    def row(self) -> int | None:
        """Which of the layers is shown; None if there is none."""
        layers = self.layers
        if self.history is None or not layers:
            return None
        if self._wanted in layers:
            return layers.index(self._wanted)
        nodes = self.history.nodes
        before = nodes[: nodes.index(self._wanted)] if self._wanted in nodes else ()
        earlier = [number for number, name in enumerate(layers) if name in before]
        # The first of all nodes is the Input, whose numbers are the data.
        return earlier[-1] if earlier else min(int(self.of == "activations"), len(layers) - 1)

    # What is shown

    def show_history(self, history: History | None) -> None:
        self.header.follow_button.hide()
        self.area.is_fitted = True
        self.answer, self.step = None, None
        super().show_history(history)
        self.ask_again()

    def question(self) -> Distribution | None:
        """What the run has not looked at lately; None for gradients, which are those of a batch, and without a run."""
        history, row = self.history, self.row
        if history is None or not len(history) or row is None or self.of not in ("weights", "activations"):
            return None
        if self.data is None or self.report is None or self.report.problems:
            return None
        if self.is_paused and self.moment is None:  # what the run does meanwhile is no news
            return None
        shown = int(history.steps[-1]) if self.moment is None else self.moment
        if not is_stale(self._measured().steps, shown, self.moment is not None):
            return None
        return Distribution("weights" if self.of == "weights" else "activations", self.layers[row])

    def show_answer(self, answer: Any) -> None:
        self.answer = answer
        self._say_what_is_missing()
        self._show_at_once()

    def _network_replaced(self) -> None:
        self._wanted = ""

    def what_is_missing(self) -> str:
        missing = super().what_is_missing()
        if missing or self.history is None:
            return missing
        kind, row = KINDS[self.of], self.row
        if row is None and self.history.nodes:
            return "No layer of this network has weights"
        found = self._to_show()
        if row is not None and np.isfinite(found.ranges).any():
            return ""
        if row is not None and self.question() is not None and not self._has_answer:
            return self._unanswerable or "Waiting for the network"
        if row is not None and (self._has_answer or kind.probe in self.history.histograms):
            return kind.missing.format(self.layers[row])
        return f"{kind.name} are measured only while this can be seen, and in this run they were not so far. {NEXT}"

    @property
    def _has_answer(self) -> bool:
        """Whether the answer is about what is chosen now."""
        answer, row = self.answer, self.row
        return answer is not None and row is not None and (answer.of, answer.node) == (self.of, self.layers[row])

    def _measured(self) -> Found:
        """What the run has looked at of the layer that is shown."""
        probe, row = KINDS[self.of].probe, self.row
        if self.history is None or row is None or probe not in self.history.histograms:
            return Found(np.zeros(0, np.int64), np.zeros((0, BINS), np.uint32), np.zeros((0, 2)))
        steps, counts, ranges = self.history.histogram(probe)
        is_measured = np.isfinite(ranges[:, row, 0])
        return Found(steps[is_measured], counts[is_measured, row], ranges[is_measured, row])

    def _to_show(self) -> Found:
        """The same, with what was worked out of a step that it has not looked at in its place.

        Activations that were worked out are of other samples and other weights than measured ones of the same step.
        They are among these only while they are what is wanted to be seen, and the header says what they are.
        """
        found, answer, step = self._measured(), self.answer, self.step
        if answer is None or step is None or not self._has_answer or not np.isfinite(answer.span).all():
            return found
        if step in found.steps:
            return found
        mixes_nothing = self.of == "weights" or not len(found.steps)
        place = int(np.searchsorted(found.steps, step))
        last = len(found.steps) if self.moment is None else int(np.searchsorted(found.steps, self.moment, "right"))
        if not mixes_nothing and (place != last or (self.moment is not None and step > self.moment)):
            return found
        counts = np.insert(found.counts, place, answer.counts.astype(np.uint32), axis=0)
        return Found(np.insert(found.steps, place, step), counts, np.insert(found.ranges, place, answer.span, axis=0))

    def _origin(self, step: int) -> Origin:
        """Of what the histogram of a step is."""
        if self.of == "weights":
            return Origin(step, False)
        answer = self.answer
        is_measured = step != self.step or not self._has_answer or step in self._measured().steps
        return Origin(step, True) if is_measured or answer is None else Origin(step, False, answer.samples)

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        super().apply_theme(theme)

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def paint_picture(self, painter: QPainter) -> None:
        """As every view; but what is chosen in the header has to be said, since a picture has no choices."""
        title, row = self.header.title, self.row
        if row is not None:
            self.header.title = f"{KINDS[self.of].name} of {self.layers[row]}"
        super().paint_picture(painter)
        self.header.title = title

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.area.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """One row for each bin of each step, as it was measured; the last bin of a step holds its upper end too."""
        return ["quantity", "layer", "step", "of", "from", "to", "count"], self._table_rows()

    def hover_text(self, number: int, value: float) -> str:
        """What the box says of the histogram with a number, at a value."""
        pointer = self._describe(number, value)
        return "\n".join([pointer.heading, *(f"{each.name} {each.value}".strip() for each in pointer.readings)])

    def _table_rows(self) -> Iterator[Sequence[object]]:
        row = self.row
        if self._found is None or row is None:
            return
        for step, counts, span in zip(*self._found, strict=True):
            edges, origin = bin_edges(span, len(counts)).tolist(), self._origin(int(step)).cell
            for low, high, count in zip(edges[:-1], edges[1:], counts.tolist(), strict=True):
                yield [self.of, self.layers[row], int(step), origin, low, high, count]

    def _make_content(self) -> QWidget:
        self.area = RidgeArea(self._describe, self)
        return self.area

    def _start(self) -> None:
        self._found = None
        self.area.clear()
        self._offer_layers()

    def _start_anew(self) -> None:
        """Another layer or quantity: its values have a range of their own."""
        self.area.is_fitted = True
        self.header.follow_button.hide()
        self._start()
        self._say_what_is_missing()
        self._show_at_once()
        self.ask_again()

    def _show_at_once(self) -> None:
        if self.is_paused and self.history is not None and self.isVisible():  # another choice is no news of the run
            self.draw()
        else:
            self._draw_again()

    def _show_moment(self, step: int | None) -> None:
        self._show_at_once()
        self.ask_again()

    def _draw(self) -> None:
        assert self.history is not None
        row = self.row
        assert row is not None
        self._offer_layers()
        if self.question() is not None:
            self.ask_again()
        self._found = self._to_show()
        marked = self._marked(self._found.steps)
        told = self._origin(int(self._found.steps[-1 if marked is None else marked]))
        self.area.show_histograms(*self._found, marked, told.words if told.samples else "")
        self._say_step()

    @property
    def step_in_words(self) -> str:
        marked = None if self._found is None else self._marked(self._found.steps)
        if self._found is None or not len(self._found.steps):
            return ""
        if marked is None and (self.step != self._found.steps[-1] or not self._has_answer):
            return ""
        return self._origin(int(self._found.steps[-1 if marked is None else marked])).words

    def _marked(self, steps: npt.NDArray[np.int64]) -> int | None:
        """The last step up to the moment that was looked at; None without a moment, or where there is none so early."""
        row = -1 if self.moment is None else int(np.searchsorted(steps, self.moment, "right")) - 1
        return row if row >= 0 else None

    def _offer_layers(self) -> None:
        """List the layers, with the one that is shown in front."""
        layers, row = self.layers, self.row
        if layers != tuple(self.layer_choice.itemText(number) for number in range(self.layer_choice.count())):
            self.layer_choice.clear()
            self.layer_choice.addItems(layers)
        self.layer_choice.setCurrentIndex(-1 if row is None else row)
        self.layer_choice.setVisible(bool(layers))

    def _describe(self, number: int, value: float) -> Pointer:
        """The bin at a value, exactly as it was measured."""
        assert self._found is not None
        assert self.history is not None
        step, counts, span = int(self._found.steps[number]), self._found.counts[number], self._found.ranges[number]
        epoch = self.history.epochs[nearest(self.history.steps, step)]
        origin, of_epoch = self._origin(step), f"epoch {format_integer(int(epoch))}" if step else ""
        heading = " · ".join(filter(None, (origin.moment, of_epoch, origin.samples_in_words)))
        found, color = bin_at(counts, span, value), self.theme.accent
        if found is None:
            low, high = span.tolist()
            ends = f"{bound(low, high - low)} … {bound(high, high - low)}"
            return Pointer(float(step), heading, (Reading("all numbers are in", ends, color),))
        return Pointer(float(step), heading, tuple(readings(found, color)))

    def _build_choices(self, menu: QMenu) -> None:
        menu.addAction("Reset view").triggered.connect(self.reset_view)
        self._forms = QActionGroup(self)
        for text, is_map in (("Outlines", False), ("Map from above", True)):
            action = QAction(text, self, checkable=True)
            action.setData(is_map)
            action.setChecked(is_map == self.is_map)
            action.triggered.connect(lambda _, is_map=is_map: self.set_map(is_map))
            self._forms.addAction(action)
            menu.addAction(action)
        self._log_action = QAction("Logarithmic counts", self, checkable=True)
        self._log_action.toggled.connect(self.set_logarithmic)
        menu.addAction(self._log_action)

    def _choice(self, name: str) -> QComboBox:
        choice = ChoiceBox(self.header)
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(6)
        choice.setMaximumWidth(WIDEST_CHOICE)
        return choice
