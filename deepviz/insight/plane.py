"""A grid of made-up samples over one or two inputs of a network, in the data's own units, the other inputs held still.

Data are measured before they are scaled; a sample made here goes through the same scaling as they did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.engine.network import Network
from deepviz.insight.subject import UnanswerableError

MARGIN = 0.1
"""How much farther than the data a grid reaches on each side, as a share of their span."""
FARTHEST = 1e30
"""Grids end here, so that single precision still holds what the scaling makes of them."""


class Window(NamedTuple):
    """A stretch of each of two inputs, in the data's own units. Of a single input, `low` and `high` mean nothing."""

    left: float
    right: float
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of flat data in the data's own units.

    Attributes
    ----------
    least, greatest
        Of each input over all parts of the data, float64 arrays of shape (inputs,).
    train_least, train_greatest
        The same over the training samples alone.
    middle
        The median of each over the training samples: where inputs are held that are not looked at.
    scaled_middle
        The same as the network sees it, float32.
    """

    least: np.ndarray
    greatest: np.ndarray
    train_least: np.ndarray
    train_greatest: np.ndarray
    middle: np.ndarray
    scaled_middle: np.ndarray


_inputs: WeakKeyDictionary[PreparedData, Inputs] = WeakKeyDictionary()


def why_no_plane(sample_shape: tuple[int, ...], needed: int = 2) -> str:
    """Why the inputs of such samples cannot be axes, in words for the user; empty if they can.

    Parameters
    ----------
    needed
        How many axes there are.
    """
    if len(sample_shape) > 1:
        kind = "images" if len(sample_shape) == 3 else "sequences"
        return (
            f"This view needs inputs that can be axes, such as an x and a y. The samples of these data are {kind} of "
            f"{' × '.join(str(size) for size in sample_shape)} numbers. Choose data with a few columns under Data."
        )
    if sample_shape[0] < needed:
        return "This view needs two inputs, one for each axis; these data have one. Choose other data under Data."
    return ""


def inputs_of(data: PreparedData) -> Inputs:
    """What is known of the inputs of flat data. It is worked out once for each data.

    Raises
    ------
    UnanswerableError
        If the samples are not flat.
    """
    problem = why_no_plane(data.sample_shape, 1)
    if problem:
        raise UnanswerableError(problem)
    if data not in _inputs:
        parts = [part.x for part in (data.train, data.validation, data.test) if part is not None]
        middle = np.median(data.train.x, axis=0).astype(np.float32)
        raw = data.scaler.offset + data.scaler.scale * middle
        _inputs[data] = Inputs(*_ends(data, parts), *_ends(data, [data.train.x]), raw, middle)
    return _inputs[data]


def _ends(data: PreparedData, parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest of each input over some samples, in the data's own units."""
    low, high = (
        data.scaler.offset + data.scaler.scale * extreme([extreme(x, axis=0) for x in parts], axis=0)
        for extreme in (np.min, np.max)
    )
    return np.minimum(low, high), np.maximum(low, high)  # a scale below 0 turns the two ends round


def window_of(data: PreparedData, features: Sequence[int]) -> Window:
    """The stretch of one or two inputs that holds all samples, with a margin.

    Raises
    ------
    UnanswerableError
        If the samples are not flat, or there is no such input.
    """
    known = _known(data, features)
    ends: list[float] = []
    for feature in features:
        least, greatest = float(known.least[feature]), float(known.greatest[feature])
        margin = MARGIN * (greatest - least) or max(0.5 * abs(least), 0.5)  # of an input that never changes
        ends += [least - margin, greatest + margin]
    return Window(*ends)


def centres(first: float, last: float, count: int) -> np.ndarray:
    """The middles of `count` equal cells that fill a stretch."""
    cells: np.ndarray = first + (np.arange(count) + 0.5) * ((last - first) / count)
    return cells


def grid(data: PreparedData, network: Network, features: Sequence[int], axes: Sequence[np.ndarray]) -> np.ndarray:
    """Samples at all points of a grid, as the network sees them: scaled, all other inputs held at their median.

    Parameters
    ----------
    features
        The one or two inputs that change.
    axes
        Where the points are along each of them, in the data's own units.

    Returns
    -------
    Float32 array of shape ``(points, inputs)``; the first of two inputs changes fastest.

    Raises
    ------
    UnanswerableError
        If the samples are not flat, there is no such input, or the network takes whole numbers alone.
    """
    known = _known(data, features)
    count = len(known.middle)
    if any(node.layer.vocabulary is not None for node in network.nodes):
        raise UnanswerableError(
            "This network takes whole numbers that stand for things, such as words: between two of them is nothing."
        )
    points = np.empty((int(np.prod([len(axis) for axis in axes])), count), np.float32)
    points[:] = known.scaled_middle
    offset, scale = (np.broadcast_to(each, (count,)) for each in (data.scaler.offset, data.scaler.scale))
    # The last axis is the slowest.
    meshes = np.meshgrid(*reversed(axes), indexing="ij")[::-1]
    for feature, mesh in zip(features, meshes, strict=True):
        raw = np.clip(mesh.ravel(), -FARTHEST, FARTHEST)
        points[:, feature] = (raw - offset[feature]) / scale[feature]
    return points


def _known(data: PreparedData, features: Sequence[int]) -> Inputs:
    known = inputs_of(data)
    count = len(known.middle)
    if any(not 0 <= feature < count for feature in features):
        raise UnanswerableError(f"These data have {count} inputs. Choose others for the axes.")
    return known
