"""Where a sample is made up: a pad for images, a curve for sequences, a form for features; one face for all three.

Whatever is made here is in the units of the data; it goes through the same scaling as they did.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.plots.curve_pad import CurvePad
from deepviz.gui.plots.drawing_pad import DrawingPad
from deepviz.gui.plots.feature_form import FeatureForm
from deepviz.gui.plots.sample_pictures import IMAGES, SEQUENCES, SamplePictures
from deepviz.gui.theme import Theme
from deepviz.insight.drawn_image import Placing, placed, placing_for, resized

FAINTEST, DARKEST = 0.2, 0.8
"""In a picture from a file, less of the way from paper to ink is paper, and more of it is ink: light is never even."""


class SampleMaker(QStackedWidget):
    """Makes a sample.

    Attributes
    ----------
    pad, curve, form
        What samples are made with; one of them is in front.
    pictures
        Draws samples of the data; None while there are none.
    centres
        Whether drawings are scaled and centred as the data were.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pad, self.curve, self.form = DrawingPad(self), CurvePad(self), FeatureForm(self)
        self.pictures: SamplePictures | None = None
        self.centres = True
        self._shape: tuple[int, ...] = ()
        self._loaded: tuple[np.ndarray, np.ndarray] | None = None
        for maker in (self.pad, self.curve, self.form):
            self.addWidget(maker)
            maker.changed.connect(self.changed)

    def set_data(self, data: PreparedData) -> None:
        """Make samples like those of other data from now on."""
        self._shape, self.pictures, self._loaded = data.sample_shape, SamplePictures(data), None
        if self.pictures.kind == IMAGES:
            rows, columns = self._shape[:2]
            channels = self._shape[2] if len(self._shape) == 3 else 1
            self.pad.set_form(rows, columns, channels, self.pictures.has_dark_ink)
            self.setCurrentWidget(self.pad)
        elif self.pictures.kind == SEQUENCES:
            self.curve.set_form(self._shape[0], self._shape[1], self.pictures.low, self.pictures.high)
            self.setCurrentWidget(self.curve)
        else:
            self.form.set_form(data)
            self.setCurrentWidget(self.form)

    @property
    def maker(self) -> DrawingPad | CurvePad | FeatureForm:
        """The one in front."""
        current = self.currentWidget()
        return current if isinstance(current, CurvePad | FeatureForm) else self.pad

    @property
    def placing(self) -> Placing | None:
        """How a drawing is brought into place; None if it is left where it is."""
        if self.maker is not self.pad or len(self._shape) < 2 or (len(self._shape) == 3 and self._shape[2] != 1):
            return None
        return placing_for(*self._shape[:2])

    @property
    def is_placed(self) -> bool:
        """Whether what is on the pad now is scaled and centred: a sample of the data has been so already."""
        return self.centres and self.placing is not None and self.pad.is_by_hand

    def sample(self) -> np.ndarray:
        """The sample in the units of the data, float32, of the shape of theirs."""
        if self.maker is self.curve:
            return self.curve.values.copy().reshape(self._shape)
        if self.maker is self.form:
            return self.form.values.copy().reshape(self._shape)
        drawn, rows, columns = self.pad.array(), *self._shape[:2]
        if self.is_placed:
            # What is brought into place is ink, wherever that is dark.
            ink = 1.0 - drawn if self.pad.has_dark_ink else drawn
            image = placed(ink, rows, columns, self.placing)
            image = 1.0 - image if self.pad.has_dark_ink else image
        else:
            image = resized(drawn, rows, columns)
        assert self.pictures is not None
        low, high = self.pictures.low, self.pictures.high
        sample = (low + image * (high - low)).astype(np.float32).reshape(self._shape)
        if self._loaded is not None and not self.pad.is_by_hand:
            # The pad knows 256 shades; where nothing was drawn, the sample is what it is in the data.
            exact, as_loaded = self._loaded
            sample = np.where(sample == as_loaded, exact, sample)
        return sample

    def load(self, sample: np.ndarray) -> None:
        """Take over a sample, given in the units of the data, to change it."""
        if self.maker is self.pad:
            assert self.pictures is not None
            with QSignalBlocker(self.pad):
                self.pad.load(self.pictures.image(sample), is_by_hand=False)
            self._loaded = None
            self._loaded = np.asarray(sample, np.float32), self.sample()
            self.changed.emit()
        elif self.maker is self.curve:
            self.curve.load(sample)
        else:
            self.form.load(sample)

    def load_picture(self, picture: QImage) -> bool:
        """Put a picture from a file on the pad.

        In shades of grey, what differs from the border is ink, and becomes as bright or dark as that of the data.

        Returns
        -------
        Whether bright and dark were changed for that.
        """
        self._loaded = None
        if len(self._shape) == 3 and self._shape[2] == 3:
            self.pad.load(picture.convertToFormat(QImage.Format.Format_RGB888), is_by_hand=False)
            return False
        grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
        shades = rows[:, : grey.width()].astype(np.float64)
        edges = (shades[0], shades[-1], shades[:, 0], shades[:, -1])
        paper = float(np.median(np.concatenate(edges)))
        darkest, brightest = np.percentile(shades, (0.5, 99.5))
        ink = float(darkest if paper - darkest > brightest - paper else brightest)
        share = np.clip(((shades - paper) / ((ink - paper) or 1.0) - FAINTEST) / (DARKEST - FAINTEST), 0.0, 1.0)
        if self.pad.has_dark_ink:
            share = 1.0 - share
        pixels = np.rint(255 * share).astype(np.uint8)
        size = grey.width(), grey.height()
        self.pad.load(QImage(pixels.tobytes(), *size, size[0], QImage.Format.Format_Grayscale8).copy(), is_by_hand=True)
        return (ink < paper) != self.pad.has_dark_ink

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.pad.apply_theme(theme)
        self.curve.apply_theme(theme)

    def sizeHint(self) -> QSize:
        return self.maker.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 90) if self.maker is self.form else self.maker.minimumSizeHint()
