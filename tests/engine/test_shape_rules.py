"""Each layer's shape rule says what its output shape really is, in every setting; each loss's says what it wants."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError
from tests.engine.shape_rules import promised

LAYERS = [kind for kind in layers.registry.values() if kind.__module__.startswith("deepviz.")]
LOSSES = [kind for kind in losses.registry.values() if kind.__module__.startswith("deepviz.")]


def settings_of_windows() -> list[tuple[Layer, Sequence[Shape]]]:
    """Layers with windows in many settings, as long as they fit."""
    found: list[tuple[Layer, Sequence[Shape]]] = []
    for size, stride, padding, step in product((1, 2, 3, 5), (1, 2, 3), ("valid", "same"), (1, 2)):
        found += [
            (layers.Conv1D(kernel_size=size, strides=stride, padding=padding, dilation_rate=step), [(11, 2)]),
            (
                layers.Conv2D(kernel_size=(size, 2), strides=(stride, 1), padding=padding, dilation_rate=step),
                [(11, 9, 2)],
            ),
            (layers.ConvTranspose2D(kernel_size=size, strides=(stride, 2), padding=padding), [(3, 4, 2)]),
            (layers.MaxPool1D(pool_size=size, strides=stride, padding=padding), [(11, 2)]),
            (layers.AveragePool2D(pool_size=(size, 2), strides=stride, padding=padding), [(11, 8, 2)]),
            (
                layers.DepthwiseConv2D(kernel_size=size, strides=stride, padding=padding, depth_multiplier=3),
                [(11, 9, 2)],
            ),
        ]
        if stride > 1:
            found.append(
                (
                    layers.ConvTranspose2D(kernel_size=size, strides=stride, padding=padding, output_padding=1),
                    [(3, 4, 2)],
                )
            )
    found += [
        (layers.Conv1D(padding="causal", kernel_size=4, dilation_rate=2), [(11, 2)]),
        (layers.Conv2D(padding="explicit", explicit_padding=(1, 0, 2, 2)), [(6, 7, 1)]),
        (layers.MaxPool1D(pool_size=3, padding="explicit", explicit_padding=(2, 1)), [(7, 2)]),
        (layers.AveragePool2D(pool_size=3, strides=2, padding="explicit", explicit_padding=(1, 0, 2, 2)), [(6, 7, 1)]),
        (layers.ConvTranspose2D(strides=2, padding="explicit", explicit_padding=(1, 0, 2, 1)), [(3, 4, 1)]),
        (
            layers.ConvTranspose2D(strides=2, padding="explicit", explicit_padding=(1, 0, 2, 1), output_padding=1),
            [(3, 4, 1)],
        ),
        (layers.UpSample2D(size=(3, 2)), [(2, 5, 1)]),
        (layers.ZeroPad2D(padding=(1, 2, 3, 4)), [(2, 5, 1)]),
        (layers.LSTM(units=3, bidirectional=True, return_sequences=True), [(4, 2)]),
    ]
    return found


@pytest.mark.parametrize("kind", LAYERS, ids=lambda kind: kind.key)
def test_a_rule_says_what_comes_out_of_a_layer(kind: type[Layer]) -> None:
    assert kind.shape_rule
    assert kind.formula
    assert len(kind.synonyms) >= 2
    for layer, inputs in kind.examples():
        assert promised(layer, inputs) == layer.output_shape(inputs), (layer, inputs)


def test_rules_hold_for_windows_in_every_setting() -> None:
    held = 0
    for layer, inputs in settings_of_windows():
        try:
            shape = layer.output_shape(inputs)
        except ShapeError:
            continue  # the window is larger than what it goes over
        assert promised(layer, inputs) == shape, (layer, inputs)
        held += 1
    assert held > 250


def test_a_rule_that_says_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = layers.Conv2D(kernel_size=3, strides=2)
    monkeypatch.setattr(type(layer), "shape_rule", layer.shape_rule.replace("+ 1; reach", "; reach"))
    assert promised(layer, [(9, 9, 1)]) != layer.output_shape([(9, 9, 1)])


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.key)
def test_a_rule_says_what_a_loss_wants(kind: type[Loss]) -> None:
    assert kind.formula
    wanted, _, given = kind.shape_rule.partition(" → ")
    assert given == "one number"
    assert wanted.startswith("one output for each class")
    assert ("or target number" in wanted) == _takes(kind, (3,), "regression", 3)
    assert ("or one for two classes" in wanted) == _takes(kind, (1,), "classification", 2)
    alone = _takes(kind, (1,), "regression", 1) if "regression" in kind.tasks else True
    assert ("at least two" in wanted) != alone
    assert _takes(kind, (4,), "classification", 4)
    assert not _takes(kind, (4,), "classification", 5)


def _takes(kind: type[Loss], shape: Shape, task: str, outputs: int) -> bool:
    try:
        kind().check(shape, task, outputs)
    except ShapeError:
        return False
    return True
