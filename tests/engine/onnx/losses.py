"""Operators that are losses: cross-entropy of logits, and of logarithms of probabilities."""

from __future__ import annotations

import numpy as np

from deepviz.engine import losses
from tests.engine.onnx.adapter import adapts, channels_last
from tests.engine.onnx.cases import Case, Inexpressible


@adapts("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")
def cross_entropy(case: Case) -> np.ndarray:
    # Every place of an image is a sample of ours. A class that is to be ignored is one of weight 0.
    of_logits = case.op_type == "SoftmaxCrossEntropyLoss"
    scores = channels_last(case.numbers("scores" if of_logits else "input"))
    classes = case.raw("labels" if of_logits else "target")
    if not of_logits and not np.allclose(np.exp(scores).sum(axis=-1), 1):
        raise Inexpressible("what should be probabilities does not sum to 1; softmax would make it so")
    count, ignored = scores.shape[-1], case.attribute("ignore_index")
    if classes.min() < 0 or classes.max() >= count:
        raise Inexpressible("class numbers that do not exist")
    weights = np.ones(count)
    name = "weights" if of_logits else "weight"
    if name in case.inputs:
        weights = case.numbers(name).astype(float)
    if ignored is not None and 0 <= ignored < count:
        weights = np.where(np.arange(count) == ignored, 0, weights)
    loss = losses.SoftmaxCrossEntropy(class_weights=None if (weights == 1).all() else tuple(weights))

    rows, of_rows = scores.reshape(-1, count), classes.reshape(-1)
    if case.attribute("reduction") == "none":  # batches of one
        values = [loss.value_and_grad(rows[i : i + 1], of_rows[i : i + 1])[0] for i in range(len(rows))]
        return np.array(values, scores.dtype).reshape(classes.shape)
    # Ours is the sum over the samples by how many there are; ONNX's mean is the sum by the weights that there are.
    value = loss.value_and_grad(rows, of_rows)[0] * len(rows)
    if case.attribute("reduction") == "mean":
        value /= weights[of_rows].sum()
    return np.array(value, scores.dtype)
