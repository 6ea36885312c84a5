"""Runs are found by what is typed: a phrase of a name before single words, and whole numbers as whole numbers."""

from __future__ import annotations

import pytest

from deepviz.gui.runs.model import RunsModel
from deepviz.training.run_summary import RunSummary

NAMES = (
    "spirals",
    "spirals 2",
    "spirals 12",
    "spirals 20",
    "spirals 5, learning rate 1000, seed 4",
    "spirals 5, learning rate 0.2, seed 2",
    "spirals 5, learning rate 2e-05, seed 0",
    "spirals 5, learning rate 2.5, seed 1",
)


def found(text: str, project: str | None = None, names: tuple[str, ...] = NAMES) -> list[str]:
    model = RunsModel()
    model.show_runs(
        [
            RunSummary(f"id{number}", name=name, project="spirals", network="Dense 12, Dense 2", ended="early")
            for number, name in enumerate(names)
        ]
    )
    model.filter(None if project is None else (project,), text)
    return sorted(run.name for run in model.runs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spirals 2", ["spirals 2"]),
        ("  SPIRALS   2 ", ["spirals 2"]),
        ("seed 2", [NAMES[5]]),
        ("rate 0.2", [NAMES[5]]),
        ("2", sorted(("spirals 2", NAMES[5]))),
        ("5 seed", sorted(name for name in NAMES if "seed" in name)),
        ("seed 5", sorted(name for name in NAMES if "seed" in name)),  # no name has the phrase
        ("spirals 1", [NAMES[7]]),
        ("spirals 3", []),
        ("spir", sorted(NAMES)),
        ("early dense", sorted(NAMES)),
        ("0.", sorted((NAMES[5],))),  # half typed
        ("(", []),
        ("", sorted(NAMES)),
    ],
)
def test_what_is_found(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_words_of_the_network_count_where_no_name_has_them() -> None:
    assert found("stopped early 12") == sorted(NAMES)
    assert found("dense 2", names=("one", "two")) == ["one", "two"]
    assert found("12 two", names=("one", "two")) == ["two"]
    assert found("1 two", names=("one", "two")) == []
