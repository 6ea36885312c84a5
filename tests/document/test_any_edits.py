"""Any edits in any order: what is promised of a project holds after each, and undoing all gives the first bytes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.document.edit_machine import EditMachine

ANY = settings(stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))


def test_some_runs_of_fifty_edits() -> None:
    run_state_machine_as_test(EditMachine, settings=settings(ANY, max_examples=30))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_five_hundred_runs_of_fifty_edits() -> None:
    # One run in six is shorter than asked for; with a hundred more there are 25,000 edits.
    run_state_machine_as_test(EditMachine, settings=settings(ANY, max_examples=600))
