"""Small pictures of samples: an image as it is, a sequence as curves; other samples are rows of numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.panels.preview import to_image
from deepviz.gui.panels.preview_curves import MOST_LINES
from deepviz.gui.theme import Theme

MOST_MEASURED = 1_000
"""So many training samples say which values are the darkest and the brightest."""

IMAGES, SEQUENCES, FEATURES = "images", "sequences", "features"


def kind_of(sample_shape: tuple[int, ...]) -> str:
    """Whether samples of this shape are images, sequences of a few numbers, or rows of features."""
    if len(sample_shape) == 2 and sample_shape[1] <= MOST_LINES:
        return SEQUENCES
    if len(sample_shape) == 2 or (len(sample_shape) == 3 and sample_shape[2] in (1, 3)):
        return IMAGES
    return FEATURES


def has_image_targets(data: PreparedData) -> bool:
    """Whether what is to be given for an image is an image of the same shape, as an autoencoder does."""
    is_image = kind_of(data.sample_shape) == IMAGES
    return data.task == "regression" and is_image and data.outputs == int(np.prod(data.sample_shape))


class SamplePictures:
    """Draws the samples of a data set, all on one scale.

    Attributes
    ----------
    kind
        What its samples are.
    low, high
        The smallest and the largest value among the training samples, in the units of the data.
    """

    def __init__(self, data: PreparedData) -> None:
        self._data = data
        self.kind = kind_of(data.sample_shape)
        measured = data.scaler.invert(data.train.x[:MOST_MEASURED])
        self.low, self.high = float(measured.min()), float(measured.max())

    @property
    def has_dark_ink(self) -> bool:
        """Whether images are dark on bright paper: their borders are nearer to the brightest value."""
        images = self._data.scaler.invert(self._data.train.x[:MOST_MEASURED])
        edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
        border = float(np.median(np.concatenate([edge.ravel() for edge in edges])))
        return border > (self.low + self.high) / 2

    def raw(self, samples: np.ndarray) -> np.ndarray:
        """Samples as the network gets them, back in the units of the data."""
        return self._data.scaler.invert(samples)

    def pixmap(self, sample: np.ndarray, size: QSize, theme: Theme, ratio: float = 1.0) -> QPixmap:
        """A picture of one sample, which is given in the units of the data."""
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRectF(0, 0, size.width(), size.height()), sample, theme)
        painter.end()
        return picture

    def image(self, sample: np.ndarray) -> QImage:
        """One image, a pixel for each number, black and white at the ends of the data's range."""
        return to_image(np.asarray(sample, np.float32), self.low, self.high)

    def paint(self, painter: QPainter, rect: QRectF, sample: np.ndarray, theme: Theme) -> None:
        """Paint one sample, which is given in the units of the data, as large as it fits."""
        if self.kind == IMAGES:
            image = self.image(sample)
            scale = min(rect.width() / image.width(), rect.height() / image.height())
            if scale > 1:
                scale = max(1.0, float(int(scale * 4)) / 4)
            place = QRectF(0, 0, image.width() * scale, image.height() * scale)
            place.moveCenter(rect.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
            painter.drawImage(place, image)
        elif self.kind == SEQUENCES:
            self._paint_sequence(painter, rect, sample, theme)

    def _paint_sequence(self, painter: QPainter, rect: QRectF, sample: np.ndarray, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, QColor(theme.raised))
        inside = rect.adjusted(3, 4, -3, -4)
        steps = np.linspace(inside.left(), inside.right(), len(sample))
        for feature, values in enumerate(np.asarray(sample, np.float64).T):
            painter.setPen(QPen(QColor(theme.curve(feature).color), 1.2))
            shares = np.clip((values - self.low) / max(self.high - self.low, 1e-12), -0.1, 1.1)
            heights = inside.bottom() - shares * inside.height()
            points = zip(steps.tolist(), heights.tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
