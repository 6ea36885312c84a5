"""`deepviz train --replay`: a run that was resumed with other settings again and again is trained again to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document.file_format import load, save
from deepviz.training.changes import Change
from deepviz.training.checkpoint import checkpoint_of
from tests.cli.commands import Caller
from tests.cli.test_train import rows, same, weights

RESUMED: list[list[object]] = [
    ["--steps", 20, "--batch-size", 50, "--learning-rate", 0.02],
    ["--steps", 33, "--set", "plan.optimizer.beta_1=0.5", "plan.optimizer.global_clipnorm=0.3"],
    ["--steps", 41, "--set", "graph.dense_1.trainable=false", "plan.schedule=CosineDecay"],
    ["--steps", 52, "--set", "plan.optimizer=SGD", "plan.optimizer.momentum=0.9", "--batch-size", 7],
    ["--epochs", 9, "--set", "graph.dense_1.trainable=true", "plan.run.keep_best=true"],
]


def trained(deepviz: Caller, name: str) -> None:
    """A run of xor with each of these changes, each time resumed from the file."""
    deepviz.done("train", "xor", "--steps", 11, "--seed", 5, "--save", name, "--history", "0.csv", "--quiet")
    for number, options in enumerate(RESUMED, start=1):
        history = ["--history", f"{number}.csv"]
        deepviz.done("train", name, "--resume", *options, "--save", name, *history, "--quiet")


def test_a_run_that_was_changed_on_the_way_is_trained_again_to_the_bit(deepviz: Caller) -> None:
    trained(deepviz, "a.deepviz")
    answer = deepviz.done("train", "a.deepviz", "--replay", "--save", "b.deepviz", "--history", "b.csv", "--json")
    assert answer.json["identical"] is True
    assert "the weights are those of a.deepviz, to the last bit" in answer.err
    assert same("a.deepviz", "b.deepviz")
    first, second = load(Path("a.deepviz")).trained, load(Path("b.deepviz")).trained
    assert first is not None
    assert second is not None
    assert answer.json["steps"] == first.state.step == second.state.step
    assert (first.state.place, first.state.ages) == (second.state.place, second.state.ages)
    for key, arrays in first.state.optimizer_vectors.items():
        assert all(np.array_equal(second.state.optimizer_vectors[key][name], array) for name, array in arrays.items())
    measured = {row["step"]: row for row in rows(f"{len(RESUMED)}.csv")}
    again = {row["step"]: row for row in rows("b.csv")}
    assert again == measured


def test_what_was_trained_again_can_be_trained_again(deepviz: Caller) -> None:
    trained(deepviz, "a.deepviz")
    deepviz.done("train", "a.deepviz", "--replay", "--save", "b.deepviz", "--quiet")
    assert deepviz.done("train", "b.deepviz", "--replay", "--json", "--quiet").json["identical"] is True


def test_every_change_is_noted_in_words_and_exactly(deepviz: Caller) -> None:
    trained(deepviz, "a.deepviz")
    loaded = load(Path("a.deepviz"))
    assert loaded.trained is not None
    history = checkpoint_of(loaded.project, loaded.trained)[0].history
    words = [f"{step} {text}" for step, text in history.events]
    assert words[:2] == ["11 learning rate 0.01 → 0.02", "11 batch size 32 → 50"]
    assert "41 optimizer Adam → SGD, momentum 0.9" in words
    assert "33 dense_1 frozen" in words
    assert "52 dense_1 thawed" in words
    assert [step for step, _ in history.changes] == [0, 11, 20, 33, 41, 52]
    assert [Change.from_json(text, step).plan.run.batch_size for step, text in history.changes] == [
        32,
        50,
        50,
        50,
        7,
        7,
    ]


def test_a_run_of_one_piece_is_trained_again(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--steps", 40, "--save", "a.deepviz", "--quiet")
    assert deepviz.done("train", "a.deepviz", "--replay", "--json", "--quiet").json["identical"] is True


def test_weights_that_are_others_are_told(deepviz: Caller) -> None:
    deepviz.done("train", "xor", "--steps", 12, "--save", "a.deepviz", "--quiet")
    loaded = load(Path("a.deepviz"))
    assert loaded.trained is not None
    state = loaded.trained.state
    moved = {name: array + np.float32(0.25) for name, array in state.parameters.items()}
    save(loaded.project, Path("a.deepviz"), replace(loaded.trained, state=replace(state, parameters=moved)))
    answer = deepviz.done("train", "a.deepviz", "--replay", "--json")
    assert answer.json["identical"] is False
    assert "the weights differ from those of a.deepviz by up to 0.25" in answer.err
    assert weights("a.deepviz").keys() == moved.keys()


@pytest.mark.parametrize(
    "options",
    [["--epochs", 3], ["--steps", 3], ["--seed", 1], ["--batch-size", 3], ["--learning-rate", 1], ["--set", "name=a"]],
    ids=lambda options: options[0],
)
def test_what_would_be_another_run_is_refused(deepviz: Caller, options: list[object]) -> None:
    deepviz.done("train", "xor", "--steps", 3, "--save", "a.deepviz", "--quiet")
    line = deepviz.refused("train", "a.deepviz", "--replay", *options)
    assert f"nothing can be changed with it; leave out {options[0]}." in line


def test_what_cannot_be_trained_again_is_refused(deepviz: Caller) -> None:
    assert "xor has no saved run to train again" in deepviz.refused("train", "xor", "--replay")
    deepviz.done("train", "xor", "--steps", 3, "--save", "a.deepviz", "--quiet")
    loaded = load(Path("a.deepviz"))
    assert loaded.trained is not None
    history = dict(loaded.trained.history)
    history["change/step"], history["change/json"] = np.array([2]), np.array(['{"frozen": 1}'])
    save(loaded.project, Path("a.deepviz"), replace(loaded.trained, history=history))
    line = deepviz.refused("train", "a.deepviz", "--replay")
    assert "a.deepviz: A change of the run cannot be read: it does not say which layers are frozen" in line
