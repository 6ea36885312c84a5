"""Runs that fail: each is told in words with the layer where it is known, its weights are kept, the next run works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.document.graph import Edge, Node
from deepviz.document.project import Project
from deepviz.engine.fault import Fault
from deepviz.engine.optimizers.sgd import SGD
from deepviz.numerals import THIN_SPACE
from deepviz.training.failure import Failure
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session
from tests.engine.raising_layers import PLACES, Faulty, Raising
from tests.engine.test_fault import WORDS
from tests.training.test_session import PATIENCE, begin, small_project, wait_for

WHOLE = 10**9


@pytest.fixture
def sessions() -> Iterator[list[Session]]:
    """Sessions put into this list are ended with the test, and nothing raises any more."""
    started: list[Session] = []
    yield started
    for session in started:
        assert session.stop(PATIENCE)
    Faulty.place, Faulty.error = "", lambda: ZeroDivisionError("the well is dry")


def with_raising_layer() -> Project:
    project = small_project()
    graph = project.graph
    (edge,) = [edge for edge in graph.edges if edge.source == "tanh_1"]
    nodes = (*graph.nodes, Node("raising_1", Raising(), (0.0, 0.0)))
    edges = [each for each in graph.edges if each != edge]
    edges += [Edge("tanh_1", "raising_1"), Edge("raising_1", edge.target)]
    return replace(project, graph=replace(graph, nodes=nodes, edges=tuple(edges)))


@pytest.mark.parametrize("place", PLACES)
def test_a_layer_that_raises_is_named_and_the_next_run_works(place: str, sessions: list[Session]) -> None:
    project = with_raising_layer()
    # An epoch of 480 samples is 15 steps; another size of batch is written down anew.
    Faulty.place, Faulty.calls = place, WHOLE if place.startswith("recording") else 14
    first = begin(sessions, project, paused=place.startswith("recording"))
    if place.startswith("recording"):
        first.step(14)
        while first.snapshot().result(PATIENCE).step < 14:
            pass
        Faulty.calls = 0
        run = project.plan.run.changed(batch_size=7)
        first.follow(RunPlan(replace(project, plan=replace(project.plan, run=run)), first.plan.data))
        first.resume()
    assert wait_for(first, "finished", "failed") == "failed"
    kept = "Its update is half made." if place == "update" else "The weights from before it are kept."
    text = f"Training stopped at step 15, {WORDS[place]}: the well is dry. {kept}"
    assert first.failure == Failure(text, "raising_1", 15)
    assert first.drain()[-1].step == 14

    Faulty.calls = WHOLE
    state = first.snapshot().result(PATIENCE)
    assert state.step == 14
    second = begin(sessions, project, state=state)
    assert wait_for(second, "finished", "failed") == "finished", second.failure
    if place != "update":
        straight = RunPlan.of(project).trainer()
        assert [record.step for record in straight.steps()][-1] == 45
        for name, array in straight.network.parameters.items():
            np.testing.assert_array_equal(second.snapshot().result(PATIENCE).parameters[name], array)


def test_a_message_without_words_has_the_name_of_what_it_is(sessions: list[Session]) -> None:
    Faulty.place, Faulty.calls, Faulty.error = "backward", 2, AssertionError
    session = begin(sessions, with_raising_layer())
    assert wait_for(session, "finished", "failed") == "failed"
    assert session.failure is not None
    assert session.failure.text == (
        "Training stopped at step 3, in the backward pass of raising_1: AssertionError. "
        "The weights from before it are kept."
    )


@pytest.mark.parametrize("place", ["forward", "recording"])
def test_a_shortage_of_memory_says_what_can_be_done(place: str, sessions: list[Session]) -> None:
    Faulty.place, Faulty.calls, Faulty.error = place, 0, MemoryError
    session = begin(sessions, with_raising_layer())
    assert wait_for(session, "finished", "failed") == "failed"
    text = "There is not enough memory for this network and batch size. Try a smaller batch."
    assert session.failure == Failure(text, "raising_1", 1)
    Faulty.calls = WHOLE
    again = begin(sessions, with_raising_layer())
    assert wait_for(again, "finished", "failed") == "finished", again.failure


def test_where_the_weights_take_the_memory_a_smaller_batch_is_no_advice(sessions: list[Session]) -> None:
    """2 x 3000 + 3000 and 3000 x 2 + 2 parameters of 16 bytes, against two samples of about 3000 numbers, twice."""
    Faulty.place, Faulty.calls, Faulty.error = "forward", 0, MemoryError
    project = with_raising_layer()
    (dense,) = [node.id for node in project.graph.nodes if node.id == "dense_1"]
    project = edits.set_layer(project, dense, project.graph.node(dense).layer.changed(units=3000))
    few = replace(project, plan=replace(project.plan, run=project.plan.run.changed(batch_size=2)))
    session = begin(sessions, few)
    assert wait_for(session, "finished", "failed") == "failed"
    text = (
        "There is not enough memory for this network. Most of what it needs are its "
        f"15{THIN_SPACE}002 parameters, with their gradients and what the optimizer keeps of each. Use fewer units, "
        f"above all in dense_1, which has 9{THIN_SPACE}000 of them; a smaller batch would not help much."
    )
    assert session.failure == Failure(text, "raising_1", 1)
    many = replace(project, plan=replace(project.plan, run=project.plan.run.changed(batch_size=200)))
    again = begin(sessions, many)
    assert wait_for(again, "finished", "failed") == "failed"
    assert again.failure is not None
    assert again.failure.text.endswith("Try a smaller batch.")


def test_a_batch_that_needs_too_much_memory_ends_the_run_and_a_smaller_one_goes_on(
    sessions: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    from deepviz.engine import tape

    project, place = small_project(), tape.place

    def limited(live: object, keep: object, **settings: object) -> object:
        if any(record.write is not None and record.write.shape[:1] == (200,) for record in live):  # type: ignore[attr-defined]
            raise MemoryError
        return place(live, keep, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(tape, "place", limited)
    session = begin(sessions, project, paused=True)
    session.step(5)
    while session.snapshot().result(PATIENCE).step < 5:
        pass
    larger = replace(project, plan=replace(project.plan, run=project.plan.run.changed(batch_size=200)))
    session.follow(RunPlan(larger, session.plan.data))
    session.resume()
    assert wait_for(session, "finished", "failed") == "failed"
    assert session.failure is not None
    assert "not enough memory" in session.failure.text
    assert session.failure.step == 6
    state = session.snapshot().result(PATIENCE)
    assert state.step == 5
    again = begin(sessions, project, state=state)
    assert wait_for(again, "finished", "failed") == "finished", again.failure
    straight = RunPlan.of(project).trainer()
    list(straight.steps())
    for name, array in straight.network.parameters.items():
        np.testing.assert_array_equal(again.snapshot().result(PATIENCE).parameters[name], array)


def test_a_run_that_diverges_keeps_its_last_weights_and_goes_on_with_a_smaller_rate(sessions: list[Session]) -> None:
    project = edits.set_layer(small_project(epochs=40), "tanh_1", edits.new_layer("ReLU"))
    wild = replace(project, plan=replace(project.plan, optimizer=SGD(learning_rate=1e6)))
    session = begin(sessions, wild)
    assert wait_for(session, "finished", "diverged", "failed") == "diverged"
    failure = session.failure
    assert failure is not None
    assert failure.node in {node.id for node in project.graph.nodes} | {"loss"}
    assert f"diverged at step {failure.step}" in failure.text
    assert "smaller learning rate" in failure.text
    state = session.snapshot().result(PATIENCE)
    assert state.step == failure.step - 1
    assert all(np.isfinite(array).all() for array in state.weights.values())
    calm = replace(project, plan=replace(project.plan, optimizer=SGD(learning_rate=1e-6)))
    next_run = begin(sessions, calm)
    assert wait_for(next_run, "finished", "diverged", "failed") == "finished", next_run.failure


def test_the_state_that_a_run_which_broke_off_has_left_is_in_its_timeline(sessions: list[Session]) -> None:
    project = edits.set_layer(small_project(epochs=40), "tanh_1", edits.new_layer("ReLU"))
    wild = replace(project, plan=replace(project.plan, optimizer=SGD(learning_rate=1e6)))
    session = begin(sessions, wild)
    assert wait_for(session, "finished", "diverged", "failed") == "diverged"
    assert session.failure is not None
    left = session.timeline.at(session.failure.step - 1)
    assert left is not None
    state = session.snapshot().result(PATIENCE)
    for name, array in state.weights.items():
        np.testing.assert_array_equal(left.weights[name], array)


@pytest.mark.parametrize("place", ["forward", "backward", "update"])
def test_a_half_made_update_is_no_moment_of_the_run(place: str, sessions: list[Session]) -> None:
    Faulty.place, Faulty.calls = place, 14
    session = begin(sessions, with_raising_layer())
    assert wait_for(session, "finished", "failed") == "failed"
    assert (session.timeline.at(14) is not None) == (place != "update")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_a_step_is_told_in_words(error: type[BaseException], sessions: list[Session]) -> None:
    Faulty.place, Faulty.calls, Faulty.error = "forward", 14, error
    session = begin(sessions, with_raising_layer())
    assert wait_for(session, "finished", "failed") == "failed"
    said = "it was interrupted" if error is KeyboardInterrupt else "SystemExit"
    assert session.failure == Failure(
        f"Training stopped at step 15, in the forward pass of raising_1: {said}. The weights from before it are kept.",
        "raising_1",
        15,
    )
    assert session.snapshot().result(PATIENCE).step == 14


def test_a_missing_key_is_not_the_whole_message() -> None:
    assert Failure.of(KeyError("W"), Fault("a", "forward", 3)).text == (
        "Training stopped at step 3, in the forward pass of a: KeyError 'W'. The weights from before it are kept."
    )
    assert Failure.of(ValueError("It is wrong."), None).text == "Training stopped: It is wrong."


def test_at_a_card_the_first_sentence_is_short_and_the_advice_is_left_to_the_message() -> None:
    diverged = Failure("Training diverged at step 4: the first came up in the loss. Try it.", "loss", 4, "Try it.")
    assert diverged.at_card == "Diverged at step 4. The first came up in the loss."
    stopped = Failure("Training stopped in the forward pass of dense_1: it broke. The weights from before it are kept.")
    assert stopped.at_card == "Stopped in the forward pass of dense_1. It broke. The weights from before it are kept."
    assert Failure("There is not enough memory: none.").at_card == "There is not enough memory: none."
