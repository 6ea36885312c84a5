"""What steps report is put together by quantity, also where not all of them report the same."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from deepviz.engine.histogram import Histograms
from deepviz.training.record_rows import Rows


@dataclass(frozen=True)
class Record:
    step: int
    values: dict[str, object] = field(default_factory=dict)
    epoch: int = 1


def test_what_all_report_and_what_some_report_is_told_apart() -> None:
    pictures = Histograms(np.zeros((1, 64), int), np.zeros((1, 2)))
    records = [Record(step, {"loss": step / 2, "norm": np.array([step, 2.0])}, step // 3 + 1) for step in range(1, 7)]
    records[2].values["validation_loss"] = 7
    records[5].values.update({"validation_loss": 8.5, "flow": np.ones(3, int), "histogram": pictures})
    rows = Rows(records)
    assert rows.steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert rows.epochs.tolist() == [1, 1, 2, 2, 2, 3]
    assert list(rows.values) == ["loss", "norm"]
    assert rows.values["loss"].tolist() == [0.5, 1, 1.5, 2, 2.5, 3]
    assert rows.values["norm"].tolist() == [[step, 2] for step in range(1, 7)]
    assert {name: (places.tolist(), values.tolist()) for name, (places, values) in rows.some.items()} == {
        "validation_loss": ([2, 5], [7, 8.5]),
        "flow": ([5], [[1, 1, 1]]),
    }
    ((places, found),) = rows.histograms.values()
    assert (places.tolist(), found) == ([5], [pictures])


def test_what_the_first_lacks_or_the_last_lacks_is_reported_by_some() -> None:
    rows = Rows([Record(1, {"a": 1.0}), Record(2, {"b": 2.0}), Record(3, {"b": 3.0, "a": 4.0})])
    assert rows.values == {}
    assert {name: (places.tolist(), values.tolist()) for name, (places, values) in rows.some.items()} == {
        "a": ([0, 2], [1, 4]),
        "b": ([1, 2], [2, 3]),
    }


def test_steps_that_report_nothing_are_steps_all_the_same() -> None:
    rows = Rows([Record(1), Record(2, {"loss": 1.0})])
    assert rows.steps.tolist() == [1, 2]
    assert rows.values == {}
    assert rows.some["loss"][0].tolist() == [1]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([1.0, "x"], "norm after step 1 is not a number"),
        ([1.0, np.zeros(2)], "norm after step 1 is not a number"),
        ([np.zeros(2), np.zeros(3)], "norm after step 1 is not a number or a row"),
        ([np.zeros(2), 1.0], "norm after step 1 is not a number or a row"),
        ([np.zeros((2, 2)), np.zeros((2, 2))], "norm after step 1 has more than one dimension"),
        ([Histograms(np.zeros((1, 64)), np.zeros((1, 2))), 1.0], "norm does not have a histogram"),
    ],
)
def test_other_things_are_refused_with_their_name_and_step(entries: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rows([Record(number + 1, {"norm": entry}) for number, entry in enumerate(entries)])
