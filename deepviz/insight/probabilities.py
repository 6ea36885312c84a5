"""How sure a network is of each class, from its outputs: what its loss makes of them, one column for each class.

Not every loss makes probabilities. The outputs of others are scores, of which the largest counts.
"""

from __future__ import annotations

import numpy as np

from deepviz.engine.loss import Loss

Array = np.ndarray

ONE_CLASS = (
    "All samples of these data are of one class, so there is nothing to tell apart. "
    "Choose data with two or more classes under Data."
)
"""Why nothing can be said of which class wins."""


def class_scores(outputs: Array) -> Array:
    """Outputs as one number for each class, of which the largest counts, as `Loss.predicted_classes` has it.

    Parameters
    ----------
    outputs
        Array of shape ``(..., classes)``, or ``(..., 1)`` where a single output tells two classes apart.

    Returns
    -------
    Float64 array of shape ``(..., classes)``; class 0 of a single output has the score 0, class 1 the output.
    """
    scores = np.asarray(outputs, np.float64)
    if scores.shape[-1] > 1:
        return scores
    return np.concatenate([np.zeros_like(scores), scores], axis=-1)


def class_probabilities(loss: Loss, outputs: Array) -> Array | None:
    """The probability of each class, by the loss's own activation.

    Parameters
    ----------
    loss
        What the network is trained by.
    outputs
        Array of shape ``(..., classes)``, or ``(..., 1)`` where a single output tells two classes apart.

    Returns
    -------
    Float64 array of shape ``(..., classes)``; None if the loss makes no probabilities. Those of a softmax, and the two
    of a single output, add up to 1; sigmoids of several outputs answer a question each, and need not.
    """
    z = np.asarray(outputs, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite stays so
        if loss.activation == "softmax":
            # Without the largest, no exponential overflows.
            exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
            shares: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
            return shares
        if loss.activation == "sigmoid":
            yes = sigmoid(z)
            return yes if z.shape[-1] > 1 else np.concatenate([sigmoid(-z), yes], axis=-1)
    return None


def class_log_odds(loss: Loss, outputs: Array, number: int) -> Array | None:
    """The logarithm of p / (1 - p) for one class: it orders samples as its probability p does, and tells them apart.

    Beyond 37 all probabilities are 1 to the last digit of a float. With a softmax over outputs z it is::

        log(p_k / (1 - p_k)) = z_k - log sum_{j != k} exp(z_j)

    Parameters
    ----------
    loss, outputs
        As for `class_probabilities`.
    number
        Which class.

    Returns
    -------
    Float64 array of shape ``(...,)``; None if the loss makes no probabilities.
    """
    z = np.asarray(outputs, np.float64)
    if loss.activation == "sigmoid":
        return z[..., number] if z.shape[-1] > 1 else (2 * number - 1) * z[..., 0]
    if loss.activation != "softmax":
        return None
    others = np.delete(z, number, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):  # what is not finite stays so
        largest = others.max(axis=-1, keepdims=True, initial=-np.finfo(np.float64).max)
        odds: Array = (z[..., [number]] - largest)[..., 0] - np.log(np.exp(others - largest).sum(axis=-1))
    return odds


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), to the last digit at both ends."""
    small = np.exp(-np.abs(z))
    shares: Array = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return shares
