"""From a node of ONNX to a layer of ours: which layer it is, and how arrays have to lie for it.

An adapter moves axes, reorders weights and scales them by constants, where that makes no difference to what is
computed. It never does a part of the operator's work: what a layer does not do raises `Inexpressible`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from pydantic import ValidationError

from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.shapes import ShapeError
from tests.engine.onnx.cases import Case, Inexpressible

FAMILIES = ("activations", "merges", "images", "normalization", "sequences", "losses")
"""The modules beside this one that hold the adapters."""

Result = np.ndarray | Mapping[str, np.ndarray]
Adapter = Callable[[Case], Result]

_ADAPTERS: dict[str, Adapter] = {}


def adapts(*op_types: str) -> Callable[[Adapter], Adapter]:
    """Name the operators that a function is the adapter of."""

    def note(adapter: Adapter) -> Adapter:
        _ADAPTERS.update(dict.fromkeys(op_types, adapter))
        return adapter

    return note


@cache
def adapters() -> Mapping[str, Adapter]:
    """The adapter of each operator that our layers cover."""
    for family in FAMILIES:
        importlib.import_module(f"tests.engine.onnx.{family}")
    return _ADAPTERS


def computed(case: Case) -> Mapping[str, np.ndarray]:
    """The outputs of a case as our layer computes them, by the standard's names, as far as the layer gives them.

    Raises
    ------
    Inexpressible
        If the case asks for something that the layer does not do.
    """
    case = case.again()
    try:
        result = adapters()[case.op_type](case)
    except (ShapeError, ValidationError) as error:  # the layer itself says no
        raise Inexpressible(str(error)) from error
    if case.overlooked():
        raise Inexpressible(f"no layer has {', '.join(case.overlooked())}")
    return result if isinstance(result, Mapping) else {next(iter(case.outputs)): result}


def run(
    layer: Layer, inputs: Sequence[np.ndarray], weights: Mapping[str, Any] | None = None, training: bool = False
) -> np.ndarray:
    """Output of a layer for inputs whose first axis is the batch."""
    return start(layer, inputs, weights, training).output.copy()


def start(
    layer: Layer, inputs: Sequence[np.ndarray], weights: Mapping[str, Any] | None = None, training: bool = False
) -> LayerRun:
    """Run a layer forward, and hand over its arrays.

    Parameters
    ----------
    layer
        The layer.
    inputs
        Arrays of one type, with the batch axis first.
    weights
        Parameters and kept arrays by name, with the layer's own shapes.
    training
        Whether layers that behave differently while training do so.
    """
    dtype = inputs[0].dtype
    if not layer.minimum_inputs <= len(inputs) <= (layer.maximum_inputs or len(inputs)):
        raise Inexpressible(f"{layer.label} does not take {len(inputs)} inputs")
    shapes = [x.shape[1:] for x in inputs]
    layer_run = LayerRun(layer, shapes, len(inputs[0]), dtype.name, training)
    for array, values in zip(layer_run.inputs, inputs, strict=True):
        array[...] = values
    places = layer_run.parameters | layer_run.state
    assert set(places) == set(weights or {})
    for name, values in (weights or {}).items():
        assert places[name].shape == np.shape(values), (name, places[name].shape, np.shape(values))
        places[name][...] = values
    layer_run.forward()
    assert layer_run.output.shape == (len(inputs[0]), *layer.output_shape(shapes))
    return layer_run


def batched(x: np.ndarray) -> np.ndarray:
    """An array with a batch axis: a single row becomes a batch of one."""
    return x[None] if x.ndim < 2 else x


def channels_last(x: np.ndarray) -> np.ndarray:
    """From ONNX's (batch, channels, ...) to our (batch, ..., channels)."""
    return np.moveaxis(x, 1, -1)


def channels_first(x: np.ndarray) -> np.ndarray:
    """From our (batch, ..., channels) to ONNX's (batch, channels, ...)."""
    return np.moveaxis(x, -1, 1)
