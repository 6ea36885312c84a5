"""Reads the shape rules of layers as a person would, so that tests can hold them against what layers really do.

A rule that this cannot read, or that says something else than `output_shape`, fails its test.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Mapping, Sequence

from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape

_SIGNS = {"×": "*", "·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "′": "_out", " mod ": " % "}
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "max": max}


def promised(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    """The shape that a layer's rule says comes out.

    Raises
    ------
    ValueError
        If the rule does not cover this layer and these inputs, or cannot be read.
    """
    parts = layer.shape_rule.split("; ")
    if getattr(layer, "return_sequences", False):
        parts = [part.removeprefix("return sequences: ") for part in parts[1:]]
    for part in parts:
        if " → " in part and ": " not in part:
            found = _by_head(layer, part, parts, inputs)
            if found is not None:
                twice = "bidirectional: twice the units" in parts and getattr(layer, "bidirectional", False)
                return (*found[:-1], 2 * found[-1]) if twice else found
    raise ValueError(f"{layer.shape_rule!r} does not say what becomes of {inputs}.")


def _by_head(layer: Layer, head: str, parts: Sequence[str], inputs: Sequence[Shape]) -> Shape | None:
    before, after = head.split(" → ")
    first = inputs[0] if inputs else ()
    in_words: dict[tuple[str, str], Shape] = {
        ("any shape", "the same shape"): first,
        ("any shape", "n"): (math.prod(first),),
        ("inputs of one shape", "that shape"): first,
        ("… × c", "c"): first[-1:],
        ("… × c", "… × c"): first,
        ("no input", "shape"): getattr(layer, "shape", ()),
    }
    if (before, after) in in_words:
        fits = {"… × c": len(first) >= 2, "no input": not inputs, "inputs of one shape": len(set(inputs)) == 1}
        return in_words[before, after] if fits.get(before, len(inputs) == 1) else None
    if after == "the last lengths added up":
        return (*first[:-1], sum(shape[-1] for shape in inputs)) if len({s[:-1] for s in inputs}) == 1 else None
    if after == "the same lengths in the order of dims":
        return tuple(first[axis - 1] for axis in layer.dims)  # type: ignore[attr-defined]
    if after == "target shape":
        target: Shape = layer.target_shape  # type: ignore[attr-defined]
        left = math.prod(first) // math.prod(length for length in target if length != -1)
        return tuple(left if length == -1 else length for length in target)
    names = before.split(" × ")
    if len(names) != len(first):
        return None
    known = dict(zip(names, first, strict=True))
    return tuple(_length(layer, part, axis, known, parts) for axis, part in enumerate(after.split(" × ")))


def _length(layer: Layer, text: str, axis: int, known: Mapping[str, int], parts: Sequence[str]) -> int:
    """One length of the output. What holds for h holds for w alike, with the settings of that axis."""
    settings = _settings(layer, axis) | known
    if not text.endswith("′"):
        return _value(text, settings)
    reach = next((part for part in parts if part.startswith("reach = ")), "")
    if reach:
        settings["reach"] = _value(reach.removeprefix("reach = "), settings)
    cases = [_without_label(part) for part in parts if "′ = " in part]
    label, equation = next(case for case in reversed(cases) if case[0] <= _case(layer))
    length = list(known.values())[axis]
    settings |= dict.fromkeys(("h", "w", "steps"), length)
    if "zeros" in equation:
        settings["zeros"] = _zeros(layer, axis, length, settings)
    own: tuple[int, ...] = layer.explicit_padding if "explicit" in _case(layer) else ()  # type: ignore[attr-defined]
    settings |= dict.fromkeys(("padding", "cropped"), sum(own[2 * axis : 2 * axis + 2]))
    if "with p" in label and "p = output padding" in parts:
        settings["p"] = layer.output_padding[axis]  # type: ignore[attr-defined]
    return _value(equation.split("′ = ")[1], settings)


def _without_label(part: str) -> tuple[frozenset[str], str]:
    label, _, equation = part.rpartition(": ")
    return frozenset(label.split(", ")) - {""}, equation


def _case(layer: Layer) -> frozenset[str]:
    padding = {"with p"} if getattr(layer, "output_padding", None) else set()
    return frozenset(padding | ({layer.padding} if getattr(layer, "padding", "") in ("same", "explicit") else set()))


def _settings(layer: Layer, axis: int) -> dict[str, int]:
    """Hyperparameters by the names that rules use; of those with a value for each axis, that of this one."""
    names = {"kernel": "kernel_size", "window": "pool_size", "stride": "strides", "dilation": "dilation_rate"}
    values = {name.replace("_", " "): getattr(layer, name) for name in type(layer).model_fields}
    values |= {name: getattr(layer, field) for name, field in names.items() if hasattr(layer, field)}
    if "stride" in values and values["stride"] is None:
        values["stride"] = values["window"]
    if type(layer).key == "ZeroPad2D":
        values |= dict(zip(("top", "bottom", "left", "right"), values["padding"], strict=True))
    kept = {
        name: value[axis] if isinstance(value, tuple) and axis < len(value) else value for name, value in values.items()
    }
    return {name: value for name, value in kept.items() if isinstance(value, int)}


def _zeros(layer: Layer, axis: int, length: int, settings: Mapping[str, int]) -> int:
    padding = layer.padding  # type: ignore[attr-defined]
    if padding == "same":
        stops = math.ceil(length / settings["stride"])
        return max((stops - 1) * settings["stride"] + settings["reach"] - length, 0)
    if padding == "causal":
        return settings["reach"] - 1
    explicit: tuple[int, ...] = layer.explicit_padding  # type: ignore[attr-defined]
    return sum(explicit[2 * axis : 2 * axis + 2]) if padding == "explicit" else 0


def _value(text: str, settings: Mapping[str, int]) -> int:
    for name in sorted(settings, key=len, reverse=True):
        text = text.replace(name, name.replace(" ", "_"))
    for sign, meaning in _SIGNS.items():
        text = text.replace(sign, meaning)
    known = {name.replace(" ", "_"): value for name, value in settings.items()}
    value = _walked(ast.parse(text.strip(), mode="eval").body, known)
    assert value == int(value), f"{text} gives {value}"
    return int(value)


def _walked(node: ast.expr, known: Mapping[str, int]) -> float:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.BinOp(left=left, op=sign, right=right):
            return float(_OPERATIONS[type(sign)](_walked(left, known), _walked(right, known)))
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
            return float(_FUNCTIONS[name](*(_walked(argument, known) for argument in arguments)))
    raise ValueError(f"A shape rule says {ast.unparse(node)}, and nobody knows what that is.")
