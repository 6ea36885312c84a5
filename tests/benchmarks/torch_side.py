"""The same workload in eager PyTorch, as its tutorials write it: channels first, and its own optimizers and losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.benchmarks.workloads import Part, Skip, Workload

KERAS_NORM_EPSILON = 1e-3
KERAS_ADAM_EPSILON = 1e-7


class Around(nn.Module):
    """Layers in a row whose output is added to their input."""

    def __init__(self, inside: nn.Sequential) -> None:
        super().__init__()
        self.inside = inside

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inside(x)


class LastOutput(nn.LSTM):
    """An LSTM that gives its last output only."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[1][0][-1]


class SelfAttention(nn.Module):
    """Attention of a sequence to itself, through the fused function that PyTorch recommends."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into, self.out = nn.Linear(features, 3 * features), nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        batch, steps, features = x.shape
        split = self.into(x).view(batch, steps, 3, self.heads, features // self.heads).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(*split)
        return self.out(attended.transpose(1, 2).reshape(batch, steps, features))


class MeanOverSteps(nn.Module):
    """The mean of a sequence."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(1)


def _convolution(x: Tensor, settings: Mapping[str, Any]) -> nn.Module:
    padding = settings["kernel_size"] // 2 if settings["padding"] == "same" else 0
    return nn.Conv2d(x.shape[1], settings["filters"], settings["kernel_size"], padding=padding)


# How each layer is called in PyTorch; `x` is a batch such as it will get.
LAYERS: dict[str, Callable[[Tensor, Mapping[str, Any]], nn.Module]] = {
    "Dense": lambda x, settings: nn.Linear(x.shape[-1], settings["units"]),
    "ReLU": lambda x, settings: nn.ReLU(),
    "Tanh": lambda x, settings: nn.Tanh(),
    "Flatten": lambda x, settings: nn.Flatten(),
    "Conv2D": _convolution,
    "MaxPool2D": lambda x, settings: nn.MaxPool2d(settings["pool_size"]),
    "BatchNorm": lambda x, settings: nn.BatchNorm2d(x.shape[1], eps=KERAS_NORM_EPSILON, momentum=0.01),
    "LayerNorm": lambda x, settings: nn.LayerNorm(x.shape[-1], eps=KERAS_NORM_EPSILON),
    "LSTM": lambda x, settings: LastOutput(x.shape[-1], settings["units"], batch_first=True),
    "MultiHeadAttention": lambda x, settings: SelfAttention(x.shape[-1], settings["num_heads"]),
    "GlobalAveragePool": lambda x, settings: MeanOverSteps(),
}


class TorchNetwork(nn.Sequential):
    """The network of a workload.

    Attributes
    ----------
    layers
        The module of each of the workload's layers, in its order.
    """

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        self.layers: list[nn.Module] = []
        self._append(self, workload.parts, channels_first(np.zeros((2, *workload.input_shape), np.float32)))

    @torch.no_grad()
    def _append(self, chain: nn.Sequential, parts: tuple[Part | Skip, ...], x: Tensor) -> None:
        """Put parts of a workload at the end of a chain; `x` is a batch such as the first of them will get."""
        for part in parts:
            if isinstance(part, Skip):
                module: nn.Module = Around(nn.Sequential())
                self._append(module.inside, part.parts, x)
            else:
                module = LAYERS[part.key](x, part.hyperparameters)
                self.layers.append(module)
            chain.append(module)
            x = module(x)


def channels_first(x: np.ndarray) -> Tensor:
    """Samples as PyTorch wants them: images as (n, channels, height, width), everything else as it is."""
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)) if x.ndim == 4 else x)


def optimizer(workload: Workload, network: nn.Module) -> torch.optim.Optimizer:
    """The optimizer of a workload, with Keras's default values, which are DeepViz's."""
    if workload.optimizer == "Adam":
        return torch.optim.Adam(network.parameters(), lr=0.001, eps=KERAS_ADAM_EPSILON)
    return torch.optim.SGD(network.parameters(), lr=0.001)


def steps(workload: Workload, network: TorchNetwork | None = None) -> Iterator[float]:
    """Training steps without end; each gathers its batch and reads the loss."""
    network = network or TorchNetwork(workload)
    loss = nn.CrossEntropyLoss() if workload.is_classification else nn.MSELoss()
    update = optimizer(workload, network)
    samples, targets = workload.samples()
    x, targets = channels_first(samples), torch.from_numpy(targets)
    epoch = 0
    while True:
        for chosen in torch.from_numpy(workload.order(epoch)).split(workload.batch):
            update.zero_grad()
            value = loss(network(x[chosen]), targets[chosen])
            value.backward()
            update.step()
            yield value.item()
        epoch += 1
