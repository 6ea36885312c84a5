"""The same workload in eager PyTorch, as its tutorials write it."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from tests.benchmarks.workloads import Workload


def steps(workload: Workload) -> Iterator[float]:
    """Training steps without end; each gathers its batch and reads the loss."""
    chain: list[nn.Module] = []
    for fan_in, units, activated in zip(workload.widths, workload.widths[1:], workload.activated(), strict=False):
        chain.append(nn.Linear(fan_in, units))
        if activated:
            chain.append(getattr(nn, workload.activation)())
    network = nn.Sequential(*chain)
    loss = nn.CrossEntropyLoss() if workload.is_classification else nn.MSELoss()
    optimizer = getattr(torch.optim, workload.optimizer)(network.parameters(), lr=0.001)
    x, targets = (torch.from_numpy(array) for array in workload.samples())
    while True:
        for chosen in torch.randperm(len(x)).split(workload.batch):
            optimizer.zero_grad()
            value = loss(network(x[chosen]), targets[chosen])
            value.backward()
            optimizer.step()
            yield value.item()
