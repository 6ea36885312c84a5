"""A team of processes: how those who share a batch wait for each other and sum up what each has found.

Numbers go through memory that all of them see. Through pipes goes nothing but one byte that says "I have come so far".
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np

from deepviz.engine.team.part import Team

ROOM = 1 << 16
"""Numbers that are summed at a time."""


class ColleagueGoneError(RuntimeError):
    """A process of the team has ended."""


class Colleagues(Team):
    """One process's view of the team.

    Parameters
    ----------
    number
        Which of the processes this is.
    inboxes, outboxes
        For each of the others, by its number, the end of a pipe to read from and one to write to.
    desks
        Memory that all see, of shape ``(2, processes, ROOM)`` in float64. There are two desks for each, used in turn:
        when somebody writes on one again, all have read it, because all have been at the other since.
    gradients, own
        As in `Team`.
    """

    def __init__(
        self,
        number: int,
        inboxes: Mapping[int, int],
        outboxes: Mapping[int, int],
        desks: np.ndarray,
        gradients: Sequence[np.ndarray],
        own: slice,
    ) -> None:
        self.number, self.gradients, self.own = number, gradients, own
        self._inboxes, self._outboxes = dict(inboxes), dict(outboxes)
        self._desks, self._turn = desks, 0

    def wait(self) -> None:
        for pipe in self._outboxes.values():
            _send(pipe)
        for pipe in self._inboxes.values():
            _receive(pipe)

    def sum(self, values: np.ndarray, out: np.ndarray) -> None:
        sums = [self._sum_of_few(values.reshape(-1)[start : start + ROOM]) for start in range(0, values.size, ROOM)]
        out[...] = (sums[0] if len(sums) == 1 else np.concatenate(sums)).reshape(out.shape)

    def _sum_of_few(self, values: np.ndarray) -> np.ndarray:
        desk, self._turn = self._desks[self._turn, :, : values.size], 1 - self._turn
        desk[self.number] = values
        self.wait()
        total: np.ndarray = np.add.reduce(desk, axis=0)
        return total

    def call(self) -> None:
        """Let the others go on who `listen` to this one."""
        for pipe in self._outboxes.values():
            _send(pipe)

    def listen(self, number: int) -> bool:
        """Wait for the call of another process. False if it has ended."""
        return bool(os.read(self._inboxes[number], 1))

    def close(self) -> None:
        """Leave the team: who waits for this process learns that it is gone."""
        for pipe in (*self._inboxes.values(), *self._outboxes.values()):
            os.close(pipe)
        self._inboxes, self._outboxes = {}, {}


def _send(pipe: int) -> None:
    try:
        os.write(pipe, b".")
    except BrokenPipeError:
        raise ColleagueGoneError("A process that computes a part of each batch has ended.") from None


def _receive(pipe: int) -> None:
    if not os.read(pipe, 1):
        raise ColleagueGoneError("A process that computes a part of each batch has ended.")
