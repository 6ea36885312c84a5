"""Orders of waiting runs, each beside the one that a person would write down."""

from __future__ import annotations

import pytest

from deepviz.training.queue_order import moved_down, moved_to, moved_up


@pytest.mark.parametrize(
    ("chosen", "up", "down"),
    [
        ("a", "abcde", "bacde"),
        ("c", "acbde", "abdce"),
        ("e", "abced", "abcde"),
        ("bc", "bcade", "adbce"),
        ("bd", "badce", "acbed"),
        ("ab", "abcde", "cabde"),
        ("ac", "acbde", "badce"),
        ("abcde", "abcde", "abcde"),
        ("", "abcde", "abcde"),
        ("x", "abcde", "abcde"),
    ],
)
def test_one_place_up_and_down(chosen: str, up: str, down: str) -> None:
    assert "".join(moved_up("abcde", chosen)) == up
    assert "".join(moved_down("abcde", chosen)) == down


@pytest.mark.parametrize(
    ("chosen", "before", "order"),
    [
        ("d", "a", "dabce"),
        ("a", None, "bcdea"),
        ("bd", "a", "bdace"),
        ("bd", "e", "acbde"),
        ("bd", None, "acebd"),
        ("bd", "x", "acebd"),
        ("bc", "b", "abcde"),
        ("bc", "c", "abcde"),
        ("bd", "b", "abdce"),
        ("ae", "e", "bcdae"),
        ("", "a", "abcde"),
    ],
)
def test_before_another_one(chosen: str, before: str | None, order: str) -> None:
    assert "".join(moved_to(list("abcde"), chosen, before)) == order
