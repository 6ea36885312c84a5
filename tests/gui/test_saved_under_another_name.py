"""A project that is saved under another name keeps its runs, and the list that they began in keeps them too."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepviz.document import edits
from deepviz.gui.runs.former_names import FormerNames
from deepviz.gui.settings import RUNS_NAMES_BEFORE, Settings
from deepviz.training.run_summary import project_of
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.test_open_run import rows, wait_for, wait_for_row
from tests.gui.window_hands import train_steps


@pytest.fixture
def person(open_window: OpenWindow, tmp_path: Path) -> Person:
    """A project in a file of its own, whose list of runs is open."""
    person = open_window(edits.rename(small_project(epochs=1_000_000, batch_size=20), "net"))
    assert person.bench.files.save_to(tmp_path / "net.deepviz")
    person.bench.runs_dock.open()
    return person


def save_as(person: Person, path: Path) -> None:
    assert person.bench.files.save_to(path, name=path.name.removesuffix(".deepviz"))


def listed(person: Person) -> list[tuple[str, str, int]]:
    return [(each.name, each.project, each.steps) for each in rows(person)]


def test_runs_of_before_and_the_one_that_goes_on_stay_listed(person: Person, tmp_path: Path) -> None:
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    person.bench.controller.reset()
    train_steps(person, 3)
    wait_for(person, lambda: listed(person) == [("net 2", "net", 3), ("net 1", "net", 2)])
    save_as(person, tmp_path / "other.deepviz")
    assert person.project.name == "other"
    wait_for(person, lambda: listed(person) == [("net 2", "net", 3), ("net 1", "net", 2)])
    assert "“net”, as it was called before" in person.bench.runs.panel.list_page.scope.toolTip()
    train_steps(person, 1)
    person.bench.controller.stop()
    wait_for(person, lambda: listed(person) == [("net 2", "net", 4), ("net 1", "net", 2)])
    assert not rows(person)[0].is_open
    person.bench.controller.reset()
    train_steps(person, 1)
    person.bench.controller.stop()
    wait_for(person, lambda: [each[:2] for each in listed(person)][:1] == [("other 1", "other")])
    keys = [column.key for column in person.bench.runs.panel.model.columns]
    assert "project" in keys, "runs of two names say which"
    assert person.bench.files.open(tmp_path / "net.deepviz")
    wait_for(person, lambda: [each.name for each in rows(person)] == ["net 2", "net 1"])


def test_a_run_that_was_never_looked_at_belongs_to_where_it_began(open_window: OpenWindow, tmp_path: Path) -> None:
    person = open_window(edits.rename(small_project(epochs=1_000_000, batch_size=20), "net"))
    train_steps(person, 2)
    save_as(person, tmp_path / "other.deepviz")
    train_steps(person, 1)
    person.bench.controller.stop()
    store = person.bench.runs.store
    wait_for(person, lambda: [(each.project, each.steps) for each in store.runs()] == [("net", 3)])


def test_a_run_of_before_is_opened_within_the_project(person: Person, tmp_path: Path) -> None:
    train_steps(person, 2)
    person.bench.controller.stop()
    run = wait_for_row(person, 2, False)
    save_as(person, tmp_path / "other.deepviz")
    person.bench.controller.reset()
    person.bench.runs.panel.list_page.table.choose([run.id])
    person.bench.runs.panel.do("open")
    wait_for(person, lambda: person.bench.controller.step_count == 2)
    assert person.project.name == "other", "it keeps its name"
    assert person.bench.editor.path == tmp_path / "other.deepviz"


def test_what_had_no_name_yet_takes_its_run_along(open_window: OpenWindow, tmp_path: Path) -> None:
    """All projects begin as “untitled”; they have nothing else to do with each other."""
    person = open_window(edits.rename(small_project(epochs=1_000_000, batch_size=20), "untitled"))
    person.bench.runs_dock.open()
    train_steps(person, 2)
    wait_for_row(person, 2, True)
    save_as(person, tmp_path / "mine.deepviz")
    wait_for(person, lambda: [(each.project, each.steps) for each in rows(person)] == [("mine", 2)])
    person.bench.controller.stop()
    wait_for(person, lambda: [(each.project, each.is_open) for each in rows(person)] == [("mine", False)])
    assert person.bench.runs.former_names.of("mine") == ()


def test_names_are_followed_back_and_survive_nonsense(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    names = FormerNames(settings)
    names.add("a", "b")
    names.add("b", "c")
    names.add("x", "y")
    assert names.of("c") == ("b", "a")
    assert names.of("b") == ("a",)
    assert names.of("a") == ()
    names.add("c", "a")
    assert names.of("a") == ("c", "b"), "a circle ends"
    settings.set(RUNS_NAMES_BEFORE, ("7", "[1]", "{", *settings.get(RUNS_NAMES_BEFORE)))
    assert FormerNames(settings).of("y") == ("x",)
    names.add("untitled", "y")
    assert names.of("y") == (), "a new project of an old name has no past"


@pytest.mark.parametrize(
    ("began", "now", "expected"), [("", "net", "net"), ("untitled", "net", "net"), ("sp", "sp2", "sp")]
)
def test_a_run_belongs_to_where_it_began(began: str, now: str, expected: str) -> None:
    assert project_of(began, now) == expected
