"""A layer at which a run has broken off says so on its card, until the network is trained again."""

from __future__ import annotations

import pytest

from deepviz.engine.layers.dense import Dense
from tests.e2e.test_faults_while_training import goes_on, raising, start
from tests.e2e.window import OpenWindow, small_project


def test_the_card_of_a_layer_that_raised_says_so_until_the_next_run(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project(epochs=1_000_000))
    with monkeypatch.context() as broken:
        broken.setattr(Dense, "backward", raising(RuntimeError("the wheel has come off")))
        start(person)
        person.reach("failed")
    assert person.card("dense_2")[2] == "Stopped at step 1, in the backward pass of dense_2"
    assert person.card("dense_1")[2] == ""
    assert person.problems == [], "nothing has to be mended before it can be tried again"
    start(person)
    goes_on(person)
    assert person.card("dense_2")[2] == ""
    person.bench.actions["stop"].trigger()


def test_another_project_has_no_card_that_failed(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    person = open_window(small_project(epochs=1_000_000))
    with monkeypatch.context() as broken:
        broken.setattr(Dense, "backward", raising(RuntimeError("the wheel has come off")))
        start(person)
        person.reach("failed")
    assert person.card("dense_2")[2]
    person.bench.controller.load(None)
    person.bench.editor.open(small_project(units=5))
    assert person.card("dense_2")[2] == ""
