"""Operators that combine arrays, multiply them by weights or only change their shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from deepviz.engine import layers
from deepviz.engine.layer import Layer
from tests.engine.onnx.adapter import adapts, batched, run
from tests.engine.onnx.cases import Case, Inexpressible

MERGES: dict[str, Callable[[], Layer]] = {
    "Add": lambda: layers.Add(),
    "Sub": lambda: layers.Subtract(),
    "Mul": lambda: layers.Multiply(),
    "Sum": lambda: layers.Add(),
    "Mean": lambda: layers.Average(),
    "Max": lambda: layers.Maximum(),
}


@adapts(*MERGES)
def merge(case: Case) -> np.ndarray:
    inputs = case.all_numbers()
    if any(x.shape != inputs[0].shape for x in inputs):
        raise Inexpressible("inputs of several shapes")
    return run(MERGES[case.op_type](), [batched(x) for x in inputs]).reshape(inputs[0].shape)


@adapts("Concat")
def concatenate(case: Case) -> np.ndarray:
    inputs, axis = case.all_numbers(), case.attribute("axis")
    y = run(layers.Concatenate(), [np.moveaxis(x, axis, -1)[None] for x in inputs])
    return np.moveaxis(y[0], -1, axis)


@adapts("MatMul")
def matrix_product(case: Case) -> np.ndarray:
    # What is on the right are weights: one matrix for all rows on the left.
    x, W = case.numbers("A"), case.numbers("B")
    if W.ndim > 2:
        raise Inexpressible("a stack of matrices on the right")
    columns = W.reshape(len(W), -1)
    y = run(layers.Dense(units=columns.shape[1], use_bias=False), [x.reshape(-1, x.shape[-1])], {"W": columns})
    return y.reshape((*x.shape[:-1], *W.shape[1:]))


@adapts("Gemm")
def general_matrix_product(case: Case) -> np.ndarray:
    x = case.numbers("A").T if case.attribute("transA") else case.numbers("A")
    W = case.numbers("B").T if case.attribute("transB") else case.numbers("B")
    weights = {"W": case.attribute("alpha") * W}
    if "C" in case.inputs:
        bias = case.attribute("beta") * case.numbers("C")
        if bias.ndim == 2 and len(bias) > 1:
            raise Inexpressible("a bias of its own for each sample")
        weights["b"] = np.broadcast_to(bias.reshape(-1), W.shape[1])
    return run(layers.Dense(units=W.shape[1], use_bias="C" in case.inputs), [x], weights)


@adapts("Gather")
def embedding(case: Case) -> np.ndarray:
    # What lies along the axis is a table of vectors, to be looked up by number.
    table, indices, axis = case.numbers("data"), case.raw("indices"), case.attribute("axis")
    if (indices < 0).any():
        raise Inexpressible("numbers that count from the end")
    rows = np.moveaxis(table, axis, 0)
    layer = layers.Embedding(input_dim=len(rows), output_dim=rows[0].size)
    wanted = indices.reshape(1, -1).astype(table.dtype)
    y = run(layer, [wanted], {"embeddings": rows.reshape(len(rows), -1)})
    others = tuple(range(indices.ndim, indices.ndim + rows.ndim - 1))
    y = y.reshape(indices.shape + rows.shape[1:])
    return y.transpose((*others[:axis], *range(indices.ndim), *others[axis:]))


@adapts("Flatten")
def flatten(case: Case) -> np.ndarray:
    # The axes before `axis` are the batch's.
    x = case.numbers("input")
    axis = case.attribute("axis") % x.ndim
    return run(layers.Flatten(), [x.reshape(-1, *x.shape[axis:])])


def in_shape(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An array in another shape; the whole array is one sample if its first axis changes, too."""
    if len(shape) > 1 and shape[0] == len(x):
        return run(layers.Reshape(target_shape=shape[1:]), [x])
    return run(layers.Reshape(target_shape=shape), [x[None]])[0]


@adapts("Reshape")
def reshape(case: Case) -> np.ndarray:
    # A length of 0 means that of the input.
    x, wanted = case.numbers("data"), case.raw("shape").tolist()
    case.needs(allowzero=0)
    return in_shape(x, tuple(x.shape[axis] if length == 0 else length for axis, length in enumerate(wanted)))


@adapts("Squeeze", "Unsqueeze")
def axes_of_length_one(case: Case) -> np.ndarray:
    x, axes = case.numbers("data"), tuple(case.raw("axes").tolist())
    return in_shape(x, (np.squeeze if case.op_type == "Squeeze" else np.expand_dims)(x, axes).shape)


@adapts("Transpose")
def permute(case: Case) -> np.ndarray:
    x = case.numbers("data")
    order = case.attribute("perm") or range(x.ndim)[::-1]
    return run(layers.Permute(dims=tuple(axis + 1 for axis in order)), [x[None]])[0]
