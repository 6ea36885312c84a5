"""Breaking off what takes long: who writes a large network down asks at each layer whether anybody still wants it.

Only what has left no trace yet is broken off: a step that is being made is always made to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


class Interrupted(BaseException):
    """What was under way is not wanted any more. No `Exception`, because nothing went wrong."""


def _nobody_minds() -> bool:
    return False


_is_unwanted: ContextVar[Callable[[], bool]] = ContextVar("is_unwanted", default=_nobody_minds)


def break_off_if(is_unwanted: Callable[[], bool]) -> None:
    """Let what this thread begins to write down from now on be broken off with `Interrupted` once this is true."""
    _is_unwanted.set(is_unwanted)


def to_its_end(work: Callable[[], T]) -> T:
    """Do something that is not broken off, because a part of what it belongs to is done already."""
    token = _is_unwanted.set(_nobody_minds)
    try:
        return work()
    finally:
        _is_unwanted.reset(token)


def question() -> Callable[[], bool]:
    """What says in this context whether to break off."""
    return _is_unwanted.get()
