"""Further runs are planned from a run of the list without opening it: of its project, and on its data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from deepviz.datasets.dataset import DatasetError
from deepviz.document import edits
from deepviz.gui.runs.panel import RunsPanel
from deepviz.training.run_settings import differing
from deepviz.training.run_store import RunOrigin, RunStore
from tests.gui.runs.conftest import MakeDesk
from tests.gui.runs.test_panel import click
from tests.training.run_made import project, trained

OWN = project(name="other", units=5, epochs=2, batch_size=50)


@pytest.fixture
def run(tmp_path: Path) -> str:
    """The id of a run of another project than the one that is open, on other data."""
    other = edits.set_data(OWN, replace(OWN.data, source=OWN.data.source.changed(samples=120)))
    summary = RunStore(tmp_path / "runs").note(trained(other), "finished", origin=RunOrigin("far away"))
    assert summary is not None
    return summary.id


def choose_in_menu(panel: RunsPanel, run: str, text: str) -> None:
    """Right-click on a run, and choose what reads so."""
    panel.list_page.scope.setCurrentIndex(1)
    click(panel, run)
    menu = panel.list_page.menu
    action = next(each for each in menu.actions() if each.text() == text)
    assert isinstance(menu, QMenu)
    assert action.isEnabled()
    menu.popup(panel.mapToGlobal(panel.rect().center()))
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)


def test_seeds_of_a_run_are_of_its_project_and_data(make_desk: MakeDesk, run: str) -> None:
    desk = make_desk()
    choose_in_menu(desk.panel, run, "Repeat this run with seeds…")
    form = desk.panel.seeds_form
    assert form.isVisible()
    assert form.heading.said == "Repeat with seeds: run “far away”"
    assert form.explanation.accessibleName().startswith("The project of run “far away”, with the settings of that run,")
    assert form.source.facts is not None
    assert form.source.facts.samples != desk.facts.samples  # type: ignore[union-attr]
    planned = form.planned()
    assert {each.project.name for each in planned} == {"other"}
    assert [each.origin.name for each in planned][:2] == ["other, seed 0", "other, seed 1"]
    assert {each.project.data for each in planned} == {desk.store.load(run).project.data}
    assert desk.project.name == "small", "the open project stays"


def test_settings_of_a_run_are_varied_from_its_own(make_desk: MakeDesk, run: str) -> None:
    desk = make_desk()
    choose_in_menu(desk.panel, run, "Vary settings of this run…")
    form = desk.panel.grid_form
    assert form.heading.said == "Vary settings: run “far away”"
    row = form.axis_rows[0]
    row.setting.setCurrentIndex(row.setting.findData("plan.run.batch_size"))
    assert row.values.placeholderText().startswith("now 50;")
    QTest.keyClicks(row.values, "10, 20")
    assert [each.project.plan.run.batch_size for each in form.planned()] == [10, 20]
    assert {each.project.name for each in form.planned()} == {"other"}


def test_the_buttons_are_about_the_open_project_whatever_is_chosen(make_desk: MakeDesk, run: str) -> None:
    desk = make_desk()
    choose_in_menu(desk.panel, run, "Repeat this run with seeds…")
    desk.panel.show_list()
    QTest.mouseClick(desk.panel.list_page.buttons["seeds"], Qt.MouseButton.LeftButton)
    assert desk.panel.seeds_form.heading.said == "Repeat with seeds: the open project"
    assert {each.project.name for each in desk.panel.seeds_form.planned()} == {"small"}


def test_a_run_whose_data_are_gone_says_so_in_place_of_a_form(
    make_desk: MakeDesk, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()

    def gone(_choice: object) -> None:
        raise DatasetError("There is no file far.csv.")

    monkeypatch.setattr(desk._editor, "data_of", gone)
    choose_in_menu(desk.panel, run, "Repeat this run with seeds…")
    assert desk.panel.list_page.isVisible()
    assert desk.panel.notice.text == "No runs can be planned from this one: There is no file far.csv."


def test_a_run_that_was_changed_says_which_settings_are_meant(make_desk: MakeDesk, run: str) -> None:
    desk = make_desk()
    desk.store._change(run, courses={"plan.optimizer.learning_rate": ((3, 0.5),)})
    assert not differing([desk.store.run(run).whole_settings])  # type: ignore[union-attr]
    desk.panel.refresh()
    choose_in_menu(desk.panel, run, "Repeat this run with seeds…")
    assert "with the settings that it ended with" in desk.panel.seeds_form.explanation.accessibleName()
