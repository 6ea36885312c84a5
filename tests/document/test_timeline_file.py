"""Kept states in files: what is written can be read without DeepViz, and what is read is the same to the bit."""

from __future__ import annotations

import json
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.datasets import registry as sources
from deepviz.document import edits
from deepviz.document.archive import CHECKSUMS, FileError, pack
from deepviz.document.file_format import Loaded, Trained, load, save, with_timeline
from deepviz.document.kept_states import KeptStates
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.document.timeline_file import ARRAYS, STEPS, read_timeline, timeline_members, timeline_of, write_timeline
from deepviz.engine import layers, losses
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.trainer_state import Best, TrainerState
from deepviz.training.run_plan import RunPlan
from tests.document.stored import iris_project, same_arrays

STEPS_KEPT = (0, 1, 2, 5, 8, 13)


def with_batch_norm() -> Project:
    """A network that keeps arrays which are not trained, and the best weights."""
    project = edits.set_data(Project("small"), DataChoice(sources["iris"]()))
    plan = TrainingPlan(Adam(learning_rate=0.01), RunSettings(batch_size=16, epochs=3, keep_best=True))
    chain = [layers.Input(shape=(4,)), layers.Dense(units=5), layers.BatchNorm(), layers.Dense(units=3)]
    for layer in (*chain, losses.SoftmaxCrossEntropy()):
        project = edits.append(project, layer)
    return edits.set_plan(project, plan)


def trained(project: Project) -> tuple[KeptStates, TrainerState]:
    """States of a run, of which the one after step 5 is never let go, and its last one."""
    trainer = RunPlan.of(project).trainer()
    steps, states = trainer.steps(), []
    for step in range(20):
        if step in STEPS_KEPT:
            states.append(trainer.state())
        next(steps)
    return KeptStates(tuple(states), frozenset({5})), trainer.state()


@pytest.fixture(scope="module", params=[iris_project, with_batch_norm])
def run(request: pytest.FixtureRequest) -> tuple[Project, KeptStates, TrainerState]:
    project = request.param()
    return project, *trained(project)


def assert_same(one: TrainerState, other: TrainerState) -> None:
    assert (one.step, one.learning_rate, one.place, one.optimizer, one.ages, one.batch_size) == (
        other.step, other.learning_rate, other.place, other.optimizer, other.ages, other.batch_size,
    )  # fmt: skip
    assert same_arrays(one.parameters, other.parameters)
    assert same_arrays(one.network_state, other.network_state)
    assert one.optimizer_vectors.keys() == other.optimizer_vectors.keys()
    assert all(same_arrays(twin, other.optimizer_vectors[name]) for name, twin in one.optimizer_vectors.items())
    best, its_best = one.course.best, other.course.best
    assert replace(one.course, best=None).__dict__ == replace(other.course, best=None).__dict__
    assert (best is None) == (its_best is None)
    if best is not None and its_best is not None:
        assert (best.step, best.value, best.epoch) == (its_best.step, its_best.value, its_best.epoch)
        assert same_arrays(best.weights, its_best.weights)


def safetensors_by_hand(content: bytes) -> dict[str, np.ndarray]:
    """The format as its authors describe it: the length of a JSON header, the header, and the bytes it points into."""
    (length,) = struct.unpack("<Q", content[:8])
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    types = {"F32": np.float32, "F64": np.float64}
    return {
        name: np.frombuffer(body[slice(*each["data_offsets"])], types[each["dtype"]]).reshape(each["shape"])
        for name, each in header.items()
    }


def test_what_a_project_holds_can_be_read_without_deepviz(
    run: tuple[Project, KeptStates, TrainerState], tmp_path: Path
) -> None:
    project, kept, last = run
    save(project, tmp_path / "a.deepviz", Trained(last, kept=kept))
    with zipfile.ZipFile(tmp_path / "a.deepviz") as archive:
        values, vectors = json.loads(archive.read(STEPS)), safetensors_by_hand(archive.read(ARRAYS))
    assert [state["step"] for state in values["states"]] == list(STEPS_KEPT)
    assert values["pinned"] == [5]
    for state, written in zip(kept.states, values["states"], strict=True):
        assert written["learning_rate"] == state.learning_rate
        assert written["course"]["place"] == {"epoch": state.place.epoch, "seen": state.place.seen}
        groups = {"parameters": state.parameters, "network_state": state.network_state}
        for group, arrays in groups.items():
            start = 0
            for name, shape in values[group]:
                size = int(np.prod(shape))
                found = vectors[f"{state.step}/{group}"][start : start + size].reshape(shape)
                np.testing.assert_array_equal(found, arrays[name])
                start += size
        for vector, twin in state.optimizer_vectors.items():
            joined = np.concatenate([twin[name].ravel() for name, _ in values["parameters"]])
            np.testing.assert_array_equal(vectors[f"{state.step}/optimizer/{vector}"], joined)


def test_it_comes_back_to_the_bit_and_goes_on_to_the_bit(
    run: tuple[Project, KeptStates, TrainerState], tmp_path: Path
) -> None:
    project, kept, last = run
    save(project, tmp_path / "a.deepviz", Trained(last, kept=kept))
    loaded = load(tmp_path / "a.deepviz")
    assert loaded.warnings == ()
    assert loaded.trained is not None
    assert loaded.trained.kept.pinned == {5}
    for mine, theirs in zip(kept.states, loaded.trained.kept.states, strict=True):
        assert_same(mine, theirs)
        trainer = RunPlan.of(project).trainer(state=theirs)
        steps = trainer.steps()
        while trainer.step < last.step:
            next(steps)
        assert same_arrays(trainer.state().weights, last.weights)


def test_equal_states_give_equal_bytes_and_none_give_no_members(run: tuple[Project, KeptStates, TrainerState]) -> None:
    _, kept, _ = run
    assert timeline_members(kept, "r") == timeline_members(kept, "r")
    assert timeline_members(KeptStates()) == {}


def test_best_weights_are_stored_once(tmp_path: Path) -> None:
    project = with_batch_norm()
    kept, last = trained(project)
    weights = dict(last.weights)
    best = Best(4, 0.25, weights, 1)
    states = tuple(
        state if state.step < 5 else replace(state, course=replace(state.course, best=best)) for state in kept.states
    )
    vectors = safetensors_by_hand(timeline_members(KeptStates(states))[ARRAYS])
    assert [name for name in vectors if name.startswith("best")] == ["best 4/network_state", "best 4/parameters"]
    save(project, tmp_path / "a.deepviz", Trained(last, kept=KeptStates(states)))
    trained_again = load(tmp_path / "a.deepviz").trained
    assert trained_again is not None
    for mine, theirs in zip(states, trained_again.kept.states, strict=True):
        assert_same(mine, theirs)


def test_another_optimizer_on_the_way_has_vectors_of_its_own(tmp_path: Path) -> None:
    project = iris_project()
    kept, last = trained(project)
    plain = replace(kept.states[1], optimizer_vectors={}, optimizer=SGD(learning_rate=0.5))
    states = (kept.states[0], plain, *kept.states[2:])
    write_timeline(tmp_path / "a.timeline", KeptStates(states), "r")
    save(project, tmp_path / "a.deepviz", Trained(last))
    found = with_timeline(load(tmp_path / "a.deepviz"), tmp_path / "a.timeline", "r").trained
    assert found is not None
    assert_same(found.kept.states[1], plain)
    assert_same(found.kept.states[2], states[2])


def test_what_diverged_is_left_out_and_the_rest_is_kept() -> None:
    kept, _ = trained(iris_project())
    broken = {name: np.full_like(array, np.nan) for name, array in kept.states[3].parameters.items()}
    states = (*kept.states[:3], replace(kept.states[3], parameters=broken), *kept.states[4:])
    values = json.loads(timeline_members(KeptStates(states, frozenset({5})))[STEPS])
    assert [state["step"] for state in values["states"]] == [0, 1, 2, 8, 13]
    assert values["pinned"] == []


def test_states_after_the_weights_are_not_written(tmp_path: Path) -> None:
    project = iris_project()
    kept, _ = trained(project)
    save(project, tmp_path / "a.deepviz", Trained(kept.states[3], kept=kept))
    found = load(tmp_path / "a.deepviz").trained
    assert found is not None
    assert found.kept.steps == (0, 1, 2)


def stored(tmp_path: Path) -> tuple[Loaded, Path]:
    """A project in a file, and a timeline of its own."""
    project = iris_project()
    kept, last = trained(project)
    save(project, tmp_path / "a.deepviz", Trained(last))
    write_timeline(tmp_path / "a.timeline", kept, "r")
    return load(tmp_path / "a.deepviz"), tmp_path / "a.timeline"


def test_without_a_file_or_of_another_run_it_is_as_it_was(tmp_path: Path) -> None:
    loaded, path = stored(tmp_path)
    assert with_timeline(loaded, path, "other") is loaded
    assert with_timeline(loaded, path, "") is loaded
    assert with_timeline(loaded, tmp_path / "none.timeline", "r") is loaded
    assert with_timeline(Loaded(loaded.project), path, "r").trained is None
    write_timeline(path, KeptStates(), "r")
    assert not path.exists()
    assert read_timeline(path) == {}


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_half_a_file_and_changed_bytes_are_told(tmp_path: Path, share: float) -> None:
    loaded, path = stored(tmp_path)
    content = path.read_bytes()
    place = int(share * len(content))
    for damaged in (content[:place], content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]):
        path.write_bytes(damaged)
        found = with_timeline(loaded, path, "r")
        assert found.trained is not None
        assert found.trained.kept.steps == ()
        assert found.warnings == ("The timeline of the run is damaged and was left out.",)


def changed(path: Path, change: str) -> None:
    """Write a timeline that says something impossible, with checksums that are right."""
    members = {name: content or b"" for name, content in read_timeline(path).items()}
    values = json.loads(members[STEPS])
    states = values["states"]
    if change == "order":
        states.reverse()
    elif change == "step":
        states[0]["step"] = -1
    elif change == "rate":
        states[0]["learning_rate"] = 0.0
    elif change == "no number":
        states[0]["learning_rate"] = "much"
    elif change == "gone":
        states[0]["step"] = 3
    elif change == "pinned":
        values["pinned"] = [4]
    elif change == "shape":
        values["parameters"][0][1] = [1, 2]
    elif change == "name":
        values["parameters"][0][0] = "dense_9/W"
    elif change == "course":
        del states[0]["course"]["seconds"]
    elif change == "best":
        states[0]["course"]["best"] = {"step": 1, "value": 0.5, "epoch": 0}
    elif change == "list":
        values = [values]
    elif change == "nesting":
        values = None
    text = b"[" * 100_000 if values is None else json.dumps(values).encode()
    path.write_bytes(pack({**members, STEPS: text}))


@pytest.mark.parametrize(
    "change",
    ["order", "step", "rate", "gone", "pinned", "shape", "name", "course", "best", "list", "nesting", "no number"],
)
def test_impossible_contents_are_refused_in_words(tmp_path: Path, change: str) -> None:
    loaded, path = stored(tmp_path)
    changed(path, change)
    found = with_timeline(loaded, path, "r")
    assert found.trained is not None
    assert found.trained.kept.steps == ()
    assert len(found.warnings) == 1


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save as to_bytes

    loaded, path = stored(tmp_path)
    members = {name: content or b"" for name, content in read_timeline(path).items()}
    vectors = {name: array.copy() for name, array in safetensors_by_hand(members[ARRAYS]).items()}
    vectors["2/parameters"][0] = np.inf
    path.write_bytes(pack({**members, ARRAYS: to_bytes(vectors)}))
    assert with_timeline(loaded, path, "r").warnings
    with pytest.raises(FileError, match="cannot be read"):
        timeline_of({STEPS: b"{}", ARRAYS: b""}, {}, {})


@pytest.mark.parametrize("member", [STEPS, ARRAYS])
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_project_with_a_damaged_timeline_opens_without_it(tmp_path: Path, member: str, is_gone: bool) -> None:
    project = iris_project()
    kept, last = trained(project)
    path = tmp_path / "a.deepviz"
    save(project, path, Trained(last, kept=kept))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if is_gone:
        del members[member]
    else:
        members[member] = members[member][:-1] + b"?"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert CHECKSUMS in members
    loaded = load(path)
    assert loaded.warnings == ("a.deepviz: its timeline is damaged and was left out.",)
    assert loaded.trained is not None
    assert loaded.trained.kept.steps == ()
    assert same_arrays(loaded.trained.state.weights, last.weights)
