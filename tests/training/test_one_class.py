"""The facts about data say whether all samples for training are of one class, whatever those for validation are of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepviz.datasets.prepared import Part
from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.iris import Iris
from deepviz.document.project import DataChoice
from deepviz.document.shapes import check
from deepviz.training.run_plan import facts_of, prepared
from tests.document.chains import chain


@pytest.mark.parametrize(("labels", "name"), [([2, 2, 2], "virginica"), ([0], "setosa"), ([0, 2], ""), ([1, 1, 0], "")])
def test_of_one_class_or_of_several(labels: list[int], name: str) -> None:
    data = prepared(DataChoice(Iris()))
    train = Part(data.train.x[: len(labels)], np.array(labels))
    facts = facts_of(replace(data, train=train))
    assert facts.only_class == name
    project = chain(("Input", {"shape": (4,)}), ("Dense", {"units": 3}), ("SoftmaxCrossEntropy", {}))
    assert len([each for each in check(project, facts).warnings if "one class" in each.text]) == bool(name)


def test_numbers_to_fit_are_of_no_class() -> None:
    assert facts_of(prepared(DataChoice(AutoMpg()))).only_class == ""
