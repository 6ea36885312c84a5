"""A list of samples takes any number of them, none too."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from deepviz.datasets.prepared import prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.iris import Iris
from deepviz.datasets.split import SplitChoice
from deepviz.gui.plots.sample_list import Listed, SampleList


def listed(count: int) -> list[Listed]:
    return [Listed(number, (f"no. {number}",), (), f"Sample {number}") for number in range(count)]


@pytest.mark.parametrize("source", [Digits(), Iris()])
def test_fewer_samples_than_before_and_none_at_all(qtbot: QtBot, source: DatasetSource) -> None:
    data = prepare(source.load(), SplitChoice(), Preprocessing())
    samples = SampleList("Samples")
    qtbot.addWidget(samples)
    samples.show_samples(data, data.train, (), listed(9))
    samples.view.setCurrentIndex(samples.model.index(8, 0))
    assert samples.current_sample == 8
    samples.show_samples(data, data.train, (), [])
    assert samples.current_sample is None
    assert samples.model.rowCount() == 0
    samples.show_samples(data, data.train, (), listed(3))
    assert samples.model.rowCount() == 3
    samples.view.setCurrentIndex(samples.model.index(2, 0))
    samples.show_samples(data, data.train, (), listed(1))
    assert samples.current_sample is None
