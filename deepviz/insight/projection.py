"""What each layer makes of the samples, seen from the side from which they differ most: principal components.

Beside the picture stand two figures of how far classes lie apart in the whole space, not only in what can be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from deepviz.engine.layers.embedding import Embedding
from deepviz.engine.layers.input import Input
from deepviz.insight.activations import activations
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

SAMPLES = 400
"""So many samples are looked at unless somebody wants more: each layer takes time with their square."""
MOST_ENTRIES = 2_000
"""So many rows of an Embedding are looked at, at most."""
MOST_NUMBERS = 16_000_000
"""Of activations that are kept at a time."""

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class LayerCloud:
    """The samples as one layer sees them.

    Attributes
    ----------
    node, label
        Id of the layer, and of what kind it is.
    width
        Of how many numbers what it gives for a sample consists.
    points
        The first two principal components of each sample: float64, shape ``(n, 2)``. NaN if the layer gives something
        that is not finite.
    shares
        The share of all variance that lies along each of the two: shape ``(2,)``.
    neighbours
        See `neighbours`, or `neighbours_r2` where the targets are numbers. NaN where it is not defined.
    silhouette
        See `silhouette`. NaN where it is not defined, and where the targets are numbers.
    has_entries
        Whether the points are the rows of an Embedding instead of samples.
    """

    node: str
    label: str
    width: int
    points: Array
    shares: Array
    neighbours: float
    silhouette: float
    has_entries: bool = False


@dataclass(frozen=True, eq=False)
class Clouds:
    """The samples as each layer sees them, from the input to the output.

    Attributes
    ----------
    part, total, numbers
        Of which part of the data, how many it has, and the numbers of those that were looked at: shape ``(n,)``.
    targets
        Class numbers, or the first of the numbers to fit: shape ``(n,)``.
    is_class
        Which of the two.
    layers
        One cloud for each.
    """

    part: str
    total: int
    numbers: Array
    targets: Array
    is_class: bool
    layers: tuple[LayerCloud, ...]


@dataclass(frozen=True)
class Projection(Question):
    """Where do samples lie for each layer?

    Attributes
    ----------
    part
        Of which part of the data.
    samples
        How many, at most: evenly spread over the part.
    """

    part: str = "train"
    samples: int = SAMPLES

    def answer(self, subject: Subject, progress: Progress) -> Clouds:
        samples = subject.part(self.part)
        count = min(len(samples), self.samples)
        if count < 2:
            raise UnanswerableError(f"A projection needs two samples; the {self.part} part has one. Give it more.")
        numbers = np.arange(count) * len(samples) // count
        y = samples.y[numbers]
        is_class = subject.data.task == "classification"
        network = subject.network
        clouds: list[LayerCloud] = []
        nodes = network.nodes
        # One pass over all layers at once would have to keep them all; a few at a time keep memory in bounds.
        for start, portion in _portions([int(np.prod(node.output_shape)) for node in nodes], count):
            found = activations(network, samples.x[numbers], [node.id for node in nodes[start : start + portion]])
            for node, values in zip(nodes[start : start + portion], found, strict=True):
                progress(len(clouds) / len(nodes))
                if isinstance(node.layer, Embedding):
                    table = network.parameters[f"{node.id}/embeddings"][:MOST_ENTRIES]
                    points, shares = principal_components(table)
                    nan = float("nan")
                    clouds.append(LayerCloud(node.id, node.layer.label, table.shape[1], points, shares, nan, nan, True))
                else:
                    label = "Input" if isinstance(node.layer, Input) else node.layer.label
                    clouds.append(_cloud(node.id, label, values.reshape(count, -1), y, is_class))
        targets = y if is_class else y[:, 0]
        return Clouds(self.part, len(samples), numbers, targets, is_class, tuple(clouds))


def principal_components(x: Array) -> tuple[Array, Array]:
    """The first two principal components of samples, and which share of the variance lies along each.

    They are the eigenvectors of the covariance with the largest eigenvalues (Pearson 1901, Hotelling 1933). With more
    features than samples, they are found from the products of the samples with each other, which have the same
    eigenvalues. Each is turned so that the sample farthest out along it is on the positive side.

    Parameters
    ----------
    x
        Samples of shape ``(n, features)``.

    Returns
    -------
    points
        Float64 array of shape ``(n, 2)``; zeros along components that there are not. NaN if `x` is not finite.
    shares
        Shape ``(2,)``: eigenvalues over their sum; zeros if all samples are the same.
    """
    exact = np.asarray(x, np.float64)
    count, features = exact.shape
    if not np.isfinite(exact).all():
        return np.full((count, 2), np.nan), np.full(2, np.nan)
    scale = float(np.abs(exact).max()) if exact.size else 0.0
    points, shares = np.zeros((count, 2)), np.zeros(2)
    if scale == 0.0:
        return points, shares
    centred = _centred(exact / scale)  # squares of very large or small numbers would leave the range
    if features <= count:
        values, vectors = np.linalg.eigh(centred.T @ centred)
    else:
        values, vectors = np.linalg.eigh(centred @ centred.T)
    values = np.maximum(values[::-1], 0.0)
    total = float(np.square(centred).sum())
    if total <= count * features * np.finfo(np.float64).eps ** 2:  # nothing but rounding is left
        return points, shares
    kept = min(2, len(values))
    leading = vectors[:, ::-1][:, :kept]
    found = centred @ leading if features <= count else leading * np.sqrt(values[:kept])
    found = found * scale
    farthest = np.abs(found).argmax(axis=0)
    signs = np.where(found[farthest, np.arange(kept)] < 0, -1.0, 1.0)
    points[:, :kept] = found * signs
    shares[:kept] = values[:kept] / total
    return points, shares


def squared_distances(x: Array) -> Array:
    """Squares of the Euclidean distances between all samples: float64, shape ``(n, n)``."""
    exact = _centred(np.asarray(x, np.float64))  # distances stay, and less is lost in the differences below
    products = exact @ exact.T
    norms = np.diag(products)
    squares: Array = np.maximum(norms[:, None] + norms[None, :] - 2 * products, 0.0)
    np.fill_diagonal(squares, 0.0)
    return squares


def neighbours(squares: Array, labels: Array) -> float:
    """The share of samples whose nearest neighbour is of their own class, from 0 to 1.

    That is the accuracy of the nearest-neighbour rule, each sample left out in its turn (Cover and Hart 1967), by
    Euclidean distance in the whole space of the layer. Of equally near neighbours, as behind units that are dead, each
    counts for its part.

    Parameters
    ----------
    squares
        What `squared_distances` gave.
    labels
        Class numbers of shape ``(n,)``.
    """
    is_same = labels[:, None] == labels
    return float((_nearest(squares) * is_same).sum() / len(labels))


def neighbours_r2(squares: Array, targets: Array) -> float:
    """How well the targets of samples are told by those of their nearest neighbours: at most 1, as R².

    ::

        R² = 1 - sum (y_i - y_nearest(i))² / sum (y_i - mean y)²

    Of equally near neighbours it is their mean.

    Parameters
    ----------
    squares
        What `squared_distances` gave.
    targets
        Numbers of shape ``(n, outputs)``; the sums run over all.

    Returns
    -------
    NaN if all targets are the same.
    """
    exact = np.asarray(targets, np.float64)
    spread = float(np.square(_centred(exact)).sum())
    missed = float(np.square(exact - _nearest(squares) @ exact).sum())
    return 1.0 - missed / spread if spread > 0 else float("nan")


def silhouette(squares: Array, labels: Array) -> float:
    """The mean silhouette of the samples with their classes for clusters, from -1 to 1 (Rousseeuw 1987).

    ::

        s_i = (b_i - a_i) / max(a_i, b_i)

    with ``a_i`` the mean distance to the others of its class and ``b_i`` the smallest mean distance to another class.
    A sample that is alone in its class has 0.

    Parameters
    ----------
    squares
        What `squared_distances` gave.
    labels
        Class numbers of shape ``(n,)``.

    Returns
    -------
    NaN unless there are at least two classes.
    """
    classes, member = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        return float("nan")
    counts = np.bincount(member)
    sums = np.sqrt(squares) @ np.eye(len(classes))[member]
    own = np.arange(len(labels)), member
    others = counts[member] - 1
    a = sums[own] / np.maximum(others, 1)
    means = sums / counts
    means[own] = np.inf
    b = means.min(axis=1)
    larger = np.maximum(a, b)
    values = np.where((others > 0) & (larger > 0), (b - a) / np.where(larger > 0, larger, 1.0), 0.0)
    return float(values.mean())


def aligned(clouds: Clouds, before: Clouds | None) -> Clouds:
    """The same clouds, turned so that they do not flip from one answer to the next.

    The sign of a principal component means nothing. Where the same samples were looked at before, that one is taken
    with which the points lie nearer to where they were.
    """
    if before is None or not np.array_equal(clouds.numbers, before.numbers) or clouds.part != before.part:
        return clouds
    known = {cloud.node: cloud.points for cloud in before.layers}
    turned = []
    for cloud in clouds.layers:
        old = known.get(cloud.node)
        if old is not None and old.shape == cloud.points.shape:
            signs = np.where((old * cloud.points).sum(axis=0) < 0, -1.0, 1.0)
            cloud = replace(cloud, points=cloud.points * signs)
        turned.append(cloud)
    return replace(clouds, layers=tuple(turned))


def _cloud(node: str, label: str, values: Array, y: Array, is_class: bool) -> LayerCloud:
    points, shares = principal_components(values)
    near, apart = float("nan"), float("nan")
    if np.isfinite(points).all():
        scale = float(np.abs(values).max()) or 1.0
        squares = squared_distances(values.astype(np.float64) / scale)
        near = neighbours(squares, y) if is_class else neighbours_r2(squares, y)
        apart = silhouette(squares, y) if is_class else apart
    return LayerCloud(node, label, values.shape[1], points, shares, near, apart)


def _centred(x: Array) -> Array:
    """Samples with their mean subtracted: exactly 0 where all are the same, though the mean of them may be rounded."""
    shifted = x - x[0]
    centred: Array = shifted - shifted.mean(axis=0)
    return centred


def _nearest(squares: Array) -> Array:
    """How much each sample counts as the nearest neighbour of another, shape ``(n, n)``: rows add up to 1."""
    others = squares.copy()
    np.fill_diagonal(others, np.inf)
    nearest = others == others.min(axis=1, keepdims=True)
    weights: Array = nearest / nearest.sum(axis=1, keepdims=True)
    return weights


def _portions(widths: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Layers next to each other that are looked at together: where each portion starts, and how many there are."""
    portions, start, held = [], 0, 0
    for number, width in enumerate(widths):
        if number > start and held + width * count > MOST_NUMBERS:
            portions.append((start, number - start))
            start, held = number, 0
        held += width * count
    return [*portions, (start, len(widths) - start)]
