"""`evaluate`, `export` and `gradcheck`: what is known about a project without training it further."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.document import examples
from deepviz.document.compile import compile_project
from deepviz.document.file_format import load
from deepviz.engine.layers.dense import Dense
from tests.cli.commands import Caller, in_a_process, tiny_idx

PARTS = ["train", "validation", "test"]


def test_a_trained_project_is_as_good_as_train_said(deepviz: Caller) -> None:
    trained = deepviz.done("train", "xor", "--epochs", 5, "--save", "a.deepviz", "--json").json
    answer = deepviz.done("evaluate", "a.deepviz", "--json")
    assert list(answer.json) == list(trained)
    assert {part: answer.json[part] for part in PARTS} == {part: trained[part] for part in PARTS}
    assert [answer.json[name] for name in ("project", "parameters", "epochs", "steps")] == ["xor", 42, 5, 75]
    assert answer.json["samples_per_second"] > 0
    assert answer.err == ""
    table = deepviz.done("evaluate", "a.deepviz").out.splitlines()
    assert table[0].startswith("xor: 42 parameters, 5 epochs, 75 steps; ")
    assert len(table) == 4


def test_another_process_computes_the_same_to_the_bit(deepviz: Caller) -> None:
    """Only if it has as many threads for matrix products; and running means come out of the file as they went in."""
    short = ["--set", "graph.conv2d_1.filters=4", "graph.conv2d_2.filters=64"]
    trained = deepviz.done("train", "digits-cnn", "--epochs", 1, "--save", "a.deepviz", "--json", *short).json
    found = in_a_process("evaluate", "a.deepviz", "--json").json
    assert {part: found[part] for part in PARTS} == {part: trained[part] for part in PARTS}


def test_what_is_not_trained_is_told(deepviz: Caller) -> None:
    answer = deepviz.done("evaluate", "xor", "--json")
    assert answer.err == "deepviz: note: xor has not been trained; these are its first, random weights.\n"
    assert (answer.json["steps"], answer.json["epochs"]) == (0, 0)


def test_the_data_it_was_trained_on_is_known_again_wherever_it_lies(
    deepviz: Caller, mnist_files: tuple[Path, Path], tmp_path: Path
) -> None:
    moved = [tmp_path / path.name for path in mnist_files]
    for path, goal in zip(mnist_files, moved, strict=True):
        goal.write_bytes(path.read_bytes())
    arguments = ("train", "mnist-mlp", "--data", *moved, "--epochs", 1, "--save", "a.deepviz", "--json")
    trained = deepviz.done(*arguments).json
    for goal in moved:
        goal.unlink()
    assert f"There is no file {moved[0]}" in deepviz.refused("evaluate", "a.deepviz")
    found = deepviz.done("evaluate", "a.deepviz", "--data", *mnist_files, "--json").json
    assert {part: found[part] for part in PARTS} == {part: trained[part] for part in PARTS}


def test_other_data_is_judged_as_a_whole_on_the_scale_of_the_training_data(
    deepviz: Caller, mnist_files: tuple[Path, Path], tmp_path: Path
) -> None:
    deepviz.done("train", "mnist-mlp", "--data", *mnist_files, "--steps", 5, "--save", "a.deepviz")
    # Two samples and fewer classes than the network knows are enough.
    images, labels = tiny_idx(tmp_path, 2, highest=3)
    found = deepviz.done("evaluate", "a.deepviz", "--data", images, labels, "--json").json
    assert [part for part in PARTS if part in found] == ["test"]
    loaded = load(tmp_path / "a.deepviz")
    assert loaded.trained is not None
    network, loss = compile_project(loaded.project, None)
    network.parameters.load(loaded.trained.state.parameters)
    pixels = np.frombuffer(images.read_bytes()[16:], np.uint8).reshape(2, 28, 28, 1) / 255
    value, _ = loss.value_and_grad(network.forward(pixels.astype(np.float32)), np.array([0, 1]))
    assert found["test"]["loss"] == pytest.approx(value, rel=1e-5)


def test_data_that_changed_under_a_project_is_told(deepviz: Caller, tmp_path: Path) -> None:
    files = tiny_idx(tmp_path, 100)
    deepviz.done("train", "mnist-mlp", "--data", *files, "--steps", 2, "--save", "a.deepviz")
    tiny_idx(tmp_path, 90)
    answer = deepviz.done("evaluate", "a.deepviz", "--json")
    assert "the data is not what it was when this was trained; all of it counts as test data" in answer.err
    assert "train" not in answer.json


def test_data_that_does_not_fit_is_refused(deepviz: Caller, tmp_path: Path) -> None:
    deepviz.done("train", "xor", "--epochs", 1, "--save", "a.deepviz")
    assert "28" in deepviz.refused("evaluate", "a.deepviz", "--data", *tiny_idx(tmp_path, 20))
    assert "wants" not in deepviz.refused("evaluate", "a.deepviz", "--data", "gone")


# --------------------------------------------------------------------------------------------------------- export


def arrays(path: str) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def test_export_writes_the_trained_weights_in_every_format_asked_for(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--epochs", 2, "--save", "a.deepviz", "--export", "b.npz")
    answer = deepviz.done("export", "a.deepviz", "c.npz", "c.safetensors")
    assert (answer.out, answer.err) == ("Wrote c.npz\nWrote c.safetensors\n", "")
    assert Path("c.npz").read_bytes() == Path("b.npz").read_bytes()


def test_export_of_what_is_not_trained_gives_its_first_weights_and_says_so(deepviz: Caller) -> None:
    answer = deepviz.done("export", "mnist-mlp", "w.npz")  # it needs no data for that
    assert "mnist-mlp has not been trained; these are its first, random weights" in answer.err
    network, _ = compile_project(examples.open_example("mnist-mlp"), None)
    found = arrays("w.npz")
    assert found.keys() == network.parameters.keys()
    assert all(np.array_equal(found[name], array) for name, array in network.parameters.items())


def test_a_format_that_is_unknown_is_refused_before_anything_is_written(deepviz: Caller) -> None:
    assert "w.pt" in deepviz.refused("export", "xor", "w.npz", "w.pt")
    assert list(Path().iterdir()) == []


# ------------------------------------------------------------------------------------------------------ gradcheck


@pytest.mark.parametrize("name", ["spirals", "digits-mlp"])
def test_gradients_of_examples_are_right_before_and_after_training(deepviz: Caller, name: str) -> None:
    deepviz.done("train", name, "--epochs", 20, "--save", "a.deepviz")
    for project in (name, "a.deepviz"):
        found = deepviz.done("gradcheck", project, "--json").json
        assert list(found) == ["project", "passed", "tolerance", "tensors"]
        assert (found["project"], found["passed"]) == (name, True)
        assert {"dense_1/W", "dense_1/b", "input"} <= {each["name"] for each in found["tensors"]}
        assert max(each["error"] for each in found["tensors"]) < 1e-5
    assert deepviz.done("gradcheck", name).out.endswith(f"All gradients of {name} are right.\n")


def test_a_wrong_gradient_fails_the_check(deepviz: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    backward = Dense.backward

    def wrong(self: Dense, tape: Any, params: Any, grads: Any, kept: Any, grad: Any) -> Any:
        found = backward(self, tape, params, grads, kept, grad)
        tape.multiply(grads["W"], 1.01, out=grads["W"])
        return found

    monkeypatch.setattr(Dense, "backward", wrong)
    answer = deepviz("gradcheck", "xor")
    assert answer.status == 1
    assert "WRONG" in answer.out
    assert answer.out.endswith("A gradient is wrong.\n")
