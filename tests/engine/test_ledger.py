"""The ledger of stored intermediates: counted by hand, and held against what a backward pass really reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from deepviz.engine import layers, losses, optimizers
from deepviz.engine.ages import Ages
from deepviz.engine.graph import Edge, Graph, Node
from deepviz.engine.layer import Layer
from deepviz.engine.ledger import Sketch, ledger, stored_bytes
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.replay import Phase
from deepviz.engine.step import Step
from deepviz.engine.storage import Storage
from deepviz.engine.team.part import whole
from deepviz.engine.wiring import wired

FLOAT = 4
CROSS_ENTROPY = losses.SoftmaxCrossEntropy()


def chain(*members: Layer) -> Graph:
    nodes = [Node(f"{layer.key.lower()}_{number}", layer) for number, layer in enumerate(members)]
    return Graph(nodes, [Edge(before.id, after.id) for before, after in pairwise(nodes)])


LARGE = chain(layers.Input(shape=(784,)), layers.Dense(units=512), layers.ReLU(), layers.Dense(units=10))
SMALL = chain(layers.Input(shape=(4,)), layers.Dense(units=8), layers.ReLU(), layers.Dense(units=3))
IMAGES = chain(
    layers.Input(shape=(8, 8, 2)),
    layers.Conv2D(filters=4, padding="same"),
    layers.BatchNorm(),
    layers.ReLU(),
    layers.MaxPool2D(),
    layers.Flatten(),
    layers.Dense(units=12),
    layers.Tanh(),
    layers.Dropout(),
    layers.Dense(units=3),
)
SKIP = Graph(
    [
        Node("in", layers.Input(shape=(6,))),
        Node("a", layers.Dense(units=6)),
        Node("b", layers.Tanh()),
        Node("sum", layers.Add()),
        Node("out", layers.Dense(units=3)),
    ],
    [Edge("in", "a"), Edge("a", "b"), Edge("b", "sum"), Edge("in", "sum", 1), Edge("sum", "out")],
)
SEQUENCE = chain(
    layers.Input(shape=(5, 4)),
    layers.MultiHeadAttention(num_heads=2, key_dim=3),
    layers.LayerNorm(),
    layers.LSTM(units=4, bidirectional=True),
    layers.Dense(units=3),
)
FROZEN = chain(
    layers.Input(shape=(700,)),
    layers.Dense(units=300, trainable=False),
    layers.ReLU(),
    layers.Dense(units=200),
    layers.Dense(units=3),
)
ALL = {
    "large": LARGE,
    "small": SMALL,
    "images": IMAGES,
    "skip": SKIP,
    "sequence": SEQUENCE,
    "frozen": FROZEN,
}


def test_two_dense_layers_keep_what_their_weights_meet() -> None:
    """dL/dW of the first needs the batch, that of the second what ReLU gave, and so does ReLU to know what was open.

    What the first Dense gives is read by ReLU only, which writes its own in the same place; the logits are read by
    the loss only. The loss keeps dL/dz.
    """
    batch = 100
    assert stored_bytes(LARGE, batch, CROSS_ENTROPY) == {
        "input_0": batch * 784 * FLOAT,
        "dense_1": 0,
        "relu_2": batch * 512 * FLOAT,
        "dense_3": 0,
        "": batch * 10 * FLOAT,
    }


def test_small_layers_keep_a_column_of_ones_for_their_bias() -> None:
    """A small Dense lays the batch side by side with ones behind it: a copy of its own, so the batch is not read."""
    batch = 32
    assert stored_bytes(SMALL, batch, CROSS_ENTROPY) == {
        "input_0": 0,
        "dense_1": batch * (4 + 1) * FLOAT,
        "relu_2": batch * (8 + 1) * FLOAT,
        "dense_3": 0,
        "": batch * 3 * FLOAT,
    }


def test_tanh_keeps_its_output_and_relu_in_front_of_a_pool_its_own() -> None:
    found = stored_bytes(chain(layers.Input(shape=(300,)), layers.Dense(units=400), layers.Tanh()), 64)
    assert found == {"input_0": 64 * 300 * FLOAT, "dense_1": 0, "tanh_2": 64 * 400 * FLOAT, "": 0}


def test_a_frozen_layer_needs_nothing_of_what_comes_before_it() -> None:
    found = stored_bytes(FROZEN, 64, CROSS_ENTROPY)
    assert found["input_0"] == 0, "neither weights before it are trained, nor its own"
    assert found["relu_2"] == 64 * 300 * FLOAT


def test_a_larger_batch_keeps_as_much_a_sample() -> None:
    once, twice = stored_bytes(LARGE, 64, CROSS_ENTROPY), stored_bytes(LARGE, 128, CROSS_ENTROPY)
    assert {name: 2 * count for name, count in once.items()} == twice


def test_without_a_loss_the_gradient_is_given() -> None:
    assert stored_bytes(LARGE, 100)[""] == 0
    assert stored_bytes(LARGE, 100)["relu_2"] == 100 * 512 * FLOAT


def test_writing_it_down_takes_no_memory_for_weights() -> None:
    """Two dense layers of 65,536 units have weights of 16 GiB; no page of them is touched."""
    graph = chain(layers.Input(shape=(65_536,)), layers.Dense(units=65_536), layers.ReLU())
    try:
        found = stored_bytes(graph, 2)
    except MemoryError:
        pytest.skip("this machine does not even promise so much")
    assert found["input_0"] == 2 * 65_536 * FLOAT


@pytest.mark.parametrize("name", ALL)
def test_it_agrees_with_the_step_that_a_trainer_makes(name: str) -> None:
    """The calls of a real step, with optimizer and clipping: what is written before backward begins and read after."""
    network, loss, batch = Network.from_graph(ALL[name]), CROSS_ENTROPY, 16
    optimizer = optimizers.Adam(global_clipnorm=1.0)
    state = optimizer.start(network.parameters.vector, Ages(network).spans)
    step = Step(network, loss, optimizer, state, whole(batch), (), classification=True)
    records = step._tape.records
    begin = next(number for number, record in enumerate(records) if record.phase == "backward")
    written = {record.write.storage for record in records[:begin] if record.write}
    read = {tensor.storage for record in records[begin:] if record.phase != "watch" for tensor in record.reads}
    of_step = sum(storage.room for storage in written & read if not storage.outside)
    found = stored_bytes(ALL[name], batch, loss)
    batch_itself = batch * int(np.prod(network.input_shape)) * FLOAT
    is_read = any(tensor.storage.array is step.x for record in records[begin:] for tensor in record.reads)
    assert sum(found.values()) == of_step + batch_itself * is_read
    assert of_step > 0


@pytest.mark.parametrize("name", ALL)
def test_nothing_else_is_read_and_each_piece_is(name: str) -> None:
    """Spoil all else at the moment the backward pass begins: the gradients stay. Spoil a piece: they do not."""
    network, batch = Network.from_graph(ALL[name], seed=1), 3
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, *network.input_shape))
    targets = CROSS_ENTROPY.encode_targets(np.arange(batch) % 3, network.output_shape, np.float32)
    step = _Run(network, batch, CROSS_ENTROPY)
    wanted = step.gradients(x, targets, ())
    held = step.ledger.held
    others = [storage for storage in step.storages if storage not in held]
    assert others, "there is something to spoil"
    np.testing.assert_array_equal(step.gradients(x, targets, others), wanted)
    for storage, node_id in held.items():
        assert not np.array_equal(step.gradients(x, targets, [storage]), wanted), node_id


class _Run:
    """Forward and backward pass with every array in a place of its own, and a pause between them."""

    def __init__(self, network: Network, batch: int, loss: Loss) -> None:
        self._network = network
        self.ledger = ledger(network, batch, loss)
        self._compiled = self.ledger.tape.compile(share=False)
        early = [record for record in self._compiled.records if record.phase in ("forward", "loss")]
        writes = [record.write.storage for record in early if record.write]
        before = dict.fromkeys([self.ledger.x.storage, self.ledger.targets.storage, *writes])
        gradients = network.gradients.vector
        self.storages = [
            each for each in before if each.array is not None and not np.may_share_memory(each.array, gradients)
        ]

    def gradients(self, x: np.ndarray, targets: np.ndarray, spoiled: Sequence[Storage]) -> np.ndarray:
        """Gradients, and what layers keep from step to step, when some arrays are spoiled before the backward pass."""
        noise = self.ledger.tape.noise
        self.ledger.x.array()[...], self.ledger.targets.array()[...] = x, targets
        if self.ledger.tape.is_random:
            noise.start(0, 1)
        state = self._network.state.copied()
        self._replay("forward", "loss")
        arrays = [storage.array for storage in spoiled if storage.array is not None]
        saved = [array.copy() for array in arrays]
        for array in arrays:
            array.reshape(-1).view(np.uint8)[...] = 255
        with np.errstate(all="ignore"):
            self._replay("backward", "update")
        for array, numbers in zip(arrays, saved, strict=True):
            array[...] = numbers
        found = np.concatenate([self._network.gradients.vector, self._network.state.vector])
        self._network.state.load(state)
        return found

    def _replay(self, *phases: Phase) -> None:
        for function, arguments in self._compiled.part(*phases):
            function(*arguments)


def test_a_sketch_is_wired_as_the_network_is() -> None:
    sketch, network = Sketch(wired(IMAGES), 0, "float32"), Network.from_graph(IMAGES)
    assert {name: array.shape for name, array in sketch.parameters.items()} == {
        name: array.shape for name, array in network.parameters.items()
    }
    assert not sketch.parameters.vector.any(), "no weight is drawn"
