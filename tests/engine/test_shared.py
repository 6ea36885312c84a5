"""Shared memory, pipes and the arithmetic of parts: what processes that share a batch stand on."""

from __future__ import annotations

import errno
import os
import threading
from itertools import pairwise

import numpy as np
import pytest

from deepviz.engine.team.colleagues import ROOM, ColleagueGoneError, Colleagues
from deepviz.engine.team.crew import Pipes
from deepviz.engine.team.part import parts
from deepviz.engine.team.shared import SharedArrays
from tests.engine.open_files import open_files


@pytest.mark.parametrize(("samples", "count"), [(128, 2), (7, 3), (3, 3), (1000, 7)])
def test_parts_are_nearly_equal_and_leave_nothing_out(samples: int, count: int) -> None:
    cut = parts(samples, count)
    assert cut[0][0] == 0
    assert cut[-1][1] == samples
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    sizes = [stop - start for start, stop in cut]
    assert max(sizes) - min(sizes) <= 1


def test_two_views_of_one_block_see_the_same() -> None:
    layout = {"a": ((3, 2), "float32"), "b": ((5,), "int64"), "empty": ((0,), "float64")}
    mine = SharedArrays(layout)
    theirs = SharedArrays(layout, os.dup(mine.descriptor))
    assert not mine["a"].any()
    theirs["a"][1, 0], theirs["b"][4] = 2.5, -7
    assert mine["a"][1, 0] == 2.5
    assert mine["b"][4] == -7
    assert all(array.ctypes.data % 64 == 0 for array in mine.values() if array.size)
    mine.close_file(), theirs.close_file()
    mine["b"][0] = 3
    assert theirs["b"][0] == 3, "the memory outlives its file"


def test_too_little_room_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(os, "posix_fallocate", full)
    opened = open_files()
    with pytest.raises(MemoryError, match="no room for 8 MiB of shared memory"):
        SharedArrays({"a": ((1 << 20,), "float64")})
    assert open_files() <= opened


def team_of(count: int) -> list[Colleagues]:
    """A team whose members are threads of this process."""
    pipes, desks = Pipes(count), np.zeros((2, count, ROOM))
    return [Colleagues(number, *pipes.of(number), desks, [], slice(0, 0)) for number in range(count)]


def test_more_is_summed_than_a_desk_has_room_for() -> None:
    team, length = team_of(2), 2 * ROOM + 3
    values = np.random.default_rng(0).standard_normal((2, length))
    sums = np.zeros((2, length))
    threads = [threading.Thread(target=member.sum, args=(values[n], sums[n])) for n, member in enumerate(team)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(sums[0], values.sum(axis=0))
    assert np.array_equal(sums[1], sums[0])
    for member in team:
        member.close()


@pytest.mark.parametrize("count", [2, 3, 5])
def test_sums_are_those_of_all_and_the_same_to_the_bit(count: int) -> None:
    rounds = 200
    values = np.random.default_rng(0).standard_normal((rounds, count, 3, 4)).astype(np.float32)
    sums = np.zeros((rounds, count, 3, 4), np.float32)
    team = team_of(count)

    def work(member: Colleagues) -> None:
        for each in range(rounds):
            member.sum(values[each, member.number], sums[each, member.number])

    threads = [threading.Thread(target=work, args=(member,)) for member in team]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sums == sums[:, :1]).all()
    assert sums[:, 0] == pytest.approx(values.astype(np.float64).sum(axis=1), rel=1e-6, abs=1e-6)
    for member in team:
        member.close()


def test_who_waits_for_someone_who_is_gone_learns_it() -> None:
    first, second = team_of(2)
    second.close()
    with pytest.raises(ColleagueGoneError, match="has ended"):
        first.wait()
    assert not first.listen(1)
    first.close()
