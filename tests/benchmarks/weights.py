"""The same weights on both sides: DeepViz's arrays, laid out as Keras lays them out, copied into PyTorch's modules.

PyTorch keeps weights as (out, in) and images channels first. Its recurrent layers have two biases where one would do;
the second becomes 0 and is not trained, or their sum would learn twice as fast. Its gates come in Keras's order: input,
forget, cell, output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch

from deepviz.engine import Network
from tests.benchmarks.deepviz_side import computing
from tests.benchmarks.torch_side import TorchNetwork

Arrays = Mapping[str, np.ndarray]
SECOND_BIAS = "bias_hh_l0"
ATTENTION_ROLES = ("query", "key", "value")


def copy_weights(source: Network, target: TorchNetwork) -> None:
    """Give PyTorch's network the parameters of DeepViz's."""
    image: tuple[int, ...] | None = None
    for node, module in zip(computing(source), target.layers, strict=True):
        names = node.layer.parameter_shapes(node.input_shapes)
        arrays = {name: source.parameters[f"{node.id}/{name}"] for name in names}
        if node.layer.key == "Flatten":
            image = node.input_shapes[0]
        elif node.layer.key == "Dense" and image is not None:
            arrays["W"], image = rows_channels_first(arrays["W"], image), None
        if arrays:
            values = COPIED[node.layer.key](arrays)
            parameters = dict(module.named_parameters())
            if parameters.keys() != values.keys():
                raise ValueError(f"{node.id}: PyTorch has {sorted(parameters)}; copied are {sorted(values)}.")
            with torch.no_grad():
                for name, parameter in parameters.items():
                    parameter.copy_(torch.from_numpy(np.ascontiguousarray(values[name])))
                    parameter.requires_grad_(name != SECOND_BIAS)


def rows_channels_first(W: np.ndarray, image: tuple[int, ...]) -> np.ndarray:
    """The weights of a Dense behind a flattened image (height, width, channels), for one flattened channels first."""
    return W.reshape(*image, -1).transpose(2, 0, 1, 3).reshape(W.shape)


def _dense(arrays: Arrays) -> Arrays:
    return {"weight": arrays["W"].T, "bias": arrays["b"]}


def _convolution(arrays: Arrays) -> Arrays:
    return {"weight": arrays["W"].transpose(3, 2, 0, 1), "bias": arrays["b"]}


def _norm(arrays: Arrays) -> Arrays:
    return {"weight": arrays["gamma"], "bias": arrays["beta"]}


def _recurrent(arrays: Arrays) -> Arrays:
    weights = {"weight_ih_l0": arrays["W"].T, "weight_hh_l0": arrays["U"].T}
    return {**weights, "bias_ih_l0": arrays["b"], SECOND_BIAS: np.zeros_like(arrays["b"])}


def _attention(arrays: Arrays) -> Arrays:
    """Queries, keys and values come out of one product in PyTorch, each with its heads side by side."""
    features = arrays["W_output"].shape[-1]
    into = np.concatenate([arrays[f"W_{role}"].reshape(features, -1) for role in ATTENTION_ROLES], axis=1)
    bias = np.concatenate([arrays[f"b_{role}"].reshape(-1) for role in ATTENTION_ROLES])
    out = arrays["W_output"].reshape(-1, features)
    return {"into.weight": into.T, "into.bias": bias, "out.weight": out.T, "out.bias": arrays["b_output"]}


COPIED: dict[str, Callable[[Arrays], Arrays]] = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "BatchNorm": _norm,
    "LayerNorm": _norm,
    "LSTM": _recurrent,
    "MultiHeadAttention": _attention,
}
