"""The engine can be read in the order that its package names: no file builds on one that comes later."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import deepviz.engine

FOLDER = Path(deepviz.engine.__file__).parent
PACKAGE = "deepviz.engine"


def reading_order() -> list[str]:
    """The files that the package's text names, such as ``layers/dense``, in the order of the list."""
    text = (deepviz.engine.__doc__ or "").partition("in this order")[2]
    names = dict.fromkeys(re.findall(r"`([a-z0-9_/]+)`", text))
    return [name for name in names if (FOLDER / f"{name}.py").is_file()]


def imported(tree: ast.AST) -> Iterator[str]:
    """The files of the engine that are imported when a file is run, not only while its types are checked."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            module = (node.module or "").removeprefix(PACKAGE).lstrip(".").replace(".", "/")
            yield module
            yield from (f"{module}/{alias.name}".lstrip("/") for alias in node.names)
        yield from imported(node)


def test_every_file_is_named() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files <= set(reading_order())


def test_no_file_builds_on_a_later_one() -> None:
    order = reading_order()
    late = [
        (name, other)
        for place, name in enumerate(order)
        for other in imported(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")))
        if other in order[place + 1 :]
    ]
    assert not late
