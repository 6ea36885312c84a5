"""Training goes on from now: whoever looks at an earlier step is taken back to the present, and told so."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepviz.gui.timeline_bar import HINT, NARROW_RETURNED, RETURNED
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps, wait_for_step


@pytest.fixture
def in_the_past(open_window: OpenWindow) -> Person:
    """Somebody who has made 9 steps, the last four with another learning rate, and looks at step 5."""
    person = open_window(small_project(epochs=50))
    train_steps(person, 5)
    person.bench.learning_rate.set_value(0.004)
    train_steps(person, 4)
    person.bench.controller.moments.choose(5)
    assert person.bench.live_bar.timeline.moment == 5
    return person


def hint(person: Person) -> str:
    bar = person.bench.live_bar.timeline
    assert bar.hint.isVisible()
    return bar.hint.toolTip()


@pytest.mark.parametrize("action", ["step", "step_epoch", "run"])
def test_a_run_that_goes_on_is_seen_to_do_so(in_the_past: Person, action: str) -> None:
    bench, controller = in_the_past.bench, in_the_past.bench.controller
    bench.actions[action].trigger()
    assert controller.moments.chosen is None
    assert hint(in_the_past) == RETURNED
    in_the_past.qtbot.waitUntil(lambda: controller.step_count > 9, timeout=PATIENCE)
    if controller.is_running:
        controller.pause()
        in_the_past.qtbot.waitUntil(lambda: not controller.is_running, timeout=PATIENCE)
    assert bench.live_bar.timeline.label.text() == f"step {controller.step_count} · now"
    assert hint(in_the_past) == RETURNED
    controller.moments.choose(5)
    controller.moments.choose(None)
    assert hint(in_the_past) == HINT, "that was another time"


def test_run_to_a_step_goes_on_from_now_too(in_the_past: Person) -> None:
    bench = in_the_past.bench
    bench.stop_panel.step_chosen.emit(12)
    assert bench.controller.moments.chosen is None
    wait_for_step(in_the_past, 12)
    assert hint(in_the_past) == RETURNED


def test_in_the_present_nothing_is_said_of_it(in_the_past: Person) -> None:
    in_the_past.bench.controller.moments.choose(None)
    train_steps(in_the_past, 1)
    in_the_past.bench.actions["step"].trigger()
    wait_for_step(in_the_past, 11)
    assert hint(in_the_past) == HINT


def test_in_a_narrow_bar_it_is_said_in_a_word(in_the_past: Person) -> None:
    bar = in_the_past.bench.live_bar.timeline
    in_the_past.bench.actions["step"].trigger()
    wait_for_step(in_the_past, 10)
    bar.setFixedWidth(400)
    in_the_past.qtbot.waitUntil(lambda: bar.hint.text() == NARROW_RETURNED, timeout=PATIENCE)


def test_the_learning_rate_says_that_it_is_that_of_now_and_what_it_was(in_the_past: Person) -> None:
    rate, history = in_the_past.bench.learning_rate, in_the_past.bench.controller.history
    _, rates = history.column("learning_rate")
    assert float(rates[8]) == pytest.approx(0.004)
    assert rate.label.text() == "rate now"
    first = float(rates[4])
    assert first != pytest.approx(0.004)
    assert rate.label.toolTip() == f"It is that of the run as it stands. Step 5 was made with {first:.4g}."
    assert rate.accessibleDescription() == rate.label.toolTip()
    narrow = in_the_past.bench.learning_rate.sizeHint().width()
    in_the_past.key(Qt.Key.Key_F10)
    in_the_past.qtbot.waitUntil(lambda: rate.label.text() == "learning rate", timeout=PATIENCE)
    wait_for_step(in_the_past, 10)
    assert rate.label.toolTip() == ""
    assert rate.sizeHint().width() == narrow, "the header stays where it is"


def test_before_the_first_step_has_been_seen_no_rate_of_an_earlier_one_is_known(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    person.bench.controller.moments.chosen = 0  # the first state is kept before anything is measured
    person.bench.display.show_moment(0)
    rate = person.bench.learning_rate
    assert rate.label.toolTip() == "It is that of the run as it stands."
