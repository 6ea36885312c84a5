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


def small_cnn_logits(arrays: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Two 3 x 3 convolutions, each with batch normalisation, ReLU and the largest of 2 x 2; then one dense layer."""
    values = x.astype(np.float64)
    for number in (1, 2):
        values = _same_convolution(values, arrays[f"conv2d_{number}/W"].astype(np.float64))
        name = f"batchnorm_{number}"
        deviation = np.sqrt(arrays[f"{name}/moving_variance"] + 1e-3)
        values = (values - arrays[f"{name}/moving_mean"]) / deviation
        values = np.maximum(values * arrays[f"{name}/gamma"] + arrays[f"{name}/beta"], 0)
        batch, rows, columns, channels = values.shape
        values = values.reshape(batch, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))
    return values.reshape(len(x), -1) @ arrays["dense_1/W"] + arrays["dense_1/b"]


def _same_convolution(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A kernel of odd size over images with zeros around them: (batch, rows, columns, channels)."""
    high, wide = kernel.shape[:2]
    above, left = high // 2, wide // 2
    padded = np.pad(x, ((0, 0), (above, above), (left, left), (0, 0)))
    rows, columns = x.shape[1:3]
    return sum(
        padded[:, row : row + rows, column : column + columns] @ kernel[row, column]
        for row in range(high)
        for column in range(wide)
    )
