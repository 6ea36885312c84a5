"""The tape: what is dropped, what shares memory, and that neither ever changes a number."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.engine import Network, losses, ops
from deepviz.engine.graph import Graph
from deepviz.engine.tape import SMALL, CompiledTape, Tape, Tensor
from tests.engine.graphs import random_graphs, skip_graph

FLOAT64 = np.dtype(np.float64)


def tape_of(network: Network, batch: int, share: bool) -> tuple[CompiledTape, np.ndarray, list[Tensor]]:
    """Forward, loss and backward of a network on one tape, its data array, and what was kept: output and gradients."""
    tape = Tape(network.dtype, training=True)
    x, targets = tape.input((batch, *network.input_shape)), tape.input((batch, *network.output_shape))
    forward = network.record_forward(tape, x)
    tape.phase = "loss"
    value, output_grad = losses.MeanSquaredError().record(tape, forward.output, targets)
    backward = forward.record_backward(output_grad)
    kept = [forward.output, value, backward.input_grad]
    return tape.compile(kept, share=share), x.array(), kept


def numbers_of(graph: Graph, share: bool, batch: int = 4) -> tuple[list[np.ndarray], int]:
    network = Network.from_graph(graph, seed=1)
    compiled, x, kept = tape_of(network, batch, share)
    x[...] = np.random.default_rng(2).standard_normal(x.shape)
    compiled.replay()
    compiled.replay()
    return [*(compiled[tensor].copy() for tensor in kept), network.gradients.vector.copy()], compiled.nbytes


@given(random_graphs())
@settings(max_examples=150, deadline=None)
def test_sharing_memory_changes_no_bit(graph: Graph) -> None:
    shared, nbytes = numbers_of(graph, share=True)
    apart, nbytes_apart = numbers_of(graph, share=False)
    assert all(np.array_equal(a, b) for a, b in zip(shared, apart, strict=True))
    assert nbytes <= nbytes_apart


@given(random_graphs())
@settings(max_examples=50, deadline=None)
def test_without_sharing_every_result_has_memory_of_its_own(graph: Graph) -> None:
    compiled, _, _ = tape_of(Network.from_graph(graph), 4, share=False)
    written = [record.write.storage for record in compiled.records if record.write is not None]
    starts = sorted({(s.array.__array_interface__["data"][0], s.nbytes) for s in written if s.array is not None})
    assert all(start + nbytes <= after for (start, nbytes), (after, _) in pairwise(starts))


def test_a_skip_connection_forbids_what_a_chain_allows() -> None:
    # y = tanh(x) may overwrite x in a chain, but not if x is added to it afterwards.
    for skips in (False, True):
        tape = Tape(FLOAT64)
        x = tape.multiply(tape.input((2, 3)), 1.0)
        y = tape.unary(np.tanh, x)
        z = tape.add(y, x if skips else 1.0)
        tape.compile([z])
        assert np.shares_memory(x.array(), y.array()) is not skips


def test_chains_work_in_place() -> None:
    tape = Tape(FLOAT64)
    x = tape.input((10, 10))
    y = x
    for _ in range(20):
        y = tape.unary(np.tanh, y)
    compiled = tape.compile([y])
    assert compiled.nbytes == 832, "one array of 800 bytes, rounded up to a cache line"
    x.array()[...] = 0.5
    compiled.replay()
    assert (x.array() == 0.5).all(), "what comes from outside is never overwritten"


def test_in_place_calls_get_one_object() -> None:
    # NumPy is several times slower where argument and result are two objects over the same numbers.
    tape = Tape(FLOAT64)
    y = tape.unary(np.tanh, tape.unary(np.tanh, tape.input((4, 4))))
    _, (function, (argument, result)) = tape.compile([y]).calls
    assert function is np.tanh
    assert argument is result


def test_what_nobody_reads_is_dropped() -> None:
    tape = Tape(FLOAT64)
    x = tape.input((2, 3))
    unread = tape.unary(np.tanh, tape.unary(np.exp, x))
    wanted = tape.unary(np.sqrt, x)
    compiled = tape.compile([wanted])
    assert [record.function for record in compiled.records] == [np.sqrt]
    assert [record.function for record in tape.compile([wanted, unread]).records] == [np.exp, np.tanh, np.sqrt]


def test_what_is_written_outside_or_only_run_is_never_dropped() -> None:
    tape, seen = Tape(FLOAT64), []
    x, outside = tape.input((3,)), np.zeros(3)
    tape.unary(np.negative, x, out=tape.external(outside))
    tape.run(lambda array: seen.append(array.copy()), tape.unary(np.exp, x))
    tape.compile().replay()
    assert np.array_equal(outside, [0, 0, 0])
    assert np.array_equal(seen, [[1, 1, 1]])


def test_no_gradient_of_the_data_is_computed_unless_someone_keeps_it() -> None:
    network = Network.from_graph(skip_graph())
    tape = Tape(network.dtype, training=True)
    forward = network.record_forward(tape, tape.input((4, 3)))
    forward.record_backward(tape.input((4, 2)))
    nodes = [record.node for record in tape.compile([forward.output]).records if record.phase == "backward"]
    assert "right" not in nodes, "the tanh has nothing before it that learns"
    assert {"output", "relu", "left"} <= set(nodes)


def test_calls_know_their_node_and_phase() -> None:
    network = Network.from_graph(skip_graph())
    compiled, _, _ = tape_of(network, 4, share=True)
    seen = [(record.phase, record.node) for record in compiled.records]
    phases = [phase for phase, _ in seen]
    assert phases == sorted(phases, key=["forward", "loss", "backward"].index)
    assert {node for phase, node in seen if phase == "forward"} == {"left", "relu", "right", "add", "output"}
    assert len(compiled.part("forward")) + len(compiled.part("loss", "backward")) == len(compiled.calls)


@given(
    st.sampled_from(["add", "subtract", "multiply", "divide"]),
    st.integers(1, 70),
    st.integers(1, 70),
    st.sampled_from(["number", "one", "row", "matrix of one row", "column", "matrix"]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_broadcasting_is_numpys(operation: str, rows: int, columns: int, form: str, swapped: bool) -> None:
    shapes = {"one": (1,), "row": (columns,), "matrix of one row": (1, columns), "column": (rows, 1)}
    rng, tape = np.random.default_rng(rows * columns), Tape(FLOAT64)
    a = rng.standard_normal((rows, columns))
    b = rng.uniform(1, 2, shapes.get(form, (rows, columns)))
    first, second = tape.external(a), 1.5 if form == "number" else tape.external(b)
    result = getattr(tape, operation)(*((second, first) if swapped else (first, second)))
    tape.compile([result]).replay()
    other = 1.5 if form == "number" else b
    wanted = getattr(np, operation)(*((other, a) if swapped else (a, other)))
    assert np.array_equal(result.array(), wanted)


def test_rows_and_columns_are_laid_out_only_where_that_is_faster() -> None:
    for rows, calls in ((SMALL // 16, 2), (SMALL // 16 + 1, 1)):
        for small in ((16,), (rows, 1)):
            tape = Tape(FLOAT64)
            y = tape.add(tape.input((rows, 16)), tape.input(small))
            assert len(tape.compile([y]).calls) == calls


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 3), (40, 32), (40, 33), (3, 200)])
def test_row_maxima_and_sums(rows: int, columns: int) -> None:
    tape, x = Tape(FLOAT64), np.random.default_rng(0).standard_normal((rows, columns)) - 5
    tensor = tape.external(x)
    highest, sums = ops.row_maximum(tape, tensor), ops.row_sums(tape, tensor)
    squares, totals = ops.squared_norm(tape, tensor), tape.column_sums(tensor)
    tape.compile([highest, sums, squares, totals]).replay()
    assert np.array_equal(highest.array(), x.max(axis=1, keepdims=True))
    assert sums.array() == pytest.approx(x.sum(axis=1, keepdims=True), rel=1e-13)
    assert squares.array() == pytest.approx((x**2).sum(), rel=1e-13)
    assert totals.array() == pytest.approx(x.sum(axis=0), rel=1e-13)


def test_a_transposed_tensor_cannot_be_reshaped_by_mistake() -> None:
    tensor = Tape(FLOAT64).input((2, 3))
    assert tensor.T.shape == (3, 2)
    assert tensor.T.T.shape == (2, 3)
    with pytest.raises(ValueError, match="takes a copy"):
        tensor.T.reshape(-1)
    assert tensor.reshape(3, -1).T.shape == (2, 3)
    assert Tape(FLOAT64).input((5, 1)).T.reshape(-1).shape == (5,)


def test_constants_cannot_be_written_to_and_are_made_once() -> None:
    tape = Tape(FLOAT64)
    assert tape.constant(2.0, (3,)).storage is tape.constant(2.0, (4, 5)).storage
    two = tape.constant(2.0, (4, 5))
    tape.compile()
    assert np.array_equal(two.array(), np.full((4, 5), 2.0))
    with pytest.raises(ValueError, match="read-only"):
        two.array()[0] = 1.0


def test_a_result_must_fit_where_it_goes() -> None:
    tape = Tape(FLOAT64)
    with pytest.raises(ValueError, match=r"shape \(2, 3\) cannot be written to a tensor of shape \(3, 2\)"):
        tape.add(tape.input((2, 3)), 1.0, out=tape.input((3, 2)))


def test_the_first_call_that_is_not_finite_is_found() -> None:
    tape = Tape(FLOAT64)
    x = tape.input((2,))
    for number, function in enumerate((np.negative, np.log, np.exp)):
        tape.node = f"node_{number}"
        x = tape.unary(function, x)
    compiled = tape.compile([x])
    with np.errstate(all="ignore"):
        record = compiled.first_non_finite(("forward",))
        assert record is not None
        assert (record.node, record.function) == ("node_1", np.log)
        assert compiled.first_non_finite(("backward",)) is None
