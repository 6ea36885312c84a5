"""The weights of one layer, cut into pictures as its kind suggests: kernels, heads, gates, units that see an image.

The same cuts are made of the weights and of the numbers of their places, so each dot of a picture knows its weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from deepviz.engine.families.recurrence import Recurrent
from deepviz.engine.layer import Layer
from deepviz.engine.layers.conv1d import Conv1D
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.conv_transpose2d import ConvTranspose2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.depthwise_conv2d import DepthwiseConv2D
from deepviz.engine.layers.dropout import Dropout
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.gru import GRU
from deepviz.engine.layers.identity import Identity
from deepviz.engine.layers.lstm import LSTM
from deepviz.engine.layers.multi_head_attention import MultiHeadAttention
from deepviz.engine.network import Network
from deepviz.engine.shapes import Shape
from deepviz.engine.wiring import WiredNode
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

MOST_TILES = 1024
"""So many pictures are cut from an array, at most."""
ALL_CHANNELS = -1
COLORS = -2
"""In place of an input channel: all of them beside each other, or three as red, green and blue."""
GAP = -1
"""The place of a dot that stands between two kernels and is no weight."""

GATES: dict[type[Layer], tuple[str, ...]] = {LSTM: ("i", "f", "g", "o"), GRU: ("z", "r", "n")}
"""What the gates are called in the formulas of the layers, in the order in which they lie."""


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture.

    Attributes
    ----------
    title
        What it is, such as "filter 3".
    places
        For each dot the number of its weight in the array read row by row, or `GAP`: shape ``(rows, columns)``, or
        ``(rows, columns, 3)`` of a picture in colours.
    """

    title: str
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Weights:
    """An array of weights, and how it can be looked at.

    Attributes
    ----------
    node, label
        Whose it is, and of what kind that layer is.
    name, names
        The name of the array, such as "W", and of all that the layer has.
    values
        The weights, a copy.
    channel, channels
        Which input channel the pictures are of (or `ALL_CHANNELS` or `COLORS`), and how many there are; 0 channels
        where there is nothing to choose.
    tiles, total
        The pictures, and how many there would be if they were not bounded.
    rows, columns
        What goes down and across in each picture, in a word.
    largest
        The largest absolute value of those that are finite; 0 if there is none.
    not_finite
        How many of the weights are not finite.
    """

    node: str
    label: str
    name: str
    names: tuple[str, ...]
    values: np.ndarray
    channel: int
    channels: int
    tiles: tuple[Tile, ...]
    total: int
    rows: str
    columns: str
    largest: float
    not_finite: int

    def picture(self, tile: Tile) -> np.ndarray:
        """The weights of a picture, in the shape of its `places`; NaN in gaps."""
        flat = self.values.reshape(-1)
        return np.where(tile.places == GAP, np.nan, flat[np.maximum(tile.places, 0)])

    def place(self, number: int) -> tuple[int, ...]:
        """Where the weight with this number is in the array."""
        return tuple(int(each) for each in np.unravel_index(number, self.values.shape))


@dataclass(frozen=True)
class Filters(Question):
    """What do the weights of this layer look like?

    Attributes
    ----------
    node
        Id of the layer.
    name
        Which of its arrays; empty for the first.
    channel
        Of kernels, which input channel, or `ALL_CHANNELS`, or `COLORS`; None for what suits.
    as_matrix
        Whether to show the weights of units that see an image as one matrix nevertheless.
    """

    node: str
    name: str = ""
    channel: int | None = None
    as_matrix: bool = False

    def answer(self, subject: Subject, progress: Progress) -> Weights:
        network = subject.network
        node = next((each for each in network.nodes if each.id == self.node), None)
        if node is None:
            raise UnanswerableError(f"There is no layer called {self.node} in the network. Choose another one.")
        names = tuple(node.layer.parameter_shapes(node.input_shapes))
        if not names:
            raise UnanswerableError(f"{node.layer.label} has no weights. Choose a layer that has some.")
        name = self.name if self.name in names else names[0]
        values = np.array(network.parameters[f"{node.id}/{name}"])
        return cut(network, node, name, values, self.channel, self.as_matrix)


class Pieces(NamedTuple):
    """An array cut into pieces, before they are tiles.

    Attributes
    ----------
    named
        Each piece with its title, at most `MOST_TILES`.
    total
        How many there would be if they were not bounded.
    rows, columns, channel, channels
        As in `Weights`.
    """

    named: Sequence[tuple[str, np.ndarray]]
    total: int
    rows: str
    columns: str
    channel: int = ALL_CHANNELS
    channels: int = 0


def cut(
    network: Network, node: WiredNode, name: str, values: np.ndarray, channel: int | None, as_matrix: bool
) -> Weights:
    """Cut an array of a layer into pictures; `channel` and `as_matrix` as in `Filters`."""
    numbers: np.ndarray = np.arange(values.size).reshape(values.shape)
    image = None if as_matrix else seen_image(network, node)
    pieces = _pieces(node.layer, name, numbers, image, channel)
    finite = np.isfinite(values)
    bad = values.size - int(np.count_nonzero(finite))
    known = values[finite] if bad else values
    return Weights(
        node=node.id,
        label=node.layer.label,
        name=name,
        names=tuple(node.layer.parameter_shapes(node.input_shapes)),
        values=values,
        channel=pieces.channel,
        channels=pieces.channels,
        tiles=tuple(Tile(title, np.ascontiguousarray(places)) for title, places in pieces.named),
        total=pieces.total,
        rows=pieces.rows,
        columns=pieces.columns,
        largest=max(float(known.max()), -float(known.min())) if known.size else 0.0,
        not_finite=bad,
    )


def seen_image(network: Network, node: WiredNode) -> Shape | None:
    """The shape (rows, columns, channels) of what a Dense layer sees through a Flatten; None if there is none.

    What lies between, such as Dropout, must leave each number in its place.
    """
    if not isinstance(node.layer, Dense):
        return None
    nodes = {each.id: each for each in network.nodes}
    before = nodes[node.sources[0]]
    while isinstance(before.layer, (Dropout, Identity)):
        before = nodes[before.sources[0]]
    if isinstance(before.layer, Flatten) and len(before.input_shapes[0]) == 3:
        return before.input_shapes[0]
    return None


def _pieces(layer: Layer, name: str, numbers: np.ndarray, image: Shape | None, channel: int | None) -> Pieces:
    """The numbers of the weights of an array, cut as its layer suggests; `image` is what a Dense layer sees."""
    if isinstance(layer, Recurrent) and name[0] in "WU":
        gates = np.split(numbers, layer.gates, axis=1)
        named = list(zip(_gate_titles(layer), gates, strict=True))
        return Pieces(named, len(gates), "input" if name[0] == "W" else "output before", "unit")
    if isinstance(layer, MultiHeadAttention) and name.startswith("W_"):
        if name == "W_output":
            return _along_first("head", numbers, "from", "output")
        return _along_first("head", numbers.swapaxes(0, 1), "input", "to")
    if name == "W":
        if isinstance(layer, Conv2D):
            return _kernels("filter", numbers, channel)
        if isinstance(layer, ConvTranspose2D):
            return _kernels("filter", numbers.swapaxes(2, 3), channel)
        if isinstance(layer, Dense) and image is not None:
            return _kernels("unit", numbers.reshape(*image, -1), channel)
        if isinstance(layer, Conv1D):
            return _along_first("filter", numbers.transpose(2, 1, 0), "input", "step")
        if isinstance(layer, DepthwiseConv2D):
            return _depthwise_kernels(numbers)
    return _matrices(name, numbers)


def _kernels(what: str, kernels: np.ndarray, channel: int | None) -> Pieces:
    """A picture of each kernel of (rows, columns, channels, kernels), with the channels as somebody wants them."""
    channels, total = kernels.shape[2:]
    used = _fitting(channel, channels)
    named = [(f"{what} {each}", _flat_picture(kernels[..., each], used)) for each in _counted(total)]
    return Pieces(named, total, "row", "column", used, channels)


def _depthwise_kernels(numbers: np.ndarray) -> Pieces:
    """A picture of each kernel of each channel of (rows, columns, channels, kernels a channel)."""
    channels, depth = numbers.shape[2:]
    named = []
    for each in _counted(channels * depth):
        place, kernel = divmod(each, depth)
        named.append((f"channel {place}" + (f", {kernel}" if depth > 1 else ""), numbers[..., place, kernel]))
    return Pieces(named, channels * depth, "row", "column")


def _along_first(what: str, matrices: np.ndarray, rows: str, columns: str) -> Pieces:
    """A picture of each matrix of (matrices, rows, columns)."""
    return Pieces(
        [(f"{what} {each}", matrices[each]) for each in _counted(len(matrices))], len(matrices), rows, columns
    )


def _matrices(name: str, numbers: np.ndarray) -> Pieces:
    """An array as a matrix, or as a matrix for each place of its last axis."""
    if numbers.ndim <= 1:
        return Pieces([(name, numbers.reshape(1, -1))], 1, "", "unit")
    if numbers.ndim == 2:
        words = {"W": ("input", "unit"), "embeddings": ("entry", "feature"), "positions": ("step", "feature")}
        return Pieces([(name, numbers)], 1, *words.get(name, ("row", "column")))
    matrices = numbers.reshape(numbers.shape[0], -1, numbers.shape[-1])
    return _along_first("channel", np.moveaxis(matrices, -1, 0), "row", "column")


def _gate_titles(layer: Recurrent) -> Sequence[str]:
    names = GATES.get(type(layer), ())
    if len(names) == layer.gates:
        return [f"gate {each}" for each in names]
    return ["weights"] if layer.gates == 1 else [f"gate {each}" for each in range(layer.gates)]


def _fitting(channel: int | None, channels: int) -> int:
    """The channel that is meant if there is such a one, or what suits: colours of three, else all."""
    if channel is not None and ALL_CHANNELS <= channel < channels:
        return channel
    if channels == 3 and channel in (None, COLORS):
        return COLORS
    return 0 if channels == 1 else ALL_CHANNELS


def _flat_picture(kernel: np.ndarray, channel: int) -> np.ndarray:
    """One picture of a kernel (rows, columns, channels): of a channel, in colours, or channels beside each other."""
    if channel == COLORS:
        return kernel
    if channel != ALL_CHANNELS:
        return kernel[..., channel]
    rows, columns, channels = kernel.shape
    across = math.ceil(math.sqrt(channels))
    down = math.ceil(channels / across)
    picture = np.full((down * (rows + 1) - 1, across * (columns + 1) - 1), GAP)
    for number in range(channels):
        top, left = number // across * (rows + 1), number % across * (columns + 1)
        picture[top : top + rows, left : left + columns] = kernel[..., number]
    return picture


def _counted(total: int) -> range:
    return range(min(total, MOST_TILES))
