"""A trainer's state as the contents of files, and back: weights, what the optimizer keeps, and the course of the run.

Arrays are safetensors, single numbers are JSON. What is read is not believed: whatever is missing, of the wrong kind or
impossible is told in words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deepviz.document.archive import Arrays, FileError
from deepviz.engine import optimizers
from deepviz.engine.trainer_state import Best, CourseState, Place, TrainerState

WEIGHTS, STATE, COURSE, BEST = "weights.safetensors", "state.safetensors", "course.json", "best.safetensors"
MEMBERS = (WEIGHTS, STATE, COURSE, BEST)


def state_members(state: TrainerState) -> dict[str, bytes]:
    """The files that hold a state. The best weights have one of their own, if there are any."""
    vectors = {
        f"{vector}:{name}": array
        for vector, arrays in state.optimizer_vectors.items()
        for name, array in arrays.items()
    }
    counters = {"step": np.array([state.step], np.int64), "learning_rate": np.array([state.learning_rate])}
    members = {
        WEIGHTS: to_bytes(state.weights),
        STATE: to_bytes(vectors | counters),
        COURSE: (json.dumps(course_values(state), indent=1, sort_keys=True, allow_nan=False) + "\n").encode(),
    }
    if state.course.best is not None:
        members[BEST] = to_bytes(state.course.best.weights)
    return members


def state_of(members: Mapping[str, bytes | None], kept: Collection[str]) -> TrainerState:
    """The state that files hold. Files of earlier versions have no course, or a shorter one, and no best weights.

    Parameters
    ----------
    members
        Contents by name.
    kept
        Names of those arrays among the weights that the network keeps without training them.

    Raises
    ------
    FileError
        If they cannot be read. Whether the weights fit the network is not looked at.
    """
    try:
        weights, rest = from_bytes(members.get(WEIGHTS) or b""), from_bytes(members.get(STATE) or b"")
        step, learning_rate = rest.pop("step"), rest.pop("learning_rate")
        vectors: dict[str, dict[str, np.ndarray]] = {}
        for key, array in rest.items():
            vector, _, name = key.partition(":")
            vectors.setdefault(vector, {})[name] = array
        best = None if BEST not in members else from_bytes(members[BEST] or b"")
        written = None if COURSE not in members else json.loads(members[COURSE] or b"")
        state = TrainerState(
            int(step[0]),
            float(learning_rate[0]),
            {name: array for name, array in weights.items() if name not in kept},
            vectors,
            {name: array for name, array in weights.items() if name in kept},
        )
        return state if written is None else with_course(state, written, best)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        raise FileError("the weights cannot be read.") from None


def to_bytes(arrays: Arrays) -> bytes:
    """Arrays as the contents of a safetensors file."""
    from safetensors.numpy import save

    content: bytes = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return content


def from_bytes(content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a safetensors file.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, np.ndarray[Any, Any]] = load(content)
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    return arrays


def course_values(state: TrainerState) -> dict[str, Any]:
    """All of a state but its step, its learning rate and its arrays, as plain values for JSON."""
    course = state.course
    values: dict[str, Any] = {
        "epoch": {"total": _number(course.epoch_total), "samples": course.epoch_samples},
        "seconds": _number(course.seconds),
        "schedule": _numbers(course.schedule),
        "stopping": {rule: _numbers(memory) for rule, memory in course.stopping.items()},
        "stopped_by": course.stopped_by,
    }
    if course.best is not None:
        best = course.best
        values["best"] = {"step": best.step, "value": _number(best.value), "epoch": best.epoch}
    if state.place is not None:
        values["place"] = state.place._asdict()
    if state.optimizer is not None:
        values["optimizer"] = state.optimizer.to_json()
    if state.ages:
        values["ages"] = dict(state.ages)
    return values


def with_course(state: TrainerState, values: dict[str, Any], best: Arrays | None) -> TrainerState:
    """A state with what `course_values` gave, and with the best weights if there are any.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, OverflowError
        If they are not such values.
    """
    return _with_place(replace(state, course=_course(values, best)), values)


def _course(values: dict[str, Any], weights: Arrays | None) -> CourseState:
    stopped_by, best = values["stopped_by"], None
    if not isinstance(stopped_by, str | None):
        raise TypeError("stopped_by is a text or nothing")
    if ("best" in values) != (weights is not None):
        raise KeyError("best")
    if weights is not None:
        found = values["best"]
        best = Best(int(found["step"]), float(found["value"]), weights, _count(found.get("epoch", 0)))
    return CourseState(
        float(values["epoch"]["total"]),
        int(values["epoch"]["samples"]),
        float(values["seconds"]),
        {name: float(value) for name, value in values["schedule"].items()},
        {rule: {name: float(value) for name, value in memory.items()} for rule, memory in values["stopping"].items()},
        stopped_by,
        best,
    )


def _with_place(state: TrainerState, values: dict[str, Any]) -> TrainerState:
    """The state with what the course says of samples seen and of the optimizer."""
    place, optimizer = values.get("place"), values.get("optimizer")
    ages = {str(node): _count(age) for node, age in values.get("ages", {}).items()}
    return replace(
        state,
        place=None if place is None else Place(_count(place["epoch"]), _count(place["seen"])),
        optimizer=None if optimizer is None else optimizers.registry.from_json(optimizer),
        ages=ages,
    )


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a number of things")
    return value


def _number(value: float) -> float | str:
    """A number as JSON has it: with all its digits, or as a text if it is not finite, which JSON does not know."""
    return float(value) if math.isfinite(value) else str(float(value))


def _numbers(memory: Mapping[str, float]) -> dict[str, float | str]:
    return {name: _number(value) for name, value in memory.items()}
