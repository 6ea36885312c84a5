"""The sheet from which a picture of the network is saved, copied or printed: how it is to look, with a preview.

What is chosen is remembered; so Copy picture and the next start make the same kind of picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.amounts import counted
from deepviz.gui.canvas.picture import image_of, size_in_pixels
from deepviz.gui.canvas.picture_painting import NetworkPicture
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.panels.popover import Popover, theme_in_use
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.pictures import Pictures
from deepviz.gui.settings import (
    PICTURE_FORMAT,
    PICTURE_GRADIENTS,
    PICTURE_SCALE,
    PICTURE_THEME,
    PICTURE_TRANSPARENT,
    Setting,
    Settings,
    Value,
)

WIDTH, TALLEST = 376, 560
MARGIN = 16
PREVIEW_HEIGHT = 148
FORMATS = (("svg", "SVG, to scale and edit"), ("png", "PNG, pixels"), ("pdf", "PDF, one page"))
THEMES = (("light", "Light, for paper"), ("dark", "Dark"))
SCALES = (1, 2, 4)


class PicturePanel(Popover):
    """Asks how a picture is to look, and what is to become of it.

    Parameters
    ----------
    pictures
        Who makes it.
    settings
        Where choices are remembered.
    """

    def __init__(self, window: QWidget, pictures: Pictures, settings: Settings) -> None:
        self._page = QWidget()
        super().__init__("Picture of the network", self._page)
        self.setParent(window)
        self._pictures, self._settings = pictures, settings
        self.preview = Preview()
        self.contents = Words(role="small")
        self.format_list = _list("Format", FORMATS)
        self.scale_list = _list("Size in pixels", [(scale, f"{scale}×") for scale in SCALES])
        self.part_list = _list("What it shows", [(False, "The whole network")])
        self.theme_list = _list("Colours", THEMES)
        self.transparent = QCheckBox("Transparent background")
        self.gradients = QCheckBox("Gradients as they are now")
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Put the picture on the clipboard (Ctrl+Shift+C)")
        self.print_button = QPushButton("Print…")
        self.save_button = QPushButton("Save…")
        self.save_button.setProperty("primary", True)
        self._lay_out()
        for box, setting in ((self.format_list, PICTURE_FORMAT), (self.theme_list, PICTURE_THEME)):
            box.activated.connect(lambda _index, box=box, setting=setting: self._choose(setting, box.currentData()))
        self.scale_list.activated.connect(lambda _: self._choose(PICTURE_SCALE, self.scale_list.currentData()))
        self.part_list.activated.connect(lambda _: self._choose_part(self.part_list.currentData()))
        self.transparent.clicked.connect(lambda checked: self._choose(PICTURE_TRANSPARENT, checked))
        self.gradients.clicked.connect(lambda checked: self._choose(PICTURE_GRADIENTS, checked))
        for button, run in (
            (self.copy_button, pictures.copy),
            (self.print_button, pictures.ask_print),
            (self.save_button, pictures.ask_save),
        ):
            button.clicked.connect(lambda _checked=False, run=run: self._finish(run))

    def open_at(self, anchor: QWidget, selected: int) -> None:
        """Open at a button while so many cards are selected; or close."""
        if self.isVisible():
            self.close_quietly()
            return
        if not selected:
            self._pictures.only_selected = False
        self.part_list.clear()
        self.part_list.addItem("The whole network", False)
        if selected:
            self.part_list.addItem("The selected card" if selected == 1 else f"The {selected} selected cards", True)
        self.part_list.setEnabled(bool(selected))
        self._show_choices()
        self.open_beside(anchor, WIDTH, TALLEST)
        self.save_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def _choose(self, setting: Setting[Value], value: Value) -> None:
        self._settings.set(setting, value)
        self._show_choices()

    def _choose_part(self, only_selected: bool) -> None:
        self._pictures.only_selected = only_selected
        self._show_choices()

    def _show_choices(self) -> None:
        """Show what is chosen, and the picture that comes of it."""
        settings, picture = self._settings, self._pictures.picture()
        form = settings.get(PICTURE_FORMAT)
        for box, value in (
            (self.format_list, form),
            (self.theme_list, settings.get(PICTURE_THEME)),
            (self.scale_list, settings.get(PICTURE_SCALE)),
            (self.part_list, self._pictures.only_selected),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.transparent.setChecked(settings.get(PICTURE_TRANSPARENT))
        self.gradients.setChecked(settings.get(PICTURE_GRADIENTS))
        for index, scale in enumerate(SCALES):
            self.scale_list.setItemText(index, f"{scale}×, {_pixels(picture, scale)}")
        cards = counted(len(picture.nodes), "card")
        goes_to = {
            "svg": "Text stays text and lines stay lines.",
            "png": f"{_pixels(picture, settings.get(PICTURE_SCALE))} pixels.",
            "pdf": "The page is as large as the network; text can be selected.",
        }
        self.contents.say(f"{cards}. {goes_to[form]}")
        self.preview.show_picture(picture)
        self.fit()

    def _finish(self, run: Callable[[], object]) -> None:
        self.close_quietly()
        run()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(8)
        column.addWidget(Words("Picture of the network", "title"))
        column.addWidget(self.preview)
        column.addWidget(self.contents)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        rows = (
            ("Format", self.format_list),
            ("Pixels", self.scale_list),
            ("Shows", self.part_list),
            ("Colours", self.theme_list),
        )
        for row, (text, box) in enumerate(rows):
            label = QLabel(text)
            label.setProperty("role", "dim")
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        column.addLayout(grid)
        column.addWidget(self.transparent)
        column.addWidget(self.gradients)
        column.addSpacing(4)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.print_button)
        buttons.addStretch(1)
        buttons.addWidget(self.save_button)
        column.addLayout(buttons)


class Preview(QWidget):
    """A small view of a picture; what is transparent shows squares behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(PREVIEW_HEIGHT)
        self._shown = QPixmap()

    def show_picture(self, picture: NetworkPicture) -> None:
        """Show another picture."""
        room, area = QSize(WIDTH - 2 * MARGIN, PREVIEW_HEIGHT), picture.area
        ratio = self.devicePixelRatioF()
        scale = min(1.0, room.width() / area.width(), room.height() / area.height())
        self._shown = QPixmap.fromImage(image_of(picture, scale * ratio))
        self._shown.setDevicePixelRatio(ratio)
        cards, lines = counted(len(picture.nodes), "card"), counted(len(picture.edges), "connection")
        self.setAccessibleName(f"Preview: {cards} and {lines}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = theme_in_use()
        size = self._shown.deviceIndependentSize()
        left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
        shown = QRectF(left, top, size.width(), size.height())
        if self._shown.hasAlphaChannel():
            painter.fillRect(shown, QColor("#ffffff"))
            painter.fillRect(shown, Qt.BrushStyle.Dense6Pattern)
        painter.drawPixmap(shown, self._shown, QRectF(self._shown.rect()))
        painter.setPen(QColor(theme.line))
        painter.drawRect(shown.adjusted(0, 0, -1, -1))
        painter.end()


def _list(name: str, entries: Sequence[tuple[object, str]]) -> QComboBox:
    box = ChoiceBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    for value, text in entries:
        box.addItem(text, value)
    return box


def _pixels(picture: NetworkPicture, scale: float) -> str:
    size = size_in_pixels(picture, scale)
    return f"{size.width()} × {size.height()}"
