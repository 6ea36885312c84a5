"""Networks in plain NumPy, from exported weights alone: forwards, and backwards through fully connected ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Array = np.ndarray
Weights = Mapping[str, Array]


def sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def softmax(z: Array) -> Array:
    shares = np.exp(z - z.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def dense(x: Array, w: Weights, node: str) -> Array:
    return x @ w[f"{node}/W"] + w[f"{node}/b"]


def conv2d_same(x: Array, w: Weights, node: str) -> Array:
    """3 x 3, padded with zeros to keep its size, without a bias."""
    kernel = w[f"{node}/W"]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns = x.shape[1:3]
    return sum(padded[:, i : i + rows, j : j + columns] @ kernel[i, j] for i in range(3) for j in range(3))  # type: ignore[return-value]


def batchnorm(x: Array, w: Weights, node: str) -> Array:
    """As when the network is used: with the kept mean and variance."""
    scale = w[f"{node}/gamma"] / np.sqrt(w[f"{node}/moving_variance"] + 1e-3)
    return (x - w[f"{node}/moving_mean"]) * scale + w[f"{node}/beta"]


def maxpool2d(x: Array) -> Array:
    n, rows, columns, channels = x.shape
    return x.reshape(n, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))


def lstm(x: Array, w: Weights, node: str) -> Array:
    """The last state; gates in the order of Keras: input, forget, candidate, output."""
    kernel, recurrent, bias = (w[f"{node}/{name}"] for name in ("W", "U", "b"))
    units = len(recurrent)
    h = c = np.zeros((len(x), units))
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


STEPS = {
    "dense": dense,
    "conv2d": conv2d_same,
    "batchnorm": batchnorm,
    "lstm": lstm,
    "tanh": lambda x, w, node: np.tanh(x),
    "relu": lambda x, w, node: np.maximum(x, 0.0),
    "sigmoid": lambda x, w, node: sigmoid(x),
    "maxpool2d": lambda x, w, node: maxpool2d(x),
    "flatten": lambda x, w, node: x.reshape(len(x), -1),
    "dropout": lambda x, w, node: x,
    "input": lambda x, w, node: x,
}


def outputs(nodes: Sequence[str], w: Weights, x: Array) -> dict[str, Array]:
    """What each layer of a chain gives for samples, in double precision."""
    found, value = {}, x.astype(np.float64)
    for node in nodes:
        value = found[node] = STEPS[node.rpartition("_")[0]](value, w, node)
    return found


def gradients(nodes: Sequence[str], w: Weights, found: Mapping[str, Array], grad: Array) -> dict[str, Array]:
    """The gradient of the loss with respect to the parameters of each Dense, all in a row."""
    flowing, of = grad, {}
    for node, before in zip(reversed(nodes), [*reversed(nodes[:-1]), ""], strict=True):
        kind, value = node.rpartition("_")[0], found[node]
        if kind == "dense":
            x = found[before]
            of[node] = np.append((x.T @ flowing).ravel(), flowing.sum(axis=0))
            flowing = flowing @ w[f"{node}/W"].T
        elif kind == "tanh":
            flowing = flowing * (1 - value**2)
        elif kind == "relu":
            flowing = flowing * (value > 0)
        elif kind == "sigmoid":
            flowing = flowing * value * (1 - value)
        elif kind == "flatten":
            flowing = flowing.reshape(found[before].shape)
    return of
