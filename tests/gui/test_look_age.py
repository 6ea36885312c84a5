"""How old a picture of the network may become: what a look costs is what is computed for it, not what is waited."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from deepviz.document import edits
from deepviz.insight.subject import Progress, Subject
from tests.e2e.window import Person
from tests.gui.test_inspector import Seen, Sum

never = threading.Event()


class Waiting(Sum):
    """Waits for others, as for the lock of the interpreter, and hardly computes."""

    def answer(self, subject: Subject, progress: Progress) -> Any:
        never.wait(0.4)
        return super().answer(subject, progress)


@pytest.fixture
def asked(person: Person) -> Iterator[Seen]:
    asked = Seen(person)
    yield asked
    asked.inspector.shut_down()


def test_waiting_is_no_cost_that_would_make_a_look_old(asked: Seen) -> None:
    """Beside a run that makes many steps a second most of the time is spent waiting for the others."""
    editor = asked.person.bench.editor
    plan = editor.project.plan
    many = replace(plan, run=plan.run.changed(epochs=100_000))
    editor.apply("many epochs", lambda project: edits.set_plan(project, many))
    look = asked.look(Waiting())
    asked.person.bench.controller.run()
    asked.wait(look, 2)
    assert 0 < asked.inspector._costs[look] < 0.1, "the waiting took 0.4 s"
    asked.person.bench.controller.pause()
