"""What a layer is, in a few lines: its sentence, its formula, what becomes of shapes, an example, its settings.

The same lines stand in the palette's tool tips and beside the add menu.
"""

from __future__ import annotations

import html

from deepviz.engine.layer import Layer
from deepviz.engine.shapes import shape_text
from deepviz.gui.panels.popover import theme_in_use
from deepviz.gui.panels.values import counts, written
from deepviz.registry import Definition, Hyperparameter

WIDTH = 320
"""How wide the lines are set, in pixels."""


def tool_tip(entry: type[Definition], hint: str = "Drag it onto the canvas, or press Enter.") -> str:
    """What a definition is, as rich text.

    Parameters
    ----------
    hint
        What a person can do with it, said last; empty for nothing.
    """
    parts = [f"<div style='font-size:14px;font-weight:600'>{html.escape(entry.label)}</div>"]
    parts.append(f"<div style='margin-top:3px'>{html.escape(entry.summary())}</div>")
    formula = str(getattr(entry, "formula", "") or "")
    if formula:
        parts.append(_block("Formula", html.escape(formula)))
    rule = str(getattr(entry, "shape_rule", "") or "")
    if rule:
        parts.append(_block("Shape", "<br>".join(_kept_together(html.escape(part)) for part in rule.split("; "))))
    if example := example_of(entry):
        parts.append(_block("Example", html.escape(example)))
    shown = [each for each in entry.hyperparameters() if not each.advanced and _matters(entry, each)]
    if shown:
        lines = (f"{html.escape(each.label)}: {html.escape(_default(each))}" for each in shown)
        parts.append(_block("Settings", "<br>".join(lines)))
    if hint:
        parts.append(f"<div style='margin-top:8px'><i>{html.escape(hint)}</i></div>")
    # Only a table keeps to its width, and only a cell of it breaks lines there.
    return f"<table width='{WIDTH}' cellspacing='0' cellpadding='0'><tr><td>{''.join(parts)}</td></tr></table>"


def example_of(entry: type[Definition]) -> str:
    """What comes out of a layer of this kind for an input of some shape; empty for what is no layer."""
    if not issubclass(entry, Layer):
        return ""
    # Of the layer's own examples, one that shows a change of shape says most.
    examples = [(layer, inputs, layer.output_shape(inputs)) for layer, inputs in entry.examples()]
    layer, inputs, output = next((each for each in examples if (each[2],) != tuple(each[1])), examples[0])
    before = " and ".join(shape_text(shape) for shape in inputs) or "no input"
    chosen = [
        f"{each.label.lower()} {written(getattr(layer, each.name), each.kind).replace('_', ' ')}"
        for each in entry.hyperparameters()
        if each.required or getattr(layer, each.name) != each.default
    ]
    settings = f", with {', '.join(chosen)}" if chosen and inputs else ""
    return f"{before} → {shape_text(output)}{settings}"


def _block(title: str, text: str) -> str:
    color = theme_in_use().dim
    return f"<div style='margin-top:7px;color:{color};font-size:11px'>{title}</div><div>{text}</div>"


def _kept_together(text: str) -> str:
    """Shapes are not to be torn apart at the end of a line."""
    return text.replace(" × ", "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}")


def _matters(entry: type[Definition], hyperparameter: Hyperparameter) -> bool:
    """Whether a hyperparameter makes a difference while the others have their defaults."""
    return any(each.required for each in entry.hyperparameters()) or counts(entry(), hyperparameter.name)


def _default(hyperparameter: Hyperparameter) -> str:
    if hyperparameter.required:
        return "to be chosen"
    return written(hyperparameter.default, hyperparameter.kind).replace("_", " ") or "none"
