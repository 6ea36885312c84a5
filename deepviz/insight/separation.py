"""How far classes lie apart in a whole space, not only in what can be drawn of it: figures of separation.

All start from the squared distances between samples, so these are worked out once.
"""

from __future__ import annotations

import numpy as np

from deepviz.insight.principal_components import centred

Array = np.ndarray


def squared_distances(x: Array) -> Array:
    """Squares of the Euclidean distances between all samples: float64, shape ``(n, n)``."""
    exact = centred(np.asarray(x, np.float64))  # distances stay, and less is lost in the differences below
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
    spread = float(np.square(centred(exact)).sum())
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


def _nearest(squares: Array) -> Array:
    """How much each sample counts as the nearest neighbour of another, shape ``(n, n)``: rows add up to 1."""
    others = squares.copy()
    np.fill_diagonal(others, np.inf)
    nearest = others == others.min(axis=1, keepdims=True)
    weights: Array = nearest / nearest.sum(axis=1, keepdims=True)
    return weights
