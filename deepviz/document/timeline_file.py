"""Kept states as files: the arrays of all of them are safetensors, their single numbers are JSON.

They are members of a project's file, or lie in a file of their own beside it, which can be written less often. Arrays
are laid end to end, in an order that the JSON names once: networks of thousands of layers have thousands of them. The
best weights are stored once though many states know of them. What is read is not believed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from deepviz.document import archive
from deepviz.document.archive import Arrays, FileError
from deepviz.document.kept_states import KeptStates, bests_of
from deepviz.document.replace_file import replace_file
from deepviz.document.state_file import course_values, from_bytes, to_bytes, with_course
from deepviz.engine.shapes import Shape
from deepviz.engine.trainer_state import TrainerState

STEPS, ARRAYS = "timeline.json", "timeline.safetensors"
SUFFIX = ".timeline"

Vector = np.ndarray[Any, Any]
Shapes = Mapping[str, Shape]


def timeline_members(kept: KeptStates, run: str = "") -> dict[str, bytes]:
    """The files that hold kept states; none if there are none. Those of a run that diverged are left out.

    ``timeline.json`` has the names and shapes of ``parameters`` and ``network_state``, and by step the single numbers
    of each state. ``timeline.safetensors`` has one vector for each of these groups, such as ``150/parameters``,
    ``150/network_state`` and ``150/optimizer/m``, and ``best 120/parameters`` for the best weights.

    Parameters
    ----------
    run
        The id of the run that they belong to.
    """
    if not kept.states:
        return {}
    parameters, network = (_shapes(each) for each in (kept.states[-1].parameters, kept.states[-1].network_state))
    bests: dict[int, dict[str, Vector]] = {}
    for best in bests_of(kept.states):
        arrays = _joined(f"best {best.step}/", best.weights, parameters, network)
        if _are_finite(arrays):
            bests[best.step] = arrays
    vectors: dict[str, Vector] = {}
    states: list[TrainerState] = []
    for state in kept.states:
        arrays = _joined(f"{state.step}/", {**state.parameters, **state.network_state}, parameters, network)
        for name, twin in state.optimizer_vectors.items():
            arrays[f"{state.step}/optimizer/{name}"] = _end_to_end(twin, parameters)
        known = state.course.best
        if (known is None or known.step in bests) and _are_finite(arrays):
            vectors |= arrays if known is None else arrays | bests[known.step]
            states.append(state)
    if not states:
        return {}
    values = {
        "run": run,
        "parameters": list(parameters.items()),
        "network_state": list(network.items()),
        "pinned": sorted(kept.pinned & {state.step for state in states}),
        "states": [
            {"step": state.step, "learning_rate": float(state.learning_rate), "course": course_values(state)}
            for state in states
        ],
    }
    return {STEPS: json.dumps(values, sort_keys=True, allow_nan=False).encode(), ARRAYS: to_bytes(vectors)}


def timeline_of(
    members: Mapping[str, bytes | None], parameters: Shapes, network_state: Shapes
) -> tuple[KeptStates, str]:
    """The states that files hold, and the id of their run.

    Parameters
    ----------
    members
        Contents by name.
    parameters, network_state
        Names and shapes of the arrays that the network has, trained and only kept.

    Raises
    ------
    FileError
        If they cannot be read, are of another network, or are nothing that training gives.
    """
    try:
        values, vectors = json.loads(members.get(STEPS) or b""), from_bytes(members.get(ARRAYS) or b"")
        trained, only_kept = (
            {name: tuple(shape) for name, shape in values[group]} for group in ("parameters", "network_state")
        )
        if trained != dict(parameters) or only_kept != dict(network_state):
            raise ValueError("it is of another network")
        if not all(vector.dtype.kind == "f" and np.isfinite(vector).all() for vector in vectors.values()):
            raise ValueError("not all are finite numbers")
        states = tuple(_state(found, vectors, trained, only_kept) for found in values["states"])
        steps, run, pinned = [state.step for state in states], values["run"], frozenset(values["pinned"])
        if steps != sorted(set(steps)) or not pinned <= set(steps) or not isinstance(run, str):
            raise ValueError("its steps do not count upwards")
        return KeptStates(states, pinned), run
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        raise FileError("the timeline cannot be read.") from None


def write_timeline(path: Path, kept: KeptStates, run: str) -> None:
    """Write a file with nothing but kept states, all or nothing; without any there is none.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is untouched.
    """
    members = timeline_members(kept, run)
    if members:
        replace_file(path, archive.pack(members))
    else:
        path.unlink(missing_ok=True)


def read_timeline(path: Path) -> dict[str, bytes | None]:
    """The members of such a file, to be passed to `timeline_of`; none if there is no file.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    return archive.unpack(path, STEPS, (ARRAYS,), ()) if path.exists() else {}


def _state(values: Mapping[str, Any], vectors: Arrays, parameters: Shapes, network: Shapes) -> TrainerState:
    step, learning_rate, course = values["step"], values["learning_rate"], values["course"]
    if type(step) is not int or step < 0 or type(learning_rate) is not float or not 0 < learning_rate < math.inf:
        raise ValueError("the number of steps or the learning rate is not possible")
    prefix, best = f"{step}/optimizer/", None
    if "best" in course:
        found = f"best {int(course['best']['step'])}/"
        best = _parted(vectors, f"{found}parameters", parameters) | _parted(vectors, f"{found}network_state", network)
    state = TrainerState(
        step,
        learning_rate,
        _parted(vectors, f"{step}/parameters", parameters),
        {name.removeprefix(prefix): _parted(vectors, name, parameters) for name in vectors if name.startswith(prefix)},
        _parted(vectors, f"{step}/network_state", network),
    )
    return with_course(state, course, best)


def _shapes(arrays: Arrays) -> dict[str, Shape]:
    return {name: array.shape for name, array in arrays.items()}


def _joined(prefix: str, arrays: Arrays, parameters: Shapes, network: Shapes) -> dict[str, Vector]:
    groups = {"parameters": parameters, "network_state": network}
    return {f"{prefix}{name}": _end_to_end(arrays, group) for name, group in groups.items() if group}


def _end_to_end(arrays: Arrays, order: Sequence[str] | Shapes) -> Vector:
    return np.concatenate([arrays[name].ravel() for name in order]) if order else np.zeros(0, np.float32)


def _are_finite(vectors: Arrays) -> bool:
    """Whether there are nothing but finite numbers. It is asked of long vectors, for networks of many arrays."""
    return all(np.isfinite(vector).all() for vector in vectors.values())


def _parted(vectors: Arrays, name: str, shapes: Shapes) -> dict[str, Vector]:
    """A vector cut into arrays; they are views of it."""
    if not shapes:
        return {}
    vector, start, arrays = vectors[name], 0, {}
    for array, shape in shapes.items():
        end = start + math.prod(shape)
        arrays[array] = vector[start:end].reshape(shape)
        start = end
    if vector.shape != (start,):
        raise ValueError(f"{name} has {vector.shape} numbers in place of {start}")
    return arrays
