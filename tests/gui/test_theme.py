"""The colours can be read, the style sheet is whole, and the switch follows the user and the system."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses
from deepviz.gui import icons, theme
from deepviz.gui.theme import DARK, LIGHT, Theme, ThemeSwitch, contrast, readable
from deepviz.resources_path import resource

both = pytest.mark.parametrize("look", [DARK, LIGHT], ids=lambda look: look.name)
ICONS = sorted(
    path for path in resource("icons").glob("*.svg") if path.stem != "deepviz"
)  # that one has its own colours
BACKGROUNDS = ("window", "panel", "raised")


pytestmark = pytest.mark.usefixtures("plain_application")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the well-known grey just under 4.5
    assert contrast("#4c9ffe", "#4c9ffe") == 1.0


@both
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_words_can_be_read(look: Theme, background: str) -> None:
    behind = getattr(look, background)
    for name in ("text", "dim", "accent"):
        assert contrast(getattr(look, name), behind) >= 4.5, name
    for name in ("good", "warning", "bad"):
        assert contrast(getattr(look, name), behind) >= 3.0, name
        assert contrast(look.ink(getattr(look, name)), behind) >= 4.5, name


@both
def test_words_on_buttons_and_marked_rows_can_be_read(look: Theme) -> None:
    for fill in (look.accent_fill, look.accent_hover):
        assert contrast(look.on_accent, fill) >= 4.5
    for behind in (look.hover, look.selected):
        assert contrast(look.text, behind) >= 4.5
    assert contrast(look.dim, look.hover) >= 4.5
    assert contrast(look.accent, look.raised) >= 3.0, "the ring around what has the keyboard"


@both
def test_faint_is_not_used_for_words(look: Theme) -> None:
    """It cannot be read, so the style sheet gives it to disabled controls and scroll bars only."""
    assert contrast(look.faint, look.panel) < 4.5
    rules = re.findall(r"([^{}]+)\{([^}]*)\}", resource("themes", "deepviz.qss").read_text(encoding="utf-8"))
    for selector, body in rules:
        if re.search(r"[^-]color: \$faint", f" {body}"):
            assert ":disabled" in selector, selector


@both
def test_category_icons_and_curves_stand_out(look: Theme) -> None:
    for category in theme.CATEGORY_HUES:
        for background in (*BACKGROUNDS, "hover"):
            assert contrast(look.category_ink(category), getattr(look, background)) >= 3.0, (category, background)
    for index in range(28):
        curve = look.curve(index)
        assert contrast(curve.color, look.panel) >= 3.0
        assert contrast(curve.ink, look.panel) >= 4.5
    assert len({(look.curve(index).color, look.curve(index).dashes) for index in range(28)}) == 28


def test_readable_leaves_what_is_readable_and_keeps_the_hue() -> None:
    assert readable("#1c2430", "#ffffff", 4.5) == "#1c2430"
    darker = readable("#e8a33d", "#ffffff", 4.5)
    assert 4.5 <= contrast(darker, "#ffffff") < 5.0
    assert abs(QColor(darker).hslHue() - QColor("#e8a33d").hslHue()) <= 2


def test_every_category_in_use_has_a_hue_of_its_own() -> None:
    for definition in (*layers.registry.values(), *losses.registry.values()):
        assert definition.category.casefold() in theme.CATEGORY_HUES, definition.key
    assert DARK.category("Something of the user's") == theme.CATEGORY_HUES["merge and shape"]


def test_viridis_runs_from_dark_violet_to_yellow() -> None:
    table = theme.viridis()
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert table[0].tolist() == [68, 1, 84]
    assert table[255].tolist() == [253, 231, 37]
    lightness = table @ np.array([0.2126, 0.7152, 0.0722])
    assert np.all(np.diff(lightness) > -1)
    assert not table.flags.writeable


@both
def test_style_sheet_names_only_what_exists(look: Theme) -> None:
    sheet = theme.style_sheet(look)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    images = set(re.findall(r"url\(themes:([^)]+)\)", sheet))
    assert images
    for image in images:
        assert image.startswith(look.name)
        assert resource("themes", *image.split("/")).is_file(), image


@both
def test_control_images_use_only_colours_of_their_theme(look: Theme) -> None:
    named = {getattr(look, each.name) for each in fields(look)}
    images = sorted(resource("themes", look.name).glob("*.svg"))
    assert images
    for image in images:
        assert set(re.findall(r"#[0-9a-f]{6}", image.read_text(encoding="utf-8"))) <= named, image.name


@both
def test_apply_dresses_widgets(qtbot: QtBot, qapp: QApplication, look: Theme) -> None:
    theme.apply(qapp, look)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == look.panel
    primary = QPushButton("Export…")
    primary.setProperty("primary", True)
    line = QLineEdit()
    switch = QCheckBox("on")
    switch.setProperty("switch", True)
    for widget in (primary, line, switch):
        qtbot.addWidget(widget)
        widget.resize(120, widget.sizeHint().height())
        widget.show()
    assert line.height() == theme.FIELD_HEIGHT
    image = primary.grab().toImage()
    assert image.pixelColor(20, 4).name() == look.accent_fill
    assert line.grab().toImage().pixelColor(60, 12).name() == look.raised
    switch.setChecked(True)
    assert look.accent_fill in _colours(switch.grab().toImage()), "the image of the switch is found and drawn"


def test_what_is_dressed_already_is_not_dressed_anew(qtbot: QtBot, qapp: QApplication) -> None:
    class Dressed(QWidget):
        times = 0

        def changeEvent(self, event: QEvent) -> None:
            Dressed.times += event.type() == QEvent.Type.StyleChange
            super().changeEvent(event)

    theme.apply(qapp, DARK)
    shown = Dressed()
    qtbot.addWidget(shown)
    shown.show()
    before = Dressed.times
    theme.apply(qapp, DARK)
    assert Dressed.times == before
    theme.apply(qapp, LIGHT)
    assert Dressed.times > before


def test_switch_follows_the_user(qtbot: QtBot, qapp: QApplication) -> None:
    switch = ThemeSwitch(qapp, "light")
    assert switch.current is LIGHT
    with qtbot.waitSignal(switch.changed) as told:
        switch.choose("dark")
    assert told.args == [DARK]
    assert switch.choice == "dark"
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.panel
    with qtbot.assertNotEmitted(switch.changed):
        switch.choose("dark")
    switch.toggle()
    assert switch.current is LIGHT
    with pytest.raises(ValueError, match="no theme called 'pink'"):
        switch.choose("pink")
    assert switch.current is LIGHT


def test_switch_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Qt.ColorScheme.Unknown]
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _: said[0])
    switch = ThemeSwitch(qapp)
    seen: list[Theme] = []
    switch.changed.connect(seen.append)
    assert switch.current is DARK, "a system that does not say"
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        said[0] = scheme
        qapp.styleHints().colorSchemeChanged.emit(scheme)
    assert [each.name for each in seen] == ["light", "dark", "light"]
    switch.choose("dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert switch.current is DARK, "the user's choice wins"


def test_every_icon_draws_something_of_its_own(qapp: QApplication) -> None:
    drawn: dict[bytes, str] = {}
    for path in ICONS:
        image = icons.pixmap(path.stem, "#ffffff", 24, 2.0).toImage().convertToFormat(QImage.Format.Format_ARGB32)
        data = bytes(image.constBits())
        assert any(data), path.name
        assert data not in drawn, f"{path.name} looks like {drawn.get(data)}"
        drawn[data] = path.name


def test_every_layer_and_loss_has_an_icon() -> None:
    for definition in (*layers.registry.values(), *losses.registry.values()):
        assert icons.has_icon(definition.key), definition.key


@pytest.mark.parametrize("path", ICONS, ids=lambda path: path.stem)
def test_icons_take_the_colour_they_are_given(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "currentColor" in text
    assert not re.search(r"#[0-9a-fA-F]{3}", text)
    assert 'viewBox="0 0 24 24"' in text


def test_icons_are_tinted_sharp_and_fall_back(qapp: QApplication) -> None:
    sharp = icons.pixmap("stop", "#ff0000", 16, 2.0)
    assert (sharp.width(), sharp.devicePixelRatio()) == (32, 2.0)
    assert sharp.toImage().pixelColor(16, 16).name() == "#ff0000"
    assert icons.pixmap("stop", "#ff0000", 16, 2.0).cacheKey() == sharp.cacheKey(), "drawn once"
    assert icons.pixmap("stop", "#00ff00", 16, 2.0).toImage().pixelColor(16, 16).name() == "#00ff00"
    unknown = icons.pixmap("NoSuchLayer", "#ff0000", 16).toImage()
    assert unknown == icons.pixmap("layer", "#ff0000", 16).toImage()
    assert icons.pixmap("Dense", "#ff0000", 16).toImage() != unknown
    disabled = icons.icon("stop", "#ff0000").pixmap(16, icons.QIcon.Mode.Disabled).toImage()
    assert 80 <= disabled.pixelColor(8, 8).alpha() <= 130
    assert not icons.app_icon().isNull()


def test_icons_can_be_painted_at_any_place(qapp: QApplication) -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icons.paint(painter, "stop", "#ff0000", QRectF(20, 20, 20, 20))
    painter.end()
    assert image.pixelColor(30, 30).name() == "#ff0000"
    assert image.pixelColor(10, 10).alpha() == 0


def _colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@both
def test_a_tip_has_a_narrow_border(qtbot: QtBot, look: Theme) -> None:
    """Qt leaves the room that a style sheet asks for twice in a tip."""
    app, button, words = QApplication.instance(), QPushButton(), "dense_1 · Dense\nSome words of it\nand some more"
    assert isinstance(app, QApplication)
    theme.apply(app, look)
    qtbot.addWidget(button)
    button.show()
    QToolTip.showText(QPoint(10, 10), words, button)
    tip = next(each for each in app.topLevelWidgets() if each.metaObject().className() == "QTipLabel")
    text = tip.fontMetrics().boundingRect(0, 0, 999, 999, 0, words)
    assert 10 <= tip.width() - text.width() <= 24
    assert 8 <= tip.height() - text.height() <= 20
    QToolTip.hideText()
