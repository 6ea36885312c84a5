"""`deepviz train`: what it says, what it writes, and that each option does what it says."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from deepviz.document import examples
from deepviz.document.file_format import load
from deepviz.training.run_plan import RunPlan
from tests.cli.commands import Answer, Caller, in_a_process, tiny_idx

KEYS = ["project", "parameters", "epochs", "steps", "seconds", "samples_per_second", "train", "validation", "test"]


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def weights(path: str) -> dict[str, np.ndarray[Any, Any]]:
    """Weights of a project file."""
    trained = load(Path(path)).trained
    assert trained is not None
    return trained.state.weights


def same(one: str, other: str) -> bool:
    first, second = weights(one), weights(other)
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


# ---------------------------------------------------------------------------------------------------- what it says


def test_the_json_object_is_that_of_the_contract(deepviz: Caller) -> None:
    answer = deepviz.done("train", "xor", "--epochs", 4, "--json")
    found = answer.json
    assert list(found) == KEYS
    assert (found["project"], found["parameters"], found["epochs"], found["steps"]) == ("xor", 42, 4, 60)
    assert found["samples_per_second"] == pytest.approx(4 * 480 / found["seconds"], rel=0.01)
    for part in KEYS[6:]:
        assert list(found[part]) == ["loss", "accuracy"]
    assert "epoch 4/4  step 60/60" in answer.err
    assert deepviz.done("train", "xor", "--epochs", 4, "--json", "--quiet").err == ""


def test_parts_that_do_not_exist_are_left_out(deepviz: Caller) -> None:
    found = deepviz.done("train", "xor", "--epochs", 1, "--json", "--set", "data.split.train=100").json
    assert list(found) == KEYS[:7]
    found = deepviz.done("train", "xor", "--epochs", 1, "--json", "--set", "data.split.validation=0").json
    assert list(found) == [*KEYS[:7], "test"]


def test_people_read_a_table(deepviz: Caller) -> None:
    out = deepviz.done("train", "xor", "--epochs", 1, "--quiet", "--save", "a.deepviz").out.splitlines()
    assert out[0].startswith("xor: 42 parameters, 1 epoch, 15 steps; ")
    assert out[0].endswith(" samples/s")
    assert [line.split()[:2] for line in out[1:4]] == [["train", "loss"], ["validation", "loss"], ["test", "loss"]]
    assert out[4:] == ["Wrote a.deepviz"]


def test_nothing_but_the_object_reaches_standard_output(tmp_path: Path) -> None:
    out = tmp_path / "a.deepviz"
    answer = in_a_process("train", "xor", "--epochs", 3, "--save", out, "--json")
    assert answer.status == 0
    assert list(answer.json) == KEYS
    assert "epoch 3/3" in answer.err


# ------------------------------------------------------------------------------------------------ what options do


def test_epochs_and_steps(deepviz: Caller) -> None:
    assert deepviz.done("train", "xor", "--epochs", 3, "--json").json["steps"] == 45
    found = deepviz.done("train", "xor", "--steps", 20, "--json").json
    assert (found["steps"], found["epochs"]) == (20, 2)
    assert found["samples_per_second"] == pytest.approx((480 + 5 * 32) / found["seconds"], rel=0.01)
    more_than_planned = deepviz.done("train", "xor", "--steps", 1501, "--json").json
    assert (more_than_planned["steps"], more_than_planned["epochs"]) == (1501, 101)


def test_options_are_saved_with_the_project(deepviz: Caller) -> None:
    deepviz.done(
        "train", "xor", "--epochs", 2, "--seed", 5, "--batch-size", 64, "--learning-rate", 0.125,
        "--set", "graph.dense_1.units=9", "plan.optimizer=SGD", "--set", "plan.optimizer.momentum=0.5",
        "--save", "a.deepviz",
    )  # fmt: skip
    project = load(Path("a.deepviz")).project
    run, optimizer = project.plan.run, project.plan.optimizer
    assert (run.epochs, run.seed, run.batch_size) == (2, 5, 64)
    chosen = {"type": "SGD", "learning_rate": 0.125, "momentum": 0.5, "nesterov": False}
    assert optimizer.to_json() == chosen | {"global_clipnorm": None, "clipvalue": None, "weight_decay": 0.0}
    assert weights("a.deepviz")["dense_1/W"].shape == (2, 9)
    assert [node.position for node in project.graph.nodes] == [
        node.position for node in examples.open_example("xor").graph.nodes
    ]


def test_the_seed_decides(deepviz: Caller) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        deepviz.done("train", "xor", "--epochs", 2, "--seed", seed, "--save", f"{name}.deepviz")
    assert Path("a.deepviz").read_bytes() == Path("b.deepviz").read_bytes()
    assert not same("a.deepviz", "c.deepviz")


def test_the_curve_is_that_of_the_trainer_that_the_window_uses(deepviz: Caller) -> None:
    deepviz.done("train", "spirals", "--epochs", 2, "--history", "h.csv", "--set", "plan.run.seed=3")
    project = examples.open_example("spirals")
    run = project.plan.run.changed(seed=3, epochs=2)
    plan = RunPlan.of(
        type(project)(project.name, project.graph, project.data, type(project.plan)(project.plan.optimizer, run))
    )
    records = list(plan.trainer().steps())
    found = rows("h.csv")
    assert [float(row["loss"]) for row in found] == [record.values["loss"] for record in records]
    assert [float(row["gradient_norm/dense_1"]) for row in found] == [
        float(record.values["gradient_norm"][0]) for record in records
    ]
    assert float(found[-1]["validation_loss"]) == records[-1].values["validation_loss"]


def test_histories_have_a_line_for_each_step(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--steps", 33, "--history", "h.jsonl", "--quiet")
    lines = [json.loads(line) for line in Path("h.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, 34))
    assert {"loss", "accuracy", "gradient_norm/dense_1", "gradient_norm/dense_2"} <= lines[0].keys()
    assert [line["step"] for line in lines if "validation_loss" in line] == [15, 30]


def test_exports_and_the_saved_project_hold_the_same_weights(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--epochs", 2, "--save", "a.deepviz", "--export", "w.npz", "w.safetensors")
    saved = weights("a.deepviz")
    with np.load("w.npz", allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    for each in (arrays, load_file("w.safetensors")):
        assert each.keys() == saved.keys()
        assert all(np.array_equal(each[name], saved[name]) for name in saved)


def test_the_saved_project_knows_its_results(deepviz: Caller) -> None:
    found = deepviz.done("train", "xor", "--epochs", 2, "--save", "a.deepviz", "--json").json
    trained = load(Path("a.deepviz")).trained
    assert trained is not None
    assert trained.results == {part: found[part] for part in ("train", "validation", "test")}


def test_other_built_in_data_sets_the_input(deepviz: Caller) -> None:
    deepviz.done(
        "train", "xor", "--epochs", 1, "--save", "a.deepviz", "--set", "data.source=iris", "graph.dense_2.units=3"
    )
    assert weights("a.deepviz")["dense_1/W"].shape == (4, 8)


@pytest.mark.parametrize("seed", range(3))
def test_mnist_reaches_95_percent(deepviz: Caller, mnist_files: tuple[Path, Path], seed: int) -> None:
    labels, images = reversed(mnist_files)  # in any order
    found = deepviz.done("train", "mnist-mlp", "--data", labels, images, "--seed", seed, "--json", "--quiet").json
    assert found["test"]["accuracy"] >= 0.95
    assert found["parameters"] == 109_386


def test_lenet_reaches_97_percent(deepviz: Caller, mnist_files: tuple[Path, Path]) -> None:
    found = deepviz.done("train", "mnist-lenet", "--data", *mnist_files, "--epochs", 6, "--json", "--quiet").json
    assert found["test"]["accuracy"] > 0.97
    assert found["parameters"] == 61_706


# ------------------------------------------------------------------------------------------------------- resuming


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_a_resumed_run_is_the_same_run_to_the_bit(deepviz: Caller, optimizer: str) -> None:
    settings = ["--set", f"plan.optimizer={optimizer}", "--quiet"]
    if optimizer == "SGD":
        settings += ["--set", "plan.optimizer.momentum=0.9"]
    straight = deepviz.done(
        "train", "xor", "--epochs", 4, "--save", "whole.deepviz", "--history", "whole.csv", *settings
    )
    deepviz.done("train", "xor", "--epochs", 2, "--save", "half.deepviz", *settings)
    resumed = deepviz.done(
        "train", "half.deepviz", "--resume", "--epochs", 4, "--save", "rest.deepviz", "--history", "rest.csv", "--quiet"
    )
    assert same("rest.deepviz", "whole.deepviz")
    assert Path("rest.deepviz").read_bytes() == Path("whole.deepviz").read_bytes()
    assert rows("rest.csv") == rows("whole.csv")
    assert resumed.out.splitlines()[1:4] == straight.out.splitlines()[1:4]


def test_a_run_stopped_within_an_epoch_goes_on_within_it(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--steps", 40, "--save", "whole.deepviz")
    deepviz.done("train", "xor", "--steps", 22, "--save", "part.deepviz")
    deepviz.done("train", "part.deepviz", "--resume", "--steps", 40, "--save", "part.deepviz")
    assert same("part.deepviz", "whole.deepviz")


def test_what_layers_keep_is_saved_and_the_run_goes_on_to_the_bit(deepviz: Caller) -> None:
    """Batch normalisation keeps running means, dropout draws: both must go on as if the run had never stopped."""
    short = ["--set", "graph.conv2d_1.filters=4", "graph.conv2d_2.filters=4", "--quiet"]
    deepviz.done("train", "digits-cnn", "--steps", 20, "--save", "whole.deepviz", *short)
    deepviz.done("train", "digits-cnn", "--steps", 9, "--save", "part.deepviz", *short)
    deepviz.done("train", "part.deepviz", "--resume", "--steps", 20, "--save", "part.deepviz")
    assert same("part.deepviz", "whole.deepviz")
    trained = load(Path("part.deepviz")).trained
    assert trained is not None
    assert abs(trained.state.network_state["batchnorm_1/moving_mean"]).max() > 0.01


def test_resume_goes_on_to_what_was_planned(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--steps", 10, "--save", "a.deepviz")
    assert deepviz.done("train", "a.deepviz", "--resume", "--json").json["epochs"] == 100
    deepviz.done("train", "a.deepviz", "--resume", "--save", "b.deepviz")
    answer = deepviz.done("train", "b.deepviz", "--resume", "--json")
    assert "nothing left to train: 1\u202f500 of 1\u202f500 steps are done" in answer.err
    assert (answer.json["steps"], answer.json["samples_per_second"]) == (1500, 0.0)


def test_the_learning_rate_may_change_with_resume_and_stays_otherwise(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--epochs", 1, "--save", "a.deepviz")
    deepviz.done("train", "a.deepviz", "--resume", "--epochs", 2, "--learning-rate", 0.5, "--save", "b.deepviz")
    deepviz.done("train", "a.deepviz", "--resume", "--epochs", 2, "--save", "c.deepviz")
    rates = []
    for name in ("b", "c"):
        trained = load(Path(f"{name}.deepviz")).trained
        assert trained is not None
        rates.append(trained.state.learning_rate)
    assert rates == [0.5, 0.01]
    assert not same("b.deepviz", "c.deepviz")


def test_what_would_be_another_run_is_not_resumed(deepviz: Caller) -> None:
    assert "xor has no saved weights to resume from" in deepviz.refused("train", "xor", "--resume")
    deepviz.done("train", "xor", "--epochs", 1, "--save", "a.deepviz")
    for change in (
        ["--seed", 1],
        ["--set", "graph.tanh_1=ReLU"],
        ["--set", "graph.dense_1.units=5"],
        ["--set", "data.split.train=50"],
    ):
        assert "of its plan all but the seed may be changed" in deepviz.refused(
            "train", "a.deepviz", "--resume", *change
        )


def test_data_that_moved_is_the_same_data_and_other_data_is_not(
    deepviz: Caller, mnist_files: tuple[Path, Path], tmp_path: Path
) -> None:
    moved = [tmp_path / f"moved-{path.name}" for path in mnist_files]
    for path, goal in zip(mnist_files, moved, strict=True):
        goal.write_bytes(path.read_bytes())
    deepviz.done("train", "mnist-mlp", "--data", *mnist_files, "--steps", 3, "--save", "a.deepviz")
    deepviz.done("train", "a.deepviz", "--resume", "--data", *moved, "--steps", 4)
    small = tiny_idx(tmp_path, 200)
    assert "this is other data" in deepviz.refused("train", "a.deepviz", "--resume", "--data", *small, "--steps", 4)


def test_training_anew_says_so(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--epochs", 1, "--save", "a.deepviz")
    assert "trained anew, from fresh weights; --resume goes on" in deepviz.done("train", "a.deepviz").err


def test_a_damaged_history_is_told_and_the_run_goes_on(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--epochs", 1, "--save", "a.deepviz")
    content = bytearray(Path("a.deepviz").read_bytes())
    start = content.index(b"history.npz") + 40
    content[start : start + 20] = bytes(20)
    Path("a.deepviz").write_bytes(content)
    answer = deepviz.done("train", "a.deepviz", "--resume", "--epochs", 2, "--history", "h.csv", "--json")
    assert "history.npz is damaged and was left out" in answer.err
    assert [int(row["step"]) for row in rows("h.csv")] == list(range(16, 31))


# --------------------------------------------------------------------------------------------------- what goes wrong


def diverging(deepviz: Caller, *more: object) -> Answer:
    return deepviz(
        "train", "digits-mlp", "--set", "plan.optimizer=SGD", "--learning-rate", 1e6, "--quiet", "--json", *more
    )


def test_a_run_that_diverges_keeps_the_last_finite_weights(deepviz: Caller) -> None:
    answer = diverging(deepviz, "--save", "a.deepviz", "--export", "w.npz", "--history", "h.csv")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("deepviz: error: Training diverged at step ")
    assert "The weights from before this step are kept." in answer.err
    assert answer.err.endswith("What was asked for has been written.\n")
    assert answer.err.count("\n") == 1
    step = int(answer.err.split("at step ")[1].split(":")[0])
    trained = load(Path("a.deepviz")).trained
    assert trained is not None
    assert trained.state.step == step - 1 == len(rows("h.csv"))
    assert all(np.isfinite(array).all() for array in trained.state.parameters.values())
    with np.load("w.npz", allow_pickle=False) as found:
        assert all(np.array_equal(found[name], array) for name, array in trained.state.parameters.items())


def test_a_network_that_does_not_fit_is_told_at_its_node(deepviz: Caller) -> None:
    text = deepviz.refused("train", "iris", "--set", "graph.dense_2.units=5")
    assert "each of the data's 3 classes; it gets 5. Set the last layer's units to 3." in text
    assert "dense_1" in deepviz.refused("train", "digits-mlp", "--set", "graph.flatten_1=ReLU")


def test_bad_data_files_are_told(deepviz: Caller, mnist_files: tuple[Path, Path], tmp_path: Path) -> None:
    images, labels = mnist_files
    cut = tmp_path / "cut.gz"
    cut.write_bytes(images.read_bytes()[:100_000])
    other, _ = tiny_idx(tmp_path, 50)
    for files, words in (
        ((cut, labels), "cut.gz"),
        ((other, labels), "50 images but"),
        ((images,), "IDX data is two files"),
        ((tmp_path / "gone", labels), "There is no file"),
        ((tmp_path, labels), "is not a file"),
    ):
        assert words in deepviz.refused("train", "mnist-mlp", "--data", *files, "--epochs", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--save", "a.npz"], "a project's file ends in .deepviz; weights alone are written by --export"),
        (["--save", "gone/a.deepviz"], "there is no folder"),
        (["--history", "h.txt"], "the history is written as .csv or .jsonl"),
        (["--export", "w.pt"], "weights are exported as .npz, .safetensors"),
        (["--export", "w.npz", "gone/w.npz"], "there is no folder"),
        (["--save", "folder.deepviz"], "it is a folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_training(
    deepviz: Caller, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder.deepviz").mkdir()

    def trained_in_vain(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(RunPlan, "trainer", trained_in_vain)
    assert words in deepviz.refused("train", "xor", *arguments)


def test_a_file_that_cannot_be_written_does_not_keep_the_others_from_it(
    deepviz: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.replace

    def full_for_projects(source: Any, goal: Any) -> None:
        if str(goal).endswith(".deepviz"):
            raise OSError(28, "No space left on device")
        written(source, goal)

    monkeypatch.setattr(os, "replace", full_for_projects)
    answer = deepviz("train", "xor", "--epochs", 1, "--save", "a.deepviz", "--export", "w.npz", "--quiet")
    assert (answer.status, answer.err) == (
        1, "deepviz: error: a.deepviz could not be written: No space left on device\n",
    )  # fmt: skip
    assert sorted(path.name for path in Path().iterdir()) == ["w.npz"]
