"""No reason that a form gives holds a name by which only the program knows a hyperparameter."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from deepviz.datasets.source import registry as sources
from deepviz.document import edits
from deepviz.document.plan_problems import plan_problems
from deepviz.document.project import Project, RunSettings
from deepviz.document.shapes import DataFacts
from deepviz.engine import layers, losses, metrics, optimizers, schedules, stopping
from deepviz.gui.panels import values
from deepviz.registry import Definition

REGISTRIES = (optimizers.registry, schedules.registry, stopping.registry, metrics.registry, losses.registry)
KINDS = [kind for registry in (*REGISTRIES, layers.registry, sources) for kind in registry.values()]
TRIED = (-1, 0, 1.5, 1e12, float("nan"), "", (0,), (-1, -1), (1, 2, 3))


def reason(definition: Definition, name: str, value: object) -> str:
    """What a form says of a value that is refused; empty if it is taken."""
    hyperparameter = next(each for each in definition.hyperparameters() if each.name == name)
    try:
        values.changed(definition, hyperparameter, value)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", [*KINDS, RunSettings], ids=lambda kind: kind.__name__)
def test_no_reason_holds_a_name_of_the_program(kind: type[Definition]) -> None:
    definition = kind()
    for hyperparameter in definition.hyperparameters():
        if hyperparameter.kind in ("choice", "switch"):  # there, people can only choose what is allowed
            continue
        for value in TRIED:
            words = reason(definition, hyperparameter.name, value)
            assert not re.search(r"[a-z]_[a-z]", words), words
            assert f"{kind.key}:" not in words, words


@pytest.mark.parametrize("kind", optimizers.registry.values(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(("first", "second"), [("clipvalue", "global_clipnorm"), ("global_clipnorm", "clipvalue")])
def test_one_kind_of_clipping_beside_the_other_names_them_as_the_form_does(
    kind: type[Definition], first: str, second: str
) -> None:
    words = "Gradients are clipped by Clip norm or by Clip value, not by both; clear the other one first."
    assert reason(kind(**{first: 1.0}), second, 2.0) == words
    labels = {each.name: each.label for each in kind.hyperparameters()}
    assert (labels["global_clipnorm"], labels["clipvalue"]) == ("Clip norm", "Clip value")


def test_a_rule_that_looks_at_nothing_says_so_in_the_words_of_its_form() -> None:
    project = Project("small")
    plan = replace(project.plan, stopping=(stopping.Patience(monitor="validation_F1"),))
    (found,) = plan_problems(edits.set_plan(project, plan), DataFacts((2,), "regression", 1, 100))
    assert "looks at validation F1, which is not measured" in found.text
    assert found.text.endswith("there is loss, validation loss.")
