"""Principal components: the directions along which samples differ most, and where samples lie along them."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


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
    z = centred(exact / scale)  # squares of very large or small numbers would leave the range
    if features <= count:
        values, vectors = np.linalg.eigh(z.T @ z)
    else:
        values, vectors = np.linalg.eigh(z @ z.T)
    values = np.maximum(values[::-1], 0.0)
    total = float(np.square(z).sum())
    if total <= count * features * np.finfo(np.float64).eps ** 2:  # nothing but rounding is left
        return points, shares
    kept = min(2, len(values))
    leading = vectors[:, ::-1][:, :kept]
    found = z @ leading if features <= count else leading * np.sqrt(values[:kept])
    found = found * scale
    farthest = np.abs(found).argmax(axis=0)
    signs = np.where(found[farthest, np.arange(kept)] < 0, -1.0, 1.0)
    points[:, :kept] = found * signs
    shares[:kept] = values[:kept] / total
    return points, shares


def centred(x: Array) -> Array:
    """Samples with their mean subtracted: exactly 0 where all are the same, though the mean of them may be rounded."""
    shifted = x - x[0]
    about_mean: Array = shifted - shifted.mean(axis=0)
    return about_mean
