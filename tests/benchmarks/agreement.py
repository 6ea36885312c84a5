"""Whether both sides compute the same: from the same weights and data, the losses of the first steps are equal.

This guards every figure: it proves that the workloads are the same, and that what is fast is right as well.
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice

from tests.benchmarks import deepviz_side
from tests.benchmarks.workloads import Workload

STEPS = 3
TOLERANCE = 1e-4
"""Of the loss, in float32: some hundred roundings, far below what a wrong gate, axis or default would make."""


class Disagreement(Exception):  # noqa: N818 (it is what was found, not a mistake of the program)
    """The two sides do not compute the same, so their times must not be compared."""


def loss_difference(workload: Workload, workers: int = 1) -> float:
    """The greatest difference between the losses of the two sides in the first steps, relative to a loss above 1.

    Raises
    ------
    Disagreement
        If it is greater than `TOLERANCE`.
    """
    from tests.benchmarks import torch_side
    from tests.benchmarks.weights import copy_weights

    ours, theirs = deepviz_side.network(workload), torch_side.TorchNetwork(workload)
    copy_weights(ours, theirs)
    expected = list(islice(torch_side.steps(workload, theirs), STEPS))
    with closing(deepviz_side.trainer(workload, ours, workers)) as trainer:
        found = [float(record.values["loss"]) for record in islice(trainer.steps(), STEPS)]
    difference = max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(found, expected, strict=True))
    if not difference <= TOLERANCE:
        losses = (", ".join(f"{value:.6f}" for value in values) for values in (found, expected))
        raise Disagreement("{}: DeepViz's first losses are {}; PyTorch's are {}.".format(workload.name, *losses))
    return difference
