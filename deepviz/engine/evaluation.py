"""How good a network is on samples it may never have seen: the loss over all of them, and the accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.network import Network

PORTION = 512


@dataclass(frozen=True)
class Evaluation:
    """Result of an evaluation.

    Attributes
    ----------
    loss
        Mean over all samples.
    accuracy
        Share of samples whose largest output is the right class; None where the targets are no classes.
    """

    loss: float
    accuracy: float | None


def evaluate(network: Network, loss: Loss, x: np.ndarray, targets: np.ndarray) -> Evaluation:
    """Compute loss and accuracy over samples, in portions.

    Parameters
    ----------
    network, loss
        What is evaluated, and by what measure.
    x, targets
        Samples of shape ``(n, *input_shape)``, and class numbers ``(n,)`` or numbers ``(n, *output_shape)``.

    Raises
    ------
    ValueError
        If they do not fit, or there are none.
    """
    if len(x) != len(targets) or len(x) == 0:
        raise ValueError(f"Evaluation needs a target for each sample; there are {len(x)} and {len(targets)}.")
    classes = loss.class_numbers(targets, network.output_shape)
    encoded = loss.encode_targets(targets, network.output_shape, network.dtype)
    total, hits = 0.0, 0
    with np.errstate(all="ignore"):  # huge weights give an infinite loss, which is the answer
        for start in range(0, len(x), PORTION):
            portion = slice(start, start + PORTION)
            outputs = network.forward(x[portion])
            value, _ = loss.value_and_grad(outputs, encoded[portion])
            total += value * len(outputs)
            if classes is not None:
                hits += int(np.count_nonzero(outputs.argmax(axis=1) == classes[portion]))
    return Evaluation(total / len(x), None if classes is None else hits / len(x))
