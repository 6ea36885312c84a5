"""A workload in DeepViz: what a user of the Python interface would write."""

from __future__ import annotations

from collections.abc import Iterator

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.layer import Layer
from deepviz.engine.trainer import StepRecord
from tests.benchmarks.workloads import Workload


def steps(workload: Workload) -> Iterator[StepRecord]:
    """Training steps without end; each gathers its batch and reads the loss."""
    chain: list[Layer] = [layers.Input(shape=workload.widths[:1])]
    for units, activated in zip(workload.widths[1:], workload.activated(), strict=True):
        chain.append(layers.Dense(units=units, kernel_initializer="he_normal"))
        if activated:
            chain.append(layers.registry[workload.activation]())
    loss, optimizer = losses.registry[workload.loss](), optimizers.registry[workload.optimizer](learning_rate=0.001)
    network, data = Network.sequential(chain), workload.samples()
    return Trainer(network, loss, optimizer, data, batch_size=workload.batch, epochs=10**9).steps()
