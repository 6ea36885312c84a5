"""Curves and maps that were paused early, when the run is shorter than what their axis shows: nothing later appears."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.plots.table_names import by_owner
from tests.gui.window_hands import train_steps

KEYS = ("loss", "accuracy", "gradient_norms", "gradient_map", "activations", "update_ratio")


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    person = open_window(small_project(epochs=100_000))
    for key in KEYS:
        person.bench.views.open(key)
        person.bench.views.docks[key].setFloating(True)
        person.bench.views.docks[key].show()
    QApplication.processEvents()
    return person


def rows(view: Any, folder: Path) -> list[dict[str, str]]:
    path = folder / "shown.csv"
    view.save(path)
    return [by_owner(row) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


def last_step(row: dict[str, str]) -> int:
    return int(row.get("step") or row["to_step"])


@pytest.mark.parametrize("key", KEYS)
def test_a_pause_at_an_early_step_shows_no_later_one(person: Person, tmp_path: Path, key: str) -> None:
    train_steps(person, 3)
    view: Any = person.bench.views.views[key]
    view.draw()
    before, box = rows(view, tmp_path), view.hover_text(9, 0.5)
    view.set_paused(True)
    train_steps(person, 20)
    for painted_anew in (False, True):
        if painted_anew:
            person.bench.themes.toggle()
            view.draw()
        assert [dict(row, validation="") for row in rows(view, tmp_path)] == [
            dict(row, validation="") for row in before
        ]
        assert view.hover_text(9, 0.5) == box
        for curve in getattr(view, "curves", {}).values():
            assert not len(curve.x) or curve.x.max() <= 3
    view.set_paused(False)
    view.draw()
    assert last_step(rows(view, tmp_path)[-1]) == 23 or key in ("activations", "update_ratio"), "looked at now and then"


def test_the_last_cell_of_a_map_ends_with_the_run(person: Person, tmp_path: Path) -> None:
    train_steps(person, 1501)
    view: Any = person.bench.views.views["gradient_map"]
    view.draw()
    table = rows(view, tmp_path)
    cells = [(int(row["from_step"]), int(row["to_step"])) for row in table]
    assert cells[0][1] > cells[0][0], "a cell stands for several steps"
    assert cells[-1][1] == 1501
    steps, norms = person.bench.controller.history.column("gradient_norm")
    for row in (table[0], table[-1]):
        inside = (steps >= int(row["from_step"])) & (steps <= int(row["to_step"]))
        mean = np.exp(np.log(norms[inside, 0]).mean())
        assert float(row["dense_1"]) == pytest.approx(mean, rel=1e-6)


@pytest.mark.parametrize("key", ["layer_summary", "histograms"])
def test_another_theme_or_size_is_no_news_of_the_run(person: Person, tmp_path: Path, key: str) -> None:
    bench = person.bench
    bench.views.open(key)
    bench.views.docks[key].setFloating(True)
    bench.views.docks[key].show()
    QApplication.processEvents()
    train_steps(person, 3)
    view: Any = bench.views.view(key)
    view.draw()
    before = rows(view, tmp_path)
    assert before
    view.set_paused(True)
    train_steps(person, 20)
    bench.themes.toggle()
    bench.views.docks[key].resize(700, 500)
    QApplication.processEvents()
    assert rows(view, tmp_path) == before
