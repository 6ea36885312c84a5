"""What is painted: nothing is cut off, nothing is missing, small cards leave out what could not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from deepviz.engine import layers, losses
from deepviz.gui.canvas.card_face import CardFace, new_face
from deepviz.gui.canvas.card_painter import (
    EXTENT,
    FAR_TITLE,
    NUMBERS_BELOW,
    OWN_ROW,
    RAISED,
    TITLE,
    CardPainter,
    CardState,
)
from deepviz.gui.canvas.geometry import HEIGHT, PROBLEM_WIDTH, WIDTH, Port
from deepviz.gui.canvas.trace import CURVE
from deepviz.gui.theme import DARK, LIGHT

pytestmark = pytest.mark.usefixtures("qapp")  # there are no fonts without an application

GROUND = QColor("#ff00ff")


def _painted(face: CardFace, theme=DARK, state=CardState.NONE, zoom=1.0, hot_port=None) -> QImage:
    """A card with much room around it, on a colour that no theme has."""
    image = QImage(round(EXTENT.width()) + 80, round(EXTENT.height()) + 80, QImage.Format.Format_RGB32)
    image.fill(GROUND)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(40 - EXTENT.left(), 40 - EXTENT.top())
    CardPainter(theme).paint(painter, face, state, zoom, hot_port)
    painter.end()
    return image


def _extent_of(image: QImage) -> QRectF:
    """What is not ground, from the card's top left corner."""
    xs, ys = [], []
    for y in range(image.height()):
        for x in range(image.width()):
            if image.pixelColor(x, y) != GROUND:
                xs.append(x)
                ys.append(y)
    left, top = 40 - EXTENT.left(), 40 - EXTENT.top()
    return QRectF(min(xs) - left, min(ys) - top, max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def _face(**changes) -> CardFace:
    return replace(CardFace("Dense", "Dense", "128", "Core", "128", "32 896", 1, True), **changes)


LOUD = _face(problem="A problem that is so long that no card could ever show it in full", severity="bad", inputs=9)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_nothing_is_painted_outside_the_announced_extent(theme):
    state = CardState.SELECTED | CardState.FOCUSED | CardState.HOVERED | CardState.TAKES | CardState.GIVES
    for port in (Port("n", True), Port("n", False, 0)):
        assert EXTENT.contains(_extent_of(_painted(LOUD, theme, state, hot_port=port)))


@pytest.mark.parametrize("key", [*layers.registry, *losses.registry])
def test_long_texts_never_leave_the_card(key):
    made = new_face((layers.registry if key in layers.registry else losses.registry)[key]())
    long = replace(
        made,
        label=made.label * 4,
        headline="1024 × 1024 × 1024",
        shape="1024 × 1024 × 1024 × 16",
        parameters="1 234 567 890",
    )
    extent = _extent_of(_painted(long))
    assert extent.left() >= -7
    assert extent.right() <= WIDTH + 8


def test_text_is_shortened_with_an_ellipsis_and_not_cut():
    words = CardPainter(DARK)._words(_face(label="An activation with a very long name", headline="16 · 5×5"))
    assert words.label.endswith("…")
    assert words.headline == "16 · 5×5"


@pytest.mark.parametrize("state", [CardState.SELECTED, CardState.FOCUSED, CardState.HOVERED, CardState.CHOSEN])
def test_every_state_can_be_seen(state):
    assert _painted(_face(), state=state) != _painted(_face())


def test_severity_is_shown_by_colour_and_by_sign():
    for severity, color in (("bad", DARK.bad), ("warning", DARK.warning)):
        image = _painted(_face(problem="Leads nowhere", severity=severity))
        below_the_ports = 40 - round(EXTENT.top()) + round(HEIGHT * 0.75)
        colors = {image.pixelColor(x, below_the_ports).name() for x in range(image.width())}
        assert color in colors
        assert _extent_of(image).bottom() > HEIGHT + 10, "the words below the card"


def test_ports_follow_the_face():
    with_ports, without = _painted(_face()), _painted(_face(inputs=0, has_output=False))
    assert _extent_of(with_ports).left() < 0 <= _extent_of(without).left() + 1
    assert _extent_of(with_ports).right() > WIDTH + 3
    assert _extent_of(without).right() <= WIDTH + 1


def test_far_away_numbers_are_left_out_and_the_name_grows():
    near, far, farthest = (_painted(_face(), zoom=zoom) for zoom in (1.0, 0.3, 0.15))
    assert near != far != farthest
    assert _painted(_face(shape="64"), zoom=0.3) == far, "numbers are not painted from far away"
    assert _painted(_face(label="ReLU"), zoom=0.15) == farthest, "nor names from farther away"


EXAMPLES = [layer for kind in layers.registry.values() for layer, _ in [(kind(), ()), *kind.examples()]]
LONG = [
    layers.Conv2D(filters=256, kernel_size=(5, 3), strides=(2, 1)),
    layers.registry["DepthwiseConv2D"](kernel_size=11, strides=4),
    layers.registry["MultiHeadAttention"](num_heads=16, key_dim=128),
    layers.registry["Embedding"](input_dim=100_000, output_dim=1024),
    layers.Input(shape=(128, 128, 3)),
]


@pytest.mark.parametrize("layer", [*EXAMPLES, *LONG, *(kind() for kind in losses.registry.values())], ids=repr)
def test_no_name_and_no_headline_of_what_there_is_is_cut(layer):
    face = replace(new_face(layer), shape="112 × 112 × 64", parameters="147 584")
    words = CardPainter(DARK)._words(face)
    assert (words.label, words.headline) == (face.label, face.headline)
    assert (words.shape, words.parameters) == (face.shape, face.parameters)
    assert words.far_label.replace("\n", "").replace(" ", "") == face.label.replace(" ", "")


def test_a_headline_without_room_beside_the_name_stands_below_it_and_in_no_other_text():
    painter = CardPainter(DARK)
    short = replace(new_face(layers.Dense()), shape="16", parameters="64")
    crowded = replace(short, label="Multi-head attention", headline="16 heads × 128")
    assert not painter._words(short).has_own_row
    assert painter._words(crowded).has_own_row
    assert not painter._words(replace(crowded, is_loss=True)).has_own_row, "the value of the loss stands there"
    assert TITLE.translated(0, -RAISED).bottom() - OWN_ROW.top() <= 4, "room of the font above and below its letters"
    assert NUMBERS_BELOW.top() >= OWN_ROW.bottom()
    assert CURVE.top() >= NUMBERS_BELOW.bottom()


def test_names_from_far_away_are_broken_where_a_word_begins():
    lines = [CardPainter(DARK)._words(new_face(layers.registry[key]())).far_label for key in ("MaxPool2D", "LSTM")]
    assert lines == ["Max\nPool2D", "LSTM"]


def test_names_from_far_away_are_as_large_as_they_can_be_and_inside_of_their_room():
    own = CardPainter(DARK)
    crossed = own._words(new_face(losses.registry["SoftmaxCrossEntropy"]()))
    assert crossed.far_label == "Cross-\nentropy"
    assert crossed.far_font.pixelSize() >= 18, "seven pixels high where cards have 40 % of their size"
    sizes = {}
    for face in (new_face(kind()) for kind in losses.registry.values()):
        words, metrics = own._words(face), QFontMetricsF(own._words(face).far_font)
        lines = words.far_label.split("\n")
        assert max(map(metrics.horizontalAdvance, lines)) <= FAR_TITLE.width()
        assert metrics.lineSpacing() * len(lines) <= FAR_TITLE.height()
        sizes[face.label] = words.far_font.pixelSize()
    assert min(sizes.values()) >= 16, sizes


def test_a_problem_in_few_words_is_as_large_as_it_can_be_from_afar():
    own, short, long = CardPainter(DARK), "Diverged at step 9 013", "Nothing is connected to the input of this layer"
    sizes = [own._problem_font(short, short, zoom).pixelSize() for zoom in (2.0, 1.0, 0.9, 0.75, 0.5)]
    assert sizes == [11, 11, 12, 14, 14]
    for zoom in (1.0, 0.75, 0.5):
        font = own._problem_font(long, long, zoom)
        fits = QFontMetricsF(font).horizontalAdvance(long) <= PROBLEM_WIDTH
        assert fits or font.pixelSize() == 11
    assert own._problem_font(long[:10] + "…", long, 0.5).pixelSize() == 11, "what is cut gains nothing"
    problem = replace(new_face(layers.registry["Dense"]()), problem=short, severity="bad")
    assert _extent_of(_painted(problem, zoom=0.7)).bottom() <= EXTENT.bottom()
