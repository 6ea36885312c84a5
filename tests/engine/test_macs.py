"""Multiply-accumulates: each layer's count against loops that count one by one, and against PyTorch's own counter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape

MULTIPLYING = [
    "Dense",
    "Conv1D",
    "Conv2D",
    "DepthwiseConv2D",
    "ConvTranspose2D",
    "SimpleRNN",
    "LSTM",
    "GRU",
    "MultiHeadAttention",
]
CONVOLUTIONS: list[tuple[Layer, Shape]] = [
    (layers.Conv2D(filters=2), (5, 4, 2)),
    (layers.Conv2D(filters=4, kernel_size=(2, 3), strides=(2, 1), padding="same", use_bias=False), (5, 4, 6)),
    (layers.Conv2D(filters=6, groups=3, dilation_rate=(2, 1)), (7, 6, 9)),
    (layers.Conv2D(filters=4, kernel_size=2, padding="explicit", explicit_padding=(1, 0, 2, 1), groups=2), (3, 3, 2)),
    (layers.Conv1D(filters=3), (6, 2)),
    (layers.Conv1D(filters=2, kernel_size=2, padding="causal", dilation_rate=3), (5, 1)),
    (layers.Conv1D(filters=4, kernel_size=4, strides=2, padding="same", groups=2), (7, 4)),
    (layers.DepthwiseConv2D(kernel_size=(2, 3), strides=(2, 1), padding="same", depth_multiplier=3), (3, 4, 2)),
    (layers.ConvTranspose2D(filters=2, kernel_size=3, strides=2), (3, 4, 5)),
]


def one_by_one(layer: Any, shape: Shape) -> int:
    """Go through every output (of a transposed convolution: every input), kernel place and channel, and count."""
    output = layer.output_shape([shape])
    places = shape[:-1] if isinstance(layer, layers.ConvTranspose2D) else output[:-1]
    kernel = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,)
    count = 0
    for _ in product(*(range(length) for length in (*places, *kernel))):
        for filter_number in range(output[-1]):
            for channel in range(shape[-1]):
                if isinstance(layer, layers.DepthwiseConv2D):
                    count += filter_number // layer.depth_multiplier == channel
                else:
                    groups = getattr(layer, "groups", 1)
                    count += filter_number * groups // output[-1] == channel * groups // shape[-1]
    return count


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS, ids=lambda value: str(value)[:60])
def test_convolutions_count_every_product_of_a_pixel_and_a_weight(layer: Layer, shape: Shape) -> None:
    assert layer.macs([shape]) == one_by_one(layer, shape)


def test_dense_counts_its_weights_once_a_row() -> None:
    assert layers.Dense(units=10).macs([(784,)]) == 7840
    assert layers.Dense(units=3, use_bias=False).macs([(5, 4)]) == 5 * 4 * 3


@pytest.mark.parametrize(("key", "gates"), [("SimpleRNN", 1), ("LSTM", 4), ("GRU", 3)])
def test_recurrent_layers_weigh_input_and_memory_in_each_step_and_direction(key: str, gates: int) -> None:
    layer = layers.registry[key](units=5)
    each_step = gates * (2 * 5 + 5 * 5)
    assert layer.macs([(7, 2)]) == 7 * each_step
    both = layer.changed(bidirectional=True, return_sequences=True)
    assert isinstance(both, Layer)
    assert both.macs([(7, 2)]) == 2 * 7 * each_step


def test_attention_counts_projections_scores_and_sums() -> None:
    layer = layers.MultiHeadAttention(num_heads=2, key_dim=3, value_dim=4)
    alone = 2 * (5 * 6 * 3 + 5 * 6 * 3 + 5 * 6 * 4 + 5 * 5 * 3 + 5 * 5 * 4 + 5 * 4 * 6)
    assert layer.macs([(5, 6)]) == alone
    # Queries of 5 steps × 6 features; values of 7 × 8; keys of 7 × 9.
    others = 2 * (5 * 6 * 3 + 7 * 9 * 3 + 7 * 8 * 4 + 5 * 7 * 3 + 5 * 7 * 4 + 5 * 4 * 6)
    assert layer.macs([(5, 6), (7, 8), (7, 9)]) == others
    assert layer.changed(causal=True).macs([(5, 6)]) == alone  # type: ignore[union-attr]


@pytest.mark.parametrize("key", sorted({kind.key for kind in layers.registry.values()} - set(MULTIPLYING)))
def test_whatever_has_no_sum_of_products_counts_none(key: str) -> None:
    kind = layers.registry[key]
    assert issubclass(kind, Layer)
    assert [layer.macs(inputs) for layer, inputs in kind.examples()] == [0] * len(kind.examples())


@pytest.mark.parametrize("key", MULTIPLYING)
def test_what_multiplies_counts_something_in_every_example(key: str) -> None:
    kind = layers.registry[key]
    assert issubclass(kind, Layer)
    assert all(layer.macs(inputs) > 0 for layer, inputs in kind.examples())


def counted_by_torch(run: Callable[[Any], object]) -> int:
    """Half of the floating-point operations that PyTorch counts: it takes a multiply-accumulate for two."""
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        run(torch)
    return int(counter.get_total_flops()) // 2


@pytest.mark.parametrize(
    ("layer", "inputs", "options", "kind"),
    [
        (layers.Conv2D(filters=6, kernel_size=3, groups=3), (7, 6, 9), {"groups": 3}, "conv2d"),
        (layers.Conv2D(filters=4, kernel_size=3, padding="same"), (7, 6, 2), {"padding": 1}, "conv2d"),
        (
            layers.Conv2D(filters=4, kernel_size=3, strides=2, dilation_rate=1),
            (9, 8, 2),
            {"stride": 2},
            "conv2d",
        ),
        (layers.Conv2D(filters=4, kernel_size=3, dilation_rate=2), (9, 8, 2), {"dilation": 2}, "conv2d"),
        (layers.Conv1D(filters=4, kernel_size=3), (9, 2), {}, "conv1d"),
        (layers.DepthwiseConv2D(kernel_size=3, depth_multiplier=2), (6, 6, 4), {"groups": 4}, "conv2d"),
        (layers.ConvTranspose2D(filters=3, kernel_size=3, strides=2), (4, 5, 2), {"stride": 2}, "conv_transpose2d"),
        (layers.Dense(units=7), (5, 3), {}, "linear"),
    ],
)
def test_counts_agree_with_those_of_pytorch(layer: Any, inputs: Shape, options: dict[str, Any], kind: str) -> None:
    def run(torch: Any) -> None:
        x = torch.zeros(1, inputs[-1], *inputs[:-1]) if kind != "linear" else torch.zeros(1, *inputs)
        weights: Sequence[int] = layer.parameter_shapes([inputs])["W"]
        if kind == "linear":
            shape: tuple[int, ...] = (weights[1], weights[0])
        elif kind == "conv_transpose2d":
            shape = (weights[3], weights[2], *weights[:2])
        elif isinstance(layer, layers.DepthwiseConv2D):
            shape = (weights[2] * weights[3], 1, *weights[:2])
        else:
            shape = (weights[-1], weights[-2], *weights[:-2])
        getattr(torch.nn.functional, kind)(x, torch.zeros(shape), **options)

    assert layer.macs([inputs]) == counted_by_torch(run)


def test_attention_agrees_with_products_counted_by_pytorch() -> None:
    steps, features, heads, length = 6, 10, 2, 5

    def run(torch: Any) -> None:
        x, weights = torch.zeros(steps, features), torch.zeros(features, heads * length)
        q, k, v = ((x @ weights).reshape(steps, heads, length).transpose(0, 1) for _ in range(3))
        torch.zeros(steps, heads * length).copy_(
            (torch.bmm(torch.bmm(q, k.transpose(1, 2)), v)).transpose(0, 1).reshape(steps, -1)
        ) @ weights.T

    layer = layers.MultiHeadAttention(num_heads=heads, key_dim=length)
    assert layer.macs([(steps, features)]) == counted_by_torch(run)


def test_a_whole_lenet_counts_what_everybody_says() -> None:
    chain: list[Layer] = [
        layers.Conv2D(filters=6, kernel_size=5, padding="same"),
        layers.AveragePool2D(),
        layers.Conv2D(filters=16, kernel_size=5),
        layers.AveragePool2D(),
        layers.Flatten(),
        layers.Dense(units=120),
        layers.Dense(units=84),
        layers.Dense(units=10),
    ]
    shape, found = (28, 28, 1), []
    for layer in chain:
        found.append(layer.macs([shape]))
        shape = layer.output_shape([shape])
    assert found == [117_600, 0, 240_000, 0, 0, 48_000, 10_080, 840]
    assert sum(found) == 416_520
