"""Losses against PyTorch, value and gradient in float64, at small, ordinary and large outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.loss import Loss

torch = pytest.importorskip("torch")
F = torch.nn.functional

Reference = Callable[[Any, Any], Any]


def log_cosh(y: Any, t: Any) -> Any:
    d = y - t
    return (d.abs() + F.softplus(-2 * d.abs()) - np.log(2)).mean()


def smoothed(y: Any, t: Any) -> Any:
    return F.cross_entropy(y, t.argmax(1), label_smoothing=0.2)


def class_weighted(y: Any, t: Any) -> Any:
    """Divided by the batch size, as Keras does it; PyTorch's own mean divides by the sum of the weights."""
    return F.cross_entropy(y, t.argmax(1), weight=weights_of(y), reduction="sum") / len(y)


def smoothed_and_weighted(y: Any, t: Any) -> Any:
    each = F.cross_entropy(y, t.argmax(1), label_smoothing=0.2, reduction="none")
    return (each * weights_of(y)[t.argmax(1)]).mean()


def yes_weighted(y: Any, t: Any) -> Any:
    return F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor(4.5, dtype=y.dtype))


def weights_of(y: Any) -> Any:
    return torch.tensor(class_weights(y.shape[1]), dtype=y.dtype)


def class_weights(classes: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(classes).uniform(0.1, 5, classes).tolist())


CASES: list[tuple[Loss, str, Reference]] = [
    (losses.MeanSquaredError(), "numbers", F.mse_loss),
    (losses.MeanAbsoluteError(), "numbers", F.l1_loss),
    (losses.Huber(), "numbers", F.huber_loss),
    (losses.Huber(delta=0.3), "numbers", lambda y, t: F.huber_loss(y, t, delta=0.3)),
    (losses.LogCosh(), "numbers", log_cosh),
    (losses.CosineSimilarity(), "numbers", lambda y, t: 1 - F.cosine_similarity(y, t, dim=1).mean()),
    (losses.CosineSimilarity(), "one-hot", lambda y, t: 1 - F.cosine_similarity(y, t, dim=1).mean()),
    (losses.SoftmaxCrossEntropy(), "one-hot", F.cross_entropy),
    (losses.SoftmaxCrossEntropy(), "probabilities", F.cross_entropy),
    (losses.SoftmaxCrossEntropy(label_smoothing=0.2), "one-hot", smoothed),
    (losses.SoftmaxCrossEntropy(class_weights=(1.0,)), "one-hot", class_weighted),
    (losses.SoftmaxCrossEntropy(label_smoothing=0.2, class_weights=(1.0,)), "one-hot", smoothed_and_weighted),
    (losses.KLDivergence(), "probabilities", lambda y, t: F.kl_div(F.log_softmax(y, 1), t, reduction="batchmean")),
    (losses.KLDivergence(), "one-hot", lambda y, t: F.kl_div(F.log_softmax(y, 1), t, reduction="batchmean")),
    (losses.BinaryCrossEntropy(), "one-hot", F.binary_cross_entropy_with_logits),
    (losses.BinaryCrossEntropy(), "probabilities", F.binary_cross_entropy_with_logits),
    *((losses.BinaryCrossEntropy(positive_weight=4.5), kind, yes_weighted) for kind in ("one-hot", "probabilities")),
    (losses.Hinge(), "one-hot", lambda y, t: F.relu(1 - y * (2 * t - 1)).mean()),
    (losses.Hinge(), "signs", lambda y, t: F.relu(1 - y * t).mean()),
]


def targets_of(kind: str, samples: int, classes: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    if kind == "numbers":
        return rng.standard_normal((samples, classes))
    if kind == "probabilities":
        rows = rng.dirichlet(np.ones(classes), samples)
        rows[0] = np.eye(classes)[0]
        return rows
    one_hot = np.eye(classes)[rng.integers(0, classes, samples)]
    return one_hot if kind == "one-hot" else 2 * one_hot - 1


def test_every_loss_is_compared() -> None:
    assert {loss.key for loss, _, _ in CASES} == set(losses.registry)


@pytest.mark.parametrize(("loss", "kind", "reference"), CASES, ids=[f"{loss.key}-{kind}" for loss, kind, _ in CASES])
@pytest.mark.parametrize(("samples", "classes"), [(1, 2), (7, 5), (64, 40)])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_value_and_gradient_are_those_of_torch(
    loss: Loss, kind: str, reference: Reference, samples: int, classes: int, scale: float
) -> None:
    if getattr(loss, "class_weights", None):
        loss = loss.changed(class_weights=class_weights(classes))
    outputs = scale * np.random.default_rng(3).standard_normal((samples, classes))
    targets = targets_of(kind, samples, classes)
    value, grad = loss.value_and_grad(outputs, targets)
    theirs = torch.tensor(outputs, requires_grad=True)
    wanted = reference(theirs, torch.tensor(targets))
    wanted.backward()
    wanted_grad = theirs.grad.numpy()
    assert abs(value - wanted.item()) <= 1e-9 * max(1.0, abs(wanted.item()))
    assert np.linalg.norm(grad - wanted_grad) <= 1e-9 * max(1.0, np.linalg.norm(wanted_grad))


@pytest.mark.parametrize("key", ["SoftmaxCrossEntropy", "KLDivergence"])
def test_sequences_are_as_in_torch(key: str) -> None:
    rng = np.random.default_rng(3)
    outputs, classes = 3 * rng.standard_normal((4, 6, 5)), rng.integers(0, 5, (4, 6))
    value, grad = losses.registry[key]().value_and_grad(outputs, classes)
    theirs = torch.tensor(outputs, requires_grad=True)
    wanted = F.cross_entropy(theirs.transpose(1, 2), torch.tensor(classes))  # PyTorch wants the classes second
    wanted.backward()
    assert value == pytest.approx(wanted.item(), rel=1e-12)
    assert np.linalg.norm(grad - theirs.grad.numpy()) <= 1e-12
