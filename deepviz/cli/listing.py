"""Lists for people and as JSON, made from the definitions themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from deepviz.registry import Definition


def described(kinds: Sequence[type[Definition]]) -> list[dict[str, Any]]:
    """Each definition with its hyperparameters, as JSON values."""
    return [
        {
            "key": kind.key,
            "label": kind.label,
            "category": kind.category,
            "summary": kind.summary(),
            **({"formula": formula} if (formula := getattr(kind, "formula", "")) else {}),
            "hyperparameters": [
                {
                    "name": each.name,
                    "kind": each.kind,
                    "default": each.default,
                    "help": each.help,
                    **({"minimum": each.minimum} if each.minimum is not None else {}),
                    **({"maximum": each.maximum} if each.maximum is not None else {}),
                    **({"choices": list(each.choices)} if each.choices else {}),
                }
                for each in kind.hyperparameters()
            ],
        }
        for kind in kinds
    ]


def show(name: str, kinds: Sequence[type[Definition]], as_json: bool) -> None:
    """Print a list of definitions under a name."""
    if as_json:
        print(json.dumps({name: described(kinds)}))
        return
    width = max(len(kind.key) for kind in kinds)
    for kind in kinds:
        print(f"{kind.key:<{width}}  {kind.summary()}")
        for each in kind.hyperparameters():
            print(f"{'':<{width}}    {each.name} = {json.dumps(each.default)}  {each.help}")
