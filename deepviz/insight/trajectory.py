"""The path of training through the space of all weights, and what can be seen of it in a plane through one point of it.

After section 7 of Li, Xu, Taylor, Studer and Goldstein: "Visualizing the Loss Landscape of Neural Nets" (NeurIPS 2018):
random directions show almost nothing of a path, so it is also looked at along its own principal components.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepviz.engine.arena import Arena
from deepviz.insight.subject import Kept, Progress, UnanswerableError

Array = np.ndarray
Weights = Mapping[str, Array]

BLOCK = 2**20
"""So many numbers are worked with at a time, in double precision, however large the network is."""
LEAST_SHARE = 1e-12
"""Of the variance, what a direction has to have: with less it is rounding."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The path of training as far as it lies in a plane.

    Attributes
    ----------
    steps
        After which steps the weights were, increasing: shape ``(n,)``.
    places
        Where they are: the multiples of the directions that come nearest to them, shape ``(n, directions)``.
    distances
        How far each is from the middle of the plane, in the space of all trained parameters: shape ``(n,)``.
    shares
        Which share of that distance lies in the plane, from 0 to 1: shape ``(n,)``; NaN in the middle itself.
    """

    steps: Array
    places: Array
    distances: Array
    shares: Array


def path_of(kept: Kept | None, here: Arena, step: int) -> dict[int, Weights]:
    """The weights along a path, by their steps.

    Nothing is copied. States of another network and those that are not finite are left out.

    Parameters
    ----------
    kept
        The states that were kept.
    here, step
        The weights that are looked at, which belong to the path whether they were kept or not; and of which step.
    """
    found: dict[int, Weights] = {step: here}
    for each in () if kept is None else kept.steps:
        state = None if each == step else kept.at(each)  # type: ignore[union-attr]
        if state is not None and _fits(state.parameters, here):
            found[each] = state.parameters
    return dict(sorted(found.items()))


def projected(path: Mapping[int, Weights], here: Arena, directions: Sequence[Array], progress: Progress) -> Trajectory:
    """Where a path is in a plane: by least squares, for directions that need not be orthogonal nor of length 1.

    Parameters
    ----------
    path
        Of `path_of`.
    here
        The weights in the middle of the plane.
    directions
        In the order of ``here.vector``.
    """
    count = len(directions)
    rows = list(path.values())
    gram: Array = np.zeros((count, count))
    along, squares = np.zeros((len(rows), count)), np.zeros(len(rows))
    for part, block in _differences(rows, here, progress):
        some = np.stack([np.asarray(each[part], np.float64) for each in directions])
        gram += some @ some.T
        along += block @ some.T
        squares += np.einsum("ij,ij->i", block, block)
    places = np.linalg.lstsq(gram, along.T, rcond=1e-12)[0].T
    shares = np.full(len(rows), np.nan)
    away = squares > 0
    shares[away] = np.sqrt(np.clip((places * along).sum(axis=1)[away] / squares[away], 0.0, 1.0))
    return Trajectory(np.array(list(path)), places, np.sqrt(squares), shares)


def principal_directions(
    path: Mapping[int, Weights], here: Arena, count: int, progress: Progress
) -> tuple[list[Array], tuple[float, ...]]:
    """The first principal components of a path: those orthogonal directions along which it varies most.

    They are those of the matrix with a row ``w_t - w`` for each place of the path, about the mean of its rows, as in
    the code of the paper. They come from the products of the rows with each other, so that no copy of the matrix is
    needed: with ``C C^T = U S^2 U^T``, component k is ``C^T u_k / s_k``.

    Returns
    -------
    Directions of length 1 in the order of ``here.vector`` and of its type, turned so that the end of the path is not
    before its start; and which share of the variance of the path lies along each.

    Raises
    ------
    UnanswerableError
        If the path has fewer directions.
    """
    rows = list(path.values())
    products: Array = np.zeros((len(rows), len(rows)))
    for _, block in _differences(rows, here, progress):
        products += block @ block.T
    centring = np.eye(len(rows)) - 1 / len(rows)
    values, vectors = np.linalg.eigh(centring @ products @ centring)
    total = float(values.sum())
    if not total > 0 or (values[::-1][:count] < LEAST_SHARE * total).any() or len(values) <= count:
        raise UnanswerableError(
            f"The path of training has too few kept states for {'two directions' if count > 1 else 'a direction'}: "
            f"{count + 1} that differ are needed. Train on for a while, or choose random directions."
        )
    directions = [np.zeros(len(here.vector), here.dtype) for _ in range(count)]
    ways = vectors[:, ::-1][:, :count]
    # Of a component the ends of the path are u_k s_k apart from its mean, so its sign can be seen here already.
    ways = ways * np.where(ways[-1] < ways[0], -1.0, 1.0) / np.sqrt(values[::-1][:count])
    for part, block in _differences(rows, here, progress):
        for direction, along in zip(directions, (ways.T @ block), strict=True):
            direction[part] = along
    return directions, tuple(float(each) / total for each in values[::-1][:count])


def _fits(weights: Weights, here: Arena) -> bool:
    return weights.keys() == here.shapes.keys() and all(
        array.shape == here[name].shape and bool(np.isfinite(array).all()) for name, array in weights.items()
    )


def _blocks(here: Arena, size: int) -> Iterator[tuple[str, slice, slice]]:
    """Pieces of the arrays: the name, where it is in the vector, and where in the array read row by row."""
    for name in here:
        whole = here.slice_of([name])
        for start in range(whole.start, whole.stop, size):
            stop = min(start + size, whole.stop)
            yield name, slice(start, stop), slice(start - whole.start, stop - whole.start)


def _difference(weights: Weights, here: Arena, name: str, part: slice, own: slice) -> Array:
    moved: Array = weights[name].reshape(-1)[own].astype(np.float64)
    moved -= here.vector[part]
    return moved


def _differences(rows: Sequence[Weights], here: Arena, progress: Progress) -> Iterator[tuple[slice, Array]]:
    """Where blocks of the matrix of all differences are in the vector, and the blocks, shape ``(rows, block)``."""
    for name, part, own in _blocks(here, max(1, BLOCK // len(rows))):
        progress(0.0)
        yield part, np.stack([_difference(weights, here, name, part, own) for weights in rows])
