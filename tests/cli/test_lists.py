"""`examples`, `datasets` and `layers`: what there is, for people and as JSON, straight from the definitions."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from deepviz.datasets import registry as sources
from deepviz.document import examples
from deepviz.engine import layers, losses
from tests.cli.commands import Caller


def test_examples(deepviz: Caller) -> None:
    rows = deepviz.done("examples", "--json").json["examples"]
    assert [row["name"] for row in rows] == examples.names()
    assert rows == [asdict(each) for each in examples.catalogue()]
    wanted = {
        "name": "spirals", "data": "Spirals", "layers": 8, "parameters": 626, "epochs": 3000, "needs_files": False,
        "title": "Two spirals", "category": "First steps",
    }  # fmt: skip
    assert wanted.items() <= rows[0].items()
    assert [row["name"] for row in rows if row["needs_files"]] == ["mnist-mlp", "mnist-lenet"]
    lines = deepviz.done("examples").out.splitlines()
    listed = [line for line in lines if line.startswith("  ")]
    assert [line.split()[0] for line in listed] == examples.names()
    assert [line.split()[0] for line in listed if line.endswith("--data")] == ["mnist-mlp", "mnist-lenet"]
    headings = [line.split("  ")[0] for line in lines[:-2] if line not in listed]
    assert headings == list(dict.fromkeys(row["category"] for row in rows))


def test_layers(deepviz: Caller) -> None:
    found = deepviz.done("layers", "--json").json
    assert [each["key"] for each in found["layers"]] == list(layers.registry)
    assert [each["key"] for each in found["losses"]] == list(losses.registry)
    dense = next(each for each in found["layers"] if each["key"] == "Dense")
    assert (dense["category"], dense["formula"]) == ("Core", "y = x W + b")
    units = dense["hyperparameters"][0]
    assert {name: units[name] for name in ("name", "label", "kind", "default", "minimum", "maximum")} == {
        "name": "units", "label": "Units", "kind": "integer", "default": 16, "minimum": 1, "maximum": 65536,
    }  # fmt: skip
    assert "optional" not in units
    assert "advanced" not in units
    max_norm = next(each for each in dense["hyperparameters"] if each["name"] == "max_norm")
    assert (max_norm["default"], max_norm["optional"], max_norm["advanced"]) == (None, True, True)
    text = deepviz.done("layers").out
    for kind in (*layers.registry.values(), *losses.registry.values()):
        assert f"  {kind.key} " in text
        assert kind.category in text.splitlines()


def test_datasets(deepviz: Caller) -> None:
    found = deepviz.done("datasets", "--json").json["datasets"]
    assert [each["key"] for each in found] == list(sources)
    idx = next(each for each in found if each["key"] == "idx")
    assert [each["kind"] for each in idx["hyperparameters"]] == ["path", "path"]
    assert "noise = 0.02: Standard deviation" in deepviz.done("datasets").out


@pytest.mark.parametrize("command", ["examples", "layers", "datasets"])
def test_lines_are_as_narrow_as_the_terminal(deepviz: Caller, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, deepviz.done(command).out.splitlines())) <= 80
