"""Where a run diverged is noted in its history, and read back from a file."""

from __future__ import annotations

from deepviz.training import divergence
from deepviz.training.divergence import Divergence, divergences
from deepviz.training.history import History


def test_what_was_noted_is_read_back_also_from_a_file() -> None:
    history = History(["dense_1"])
    history.add_event(3, "learning rate 0.01 → 10")
    divergence.note(history, 5, "dense_1")
    divergence.note(history, 9, "")
    expected = [Divergence(5, "dense_1"), Divergence(9, "")]
    assert divergences(history) == expected
    assert divergences(History.from_arrays(history.to_arrays())) == expected
    assert [text for _, text in history.events][1:] == ["diverged: NaN or ∞ in dense_1", "diverged: NaN or ∞"]


def test_a_run_that_did_not_diverge_has_none() -> None:
    assert divergences(History(["dense_1"])) == []
