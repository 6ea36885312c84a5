"""A network that the machine cannot hold is refused in words at its largest layer."""

from __future__ import annotations

import pytest

from deepviz.document import edits, memory
from deepviz.document.memory import machine_memory, too_large
from deepviz.document.project import Project
from deepviz.document.shapes import check


def test_what_is_needed_is_sixteen_bytes_a_parameter() -> None:
    counts = {"dense_1": 600, "relu_1": 0, "dense_2": 400, "unknown": None}
    assert too_large(counts, 20_000) is None
    found = too_large(counts, 19_999)
    assert found is not None
    assert found[0] == "dense_1"
    assert "600 parameters" in found[1]
    assert too_large(counts, None) is None


def test_the_check_tells_it_at_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project()
    for key in ("Input", "Dense", "SoftmaxCrossEntropy"):
        project = edits.append(project, edits.new_layer(key))
    assert check(project).problems == ()
    monkeypatch.setattr(memory, "machine_memory", lambda: 100)
    (problem,) = check(project).problems
    assert problem.where == "dense_1"
    assert "Use fewer units" in problem.text


def test_this_machine_has_some_memory() -> None:
    found = machine_memory()
    assert found is None or found > 2**27
