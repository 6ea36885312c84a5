"""What nobody sees costs nothing: views that are closed, behind others, paused or minimised neither ask nor draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from deepviz.gui.plots.look import Look
from deepviz.gui.plots.view import View
from tests.e2e.window import PATIENCE, OpenWindow, Person, chain
from tests.gui.window_hands import train_steps

FRONT = "loss"
ALWAYS = ("gradient_flow", "branch_gradient")
"""The probes that the canvas wants."""


class Watched:
    """Every view of a window, and how often each has done something since it was last counted."""

    def __init__(self, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        self.person, self.views = person, person.bench.views
        self.done: Counter[str] = Counter()
        for key in self.views.kinds:
            view = self.views.view(key)
            names = ("take_answer", "take_refusal") if isinstance(view, Look) else ("_draw",)
            for name in names:
                monkeypatch.setattr(view, name, self._counting(key, getattr(view, name)))

    def _counting(self, key: str, work: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object) -> object:
            self.done[key] += 1
            return work(*arguments)

        return counted

    def train(self) -> set[str]:
        """Make some steps; the views that did anything meanwhile."""
        self.settle()
        self.done.clear()
        train_steps(self.person, 4)
        self.settle()
        return set(self.done)

    def settle(self) -> None:
        inspector, views = self.person.bench.inspector, self.views.views.values()
        for _ in range(3):
            QApplication.processEvents()
        inspector.look_around()
        self.person.qtbot.waitUntil(
            lambda: (
                not (
                    inspector.is_busy
                    or inspector._soon.isActive()
                    or self.views._soon.isActive()
                    or self.views._turn.isActive()
                    or any(view._later.isActive() for view in views)  # one that has drawn for long rests a while
                )
            ),
            timeout=PATIENCE,
        )

    def probes(self) -> tuple[str, ...]:
        return self.person.bench.controller._wanted_probes


@pytest.fixture
def watched(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> Watched:
    layers = ("Input", {}), ("Dense", {"units": 6}), ("Tanh", {}), ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})
    person = open_window(chain(*layers, epochs=50))
    watched = Watched(person, monkeypatch)
    for key, dock in watched.views.docks.items():
        watched.views.open(key)
        if key != FRONT:
            person.bench.window.tabifyDockWidget(watched.views.docks[FRONT], dock)
    watched.views.open(FRONT)
    QApplication.processEvents()
    return watched


def seen(view: View) -> bool:
    return view.is_seen


def test_only_the_view_in_front_of_its_tabs_works(watched: Watched) -> None:
    assert [key for key, view in watched.views.views.items() if seen(view)] == [FRONT]
    assert all(watched.views.is_open(key) for key in watched.views.kinds)
    assert watched.train() == {FRONT}
    assert watched.probes() == ALWAYS
    names = {name.partition("/")[0] for name in watched.person.bench.controller.history.columns}
    assert not names & {probe for view in watched.views.views.values() for probe in view.probes} - set(ALWAYS)


@pytest.mark.parametrize("key", ["projection", "confusion", "decision_boundary", "activations", "update_ratio"])
def test_a_view_works_while_it_is_seen_and_not_afterwards(watched: Watched, key: str) -> None:
    watched.views.open(key)
    assert watched.train() == {key}
    view = watched.views.view(key)
    assert set(view.probes) <= set(watched.probes())
    view.set_paused(True)
    assert watched.train() == set(), "paused"
    assert watched.probes() == ALWAYS
    view.set_paused(False)
    assert watched.train() == {key}
    watched.views.open(FRONT)
    assert watched.train() == {FRONT}
    assert watched.probes() == ALWAYS
    watched.views.open(key)
    watched.views.close(key)
    assert key not in watched.train()


def test_in_a_minimised_window_nothing_works(watched: Watched) -> None:
    watched.views.open("confusion")
    watched.person.bench.window.showMinimized()
    assert watched.train() == set()
    watched.person.bench.window.showNormal()
    watched.settle()
    assert watched.train() == {"confusion"}
