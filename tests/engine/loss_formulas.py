"""Each loss written out in plain NumPy, and random targets of the kind that each wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape


def squared_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.mean((outputs - targets) ** 2)), 2 * (outputs - targets) / outputs.size


def cross_entropy(
    outputs: np.ndarray,
    targets: np.ndarray,
    label_smoothing: float = 0.0,
    class_weights: Sequence[float] | None = None,
) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (z, t) in enumerate(zip(outputs, targets, strict=True)):
        weight = 1.0 if class_weights is None else sum(w * each for w, each in zip(class_weights, t, strict=True))
        smooth = [each * (1 - label_smoothing) + label_smoothing / len(t) for each in t]
        log_sum = z.max() + np.log(np.sum(np.exp(z - z.max())))
        total += weight * float(np.sum(smooth * (log_sum - z)))
        grad[row] = weight * (np.exp(z - log_sum) - smooth) / len(outputs)
    return total / len(outputs), grad


def absolute_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.mean(np.abs(outputs - targets))), np.sign(outputs - targets) / outputs.size


def huber(outputs: np.ndarray, targets: np.ndarray, delta: float) -> tuple[float, np.ndarray]:
    d = outputs - targets
    near = np.abs(d) <= delta
    value = np.where(near, d**2 / 2, delta * (np.abs(d) - delta / 2)).mean()
    return float(value), np.where(near, d, delta * np.sign(d)) / d.size


def log_cosh(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    d = outputs - targets
    return float(np.mean(np.log(np.cosh(d)))), np.tanh(d) / d.size


def binary_cross_entropy(
    outputs: np.ndarray, targets: np.ndarray, positive_weight: float = 1.0
) -> tuple[float, np.ndarray]:
    p = 1 / (1 + np.exp(-outputs))
    value = -np.mean(positive_weight * targets * np.log(p) + (1 - targets) * np.log(1 - p))
    return float(value), ((1 - targets) * p - positive_weight * targets * (1 - p)) / outputs.size


def hinge(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    margins = 1 - outputs * targets
    return float(np.mean(np.maximum(margins, 0))), np.where(margins > 0, -targets, 0) / outputs.size


def kl_divergence(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (z, t) in enumerate(zip(outputs, targets, strict=True)):
        q = np.exp(z) / np.exp(z).sum()
        total += sum(float(ti * np.log(ti / qi)) for ti, qi in zip(t, q, strict=True) if ti > 0)
        grad[row] = (q * t.sum() - t) / len(outputs)
    return total / len(outputs), grad


def cosine(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (y, t) in enumerate(zip(outputs, targets, strict=True)):
        length, wanted = np.linalg.norm(y), t / np.linalg.norm(t)
        total += 1 - float(y @ wanted / length)
        grad[row] = -(np.eye(len(y)) - np.outer(y, y) / length**2) @ wanted / length / len(outputs)
    return total / len(outputs), grad


FORMULAS: dict[str, Callable[..., tuple[float, np.ndarray]]] = {
    "BinaryCrossEntropy": binary_cross_entropy,
    "CosineSimilarity": cosine,
    "Hinge": hinge,
    "Huber": huber,
    "KLDivergence": kl_divergence,
    "LogCosh": log_cosh,
    "MeanAbsoluteError": absolute_error,
    "MeanSquaredError": squared_error,
    "SoftmaxCrossEntropy": cross_entropy,
}


def random_targets(loss: Loss, output_shape: Shape, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Targets as a user gives them: a distribution, numbers, or class numbers, by what the loss is for."""
    if loss.key == "KLDivergence":
        return rng.dirichlet(np.ones(output_shape[-1]), (samples, *output_shape[:-1]))
    if "regression" in loss.tasks:
        return rng.standard_normal((samples, *output_shape))
    classes = 2 if output_shape[-1] == 1 else output_shape[-1]
    return rng.integers(0, classes, (samples, *output_shape[:-1]))
