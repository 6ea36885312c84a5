"""A tip says what a layer is, with its formula, what becomes of shapes, and an example that is true."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import Field as Declared
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses
from deepviz.gui.panels.layer_tip import WIDTH, example_of, tool_tip
from deepviz.gui.theme import body_font
from deepviz.registry import Definition


class Plain(Definition):
    """Adds a <bias> & nothing else."""

    units: int = Declared(64, title="Units")
    max_norm: float | None = Declared(None, title="Largest norm")
    name: str = Declared(title="Name")


class Bare(Definition):
    """Has neither formula nor rule."""

    category: ClassVar[str] = "Core"


def test_it_says_what_a_layer_is() -> None:
    text = tool_tip(layers.Conv2D)
    for part in (
        "Conv2D", layers.Conv2D.summary()[:20], layers.Conv2D.formula, "⌊(h + zeros − reach) / stride⌋ + 1",
        "Kernel: 3 × 3", "Drag it onto the canvas",
    ):  # fmt: skip
        assert part in text, part
    assert "h\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}w" in text, "a shape is not torn apart"
    assert "Groups" not in text, "what few people change is left out"
    assert "Drag" not in tool_tip(layers.Conv2D, hint="")


def test_it_is_safe_from_markup_and_leaves_out_what_there_is_not() -> None:
    text = tool_tip(Plain)
    assert "Adds a &lt;bias&gt; &amp; nothing else." in text
    assert "Units: 64<br>Largest norm: none<br>Name: to be chosen" in text
    assert not any(title in text for title in ("Formula", "Shape", "Example"))
    assert "Settings" not in tool_tip(Bare)


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (layers.Dense, "4 → 3, with units 3"),
        (layers.Flatten, "3 × 4 × 2 → 24"),
        (layers.Add, "4 and 4 → 4"),
        (layers.Input, "no input → 4"),
        (layers.ReLU, "5 → 5"),
        (layers.MaxPool2D, "4 × 6 × 2 → 2 × 3 × 2"),
        (losses.Huber, ""),
    ],
)
def test_examples(kind: type[Definition], example: str) -> None:
    assert example_of(kind) == example


def test_every_tip_is_of_one_width_and_not_too_tall(qtbot: QtBot) -> None:
    for kind in [*layers.registry.values(), *losses.registry.values()]:
        label = QLabel(tool_tip(kind))
        label.setWordWrap(True)  # as Qt's own tool tips do
        label.setFont(body_font())  # whether or not the program's look has been put on before
        qtbot.addWidget(label)
        assert WIDTH <= label.sizeHint().width() <= WIDTH + 12, kind
        assert label.sizeHint().height() < 480, kind  # the lowest window is 640 high
