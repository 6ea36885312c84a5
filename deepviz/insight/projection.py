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
from deepviz.insight.evenly_spread import evenly_spread
from deepviz.insight.principal_components import principal_components
from deepviz.insight.separation import neighbours, neighbours_r2, silhouette, squared_distances
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
        See `separation.neighbours`, or `neighbours_r2` where the targets are numbers. NaN where it is not defined.
    silhouette
        See `separation.silhouette`. NaN where it is not defined, and where the targets are numbers.
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
        Class numbers, or the number to fit: shape ``(n,)``. Zeros where there are several numbers to fit.
    is_class
        Which of the two.
    layers
        One cloud for each.
    is_colored
        Whether a sample has one number that it can be coloured by.
    """

    part: str
    total: int
    numbers: Array
    targets: Array
    is_class: bool
    layers: tuple[LayerCloud, ...]
    is_colored: bool = True


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
        numbers = evenly_spread(len(samples), self.samples)
        count = len(numbers)
        if count < 2:
            raise UnanswerableError(f"A projection needs two samples; the {self.part} part has one. Give it more.")
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
        targets = y if is_class or y.shape[1] == 1 else np.zeros(count)
        targets = targets.reshape(count)
        return Clouds(self.part, len(samples), numbers, targets, is_class, tuple(clouds), is_class or y.shape[1] == 1)


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


def _portions(widths: Sequence[int], count: int) -> list[tuple[int, int]]:
    """Layers next to each other that are looked at together: where each portion starts, and how many there are."""
    portions, start, held = [], 0, 0
    for number, width in enumerate(widths):
        if number > start and held + width * count > MOST_NUMBERS:
            portions.append((start, number - start))
            start, held = number, 0
        held += width * count
    return [*portions, (start, len(widths) - start)]
