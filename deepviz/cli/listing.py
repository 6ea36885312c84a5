"""Lists for people and as JSON, made from the definitions themselves."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

from deepviz.registry import Definition, Hyperparameter


def described(kinds: Sequence[type[Definition]]) -> list[dict[str, Any]]:
    """Each definition with its hyperparameters, as JSON values."""
    found = []
    for kind in kinds:
        formula = getattr(kind, "formula", "")
        found.append(
            {
                "key": kind.key,
                "label": kind.label,
                "category": kind.category,
                "summary": kind.summary(),
                **({"formula": formula} if formula else {}),
                "hyperparameters": [_hyperparameter(each) for each in kind.hyperparameters()],
            }
        )
    return found


def show(kinds: Sequence[type[Definition]]) -> None:
    """Print definitions for people, by category."""
    width = max(len(kind.key) for kind in kinds)
    for category in dict.fromkeys(kind.category for kind in kinds):
        print(category)
        for kind in kinds:
            if kind.category == category:
                _print_wrapped(f"  {kind.key:<{width}}  ", kind.summary())
                for each in kind.hyperparameters():
                    _print_wrapped(f"  {'':<{width}}    ", f"{each.name} = {json.dumps(each.default)}: {each.help}")


def _hyperparameter(each: Hyperparameter) -> dict[str, Any]:
    optional = {
        "unit": each.unit,
        "minimum": each.minimum,
        "maximum": each.maximum,
        "choices": list(each.choices),
        "optional": each.optional or None,
        "advanced": each.advanced or None,
    }
    return {
        "name": each.name,
        "label": each.label,
        "kind": each.kind,
        "default": each.default,
        "help": each.help,
        **{name: value for name, value in optional.items() if value not in ("", None, [])},
    }


def _print_wrapped(start: str, text: str) -> None:
    """Print a text after the start of its line, in as many lines as the terminal is narrow."""
    columns = max(shutil.get_terminal_size((120, 24)).columns, len(start) + 40)
    print(textwrap.fill(text, columns, initial_indent=start, subsequent_indent=" " * (len(start) + 2)))
