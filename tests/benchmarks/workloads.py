"""What is measured: networks of the sizes that people build, each with a batch, a loss and an optimizer.

The names and the bars are those of the table in the design: how many times faster than PyTorch one process must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A multilayer perceptron and how it is trained.

    Attributes
    ----------
    widths
        Length of the input and of each Dense layer.
    activation
        "Tanh" (after every Dense layer) or "ReLU" (after all but the last).
    loss, optimizer
        Keys of DeepViz's registries.
    bar
        Wanted ratio of PyTorch's time to DeepViz's; None if there is no bar.
    """

    name: str
    widths: tuple[int, ...]
    activation: str
    batch: int
    loss: str
    optimizer: str
    bar: float | None

    @property
    def is_classification(self) -> bool:
        """Whether the targets are class numbers."""
        return self.loss == "SoftmaxCrossEntropy"

    def activated(self) -> list[bool]:
        """For each Dense layer, whether an activation follows."""
        count = len(self.widths) - 1
        return [self.activation == "Tanh" or number < count - 1 for number in range(count)]

    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Random samples, a few batches of them, and targets."""
        rng = np.random.default_rng(0)
        count = self.batch * (25 if self.widths[0] < 1000 else 5)
        x = rng.standard_normal((count, self.widths[0])).astype(np.float32)
        if self.is_classification:
            return x, rng.integers(0, self.widths[-1], count)
        return x, rng.uniform(-0.9, 0.9, (count, self.widths[-1])).astype(np.float32)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("tiny", (2, 4, 2, 1), "Tanh", 10, "MeanSquaredError", "SGD", 11),
        Workload("toy", (2, 8, 8, 8, 1), "Tanh", 32, "MeanSquaredError", "SGD", 10),
        Workload("toy16", (2, 16, 16, 2), "ReLU", 32, "SoftmaxCrossEntropy", "SGD", None),
        Workload("digits", (64, 64, 32, 10), "ReLU", 32, "SoftmaxCrossEntropy", "Adam", 8),
        Workload("mnist", (784, 512, 256, 10), "ReLU", 128, "SoftmaxCrossEntropy", "Adam", 1.4),
        Workload("deep", (64,) * 101 + (10,), "ReLU", 64, "SoftmaxCrossEntropy", "Adam", 5),
        Workload("wide", (2048, 2048, 2048, 10), "ReLU", 256, "SoftmaxCrossEntropy", "Adam", 1.3),
    )
}
