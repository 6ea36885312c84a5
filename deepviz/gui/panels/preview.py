"""A look at the data: points in the plane, the first images or sequences, or how each feature spreads over classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.class_colors import class_color
from deepviz.gui.panels.preview_curves import MOST_LINES, draw_plane, draw_sequences, sequences_height
from deepviz.gui.panels.preview_surface import SCALE_HEIGHT, draw_surface, paint_plane, places_in, radius_of
from deepviz.gui.panels.side_panel import reveal
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import Theme, body_font, number_font

MOST_POINTS = 1500
FEW_FEATURES = 12
MOST_FEATURES = 100
TALLEST_PLANE = 224

_TILE_GAP = 4
_TILE_ROWS = 3
_ROW = 24
_BINS = 24
_LEGEND_ROW = 18
_MARKS = 7


@dataclass(frozen=True, eq=False)
class Sample:
    """Some training samples in their own units, with their classes.

    Attributes
    ----------
    x
        Float array, shape (n, *sample_shape).
    classes
        Class numbers, shape (n,); all 0 for a regression.
    targets
        Of a regression the target numbers, float, shape (n, outputs); otherwise of shape (n, 0).
    """

    x: NDArray[np.float32]
    classes: NDArray[np.int64]
    targets: NDArray[np.float32]
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: PreparedData) -> Sample:
        """The first training samples, as they were before preprocessing."""
        x = data.scaler.invert(data.train.x[:MOST_POINTS])
        y, none = data.train.y[:MOST_POINTS], np.zeros((len(x), 0), np.float32)
        if data.task == "classification":
            return cls(x, y.astype(np.int64), none, data.class_names, data.feature_names)
        classes = np.zeros(len(x), np.int64)
        return cls(x, classes, y.astype(np.float32), data.class_names, data.feature_names, data.target_words)

    @property
    def is_images(self) -> bool:
        """Whether a sample is an image: rows x columns, or rows x columns x 1 or 3 channels."""
        shape = self.x.shape[1:]
        return (len(shape) == 2 and not self.is_sequences) or (len(shape) == 3 and shape[2] in (1, 3))

    @property
    def is_sequences(self) -> bool:
        """Whether a sample is a sequence of few features: steps x features."""
        shape = self.x.shape[1:]
        return len(shape) == 2 and shape[1] <= MOST_LINES

    @property
    def is_curve(self) -> bool:
        """Whether there is one feature and one target, which make a plane."""
        return self.x.shape[1:] == (1,) and self.targets.shape[1] == 1

    @property
    def is_surface(self) -> bool:
        """Whether there are two features and one target, which is the colour of a point in their plane."""
        return self.x.shape[1:] == (2,) and self.targets.shape[1] == 1


class DataPreview(QWidget):
    """Draws a few training samples in the way that suits them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sample: Sample | None = None
        self._picture = QPixmap()
        self._limit = FEW_FEATURES
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Preview of the data")

    @property
    def kind(self) -> str:
        """What is drawn: "points", "curve", "surface", "images", "sequences", "features", or nothing."""
        if self._sample is None:
            return ""
        if self._sample.is_sequences or self._sample.is_curve:
            return "sequences" if self._sample.is_sequences else "curve"
        if self._sample.is_images:
            return "images"
        if self._sample.is_surface:
            return "surface"
        return "points" if self._sample.x.shape[1:] == (2,) else "features"

    def show_data(self, data: PreparedData | None) -> None:
        """Draw other data; None draws nothing and takes no room."""
        self._sample = None if data is None else Sample.of(data)
        self._limit = FEW_FEATURES
        self._picture = QPixmap()
        reveal(self, data is not None)
        self.setAccessibleDescription("" if data is None else self._in_words(data))
        self.updateGeometry()
        self.update()

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme, self._picture = theme, QPixmap()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """The height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Pixels needed for a width in pixels."""
        if self._sample is None:
            return 0
        legend = self._legend_height(width)
        if self.kind == "images":
            tile = self._tile(width)
            columns = self._columns(width)
            rows = min(_TILE_ROWS, math.ceil(len(self._sample.x) / columns))
            return rows * (tile + _TILE_GAP + self._caption_height) - _TILE_GAP
        if self.kind == "sequences":
            return sequences_height(len(self._sample.x), bool(self._sample.class_names))
        if self.kind in ("points", "curve"):
            return min(width, TALLEST_PLANE) + legend
        if self.kind == "surface":
            return min(width, TALLEST_PLANE) + SCALE_HEIGHT
        return self.rows * _ROW + legend

    def sizeHint(self) -> QSize:
        """As wide as a panel usually is."""
        return QSize(240, self.heightForWidth(240))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the picture, drawing it first if anything has changed."""
        if self._sample is None:
            return
        size = self.size() * self.devicePixelRatioF()
        if self._picture.size() != size:
            self._picture = QPixmap(size)
            self._picture.setDevicePixelRatio(self.devicePixelRatioF())
            self._picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw = {
                "points": self._draw_points,
                "curve": self._draw_curve,
                "surface": self._draw_surface,
                "images": self._draw_images,
                "sequences": self._draw_sequences,
                "features": self._draw_features,
            }
            draw[self.kind](painter, self._sample)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A tool tip says the numbers behind a feature's row."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.kind == "features":
            QToolTip.showText(event.globalPos(), self.feature_words(event.pos().y() // _ROW), self)
            return True
        return super().event(event)

    def feature_words(self, number: int) -> str:
        """The statistics of one feature over the samples looked at; empty if there is no such feature."""
        if self._sample is None or not 0 <= number < self.rows:
            return ""
        name, values = self._row(self._sample, number)
        column = values.astype(np.float64)
        low, high, mean = (format_value(float(each)) for each in (column.min(), column.max(), column.mean()))
        return f"{name}: {low} to {high}, mean {mean}, deviation {format_value(float(column.std()), 3)}"

    # Points

    def _draw_points(self, painter: QPainter, sample: Sample) -> None:
        paint_plane(painter, self._plane, self._theme)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = radius_of(len(sample.x))
        for place, number in zip(places_in(self._plane, sample.x), sample.classes.tolist(), strict=True):
            painter.setBrush(self._color(number))
            draw_mark(painter, number, place, radius)
        self._draw_legend(painter, self._plane.bottom() + 8.5)

    @property
    def _plane(self) -> QRectF:
        """Where points go, in pixels."""
        return QRectF(0.5, 0.5, self.width() - 1.0, min(self.width(), TALLEST_PLANE) - 1.0)

    # Curves and surfaces

    def _draw_surface(self, painter: QPainter, sample: Sample) -> None:
        draw_surface(painter, self._plane, sample.x, sample.targets[:, 0], sample.target_names[0], self._theme)

    def _draw_curve(self, painter: QPainter, sample: Sample) -> None:
        draw_plane(painter, self._plane, sample.x[:, 0], sample.targets[:, 0], self._feature_name(0), self._theme)

    def _draw_sequences(self, painter: QPainter, sample: Sample) -> None:
        captions = [sample.class_names[int(number)] for number in sample.classes] if sample.class_names else []
        draw_sequences(painter, self.width(), sample.x, captions, sample.classes, self._theme)

    # Images

    @property
    def _caption_height(self) -> int:
        return 16 if self._sample is not None and self._sample.class_names else 0

    def _columns(self, width: int) -> int:
        return max(3, min(7, width // 40))

    def _tile(self, width: int) -> int:
        columns = self._columns(width)
        return (width - _TILE_GAP * (columns - 1)) // columns

    def _draw_images(self, painter: QPainter, sample: Sample) -> None:
        columns, tile = self._columns(self.width()), self._tile(self.width())
        shown = sample.x[: columns * _TILE_ROWS]
        low, high = float(shown.min()), float(shown.max())
        painter.setFont(number_font(11))
        for number, image in enumerate(shown):
            row, column = divmod(number, columns)
            left, top = column * (tile + _TILE_GAP), row * (tile + _TILE_GAP + self._caption_height)
            picture = to_image(image, low, high)
            target = QRectF(left, top, tile, tile)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.width() > tile)
            painter.drawImage(target, picture)
            if self._caption_height:
                painter.setPen(QColor(self._theme.dim))
                name = sample.class_names[int(sample.classes[number])]
                name = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, tile)
                painter.drawText(
                    QRectF(left, top + tile, tile, self._caption_height), Qt.AlignmentFlag.AlignCenter, name
                )

    # Features

    @property
    def features(self) -> int:
        """How many numbers a sample has."""
        return 0 if self._sample is None else math.prod(self._sample.x.shape[1:])

    @property
    def rows(self) -> int:
        """How many features are shown, and below them the target if there is a single one."""
        return self._shown_features + (self._sample is not None and self._sample.targets.shape[1] == 1)

    @property
    def has_more(self) -> bool:
        """Whether features are left out that `show_all` would show."""
        return self.kind == "features" and self._shown_features < min(self.features, MOST_FEATURES)

    def show_all(self) -> None:
        """Show all features, as far as anyone would look at them."""
        self._limit, self._picture = MOST_FEATURES, QPixmap()
        self.updateGeometry()
        self.update()

    @property
    def _shown_features(self) -> int:
        # A button for one or two more rows would take as much room as the rows.
        return self.features if self.features <= FEW_FEATURES + 2 else min(self.features, self._limit)

    def _row(self, sample: Sample, number: int) -> tuple[str, NDArray[np.float32]]:
        """The name and the values of what a row shows: a feature, or below all of them the target."""
        if number >= self._shown_features:
            return "target", sample.targets[:, 0]
        return self._feature_name(number), sample.x.reshape(len(sample.x), -1)[:, number]

    def _feature_name(self, number: int) -> str:
        names = self._sample.feature_names if self._sample is not None else ()
        return names[number] if number < len(names) else f"feature {number + 1}"

    def _draw_features(self, painter: QPainter, sample: Sample) -> None:
        width = float(self.width())
        chart = QRectF(width * 0.52, 0, width * 0.48, 0)
        classes = max(1, len(sample.class_names))
        painter.setFont(body_font(12))
        metrics = QFontMetricsF(painter.font())
        for number in range(self.rows):
            top, (title, column) = number * _ROW, self._row(sample, number)
            painter.setPen(QColor(self._theme.text))
            name = metrics.elidedText(title, Qt.TextElideMode.ElideRight, chart.left() - 8)
            painter.drawText(QRectF(0, top, chart.left(), _ROW), Qt.AlignmentFlag.AlignVCenter, name)
            low, high = float(column.min()), float(column.max())
            edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
            counts = np.stack([np.histogram(column[sample.classes == k], edges)[0] for k in range(classes)])
            area = QRectF(chart.left(), top + 3, chart.width(), _ROW - 6)
            painter.setPen(Qt.PenStyle.NoPen)
            self._draw_bars(painter, counts, area, first=int(number >= self._shown_features))
        self._draw_legend(painter, self.rows * _ROW + 8)

    def _draw_bars(self, painter: QPainter, counts: NDArray[np.int64], area: QRectF, first: int) -> None:
        """Stacked bars: `counts` has a column for each bar and a row for each class, coloured from `first` on."""
        bar = area.width() / counts.shape[1]
        unit = area.height() / max(1, int(counts.sum(axis=0).max()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), QColor(self._theme.line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for place, stack in enumerate(counts.T):
            bottom = area.bottom()
            for number, count in enumerate(stack):
                height = float(count) * unit
                painter.fillRect(
                    QRectF(area.left() + place * bar, bottom - height, bar - 0.5, height), self._color(first + number)
                )
                bottom -= height

    # Classes

    def _color(self, number: int) -> QColor:
        return QColor(class_color(self._theme, number))

    def _legend_places(self, width: int) -> list[tuple[str, float, float]]:
        """Each class's name with the place of its mark."""
        if self._sample is None or self.kind in ("images", "sequences"):
            return []
        metrics = QFontMetricsF(body_font(12))
        places, x, y = [], 0.0, 0.0
        for name in self._sample.class_names:
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width - 20)
            needed = 14 + metrics.horizontalAdvance(shown) + 12
            if x and x + needed - 12 > width:
                x, y = 0.0, y + _LEGEND_ROW
            places.append((shown, x, y))
            x += needed
        return places

    def _legend_height(self, width: int) -> int:
        places = self._legend_places(width)
        return round(places[-1][2]) + _LEGEND_ROW + 8 if places else 0

    def _draw_legend(self, painter: QPainter, top: float) -> None:
        painter.setFont(body_font(12))
        for number, (name, x, y) in enumerate(self._legend_places(self.width())):
            middle = top + y + _LEGEND_ROW / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._color(number))
            draw_mark(painter, number, QPointF(x + 5, middle), 4)
            painter.setPen(QColor(self._theme.dim))
            painter.drawText(QRectF(x + 14, top + y, self.width(), _LEGEND_ROW), Qt.AlignmentFlag.AlignVCenter, name)

    def _in_words(self, data: PreparedData) -> str:
        classes = f" in {len(data.class_names)} classes: {', '.join(data.class_names)}" if data.class_names else ""
        return f"{self.kind.capitalize()} of {data.title}{classes}."


def draw_mark(painter: QPainter, number: int, centre: QPointF, radius: float) -> None:
    """The mark of a class: seven forms, so that classes are told apart without colours too."""
    form = number % _MARKS
    if form == 0:
        painter.drawEllipse(centre, radius, radius)
        return
    if form == 1:
        side = radius * 0.92
        painter.drawRect(QRectF(centre.x() - side, centre.y() - side, 2 * side, 2 * side))
        return
    corners, turn, stretch = ((3, -90, 1.3), (4, 0, 1.3), (3, 90, 1.3), (5, -90, 1.2), (6, 0, 1.15))[form - 2]
    angles = [math.radians(turn + 360 * corner / corners) for corner in range(corners)]
    outline = [centre + QPointF(math.cos(angle), math.sin(angle)) * (radius * stretch) for angle in angles]
    painter.drawPolygon(QPolygonF(outline))


def to_image(sample: NDArray[np.float32], low: float, high: float) -> QImage:
    """An image from an array (rows, columns) or (rows, columns, 1 or 3); `low` becomes black and `high` white."""
    pixels = np.clip((sample - low) * (255.0 / max(high - low, 1e-12)), 0, 255).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    pixels = np.ascontiguousarray(pixels)
    rows, columns = pixels.shape[:2]
    image_format = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), columns, rows, pixels.strides[0], image_format).copy()
