"""The `.deepviz` file: a zip of plain files with a checksum of each. Nothing in it is ever executed or unpickled.

``project.json`` holds graph, data choice and plan. A trained project also has the members of `state_file`: weights, and
what it takes to go on exactly; and as a rule the optional members below, and those of `timeline_file`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from deepviz.document import archive
from deepviz.document.archive import Arrays
from deepviz.document.archive import FileError as FileError
from deepviz.document.kept_states import KeptStates
from deepviz.document.project import Project
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.document.repeats import unrolled
from deepviz.document.replace_file import replace_file
from deepviz.document.shapes import check
from deepviz.document.state_file import MEMBERS as MEMBERS
from deepviz.document.state_file import STATE as STATE
from deepviz.document.state_file import WEIGHTS as WEIGHTS
from deepviz.document.state_file import state_members, state_of
from deepviz.document.timeline_file import ARRAYS as TIMELINE_ARRAYS
from deepviz.document.timeline_file import STEPS as TIMELINE
from deepviz.document.timeline_file import read_timeline, timeline_members, timeline_of
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.trainer_state import TrainerState

SUFFIX = ".deepviz"
PROJECT, HISTORY, SCALER, RESULTS = "project.json", "history.npz", "scaler.npz", "results.json"

Results = Mapping[str, Mapping[str, float]]
"""Loss and accuracy by part of the data: ``{"test": {"loss": 0.1, "accuracy": 0.97}}``."""


@dataclass(frozen=True)
class CopyOf:
    """Of what a file is a copy that a run has kept, as the file itself says.

    Attributes
    ----------
    file
        What the project's file is called that it lies beside.
    epoch
        After how many epochs it was kept.
    """

    file: str
    epoch: int


@dataclass(frozen=True, eq=False)
class Trained:
    """What training has made of a project.

    Attributes
    ----------
    state
        Weights, and all that is needed to go on.
    history
        Columns of the run, as `History.to_arrays` gives them; may be empty.
    scaler
        How samples were brought into range, as `Scaler.to_arrays` gives it; may be empty.
    results
        How good the weights are on each part of the data; may be empty.
    data_fingerprint
        By what to tell whether other data is the data it was trained on; may be empty.
    kept
        Earlier states of the run, by which its timeline is had again; may be empty.
    copy_of
        Of what it is a copy; None for a project of its own.
    """

    state: TrainerState
    history: Arrays = field(default_factory=dict)
    scaler: Arrays = field(default_factory=dict)
    results: Results = field(default_factory=dict)
    data_fingerprint: str = ""
    kept: KeptStates = field(default_factory=KeptStates)
    copy_of: CopyOf | None = None


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was in a file.

    Attributes
    ----------
    warnings
        Parts that could not be read and were left out, in words.
    """

    project: Project
    trained: Trained | None = None
    warnings: tuple[str, ...] = ()


def save(project: Project, path: Path, trained: Trained | None = None) -> None:
    """Write a project, and what training has made of it, all or nothing. Equal contents give equal bytes.

    Raises
    ------
    FileError
        If it could not be read back: the weights are not those of the project, or not finite.
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    text = project_to_json(project)
    try:
        project_from_json(text)
        members = {PROJECT: text.encode()}
        if trained is not None:
            _check_fit(project, trained.state)
            members |= _trained_members(trained)
    except FileError as error:
        raise FileError(f"{path.name} would be unreadable: {error}") from None
    replace_file(path, archive.pack(members, compressed=(HISTORY,)))


def load(path: Path) -> Loaded:
    """Read a project file.

    Raises
    ------
    FileError
        If it is not there, not a project, damaged, or of a newer version. Only damage to history, scaler, results and
        timeline is left at a warning.
    """
    optional = (HISTORY, SCALER, RESULTS, TIMELINE, TIMELINE_ARRAYS)
    members = archive.unpack(path, PROJECT, (*MEMBERS, *optional), optional)
    try:
        project = project_from_json(members[PROJECT] or b"")
        if WEIGHTS not in members:
            return Loaded(project)
        state = state_of(members, _array_shapes(project)[1])
        _check_fit(project, state)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None
    warnings: list[str] = []
    history, scaler = (_optional_arrays(members, name, path.name, warnings) for name in (HISTORY, SCALER))
    results, fingerprint, copy_of = _results(members, path.name, warnings)
    trained = Trained(state, history, scaler, results, fingerprint, copy_of=copy_of)
    if TIMELINE in members or TIMELINE_ARRAYS in members:
        try:
            trained = replace(trained, kept=_kept_states(members, project, state.step)[0])
        except FileError:
            warnings.append(f"{path.name}: its timeline is damaged and was left out.")
    return Loaded(project, trained, tuple(warnings))


def with_timeline(loaded: Loaded, path: Path, run: str) -> Loaded:
    """The same with the timeline of a file of its own, if there is one and it is of this run and fits the network.

    Parameters
    ----------
    path
        A file that `write_timeline` made; damage to it is told by a warning.
    run
        The id of the run.
    """
    if loaded.trained is None or not run:
        return loaded
    try:
        members = read_timeline(path)
        if not members:
            return loaded
        kept, owner = _kept_states(members, loaded.project, loaded.trained.state.step)
    except FileError:
        warning = "The timeline of the run is damaged and was left out."
        return replace(loaded, warnings=(*loaded.warnings, warning))
    return loaded if owner != run else replace(loaded, trained=replace(loaded.trained, kept=kept))


def _kept_states(members: Mapping[str, bytes | None], project: Project, step: int) -> tuple[KeptStates, str]:
    """The kept states that belong before a step, and the id of their run."""
    found, run = timeline_of(members, *_array_shapes(project))
    return found.before(step), run


def _check_fit(project: Project, state: TrainerState) -> None:
    """Refuse weights that are not those of the network, and numbers that no training gives."""
    if state.step < 0 or not (math.isfinite(state.learning_rate) and state.learning_rate > 0):
        raise FileError("the number of steps or the learning rate is not possible.")
    trained, kept = _array_shapes(project)
    _check_arrays(state.weights, trained | kept)
    for arrays in state.optimizer_vectors.values():
        _check_arrays(arrays, trained)
    if state.course.best is not None:
        _check_arrays(state.course.best.weights, trained | kept)


def _check_arrays(arrays: Arrays, wanted: Mapping[str, Shape]) -> None:
    different = wanted.keys() ^ arrays.keys()
    if different:
        raise FileError(f"the weights do not fit the network: {min(different)} is in only one of the two.")
    for name, array in arrays.items():
        if array.shape != wanted[name]:
            raise FileError(f"the weights do not fit the network: {name} is {array.shape} in place of {wanted[name]}.")
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise FileError(f"the weights {name} are not all finite numbers.")


def _array_shapes(project: Project) -> tuple[dict[str, Shape], dict[str, Shape]]:
    """Shapes by name of all arrays that are trained, and of those that are only kept, as far as the graph is right."""
    graph = unrolled(project.graph).graph
    shapes = check(replace(project, graph=graph)).shapes
    trained: dict[str, Shape] = {}
    kept: dict[str, Shape] = {}
    for node in graph.nodes:
        inputs = [shapes[edge.source] for edge in graph.inputs_of(node.id)]
        known = [shape for shape in inputs if shape is not None]
        if isinstance(node.layer, Layer) and shapes[node.id] is not None and len(known) == len(inputs):
            trained |= {f"{node.id}/{name}": shape for name, shape in node.layer.parameter_shapes(known).items()}
            kept |= {f"{node.id}/{name}": shape for name, shape in node.layer.state_shapes(known).items()}
    return trained, kept


def _trained_members(trained: Trained) -> dict[str, bytes]:
    members = state_members(trained.state) | timeline_members(trained.kept.before(trained.state.step))
    for name, arrays in ((HISTORY, trained.history), (SCALER, trained.scaler)):
        if arrays:
            members[name] = archive.npz_bytes(arrays)
    if trained.results or trained.data_fingerprint or trained.copy_of is not None:
        values: dict[str, object] = {"data": trained.data_fingerprint, "results": trained.results}
        if trained.copy_of is not None:
            values["copy"] = {"of": trained.copy_of.file, "epoch": trained.copy_of.epoch}
        members[RESULTS] = json.dumps(values, indent=1, sort_keys=True).encode()
    return members


def _optional_arrays(
    members: Mapping[str, bytes | None], name: str, file: str, warnings: list[str]
) -> dict[str, np.ndarray]:
    if name not in members:
        return {}
    content = members[name]
    try:
        if content is not None:
            return archive.arrays_of(content)
    except ValueError:
        pass
    warnings.append(f"{file}: {name} is damaged and was left out.")
    return {}


def _results(members: Mapping[str, bytes | None], file: str, warnings: list[str]) -> tuple[Results, str, CopyOf | None]:
    """Results, fingerprint of the data, and of what it is a copy; nothing of all three if they cannot be read."""
    if RESULTS not in members:
        return {}, "", None
    try:
        values = json.loads(members[RESULTS] or b"")
        results = {
            str(part): {str(name): float(value) for name, value in numbers.items()}
            for part, numbers in values["results"].items()
        }
        copy = values.get("copy")
        copy_of = None if copy is None else CopyOf(Path(str(copy["of"])).name, int(copy["epoch"]))
        return results, str(values["data"]), copy_of if copy_of is not None and copy_of.file else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        warnings.append(f"{file}: {RESULTS} is damaged and was left out.")
        return {}, "", None
