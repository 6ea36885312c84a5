"""Where samples lie for each layer: their first two principal components, coloured by class or by what is wanted.

Small pictures go from the input to the output, so that one can see features become more abstract; one is seen large.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF, QPainter, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QVBoxLayout, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.amounts import thousands
from deepviz.gui.class_colors import class_color
from deepviz.gui.plots.class_legend import ClassLegend
from deepviz.gui.plots.cloud_painting import CloudPainter
from deepviz.gui.plots.cloud_strip import CloudStrip
from deepviz.gui.plots.cloud_words import axis_titles, description, figure, figures_tip, short_separation, table_rows
from deepviz.gui.plots.header import HEIGHT
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.part_look import PART_NAMES
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.plane_limits import fitted
from deepviz.gui.plots.pointer import TEXT_SIZE, Pointer, Reading
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import PROJECTION_SAMPLES, Settings
from deepviz.gui.theme import Theme, body_font
from deepviz.insight.projection import SAMPLES, Clouds, LayerCloud, aligned
from deepviz.insight.projection import Projection as Ask
from deepviz.insight.subject import PARTS

COUNTS = (200, SAMPLES, 1000, 2000)
NEAR = 14.0
"""Pixels within which a click means a sample."""
SMALL = 300
"""Pixels of height below which pictures and dots are smaller, and less is said."""
ROOM_FOR_COLUMN = 380
"""Pixels of width from which on a low view has its small pictures below each other."""
BESIDE_WORDS = 20
"""Pixels of its width that words above the picture do not have."""


class Projection(Look):
    """The samples as each layer sees them."""

    key = "projection"
    title = "Projection"
    heading = "Projection"
    explanation = "The samples as each layer sees them, seen from where they differ most. Classes should move apart."
    order = 72
    category = "Inside"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Clouds | None = None
        self.node = ""
        self.part, self.samples = "train", SAMPLES
        self._chosen_class: int | None = None
        self._is_zoomed = False
        self._settings: Settings | None = None
        self._shown_data: PreparedData | None = None
        super().__init__(parent)
        self.area.setAccessibleName("Samples as the chosen layer sees them")
        self.header.follow_button.setText("Whole")
        self.header.follow_button.setToolTip("Show all samples again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.window_changed.connect(self._zoom)
        self.area.reset_requested.connect(self.reset_view)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.chosen.connect(self._choose)
        self.area.menu_requested.connect(self._open_menu)
        self.strip.menu_requested.connect(self._open_menu)
        self.strip.chosen.connect(self._choose_cloud)
        self.header.entry_pointed.connect(self._single_out)
        self.legend.pointed.connect(self._single_out)
        self.legend.stand_in_for(self.header)

    # What is asked

    def question(self) -> Ask | None:
        return None if self.data is None else Ask(self.part, self.samples)

    def what_is_missing(self) -> str:
        # The first answer may be about what was chosen before.
        return super().what_is_missing() or ("" if self.answer is not None else self.invitation)

    def show_answer(self, answer: Any) -> None:
        if answer.part != self.part:
            return  # something else was chosen meanwhile
        self.answer = aligned(answer, self.answer)
        self._show_clouds()

    def choose_node(self, node_id: str) -> None:
        """See this layer large."""
        if node_id == self.node:
            return
        if self.answer is None:
            self.node = node_id
        elif any(each.node == node_id for each in self.answer.layers):
            self.node = node_id
            self.reset_view()

    def choose_part(self, part: str) -> None:
        """Look at the samples of another part of the data."""
        if part != self.part:
            self.part = part
            self._part_actions[part].setChecked(True)
            self._start_anew()

    def choose_samples(self, count: int) -> None:
        """Look at so many samples, at most."""
        if count != self.samples:
            self.samples = count
            self._count_actions[count].setChecked(True)
            if self._settings is not None:
                self._settings.set(PROJECTION_SAMPLES, count)
            self.ask_again()

    def take_settings(self, settings: Settings) -> None:
        """Begin with as many samples as the last time, and remember how many will be chosen."""
        self.choose_samples(settings.get(PROJECTION_SAMPLES))
        self._settings = settings

    def single_out(self, number: int | None) -> None:
        """Let one class stand out from the others until another one is chosen, or none."""
        self._chosen_class = number
        for place, action in enumerate(self._single_menu.actions()):
            action.setChecked(place == (0 if number is None else number + 1))
        self._single_out(None)

    def reset_view(self) -> None:
        """Show all samples again."""
        self._is_zoomed = False
        self.header.follow_button.hide()
        if self.answer is not None:
            self._show_clouds()

    # How it looks

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        self.paint.theme = theme
        self.strip.apply_theme(theme)
        self.legend.apply_theme(theme)
        super().apply_theme(theme)
        if self.answer is not None:
            self._show_clouds()

    def picture_size(self) -> QSizeF:
        # All layers are in a file, in as many rows as it takes; the large picture keeps its size.
        above = HEIGHT + (0 if self.legend.isHidden() else self.legend.height())
        return QSizeF(self.width(), above + self.strip.picture_height(self.width()) + self.area.height())

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.strip.paint_into(painter, rect)
        used = self.strip.picture_height(rect.width())
        if not self.legend.isHidden():
            self.legend.paint_into(painter, rect.adjusted(0, used, 0, 0))
            used += self.legend.height()
        self.area.paint_into(painter, QRectF(rect.left(), rect.top() + used, rect.width(), rect.height() - used))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        assert self.answer is not None
        names = ["layer", "number", "class" if self.answer.is_class else "target", "component_1", "component_2"]
        return [*names, "share_1", "share_2", "neighbours", "silhouette"], table_rows(self.answer, self._word)

    # Inside

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        self.strip = CloudStrip(content)
        self.area = PlaneArea(content)
        self.legend = ClassLegend(content)
        self.paint = CloudPainter(self.area)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, content)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(self.strip)
        column = QVBoxLayout()
        column.addWidget(self.legend)
        column.addWidget(self.area, 1)
        self._box.addLayout(column, 1)
        # As it is arranged now must not keep it from being made so narrow that it is arranged in another way.
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        content.setMinimumSize(140, 180)
        return content

    def _build_choices(self, menu: QMenu) -> None:
        menu.addAction("Reset view").triggered.connect(self.reset_view)
        self._single_menu = menu.addMenu("Single out a class")
        self._single_menu.setEnabled(False)
        self._part_actions, self._count_actions = {}, {}
        parts, group = menu.addMenu("Part of the data"), QActionGroup(self)
        for part in PARTS:
            action = QAction(f"{PART_NAMES[part]} samples", self, checkable=True, checked=part == self.part)
            action.triggered.connect(lambda _, part=part: self.choose_part(part))
            group.addAction(action)
            parts.addAction(action)
            self._part_actions[part] = action
        counts, group = menu.addMenu("Samples"), QActionGroup(self)
        for count in COUNTS:
            action = QAction(f"At most {thousands(count)}", self, checkable=True, checked=count == self.samples)
            action.triggered.connect(lambda _, count=count: self.choose_samples(count))
            group.addAction(action)
            counts.addAction(action)
            self._count_actions[count] = action

    def _project_changed(self) -> None:
        data: PreparedData | None = self.data
        if data is not self._shown_data:
            self._shown_data = data
            there = {"train": True, "validation": data is not None and data.validation is not None}
            there["test"] = data is not None and data.test is not None
            for part, action in self._part_actions.items():
                action.setEnabled(there[part])
            if not there[self.part]:
                self.part = "train"
                self._part_actions["train"].setChecked(True)
            self._start_anew()

    def _network_replaced(self) -> None:
        self.node = ""

    def _start_anew(self) -> None:
        self.answer, self.step, self._is_zoomed = None, None, False
        self._point(None)
        self._say_what_is_missing()
        self.ask_again()

    def _cloud(self) -> tuple[int, LayerCloud]:
        """The one that is seen large: of the chosen layer, else the last hidden one."""
        assert self.answer is not None
        layers = self.answer.layers
        place = next((number for number, each in enumerate(layers) if each.node == self.node), len(layers) - 1)
        return place, layers[place]

    def _show_clouds(self) -> None:
        answer = self.answer
        assert answer is not None
        _, cloud = self._cloud()
        self.paint.answer, self.paint.cloud = answer, cloud
        self._show_strip()
        points = cloud.points[np.isfinite(cloud.points).all(axis=1)]
        if not self._is_zoomed and len(points):
            self.area.show_window(fitted(points, self.area.window_shown))
        self.area.right_margin = self.paint.right_margin
        self._say_words(cloud)
        self._show_classes(self.data.class_names if answer.is_class and self.data is not None else ())
        if self.paint.sample is not None:
            self._say_sample(min(self.paint.sample, len(cloud.points) - 1))
        self.area.update()

    def _show_strip(self) -> None:
        assert self.answer is not None
        place, _ = self._cloud()
        figures = [figure(self.answer, each) for each in self.answer.layers]
        self.strip.show_clouds(self.answer.layers, figures, self.paint.colors(fades=True), place)

    def _show_classes(self, names: Sequence[str]) -> None:
        """Name the classes in the header, and offer in the menu to single one of them out."""
        self.legend.show_classes(
            Entry(name, "", class_color(self.theme, number), is_patch=True, mark=number)
            for number, name in enumerate(names)
        )
        self._single_menu.setEnabled(bool(names))
        if [each.text() for each in self._single_menu.actions()[1:]] != list(names):
            self._chosen_class = None
            self._fill_single_menu(names)
            self._single_out(None)

    def _fill_single_menu(self, names: Sequence[str]) -> None:
        self._single_menu.clear()
        for number, name in ((None, "None"), *enumerate(names)):
            action = QAction(name, self._single_menu, checkable=True, checked=number == self._chosen_class)
            action.triggered.connect(lambda _, number=number: self.single_out(number))
            self._single_menu.addAction(action)

    def _say_words(self, cloud: LayerCloud) -> None:
        """What is said around the large picture; little where there is little room."""
        assert self.answer is not None
        is_small = self.paint.is_small
        words = description(self.answer, cloud)
        room = self.width() - BESIDE_WORDS - (self.strip.minimumWidth() if self.strip.is_column else 0)
        if is_small and QFontMetricsF(body_font(TEXT_SIZE)).horizontalAdvance(words) > room:
            # One line is all that a low picture has, and a row of small pictures above it has the figure as well.
            words = short_separation(self.answer, cloud) if self.strip.is_column else ""
        self.area.caption_tip = tip = figures_tip(self.answer)
        self.strip.setToolTip(tip)
        self.area.say(words, *axis_titles(cloud, is_small))

    # What somebody does

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        if self.answer is not None:
            self._say_words(self._cloud()[1])

    def _arrange(self) -> None:
        """Have the small pictures to the left of the large one where it would be low otherwise, if that is wide."""
        self.paint.is_small = self.height() < SMALL
        is_column = self.paint.is_small and self.width() >= ROOM_FOR_COLUMN
        if (self.paint.is_small, is_column) != (self.strip.is_low or self.strip.is_column, self.strip.is_column):
            directions = QBoxLayout.Direction
            self._box.setDirection(directions.LeftToRight if is_column else directions.TopToBottom)
            self.strip.set_form(self.paint.is_small, is_column)

    def _single_out(self, number: int | None) -> None:
        """Let the class stand out that is pointed at in the header; without one, the chosen one."""
        singled = self._chosen_class if number is None else number
        if singled != self.paint.singled:
            self.paint.singled = singled
            if self.answer is not None:
                self._show_strip()
            self.area.update()

    def _choose_cloud(self, number: int) -> None:
        assert self.answer is not None
        self.paint.sample = None
        self.choose_node(self.answer.layers[number].node)

    def _zoom(self) -> None:
        self._is_zoomed = True
        self.header.follow_button.show()

    def _nearest(self, here: QPointF) -> int | None:
        if self.answer is None:
            return None
        _, cloud = self._cloud()
        if not np.isfinite(cloud.points).all():
            return None
        xs, ys = self.area.pixels(cloud.points[:, 0], cloud.points[:, 1])
        pixel = self.area.pixel(here.x(), here.y())
        distances = np.hypot(xs - pixel.x(), ys - pixel.y())
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= NEAR else None

    def _point(self, here: QPointF | None) -> None:
        self._say_sample(None if here is None else self._nearest(here))

    def _nudge(self, right: int, up: int) -> None:
        """To the next sample or the one before, by number."""
        if self.answer is not None:
            count = len(self._cloud()[1].points)
            self._say_sample(0 if self.paint.sample is None else (self.paint.sample + right + up) % count)

    def _choose(self, here: QPointF) -> None:
        place = self._nearest(here)
        if place is not None and self.answer is not None and not self._cloud()[1].has_entries:
            self.sample_chosen.emit(self.answer.part, int(self.answer.numbers[place]))

    def _say_sample(self, place: int | None) -> None:
        self.paint.sample = place
        if place is None or self.answer is None:
            self.area.set_pointer(None)
            return
        answer, (_, cloud) = self.answer, self._cloud()
        x, y = cloud.points[place].tolist()
        readings = []
        if cloud.has_entries:
            heading = f"entry {place}"
        else:
            heading = f"{PART_NAMES[answer.part].lower()} sample {thousands(int(answer.numbers[place]))}"
            word = "class" if answer.is_class else "target"
            if answer.is_colored:
                readings.append(Reading(word, self._word(place), self.paint.colors()[place]))
        readings += [Reading("component 1", format_value(x, 6), self.theme.dim)]
        readings += [Reading("component 2", format_value(y, 6), self.theme.dim)]
        self.area.set_pointer(Pointer(x, heading, tuple(readings)), y)

    def _word(self, place: int) -> str:
        """The class of a sample by its name, or its number to fit."""
        assert self.answer is not None
        if not self.answer.is_colored:
            return ""
        target = self.answer.targets[place]
        if self.answer.is_class:
            names = self.data.class_names if self.data is not None else ()
            return names[int(target)] if int(target) < len(names) else str(int(target))
        return format_value(float(target), 6)
