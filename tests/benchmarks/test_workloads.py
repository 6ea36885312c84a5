"""Every workload is what the design says, trains, and computes on both sides the same."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from tests.benchmarks import deepviz_side
from tests.benchmarks.agreement import Disagreement, loss_difference
from tests.benchmarks.memory import memory_of, peak
from tests.benchmarks.scaling import SCALINGS
from tests.benchmarks.workloads import WORKLOADS, Workload

EACH = pytest.mark.parametrize("name", WORKLOADS)


def small(name: str) -> Workload:
    """A workload whose second epoch comes soon, in batches so large that normalising them leaves roundings small."""
    return replace(WORKLOADS[name], batch=16, batches=2)


def test_every_row_of_the_design_is_a_name() -> None:
    rows = ["tiny", "toy", "digits", "mnist", "deep", "lenet", "vgg", "vgg_bn", "wide", "lstm", "attention"]
    assert set(rows) <= set(WORKLOADS)
    assert {"depth", "data"} <= set(SCALINGS)


PARAMETERS = {
    "tiny": 12 + 10 + 3,
    "toy": 24 + 72 + 72 + 9,
    "toy16": 48 + 272 + 34,
    "digits": 4160 + 2080 + 330,
    "mnist": 401_920 + 131_328 + 2570,
    "deep": 100 * 4160 + 650,
    "lenet": 208 + 3216 + 30_840 + 10_164 + 850,
    "vgg": 896 + 9248 + 18_496 + 36_928 + 1_048_832 + 2570,
    "vgg_bn": 896 + 9248 + 18_496 + 36_928 + 1_048_832 + 2570 + 2 * (32 + 32 + 64 + 64),
    "wide": 2 * 2048 * 2049 + 20_490,
    "lstm": 4 * 64 * (28 + 64 + 1) + 650,
    "attention": 2 * 128 + 4 * 64 * 65 + 65 * 256 + 257 * 64 + 650,
}


@EACH
def test_networks_have_the_size_of_the_design(name: str) -> None:
    nodes = deepviz_side.network(WORKLOADS[name]).nodes
    assert sum(node.layer.count_parameters(node.input_shapes) for node in nodes) == PARAMETERS[name]


@EACH
def test_every_workload_trains(name: str) -> None:
    values = [record.values["loss"] for record in islice(deepviz_side.steps(small(name)), 3)]
    assert np.isfinite(values).all()
    assert len(set(values)) == 3


@EACH
def test_both_sides_compute_the_same(name: str) -> None:
    pytest.importorskip("torch")
    assert loss_difference(small(name)) < 1e-4


@pytest.mark.skipif(os.name != "posix", reason="workers need shared files")
@pytest.mark.parametrize("name", ["digits", "vgg_bn"])
def test_two_processes_compute_the_same(name: str) -> None:
    pytest.importorskip("torch")
    assert loss_difference(small(name), workers=2) < 1e-4


def test_a_difference_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    workload = small("digits")
    monkeypatch.setattr("tests.benchmarks.weights.copy_weights", lambda source, target: None)
    with pytest.raises(Disagreement, match=r"digits: DeepViz's first losses are .*; PyTorch's are "):
        loss_difference(workload)


def test_a_forgotten_parameter_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from tests.benchmarks import weights

    monkeypatch.setitem(weights.COPIED, "Dense", lambda arrays: {"weight": arrays["W"].T})
    with pytest.raises(ValueError, match="1 Dense: PyTorch has \\['bias', 'weight'\\]; copied are \\['weight'\\]"):
        loss_difference(small("digits"))


def test_peak_memory_is_that_of_a_process_of_its_own() -> None:
    block = np.ones(40_000_000)  # 320 MB here, which must not count there
    assert peak() > block.nbytes
    memory = memory_of("deepviz", "tiny")
    assert 20 < memory.peak < 200
    # Systems count the pages of each processor for themselves and add them up late: almost nothing can be a bit less.
    assert -1 < memory.training < 20
    assert -1 < memory.growth < 20
    assert memory.steps == 2000


def test_a_peak_can_be_forgotten() -> None:
    # In a process of its own: among other tests, the system may take back as much meanwhile as is asked for here.
    script = """
import numpy as np
from tests.benchmarks.memory import forget_peak, peak
highest = peak() if np.ones(20_000_000).size else 0
now = forget_peak()
block = np.ones(10_000_000)
print(highest, now, peak())
"""
    result = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    highest, now, later = map(float, result.stdout.split())
    assert highest - now > 150e6  # the first array has been given back and counts no longer
    assert 72e6 < later - now < 100e6
