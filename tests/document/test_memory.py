"""A network that the machine cannot hold is refused in words at its largest layer, with a way out."""

from __future__ import annotations

import pytest

from deepviz.document import edits, memory
from deepviz.document.memory import Needs, largest_batch, machine_memory, needs, too_large, training_bytes
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, check
from deepviz.engine import Network, layers, losses, optimizers
from deepviz.engine.ages import Ages
from deepviz.engine.layer import Layer
from deepviz.engine.step import Step
from deepviz.engine.team.part import whole

PARAMETERS = {"dense_1": Needs(600, 0, 0), "relu_1": Needs(0, 0, 0), "dense_2": Needs(400, 0, 0)}
SAMPLES = {"input_1": Needs(0, 100, 100), "conv2d_1": Needs(10, 900, 1000)}


def conv(**changes: object) -> Layer:
    return layers.registry["Conv2D"]().changed(**changes)


def of(key: str, **changes: object) -> Layer:
    return layers.registry[key]().changed(**changes)


NETS: dict[str, list[Layer]] = {
    "lenet": [
        of("Input", shape=(28, 28, 1)), conv(filters=6, kernel_size=5, padding="same"), of("Tanh"), of("AveragePool2D"),
        conv(filters=16, kernel_size=5), of("Tanh"), of("AveragePool2D"), of("Flatten"), of("Dense", units=120),
        of("Tanh"), of("Dense", units=84), of("Tanh"), of("Dense", units=10),
    ],
    "with ReLU, normalisation and dropout": [
        of("Input", shape=(16, 16, 3)), conv(filters=16, padding="same"), of("BatchNorm"), of("ReLU"), of("MaxPool2D"),
        conv(filters=32, padding="same"), of("BatchNorm"), of("ReLU"), of("MaxPool2D"), of("Dropout"), of("Flatten"),
        of("Dense", units=10),
    ],
    "recurrent": [
        of("Input", shape=(28, 28)), of("LSTM", units=32, return_sequences=True, bidirectional=True),
        of("GRU", units=16), of("Dense", units=10),
    ],
    "attention over a long sequence": [
        of("Input", shape=(256, 16)), of("MultiHeadAttention"), of("Flatten"), of("Dense", units=10),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_the_estimate_is_within_a_factor_of_two_of_a_real_tape(name: str) -> None:
    network, batch = Network.sequential(NETS[name]), 64
    optimizer = optimizers.registry["Adam"]()
    state = optimizer.start(network.parameters.vector, Ages(network).spans)
    step = Step(network, losses.registry["SoftmaxCrossEntropy"](), optimizer, state, whole(batch), (), True)
    found = [needs(node.layer, node.input_shapes, node.output_shape) for node in network.nodes]
    assert 0.5 < 4 * batch * sum(each.stored for each in found) / step.nbytes < 2
    assert sum(each.parameters for each in found) == network.parameters.count


def test_what_parameters_need_is_sixteen_bytes_each() -> None:
    assert training_bytes(PARAMETERS, 32, 100) == 16_000
    assert too_large(PARAMETERS, 32, 100, 20_000) is None
    found = too_large(PARAMETERS, 32, 100, 19_999)
    assert found is not None
    assert found[0] == "dense_1"
    assert "600 parameters" in found[1]
    assert "Use fewer units" in found[1]
    assert too_large(PARAMETERS, 32, 100, None) is None


def test_what_samples_need_is_four_bytes_a_number_in_two_recordings_and_one_evaluation() -> None:
    assert training_bytes(SAMPLES, 32, 100) == 16 * 10 + 4 * (2 * 32 * 1000 + 100 * 1000)
    assert training_bytes(SAMPLES, 32, 10_000) == 16 * 10 + 4 * (2 * 32 * 1000 + 512 * 1000)
    found = too_large(SAMPLES, 32, 100, 800_000)
    assert found is not None
    assert found[0] == "conv2d_1"
    assert "stores 900 numbers for each of the 32 samples of a batch" in found[1]


@pytest.mark.parametrize("available", [400_000, 700_000, 3_000_000, 123_456_789])
def test_the_largest_batch_is_the_largest_power_of_two_that_fits(available: int) -> None:
    fitting = largest_batch(SAMPLES, 50, available)
    if fitting:
        assert too_large(SAMPLES, fitting, 50, available) is None
    assert too_large(SAMPLES, max(1, 2 * fitting), 50, available) is not None


def test_no_batch_fits_where_parameters_alone_are_too_many() -> None:
    assert largest_batch(PARAMETERS, 50, 10_000) == 0


def test_the_check_tells_it_at_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project()
    for key in ("Input", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    assert check(project).problems == ()
    monkeypatch.setattr(memory, "machine_memory", lambda: 100)
    (problem,) = check(project).problems
    assert problem.where == "dense_1"
    assert problem.repairs == ()


def test_huge_images_are_refused_and_a_smaller_batch_is_one_click_away(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = DataFacts((1000, 1000, 3), "classification", 4, 64)
    project = Project()
    for layer in (of("Input", shape=(1000, 1000, 3)), conv(filters=64, padding="same"), of("GlobalAveragePool"),
                  of("Dense", units=4), losses.registry["SoftmaxCrossEntropy"]()):  # fmt: skip
        project = edits.append(project, layer)
    monkeypatch.setattr(memory, "machine_memory", lambda: 32 * 2**30)
    (problem,) = check(project, facts).problems
    assert problem.where == "conv2d_1"
    assert "64\u202f000\u202f000 numbers" in problem.text
    assert "smaller batch" in problem.text
    (repair,) = problem.repairs
    mended = repair.edit(project)
    assert mended.plan.run.batch_size < 32
    assert repair.label == f"Set the batch size to {mended.plan.run.batch_size}"
    assert check(mended, facts).problems == ()


def test_this_machine_has_some_memory() -> None:
    found = machine_memory()
    assert found is None or found > 2**27
