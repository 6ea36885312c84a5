"""Networks with data to look at, small enough for every number to be worked out again in a test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.project import Project
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.engine.losses.mean_squared_error import MeanSquaredError
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.engine.network import Network
from deepviz.insight.subject import Subject


def no_progress(share: float) -> None:
    """Nobody wants to know."""


def classes(shape: tuple[int, ...] = (4,), samples: int = 60, count: int = 3, seed: int = 0) -> PreparedData:
    """Samples of several classes, each around a centre of its own."""
    rng = np.random.default_rng(seed)
    y = np.arange(samples) % count
    centres = rng.normal(size=(count, *shape))
    x = (centres[y] * 2 + rng.normal(size=(samples, *shape))).astype(np.float32)
    names = tuple("abcdefghij"[:count])
    return prepare(Dataset(x, y, "classification", names), SplitChoice(), Preprocessing())


def numbers(features: int = 3, samples: int = 40) -> PreparedData:
    """Samples with a number to fit."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(samples, features)).astype(np.float32)
    return prepare(Dataset(x, x[:, :1] ** 2 + x[:, 1:2], "regression"), SplitChoice(), Preprocessing())


def subject(
    layers: Sequence[Layer], data: PreparedData, loss: Loss | None = None, dtype: str = "float32", step: int = 0
) -> Subject:
    """A chain of layers with fresh weights, and its data."""
    network = Network.sequential(layers, seed=3, dtype=dtype)
    by_default = SoftmaxCrossEntropy() if data.task == "classification" else MeanSquaredError()
    return Subject(Project(), data, network, loss or by_default, step)
