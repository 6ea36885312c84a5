"""What is asked of the present and of an earlier step are two questions, even when both bear the same number."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from tests.gui.test_inspector import Seen, Sum, seen, state_now, sum_now, total, train

__all__ = ["seen"]


def test_what_was_answered_of_now_does_not_stand_for_an_earlier_step_that_is_chosen(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = seen.person.bench.controller
    train(seen.person, 5)
    later: Future[Any] = Future()
    later.set_result((6, weights := {name: array + 1 for name, array in state_now(seen.person).weights.items()}))
    with monkeypatch.context() as patched:  # the run is a step further than the window knows
        patched.setattr(controller, "weights_later", lambda: later)
        look = seen.look(Sum())
        seen.wait(look)
    assert look.answers == [((pytest.approx(total(weights)), "deepviz-looking"), 6)]
    seen.looks.clear()
    fifth = sum_now(seen.person)
    train(seen.person, 1)
    seen.looks.append(look)
    controller.moments.choose(5)
    seen.inspector.look_around()
    seen.wait(look, 2)
    assert look.answers[1] == ((pytest.approx(fifth, rel=1e-12), "deepviz-looking"), 5)
