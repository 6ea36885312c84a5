"""The network: the contract people rely on, branches and merges, batches of any size, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.graph import Edge, Graph, GraphError, Node
from deepviz.engine.shapes import ShapeError
from tests.engine.graphs import graph, skip_graph


def mlp(dtype: str = "float64", seed: int = 0) -> Network:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=5), layers.Tanh(), layers.Dense(units=3)]
    return Network.sequential(chain, seed=seed, dtype=dtype)


def test_the_contract_of_the_python_interface() -> None:
    net = Network.sequential(
        [layers.Input(shape=(6, 5, 1)), layers.Flatten(), layers.Dense(units=8), layers.ReLU(), layers.Dense(units=10)],
        seed=0,
        dtype="float32",
    )
    x, targets = np.random.default_rng(0).random((7, 6, 5, 1), np.float32), np.arange(7)
    logits = net.forward(x, training=True)
    value, grad = losses.SoftmaxCrossEntropy().value_and_grad(logits, targets)
    input_grad = net.backward(grad)
    assert logits.shape == (7, 10)
    assert logits.dtype == np.float32
    assert isinstance(value, float)
    assert input_grad.shape == x.shape
    assert list(net.parameters) == ["dense_1/W", "dense_1/b", "dense_2/W", "dense_2/b"]
    assert net.parameters["dense_1/W"].shape == net.gradients["dense_1/W"].shape == (30, 8)
    assert np.abs(net.gradients["dense_2/b"]).sum() > 0

    net.parameters["dense_2/b"][...] = 5  # the views are writable, and the vector is the same memory
    assert (net.forward(x) > logits + 4).all()
    net.parameters.vector[...] = 0
    assert not net.forward(x).any()


def test_forward_and_backward_are_those_of_plain_numpy() -> None:
    net, rng = mlp(), np.random.default_rng(1)
    x, grad = rng.standard_normal((6, 4)), rng.standard_normal((6, 3))
    W1, b1, W2, b2 = (net.parameters[name] for name in net.parameters)
    b1[...], b2[...] = rng.standard_normal(5), rng.standard_normal(3)
    hidden = np.tanh(x @ W1 + b1)
    assert net.forward(x, training=True) == pytest.approx(hidden @ W2 + b2, abs=1e-14)
    input_grad = net.backward(grad)
    before_tanh = grad @ W2.T * (1 - hidden**2)
    wanted = {
        "dense_1/W": x.T @ before_tanh,
        "dense_1/b": before_tanh.sum(axis=0),
        "dense_2/W": hidden.T @ grad,
        "dense_2/b": grad.sum(axis=0),
    }
    for name, values in wanted.items():
        assert net.gradients[name] == pytest.approx(values, abs=1e-13), name
    assert input_grad == pytest.approx(before_tanh @ W1.T, abs=1e-13)


def test_gradients_are_summed_where_an_output_fans_out() -> None:
    net, rng = Network.from_graph(skip_graph(3), seed=3, dtype="float64"), np.random.default_rng(0)
    x, grad = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    left = x @ net.parameters["left/W"] + net.parameters["left/b"]
    merged = np.maximum(left, 0) + np.tanh(x) + x
    assert net.forward(x, training=True) == pytest.approx(merged @ net.parameters["output/W"], abs=1e-14)
    input_grad = net.backward(grad)
    merged_grad = grad @ net.parameters["output/W"].T
    left_grad = merged_grad * (left > 0)
    wanted = left_grad @ net.parameters["left/W"].T + merged_grad * (1 - np.tanh(x) ** 2) + merged_grad
    assert input_grad == pytest.approx(wanted, abs=1e-13)
    assert net.gradients["left/W"] == pytest.approx(x.T @ left_grad, abs=1e-13)


def test_the_same_output_twice_into_one_layer() -> None:
    nodes = {"in": layers.Input(shape=(2,)), "add": layers.Add()}
    net = Network.from_graph(graph(nodes, "in>add:0", "in>add:1"), dtype="float64")
    x = np.array([[1.0, -2.0]])
    assert np.array_equal(net.forward(x, training=True), 2 * x)
    assert np.array_equal(net.backward(np.ones((1, 2))), [[2.0, 2.0]])


def test_order_of_nodes_and_edges_does_not_matter_for_what_is_computed() -> None:
    first = skip_graph()
    second = Graph(first.nodes[::-1], first.edges[::-1])
    one, other = (Network.from_graph(drawn, dtype="float64") for drawn in (first, second))
    other.parameters.load(one.parameters)
    x = np.random.default_rng(0).standard_normal((4, 3))
    assert one.forward(x) == pytest.approx(other.forward(x), abs=1e-15)
    assert other.nodes[0].id == "input"
    assert other.nodes[-1].id == "output"
    assert {node.id: node.sources for node in one.nodes} == {node.id: node.sources for node in other.nodes}


def test_a_network_of_nothing_but_an_input_passes_data_on() -> None:
    net = Network.sequential([layers.Input(shape=(3,))])
    x = np.ones((2, 3), np.float32)
    assert np.array_equal(net.forward(x, training=True), x)
    assert np.array_equal(net.backward(2 * x), 2 * x)


def test_batches_of_any_size_agree() -> None:
    net, x = mlp(), np.random.default_rng(0).standard_normal((23, 4))
    whole = net.forward(x)
    for size in (1, 2, 7, 22):
        assert net.forward(x[:size]) == pytest.approx(whole[:size], abs=1e-15)
    assert net.predict(x, batch_size=5) == pytest.approx(whole, abs=1e-15)


def test_results_are_copies() -> None:
    net, x = mlp(), np.ones((2, 4))
    first = net.forward(x, training=True)
    copied, input_grad = first.copy(), net.backward(np.ones((2, 3)))
    copied_grad = input_grad.copy()
    net.forward(-x, training=True)
    net.backward(-np.ones((2, 3)))
    assert np.array_equal(first, copied)
    assert np.array_equal(input_grad, copied_grad)


def test_many_sizes_of_batch_do_not_hold_memory_for_ever() -> None:
    net = mlp()
    for size in range(1, 40):
        net.forward(np.ones((size, 4)))
    assert len(net._tapes) <= 8


def test_one_seed_gives_the_same_weights_and_another_others() -> None:
    assert np.array_equal(mlp(seed=5).parameters.vector, mlp(seed=5).parameters.vector)
    assert not np.array_equal(mlp(seed=5).parameters.vector, mlp(seed=6).parameters.vector)
    net = mlp(seed=5)
    net.reset(6)
    assert np.array_equal(net.parameters.vector, mlp(seed=6).parameters.vector)
    assert np.array_equal(
        mlp("float64").parameters["dense_1/W"].astype(np.float32), mlp("float32").parameters["dense_1/W"]
    )


def test_numbers_of_any_type_are_taken_as_the_networks_type() -> None:
    net = mlp("float32")
    wanted = net.forward(np.ones((2, 4), np.float32))
    for given in (np.ones((2, 4), bool), np.ones((2, 4), np.uint8), np.ones((2, 4)), [[1, 1, 1, 1]] * 2):
        assert np.array_equal(net.forward(given), wanted)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (np.zeros((2, 5)), r"input_1 takes samples of shape 4; the batch has shape \(2, 5\)"),
        (np.zeros(4), r"input_1 takes samples of shape 4; the batch has shape \(4,\)"),
        (np.float64(1.0), "takes samples of shape 4"),
        (np.zeros((0, 4)), r"input_1: the batch is empty: .* shape \(0, 4\); .* samples of shape 4\."),
        (
            np.array([[0.0] * 4, [0, 0, np.nan, 0]]),
            r"sample 1 of the batch contains NaN, .*; the batch has shape \(2, 4\); wanted",
        ),
        (np.array([[np.inf, 0, 0, 0]]), "sample 0 of the batch contains NaN, Inf"),
        (
            np.array([[None] * 4], object),
            r"input_1 takes numbers; .* holds object of shape \(1, 4\); .* samples of shape 4\.",
        ),
        (np.array([["1"] * 4]), "takes numbers"),
        (np.zeros((1, 4), complex), "takes numbers; the batch holds complex128"),
    ],
)
def test_a_bad_batch_is_refused_in_words(batch: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mlp().forward(batch)


def test_a_number_too_large_for_float32_is_refused() -> None:
    with pytest.raises(ValueError, match="sample 0 of the batch contains NaN, Inf or a number too large"):
        mlp("float32").forward(np.full((1, 4), 1e300))
    mlp("float64").forward(np.full((1, 4), 1e300))


def test_backward_needs_a_forward_pass_in_training() -> None:
    net, x = mlp(), np.ones((2, 4))
    with pytest.raises(ValueError, match="needs a forward"):
        net.backward(np.ones((2, 3)))
    net.forward(x, training=True)
    with pytest.raises(ValueError, match=r"gradient has shape \(3, 3\); the outputs have \(2, 3\)"):
        net.backward(np.ones((3, 3)))
    net.forward(x)
    with pytest.raises(ValueError, match="needs a forward"):
        net.backward(np.ones((2, 3)))


def test_only_float32_and_float64() -> None:
    with pytest.raises(ValueError, match="float32 or float64, not in float16"):
        mlp("float16")


INPUT, DENSE = layers.Input(shape=(2,)), layers.Dense(units=2)


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (graph({}), "A network has one Input; this one has 0"),
        (graph({"a": DENSE}), "has one Input; this one has 0"),
        (graph({"a": INPUT, "b": INPUT, "c": layers.Add()}, "a>c:0", "b>c:1"), "one Input; this one has 2"),
        (graph({"a": INPUT, "b": DENSE, "c": DENSE}, "a>b", "a>c"), r"2 lead nowhere \(b, c\)"),
        (graph({"a": INPUT, "b": DENSE}), r"2 lead nowhere \(a, b\)"),
        (graph({"a": INPUT, "b": DENSE}, "a>b", "b>a"), "all go in circles"),
        (
            graph({"a": INPUT, "b": layers.Add(), "c": DENSE, "d": DENSE}, "a>b:0", "c>b:1", "b>c", "b>d"),
            "b is on a cycle or behind one",
        ),
        (graph({"a": INPUT, "b": DENSE}, "a>b", "b>b"), "all go in circles|on a cycle"),
        (graph({"a": INPUT, "b": DENSE}, "a>b", "x>b"), "An edge names x, but there is no such node"),
        (graph({"a": INPUT, "b": DENSE}, "a>b", "a>b:1"), "b has 2 inputs; it takes 1"),
        (graph({"a": INPUT, "b": layers.Add()}, "a>b"), "b has 1 inputs; it takes at least 2"),
        (graph({"a": INPUT, "b": layers.ReLU(), "c": layers.Add()}, "a>c:0", "b>c:1"), "b has 0 inputs; it takes 1"),
        (Graph([Node("a", INPUT), Node("a", DENSE)], [Edge("a", "a")]), "Two nodes are called a"),
    ],
)
def test_a_graph_that_is_no_network_is_refused_in_words(drawn: Graph, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        Network.from_graph(drawn)


def test_shapes_that_do_not_fit_name_the_node() -> None:
    image = layers.Input(shape=(4, 4, 1))
    with pytest.raises(ShapeError, match="dense_1: Dense needs a flat input; it gets 4 × 4 × 1") as caught:
        Network.sequential([image, DENSE])
    assert caught.value.insert == "Flatten"
    nodes = {"in": INPUT, "wide": layers.Dense(units=3), "sum": layers.Add()}
    with pytest.raises(ShapeError, match="sum: Add needs inputs of one shape; it gets 2 and 3"):
        Network.from_graph(graph(nodes, "in>wide", "in>sum:0", "wide>sum:1"))


def test_names_count_from_one_for_each_type() -> None:
    net = Network.sequential([INPUT, DENSE, layers.ReLU(), DENSE, layers.Tanh(), layers.ReLU()])
    assert [node.id for node in net.nodes] == ["input_1", "dense_1", "relu_1", "dense_2", "tanh_1", "relu_2"]
    assert net.edges[0] == ("input_1", "dense_1", 0)
    assert [node.id for node in net.trained_nodes] == ["dense_1", "dense_2"]
    assert net.input_shape == net.output_shape == (2,)


@pytest.mark.parametrize("ports", [(7, 7), (0, 0), (1, 2)])
def test_inputs_are_counted_from_0_each_once(ports: tuple[int, int]) -> None:
    nodes = {"in": layers.Input(shape=(3,)), "a": layers.Tanh(), "sub": layers.Subtract()}
    with pytest.raises(GraphError, match="The 2 inputs of sub are counted from 0, each once; not"):
        Network.from_graph(graph(nodes, "in>a", f"in>sub:{ports[0]}", f"a>sub:{ports[1]}"))


def test_too_many_inputs_are_told_as_such() -> None:
    nodes = {"in": layers.Input(shape=(3, 4)), "a": layers.MultiHeadAttention()}
    with pytest.raises(GraphError, match="a has 4 inputs; it takes 1 to 3"):
        Network.from_graph(graph(nodes, *(f"in>a:{port}" for port in range(4))))


def test_backward_comes_once_after_each_forward() -> None:
    net = Network.sequential([layers.Input(shape=(3,)), layers.Dense(units=4), layers.Tanh(), layers.Softmax()])
    net.forward(np.ones((2, 3)), training=True)
    net.backward(np.ones((2, 4)))
    with pytest.raises(ValueError, match="backward needs a forward"):
        net.backward(np.ones((2, 4)))


@pytest.mark.parametrize("batch", [1, 5, 64])
def test_passes_by_hand_have_the_right_gradients_with_what_layers_keep(batch: int) -> None:
    chain = [layers.Input(shape=(4,)), layers.BatchNorm(), layers.Dense(units=3), layers.BatchNorm(), layers.Tanh()]
    net = Network.sequential(chain, 0, "float64")
    rng, loss = np.random.default_rng(0), losses.MeanSquaredError()
    x, targets = rng.standard_normal((batch, 4)), rng.standard_normal((batch, 3))
    kept = net.state.vector.copy()
    _, grad = loss.value_and_grad(net.forward(x, training=True), targets)
    input_grad = net.backward(grad)
    assert not np.array_equal(net.state.vector, kept)
    twin = Network.sequential(chain, 0, "float64")

    def loss_at() -> float:
        return loss.value_and_grad(twin.forward(x, training=True), targets)[0]

    for array, ours in ((twin.parameters["batchnorm_1/gamma"], net.gradients["batchnorm_1/gamma"]), (x, input_grad)):
        flat = array.reshape(-1)
        for entry in range(min(flat.size, 8)):
            start = flat[entry]
            flat[entry] = start + 1e-5
            above = loss_at()
            flat[entry] = start - 1e-5
            below = loss_at()
            flat[entry] = start
            assert ours.reshape(-1)[entry] == pytest.approx((above - below) / 2e-5, abs=1e-8)


def test_two_layers_that_see_one_output_in_different_shapes_agree_with_larger_batches() -> None:
    nodes = {
        "in": layers.Input(shape=(4,)),
        "h": layers.Dense(units=6),
        "column": layers.Reshape(target_shape=(6, 1)),
        "each": layers.Dense(units=2),
        "flat": layers.Flatten(),
        "later": layers.Identity(),
        "last": layers.Identity(),
        "other": layers.Dense(units=3),
        "both": layers.Concatenate(),
    }
    edges = ("in>h", "h>column", "column>each", "each>flat", "flat>both:0")
    edges += ("h>later", "later>last", "last>other", "other>both:1")
    net = Network.from_graph(graph(nodes, *edges), 0, "float64")
    for name in ("each/b", "other/b"):
        net.parameters[name][...] = 1
    x = np.random.default_rng(0).standard_normal((3, 4))
    assert net.forward(x[:1])[0] == pytest.approx(net.forward(x)[0], abs=1e-12)
