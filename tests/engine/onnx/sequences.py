"""Operators on sequences: recurrent ones, and attention. Our sequences have the batch axis first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from deepviz.engine import layers
from tests.engine.onnx.adapter import adapts, run
from tests.engine.onnx.cases import Case, Inexpressible

GATES = {"RNN": (0,), "LSTM": (0, 2, 3, 1), "GRU": (0, 1, 2)}
"""Where our gates lie in ONNX's weights: its LSTM has the order i, o, f, c, ours i, f, c, o."""


@adapts("RNN", "LSTM", "GRU")
def recurrent(case: Case) -> Mapping[str, np.ndarray]:
    x, batch_first = case.numbers("X"), case.attribute("layout") == 1
    x = x if batch_first else x.swapaxes(0, 1)
    direction, units = case.attribute("direction"), case.attribute("hidden_size")
    settings = {"units": units, "use_bias": "B" in case.inputs, "bidirectional": direction == "bidirectional"}
    if case.op_type == "GRU":
        settings["reset_after"] = case.attribute("linear_before_reset") == 1
    elif case.op_type == "RNN":
        case.needs(activations=[b"Tanh", b"Tanh"])

    weights = {}
    for number, ending in enumerate(["", "_backward"][: len(case.numbers("W"))]):
        weights["W" + ending] = ours(case, case.numbers("W")[number])
        weights["U" + ending] = ours(case, case.numbers("R")[number])
        if "B" in case.inputs:
            # For inputs and for previous outputs; unless the GRU resets in between, only their sum counts.
            biases = np.stack([ours(case, part) for part in np.split(case.numbers("B")[number], 2)])
            weights["b" + ending] = biases if settings.get("reset_after") else biases.sum(axis=0)

    # A layer of ours that reads from the end belongs to one that reads from the start; alone, it gets the reverse.
    x = x[:, ::-1] if direction == "reverse" else x
    layer = layers.registry["SimpleRNN" if case.op_type == "RNN" else case.op_type]
    given = {}
    if "Y" in case.outputs:
        h = run(layer(**settings, return_sequences=True), [x], weights)
        h = h[:, ::-1] if direction == "reverse" else h
        h = h.reshape(*h.shape[:2], -1, units)  # (batch, steps, directions, units)
        given["Y"] = h if batch_first else h.transpose(1, 2, 0, 3)
    last = run(layer(**settings), [x], weights)
    last = last.reshape(len(last), -1, units)
    return given | {"Y_h": last if batch_first else last.swapaxes(0, 1)}


def ours(case: Case, weights: np.ndarray) -> np.ndarray:
    """Weights of all gates, one below the other in ONNX, in our order and side by side; or biases in our order."""
    gates = np.split(weights, len(GATES[case.op_type]))
    return np.concatenate([gates[gate] for gate in GATES[case.op_type]]).T


@adapts("Attention")
def attention(case: Case) -> np.ndarray:
    # ONNX's has no weights. Ours get such that each head reads its own part of the inputs as it is; where there are
    # fewer heads of keys and values than of queries, several read the same part.
    q, k, v = (case.numbers(name) for name in "QKV")
    case.needs(softcap=0.0)
    for side in ("left_window_size", "right_window_size"):
        if case.attribute(side) not in (None, -1):
            raise Inexpressible("only steps nearby are attended to")
    four_axes = q.ndim == 4  # with an axis for the heads
    heads, sources = (q.shape[1], k.shape[1]) if four_axes else map(case.attribute, ("q_num_heads", "kv_num_heads"))
    if four_axes:
        q, k, v = (x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1) for x in (q, k, v))
    key_dim, value_dim = q.shape[2] // heads, v.shape[2] // sources
    scale = case.attribute("scale") or key_dim**-0.5

    # Our output is as wide as the queries. Where it needs more, the queries get zeros, and nobody reads them.
    width = max(q.shape[2], heads * value_dim)
    weights = {
        "W_query": np.zeros((width, heads, key_dim)),
        "W_key": np.zeros((k.shape[2], heads, key_dim)),
        "W_value": np.zeros((v.shape[2], heads, value_dim)),
        "W_output": np.zeros((heads, value_dim, width)),
    }
    for head in range(heads):
        source = head * sources // heads
        weights["W_query"][head * key_dim :, head][:key_dim] = np.eye(key_dim) * scale * key_dim**0.5
        weights["W_key"][source * key_dim :, head][:key_dim] = np.eye(key_dim)
        weights["W_value"][source * value_dim :, head][:value_dim] = np.eye(value_dim)
        weights["W_output"][head, :, head * value_dim :][:, :value_dim] = np.eye(value_dim)
    q = np.pad(q, ((0, 0), (0, 0), (0, width - q.shape[2])))
    layer = layers.MultiHeadAttention(
        num_heads=heads, key_dim=key_dim, value_dim=value_dim, causal=bool(case.attribute("is_causal")), use_bias=False
    )
    y = run(layer, [q, v, k], weights)[:, :, : heads * value_dim]
    return y.reshape(*y.shape[:2], heads, value_dim).swapaxes(1, 2) if four_axes else y
