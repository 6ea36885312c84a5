"""The `.deepviz` file: a zip of plain files with a checksum of each. Nothing in it is ever executed or unpickled.

``project.json`` holds graph, data choice and plan. A trained project also has ``weights.safetensors``,
``state.safetensors`` (what the optimizer keeps, to go on exactly), ``history.npz`` and ``scaler.npz``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deepviz.document.project import Project
from deepviz.document.project_json import FileError, from_json, to_json
from deepviz.engine.trainer import TrainerState

SUFFIX = ".deepviz"
LARGEST_PROJECT = 64 * 2**20
LARGEST_MEMBER = 8 * 2**30
PROJECT, WEIGHTS, STATE, HISTORY, SCALER = (
    "project.json", "weights.safetensors", "state.safetensors", "history.npz", "scaler.npz",
)  # fmt: skip
CHECKSUMS = "checksums.json"

Arrays = Mapping[str, np.ndarray]


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
    """

    state: TrainerState
    history: Arrays = field(default_factory=dict)
    scaler: Arrays = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was in a file.

    Attributes
    ----------
    warnings
        Parts that could not be read and were left out, in words.
    """

    project: Project
    trained: Trained | None
    warnings: tuple[str, ...] = ()


def save(project: Project, path: Path, trained: Trained | None = None) -> None:
    """Write a project, and what training has made of it, all or nothing. Equal contents give equal bytes.

    Raises
    ------
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    members = {PROJECT: json.dumps(to_json(project), indent=1, ensure_ascii=False).encode()}
    if trained is not None:
        members |= _trained_members(trained)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    members[CHECKSUMS] = json.dumps(sums, indent=1).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    replace_file(path, buffer.getvalue())


def load(path: Path) -> Loaded:
    """Read a project file.

    Raises
    ------
    FileError
        If it is not there, not a project, damaged, or of a newer version.
    """
    members = _members(path)
    try:
        values = json.loads(members[PROJECT])
    except (ValueError, RecursionError):
        raise FileError(f"{path.name}: {PROJECT} is not valid JSON.") from None
    try:
        project = from_json(values)
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from None
    if WEIGHTS not in members:
        return Loaded(project, None)
    warnings: list[str] = []
    try:
        trained = _trained(members, warnings)
    except (ValueError, KeyError, TypeError) as error:
        text = f"The weights in {path.name} cannot be read ({error}); the project opens without them."
        return Loaded(project, None, (text,))
    return Loaded(project, trained, tuple(f"{path.name}: {warning}" for warning in warnings))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file all or nothing: next to it first, then in its place.

    Raises
    ------
    OSError
        If that fails; what was there before is untouched.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _members(path: Path) -> dict[str, bytes]:
    """The files in the zip, each held against its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                limit = LARGEST_PROJECT if entry.filename.endswith(".json") else LARGEST_MEMBER
                if entry.file_size > limit or entry.file_size > 2000 * max(entry.compress_size, 1000):
                    raise FileError(f"{path.name}: {entry.filename} is too large to be true.")
            members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except FileNotFoundError:
        raise FileError(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, EOFError, zipfile.LargeZipFile, NotImplementedError, RuntimeError):
        raise FileError(f"{path.name} is not a DeepViz project, or it is damaged.") from None
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    if PROJECT not in members:
        raise FileError(f"{path.name} is not a DeepViz project: it has no {PROJECT}.")
    _check_sums(path, members)
    return members


def _check_sums(path: Path, members: dict[str, bytes]) -> None:
    try:
        sums = json.loads(members.get(CHECKSUMS, b""))
    except (ValueError, RecursionError):
        sums = None
    if not isinstance(sums, dict):
        raise FileError(f"{path.name} has no checksums, so it cannot be trusted to be whole.")
    for name, content in members.items():
        if name != CHECKSUMS and sums.get(name) != hashlib.sha256(content).hexdigest():
            raise FileError(f"{path.name} is damaged: {name} does not have the checksum it was saved with.")
    missing = sums.keys() - members.keys()
    if missing:
        raise FileError(f"{path.name} is damaged: {min(missing)} is missing.")


def _trained_members(trained: Trained) -> dict[str, bytes]:
    from safetensors.numpy import save as to_bytes

    state = trained.state
    vectors = {
        f"{vector}:{name}": np.ascontiguousarray(array)
        for vector, arrays in state.optimizer_vectors.items()
        for name, array in arrays.items()
    }
    counters = {"step": np.array([state.step], np.int64), "learning_rate": np.array([state.learning_rate])}
    members = {
        WEIGHTS: to_bytes({name: np.ascontiguousarray(array) for name, array in state.parameters.items()}),
        STATE: to_bytes(vectors | counters),
    }
    for name, arrays in ((HISTORY, trained.history), (SCALER, trained.scaler)):
        if arrays:
            members[name] = npz_bytes(arrays)
    return members


def _trained(members: Mapping[str, bytes], warnings: list[str]) -> Trained:
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        weights, state = from_bytes(members[WEIGHTS]), from_bytes(members.get(STATE, b""))
    except SafetensorError as error:
        raise ValueError(str(error)) from None
    vectors: dict[str, dict[str, np.ndarray]] = {}
    for key, array in state.items():
        vector, colon, name = key.partition(":")
        if colon:
            vectors.setdefault(vector, {})[name] = array
    trainer_state = TrainerState(int(state["step"][0]), float(state["learning_rate"][0]), weights, vectors)
    extra = {}
    for name in (HISTORY, SCALER):
        try:
            extra[name] = _from_npz(members[name]) if name in members else {}
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            warnings.append(f"{name} cannot be read ({error}) and was left out.")
            extra[name] = {}
    return Trained(trainer_state, extra[HISTORY], extra[SCALER])


def npz_bytes(arrays: Arrays) -> bytes:
    """Arrays as the contents of an `.npz` file, without pickle and with equal bytes for equal arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), part.getvalue())
    return buffer.getvalue()


def _from_npz(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
