"""The crew of a trainer: further processes that each compute a part of every batch.

The trainer's own process is number 0 of the team and computes a part as well. Samples, parameters and gradients lie in
memory that all see; what to do next is a few numbers there, and a byte through a pipe that says "now". Nothing is
pickled: the others are told the network as JSON and build it from their own installation.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from deepviz.engine import probes
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizer_state import OptimizerState
from deepviz.engine.steps import Watched
from deepviz.engine.team.colleagues import ROOM, ColleagueGoneError, Colleagues
from deepviz.engine.team.part import Part, parts
from deepviz.engine.team.shared import SharedArrays

SAMPLES = ("samples", "targets", "classes")

REFUSED = 3
"""How a process ends whose layers refuse what is in the batch; what it writes last is the reason."""

GRAIN = 1024
"""Parameters are shared out in pieces of this many, so that two processes never write to one cache line."""


class Crew:
    """The processes that help a trainer.

    Parameters
    ----------
    count
        How many processes share a batch, that of the trainer included.
    network, state
        Their vectors are moved into shared memory. Views of parameters that were taken before show no training.
    loss, optimizer, probe_keys, seed
        What each process needs to record the same step.
    samples
        What is trained on: samples, encoded targets, and classes or None.
    batch_size
        The largest batch.

    Attributes
    ----------
    samples
        The same in shared memory: use these instead of the ones given.

    Raises
    ------
    ValueError
        If this system cannot share a batch.
    """

    def __init__(
        self,
        count: int,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        state: OptimizerState,
        probe_keys: Sequence[str],
        seed: int,
        samples: tuple[np.ndarray, np.ndarray, np.ndarray | None],
        batch_size: int,
    ) -> None:
        if os.name != "posix":
            raise ValueError("Several workers need a system with shared files, such as Linux or macOS; use workers=1.")
        self.count = count
        self._watchable = tuple(probes.registry)
        self._watched: Watched = ()
        given = {name: array for name, array in zip(SAMPLES, samples, strict=True) if array is not None}
        vectors = {f"gradients {number}": network.gradients.vector for number in range(count)}
        vectors |= {f"state {name}": vector for name, vector in state.vectors.items()}
        vectors |= {"parameters": network.parameters.vector, "kept": network.state.vector}
        layout = {name: (array.shape, array.dtype.name) for name, array in (given | vectors).items()} | {
            "chosen": ((batch_size,), "int64"),
            "orders": ((2,), "int64"),
            "watched": ((len(self._watchable),), "int64"),
            "learning rate": ((1,), "float64"),
            "desks": ((2, count, ROOM), "float64"),
        }
        self._memory = SharedArrays(layout)
        for name, array in given.items():
            self._memory[name][...] = array
        self.samples = self._memory["samples"], self._memory["targets"], self._memory.get("classes")
        move_in(self._memory, network, state, 0)

        pipes = Pipes(count)
        told = {
            "count": count,
            "layout": layout,
            "descriptor": self._memory.descriptor,
            "dtype": network.dtype.name,
            "nodes": [[node.id, node.layer.to_json(), node.sources] for node in network.nodes],
            "loss": loss.to_json(),
            "optimizer": optimizer.to_json(),
            "spans": state.spans,
            "probes": list(probe_keys),
            "watchable": self._watchable,
            "seed": seed,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for number in range(1, count):
                self._processes.append(_started(number, told, pipes))
        except BaseException:
            pipes.close_all_but(None)
            _end(self._processes, patience=0)
            raise
        finally:
            self._memory.close_file()
        self.team = joined(0, count, *pipes.of(0), self._memory)
        pipes.close_all_but(0)
        self.close = weakref.finalize(self, _dismiss, self.team, self._processes)

    def part(self, samples: int) -> Part:
        """The part of a batch that the trainer's own process computes."""
        start, stop = parts(samples, self.count)[0]
        return Part(start, stop, samples, self.team)

    def begin(self, chosen: np.ndarray, step: int, watched: Watched, learning_rate: float) -> None:
        """Have the others begin with a step; the caller does its part of it meanwhile.

        Parameters
        ----------
        chosen
            The numbers of the samples of the batch.
        step
            How many steps have been made before it.
        watched
            What is read from this step besides what every step reads.
        learning_rate
            That of the step.

        Raises
        ------
        ColleagueGoneError
            If one of the others has ended.
        """
        self._memory["chosen"][: len(chosen)] = chosen
        self._memory["orders"][:] = len(chosen), step
        if watched != self._watched:
            self._watched = watched
            self._memory["watched"][:] = [key in watched for key in self._watchable]
        self._memory["learning rate"][0] = learning_rate
        self.team.call()

    def reason(self, error: ColleagueGoneError) -> Exception:
        """Why a process has ended, as far as it said: a ValueError from its part, or this error with its words."""
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
            if process.returncode and process.stderr is not None:
                words = process.stderr.read().decode(errors="replace").strip()
                if words and process.returncode == REFUSED:
                    return ValueError(words)
                if words:
                    return ColleagueGoneError(f"{error} {words.splitlines()[-1]}")
        return error


def move_in(memory: SharedArrays, network: Network, state: OptimizerState, number: int) -> None:
    """Have a network and the state of an optimizer use the vectors in shared memory.

    What they hold goes there if `number` is 0, the process that has trained so far; the others take over what is there.
    """
    network.move(memory["parameters"], memory[f"gradients {number}"], memory["kept"], keep=number == 0)
    for name, vector in state.vectors.items():
        shared = memory[f"state {name}"]
        if number == 0:
            shared[:] = vector
        state.vectors[name] = shared


def joined(
    number: int, count: int, inboxes: Mapping[int, int], outboxes: Mapping[int, int], memory: SharedArrays
) -> Colleagues:
    """One process's place in the team. Each sums up and updates an equal part of the parameters."""
    gradients = [memory[f"gradients {index}"] for index in range(count)]
    start, stop = parts(gradients[0].size // GRAIN, count)[number]
    own = slice(start * GRAIN, gradients[0].size if number == count - 1 else stop * GRAIN)
    return Colleagues(number, inboxes, outboxes, memory["desks"], gradients, own)


class Pipes:
    """A pipe from each process to each other one."""

    def __init__(self, count: int) -> None:
        self._ends = {(a, b): os.pipe() for a in range(count) for b in range(count) if a != b}

    def of(self, number: int) -> tuple[dict[int, int], dict[int, int]]:
        """The ends of one process: those it reads from and those it writes to, by the number of the other."""
        inboxes = {a: reading for (a, b), (reading, _) in self._ends.items() if b == number}
        outboxes = {b: writing for (a, b), (_, writing) in self._ends.items() if a == number}
        return inboxes, outboxes

    def close_all_but(self, number: int | None) -> None:
        """Close the ends of the other processes, so that a pipe ends when the process that writes to it does."""
        own = set() if number is None else {end for ends in self.of(number) for end in ends.values()}
        for ends in self._ends.values():
            for end in ends:
                if end not in own:
                    os.close(end)


def _started(number: int, told: Mapping[str, Any], pipes: Pipes) -> subprocess.Popen[bytes]:
    inboxes, outboxes = pipes.of(number)
    descriptors = [told["descriptor"], *inboxes.values(), *outboxes.values()]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-m", "deepviz.engine.team.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=descriptors,
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps({**told, "number": number, "inboxes": inboxes, "outboxes": outboxes}).encode())
        process.stdin.close()
    except BaseException as error:
        _end([process], patience=0)
        if isinstance(error, OSError):  # it ended before it had read what it was told
            raise ColleagueGoneError("A process that is to compute a part of each batch does not start.") from None
        raise
    return process


def _dismiss(team: Colleagues, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End the other processes: they go when they see that nobody will call them again."""
    team.close()
    _end(processes, patience=5)


def _end(processes: Sequence[subprocess.Popen[bytes]], patience: float) -> None:
    """Wait so many seconds for processes to end by themselves, then end them."""
    for process in processes:
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr is not None:
            process.stderr.close()
