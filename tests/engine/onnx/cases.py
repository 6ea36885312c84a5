"""The node tests of the `onnx` package: one operator each, with inputs and the outputs that it should give.

The package builds them in memory, from its own NumPy code: no files, no network, and nothing but NumPy is needed.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import onnx


class Inexpressible(Exception):  # noqa: N818 (not an error: it says that a case asks for what no layer has)
    """A case asks for something that none of our layers does."""


@dataclass
class Case:
    """One node with its arrays. It notes what has been asked for, so that nothing is overlooked.

    Attributes
    ----------
    name
        As in the `onnx` package, without ``test_``.
    op_type
        The operator.
    attributes, defaults
        What the node sets, and what the standard says where it sets nothing.
    inputs, outputs
        Arrays by the names that the standard gives them (``X``, ``W``, ...); one of many is ``data_0#2``.
    rtol, atol
        How far off an output may be.
    asked
        Attributes and inputs that were read.
    """

    name: str
    op_type: str
    attributes: Mapping[str, Any]
    defaults: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    rtol: float
    atol: float
    asked: set[str] = field(default_factory=set)

    def attribute(self, name: str) -> Any:
        """An attribute; None if it is not set and has no default."""
        self.asked.add(name)
        value = self.attributes.get(name, self.defaults.get(name))
        return value.decode() if isinstance(value, bytes) else value

    def needs(self, **values: Any) -> None:
        """Go on only if attributes have the one value that a layer can express."""
        for name, wanted in values.items():
            if self.attribute(name) != wanted:
                raise Inexpressible(f"{name} is {self.attribute(name)!r}, not {wanted!r}")

    def numbers(self, name: str) -> np.ndarray:
        """An input that layers compute with: float32 or float64."""
        array = self.raw(name)
        if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
            raise Inexpressible(f"{name} is {getattr(array, 'dtype', type(array).__name__)}, not float32 or float64")
        if array.size == 0:
            raise Inexpressible(f"{name} is empty")
        return array

    def all_numbers(self) -> list[np.ndarray]:
        """The inputs of an operator that takes any number of them."""
        return [self.numbers(name) for name in self.inputs]

    def raw(self, name: str) -> Any:
        """An input of any type; None if it is left out."""
        self.asked.add(name)
        value = self.inputs.get(name)
        return np.asarray(value) if isinstance(value, np.generic) else value

    def overlooked(self) -> Collection[str]:
        """Attributes that are set and inputs that are given, but were not read."""
        return sorted({*self.attributes, *self.inputs} - self.asked)

    def again(self) -> Case:
        """The same case with nothing read yet."""
        return Case(**{**self.__dict__, "asked": set()})


@cache
def node_cases() -> Mapping[str, Case]:
    """All cases of a single operator, by name; made once, in three seconds.

    Left out are those that end in ``_expanded``: the same arrays again for the same operator, written out as a graph of
    smaller ones. They test how graphs are run, not the operator.
    """
    random_state = np.random.get_state()  # the package seeds NumPy's global generator again and again
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero on purpose, here and there
        from onnx.backend.test.case.node import collect_testcases

        found = collect_testcases()
    np.random.set_state(random_state)
    return {
        case.name.removeprefix("test_"): _case(case)
        for case in found
        if len(case.model.graph.node) == 1 and "_expanded" not in case.name
    }


def _case(source: Any) -> Case:
    node = source.model.graph.node[0]
    versions = {opset.domain: opset.version for opset in source.model.opset_import}
    schema = onnx.defs.get_schema(node.op_type, versions[node.domain], node.domain)
    inputs, outputs = source.data_sets[0]
    return Case(
        name=source.name.removeprefix("test_"),
        op_type=node.op_type,
        attributes={item.name: onnx.helper.get_attribute_value(item) for item in node.attribute},
        defaults={
            name: onnx.helper.get_attribute_value(attribute.default_value)
            for name, attribute in schema.attributes.items()
            if attribute.default_value.type
        },
        inputs=_named(schema.inputs, node.input, inputs),
        outputs=_named(schema.outputs, node.output, outputs),
        rtol=source.rtol,
        atol=source.atol,
    )


def _named(formal: Any, actual: Any, arrays: Any) -> dict[str, Any]:
    """Arrays by the standard's names; arrays are given only for those that are not left out."""
    places = [place for place, name in enumerate(actual) if name]
    # The last name stands for all that follow, if the operator takes any number of them.
    names = [formal[place].name if place < len(formal) else f"{formal[-1].name}#{place}" for place in places]
    return dict(zip(names, arrays, strict=True))
