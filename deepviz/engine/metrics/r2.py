"""R²: which share of the targets' spread the outputs explain."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.metric import NumberMetric


class R2(NumberMetric):
    """Share of the targets' variance that the outputs explain: 1 is perfect, 0 no better than the mean of the targets.

    For each output ``1 - sum((t - y)^2) / sum((t - mean(t))^2)``, and the mean over the outputs. Where all targets are
    equal, it is 1 if they are met exactly, otherwise 0, as in scikit-learn. It takes two samples at least.

    What is kept of a portion is its number of samples, the mean of its targets, their squared distances from that mean,
    and those from the outputs. Unlike the sum of the squared targets, this loses no digits where targets are large and
    close together (Chan, Golub & LeVeque 1983).
    """

    label: ClassVar[str] = "R²"
    synonyms: ClassVar[tuple[str, ...]] = ("r squared", "coefficient of determination", "explained variance")
    formula: ClassVar[str] = "1 − Σ(t − y)² / Σ(t − mean t)²"

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        samples = len(outputs)
        y, t = outputs.reshape(samples, -1), targets.reshape(samples, -1).astype(np.float64)
        mean = t[0] + (t - t[0]).mean(axis=0)  # exactly the first one where all are equal
        spread, residual = np.square(t - mean).sum(axis=0), np.square(t - y).sum(axis=0)
        return np.stack([np.full_like(mean, samples), mean, spread, residual])

    def combined(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        (samples, mean, spread, residual), (more, other_mean, other_spread, other_residual) = first, second
        total, apart = samples + more, other_mean - mean
        spread = spread + other_spread + apart**2 * samples * more / total
        return np.stack([total, mean + apart * more / total, spread, residual + other_residual])

    def value(self, sums: np.ndarray) -> float:
        samples, _, spread, residual = sums
        if samples[0] < 2:
            raise ValueError(f"{self.label} compares with the spread of the targets; it takes two samples at least.")
        varies = spread > 0
        unexplained = np.divide(residual, spread, out=(residual != 0).astype(np.float64), where=varies)
        return float((1 - unexplained).mean())
