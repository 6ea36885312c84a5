"""Forward passes in plain NumPy, written from the exported arrays alone, as someone with only the file would do it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def mlp_logits(arrays: Mapping[str, np.ndarray], x: np.ndarray, activation: str, dtype: str = "float64") -> np.ndarray:
    """Logits of a multilayer perceptron whose Dense layers are called dense_1, dense_2, ..."""
    count = sum(name.endswith("/W") for name in arrays)
    values = x.reshape(len(x), -1).astype(dtype)
    for number in range(1, count + 1):
        values = values @ arrays[f"dense_{number}/W"].astype(dtype) + arrays[f"dense_{number}/b"]
        if number < count:
            values = np.tanh(values) if activation == "tanh" else np.where(values > 0, values, 0)
    return values


def cross_entropy(logits: np.ndarray, classes: np.ndarray) -> float:
    """Mean cross-entropy of the softmax of logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-log_softmax[np.arange(len(classes)), classes].mean())
