"""An answer that a view cannot show is told there, in words: nobody waits for it for ever, and other views go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.window import PATIENCE, Person
from tests.gui.test_inspector import Seen, Sum, SumLook


class Clumsy(SumLook):
    """Cannot show what it is told."""

    def show_answer(self, answer: Any) -> None:
        raise IndexError("list index out of range")


@pytest.fixture
def both(person: Person) -> Iterator[Seen]:
    both = Seen(person)
    yield both
    both.inspector.shut_down()


def test_it_is_told_at_the_view_and_nobody_waits(both: Seen, caplog: pytest.LogCaptureFixture) -> None:
    look = Clumsy(Sum())
    both.person.qtbot.addWidget(look)
    editor = both.person.bench.editor
    look.show_project(editor.project, editor.data, editor.report)
    both.looks.append(look)
    other = both.look(Sum(3.0))
    both.inspector.look_around()
    both.wait(other)
    both.person.qtbot.waitUntil(lambda: "Waiting" not in look.words.text(), timeout=PATIENCE)
    assert look.words.text().startswith("This could not be shown (IndexError: list index out of range)")
    assert "deepviz.log" in look.words.text()
    assert "An answer could not be shown" in caplog.text
