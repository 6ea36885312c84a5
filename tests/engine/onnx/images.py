"""Operators on images and signals: convolution, pooling, padding and enlarging. Our layers have channels last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepviz.engine import layers
from tests.engine.onnx.adapter import adapts, channels_first, channels_last, run
from tests.engine.onnx.cases import Case, Inexpressible


def of_two_axes_at_most(x: np.ndarray) -> np.ndarray:
    """A signal or an image, channels first."""
    if x.ndim > 4:
        raise Inexpressible(f"{x.ndim - 2} axes besides batch and channels")
    return x


def each_axis(case: Case, name: str, axes: int) -> tuple[int, ...]:
    """An attribute that has one number for each axis, 1 if it is left out."""
    return tuple(case.attribute(name) or [1] * axes)


def padding_of(case: Case, lengths: Sequence[int], kernel: Sequence[int]) -> dict[str, Any]:
    """The padding in our words: "valid", "same", or how much before and behind along each axis."""
    mode, axes = case.attribute("auto_pad"), len(lengths)
    pads = case.attribute("pads") or [0] * (2 * axes)
    if mode == "SAME_UPPER":
        return {"padding": "same"}
    if mode == "SAME_LOWER":  # as "same", but what is left over goes before
        totals = [
            max(0, (-(-length // stride) - 1) * stride + (size - 1) * dilation + 1 - length)
            for length, size, stride, dilation in zip(
                lengths, kernel, each_axis(case, "strides", axes), each_axis(case, "dilations", axes), strict=True
            )
        ]
        pads = [total - total // 2 for total in totals] + [total // 2 for total in totals]
    if not any(pads):
        return {"padding": "valid"}
    return {
        "padding": "explicit",
        "explicit_padding": sides(pads),
    }


def as_image(x: np.ndarray) -> np.ndarray:
    """A signal as an image of one row, channels first."""
    return x[:, :, None] if x.ndim == 3 else x


@adapts("Conv")
def convolution(case: Case) -> np.ndarray:
    x, W = case.numbers("X"), case.numbers("W")
    kernel, axes = W.shape[2:], x.ndim - 2
    case.attribute("kernel_shape")  # as W shows
    layer = layers.Conv2D(
        filters=len(W),
        kernel_size=kernel,
        strides=each_axis(case, "strides", axes),
        dilation_rate=each_axis(case, "dilations", axes),
        groups=case.attribute("group"),
        use_bias="B" in case.inputs,
        **padding_of(case, x.shape[2:], kernel),
    )
    weights = {"W": np.moveaxis(W, (0, 1), (-1, -2))} | ({"b": case.numbers("B")} if "B" in case.inputs else {})
    return channels_first(run(layer, [channels_last(x)], weights))


@adapts("ConvTranspose")
def transposed_convolution(case: Case) -> np.ndarray:
    x, W = of_two_axes_at_most(case.numbers("X")), case.numbers("W")
    kernel, axes, strides = W.shape[2:], x.ndim - 2, each_axis(case, "strides", x.ndim - 2)
    dilation = each_axis(case, "dilations", axes)
    case.attribute("kernel_shape")  # as W shows
    settings: dict[str, Any] = {"padding": "same"}
    if case.attribute("auto_pad") != "SAME_UPPER":
        case.needs(auto_pad="NOTSET")
        extra = each_axis(case, "output_padding", axes) if "output_padding" in case.attributes else (0,) * axes
        if case.attribute("output_shape"):
            whole = (np.array(x.shape[2:]) - 1) * strides + (np.array(kernel) - 1) * dilation + 1
            extra = tuple((case.attribute("output_shape") - whole).tolist())
        pads = case.attribute("pads") or [0] * (2 * axes)
        settings = {
            "padding": "explicit",
            "explicit_padding": (0,) * (4 - 2 * axes) + sides(pads),
            "output_padding": (0,) * (2 - axes) + extra,
        }

    # With groups a filter sees the channels of its group only: its weights of all others are zero.
    groups, filters = case.attribute("group"), W.shape[1]
    of_all = np.zeros((len(W), groups * filters, *kernel), W.dtype)
    for channel in range(len(W)):
        first = channel * groups // len(W) * filters
        of_all[channel, first : first + filters] = W[channel]
    layer = layers.ConvTranspose2D(
        filters=groups * filters,
        kernel_size=(1,) * (2 - axes) + kernel,
        strides=(1,) * (2 - axes) + strides,
        dilation_rate=(1,) * (2 - axes) + dilation,
        use_bias="B" in case.inputs,
        **settings,
    )
    weights = {"W": as_image(of_all).transpose(2, 3, 1, 0)} | ({"b": case.numbers("B")} if "B" in case.inputs else {})
    y = channels_first(run(layer, [channels_last(as_image(x))], weights))
    return y.reshape(*y.shape[:2], *y.shape[4 - axes :])


@adapts("MaxPool", "AveragePool")
def pooling(case: Case) -> np.ndarray:
    x = channels_last(of_two_axes_at_most(case.numbers("X")))
    kernel, axes = tuple(case.attribute("kernel_shape")), x.ndim - 2
    strides, pads = each_axis(case, "strides", axes), case.attribute("pads") or [0] * (2 * axes)
    if set(each_axis(case, "dilations", axes)) != {1}:
        raise Inexpressible("gaps between the numbers of a window")
    case.attribute("storage_order")  # of indices, which our layers do not give
    mode, mirrored, around = case.attribute("auto_pad"), (), (0,) * (2 * axes)
    if mode == "NOTSET":
        counts = window_counts(x.shape[1:-1], kernel, strides, pads, bool(case.attribute("ceil_mode")))
        if case.op_type == "AveragePool" and case.attribute("count_include_pad") and any(pads):
            # Zeros that count are a part of the image, and a layer of their own.
            x = run(layers.ZeroPad2D(padding=tuple(zip(pads[:axes], pads[axes:], strict=True))), [x])
            pads = [0] * (2 * axes)
        mode, around = "explicit", reached(x.shape[1:-1], kernel, strides, pads, counts)
    elif mode == "SAME_LOWER":  # zeros that do not go evenly are before and not behind: the other way round in a mirror
        case.needs(strides=None)
        mirrored = tuple(range(1, 1 + axes))

    padding = mode.lower().partition("_")[0]
    settings = {"pool_size": kernel, "strides": strides, "padding": padding, "explicit_padding": around}
    if axes == 1:
        settings |= {"pool_size": kernel[0], "strides": strides[0]}
    layer = layers.registry[f"{case.op_type}{axes}D"](**settings)
    return channels_first(np.flip(run(layer, [np.flip(x, mirrored)]), mirrored))


def window_counts(
    lengths: Sequence[int], kernel: Sequence[int], strides: Sequence[int], pads: Sequence[int], up: bool
) -> list[int]:
    """How many windows there are along each axis; with `up`, also one that reaches beyond the end."""
    counts = []
    for axis, (length, size, stride) in enumerate(zip(lengths, kernel, strides, strict=True)):
        before, after = pads[axis], pads[axis + len(lengths)]
        whole, rest = divmod(length + before + after - size, stride)
        one_more = up and rest > 0 and (whole + 1) * stride < length + before  # it must not begin beyond the end
        counts.append(whole + 1 + one_more)
    return counts


def reached(
    lengths: Sequence[int], kernel: Sequence[int], strides: Sequence[int], pads: Sequence[int], counts: Sequence[int]
) -> tuple[int, ...]:
    """How far windows reach beyond the start and the end of each axis, which makes so many of them."""
    found: list[int] = []
    for length, size, stride, before, count in zip(lengths, kernel, strides, pads, counts, strict=False):
        found += [before, max((count - 1) * stride + size - length - before, 0)]
    return tuple(found)


def sides(pads: Sequence[int]) -> tuple[int, ...]:
    """The standard's numbers for all starts and then for all ends as ours, the two of an axis beside each other."""
    axes = len(pads) // 2
    return tuple(pads[axis + side] for axis in range(axes) for side in (0, axes))


@adapts("GlobalAveragePool", "GlobalMaxPool")
def global_pooling(case: Case) -> np.ndarray:
    x = case.numbers("X")
    y = run(layers.registry[case.op_type](), [channels_last(of_two_axes_at_most(x))])
    return y.reshape(*y.shape, *[1] * (x.ndim - 2))


@adapts("Pad")
def padding(case: Case) -> np.ndarray:
    # The border of ours is zero. Another number is zero on a scale that is moved by it.
    x, pads = case.numbers("data"), case.raw("pads").tolist()
    case.needs(mode="constant")
    moved = float(case.raw("constant_value") or 0)
    axes = range(x.ndim) if case.raw("axes") is None else [axis % x.ndim for axis in case.raw("axes").tolist()]
    around = [(0, 0)] * x.ndim
    for place, axis in enumerate(axes):
        around[axis] = (pads[place], pads[place + len(pads) // 2])
    plain = next((axis for axis in range(1, x.ndim) if around[axis] == (0, 0)), 0)
    if x.ndim != 4 or around[0] != (0, 0) or not plain:
        raise Inexpressible("other than two axes of an image are padded")
    sides = tuple(around[axis] for axis in (1, 2, 3) if axis != plain)
    y = run(layers.ZeroPad2D(padding=sides), [np.moveaxis(x - moved, plain, -1)])
    return np.moveaxis(y, -1, plain) + moved


@adapts("Resize", "Upsample")
def enlarge(case: Case) -> np.ndarray:
    x, mode = case.numbers("X"), case.attribute("mode")
    if case.op_type == "Resize":
        case.needs(coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_floor", antialias=0)
    axes = case.attribute("axes") or range(x.ndim)
    lengths = np.array(x.shape)[list(axes)]
    scales = case.raw("scales")
    if scales is None:
        scales = case.raw("sizes") / lengths
        policy = case.attribute("keep_aspect_ratio_policy")
        if policy != "stretch":
            scales[:] = scales.min() if policy == "not_larger" else scales.max()
    times = dict(zip(axes, scales.tolist(), strict=True))
    if any(scale != int(scale) for scale in times.values()):
        raise Inexpressible("not a whole number of times as large")
    if x.ndim != 4 or times.get(0, 1) != 1 or times.get(1, 1) != 1:
        raise Inexpressible("more than the rows and columns of an image")
    modes = {"nearest": "nearest", "linear": "bilinear"}
    if mode not in modes:
        raise Inexpressible(f"the mode is {mode}")
    layer = layers.UpSample2D(size=(int(times[2]), int(times[3])), interpolation=modes[mode])
    return channels_first(run(layer, [channels_last(x)]))
