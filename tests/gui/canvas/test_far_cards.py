"""Cards seen from far away look as they would be painted one by one, and alike cards are painted once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.card_painter import EXTENT, CardPainter, CardState
from deepviz.gui.canvas.far_cards import MOST, FarCards
from deepviz.gui.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")  # there are no fonts without an application

FACE = CardFace("Dense", "Dense", "128", "Core", "128", "32 896", 1, True)


def _painted(paint, zoom: float) -> QImage:
    image = QImage(round(EXTENT.width() * zoom) + 1, round(EXTENT.height() * zoom) + 1, QImage.Format.Format_ARGB32)
    image.fill("#123456")
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.scale(zoom, zoom)
    painter.translate(-EXTENT.topLeft())
    paint(painter)
    painter.end()
    return image


@pytest.mark.parametrize("zoom", [0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("state", [CardState.NONE, CardState.SELECTED | CardState.HOVERED])
@pytest.mark.parametrize("face", [FACE, replace(FACE, problem="Is wrong", severity="bad", is_group=True)])
def test_a_copy_looks_like_the_card(face, state, theme, zoom):
    own = CardPainter(theme)
    wanted = _painted(lambda painter: own.paint(painter, face, state, zoom), zoom)
    copied = _painted(lambda painter: FarCards(own).paint(painter, face, state, zoom), zoom)
    off = [
        abs(a - b)
        for x in range(wanted.width())
        for y in range(wanted.height())
        for a, b in zip(wanted.pixelColor(x, y).getRgb(), copied.pixelColor(x, y).getRgb(), strict=True)
    ]
    assert max(off) <= 40  # edges that are half transparent are rounded twice
    assert sum(off) / len(off) < 1.0


def test_cards_that_differ_only_in_numbers_are_painted_once(monkeypatch):
    own, painted = CardPainter(DARK), []
    paint = CardPainter.paint
    monkeypatch.setattr(CardPainter, "paint", lambda self, *rest: (painted.append(1), paint(self, *rest)))
    far = FarCards(own)
    for shape in ("1", "2", "3"):
        _painted(lambda painter, shape=shape: far.paint(painter, replace(FACE, shape=shape), CardState.NONE, 0.3), 0.3)
    assert len(painted) == 1
    _painted(lambda painter: far.paint(painter, FACE, CardState.SELECTED, 0.3), 0.3)
    _painted(lambda painter: far.paint(painter, FACE, CardState.NONE, 0.31), 0.31)
    assert len(painted) == 3


def test_it_does_not_keep_pictures_without_end():
    far = FarCards(CardPainter(DARK))
    image = QImage(10, 10, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    for number in range(MOST + 20):
        far.paint(painter, FACE, CardState.NONE, 0.1 + number * 1e-4)
    painter.end()
    assert len(far._pictures) == MOST


def test_cards_on_the_canvas_are_there_from_far_away(on_chain):
    on_chain.view.look_at(0.3, on_chain.view.network.content().center)
    picture = on_chain.view.grab().toImage()
    for node_id, place in on_chain.view.network.places.items():
        corner = on_chain.view.viewportTransform().map(place.x + 20, place.y + 3)
        hue = on_chain.view.network.node_items()[node_id].face.category
        wanted = QRectF(corner[0], corner[1], 1, 1).toRect().topLeft()
        color = picture.pixelColor(wanted)
        assert color.name() != on_chain.view.network.theme.window, hue
