"""Settings of runs by their paths, and in which they differ."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document import edits, examples
from deepviz.document.changes import changed
from deepviz.engine.optimizers.sgd import SGD
from deepviz.training.run_settings import differing, label_of, network_words, settings_of, value_words
from tests.training.run_made import project


def test_paths_are_those_of_set_and_values_are_plain() -> None:
    settings = settings_of(project(units=7))
    assert settings["graph.dense_1.units"] == 7
    assert settings["graph.tanh_1"] == "Tanh"
    assert settings["plan.optimizer"] == "Adam"
    assert settings["plan.run.epochs"] == 2
    for path in ("graph.dense_1.units", "plan.optimizer.learning_rate", "plan.run.seed"):
        again = changed(project(units=7), [(path, path, str(settings[path]))])
        assert again == project(units=7)  # each path leads back to the setting it was read from


def test_only_what_differs_is_told() -> None:
    one, other = project(units=4), project(units=8, seed=3)
    assert differing([settings_of(one), settings_of(other)]) == ["graph.dense_1.units", "plan.run.seed"]
    assert differing([settings_of(one), settings_of(one)]) == []
    assert differing([]) == []
    assert differing([settings_of(one), settings_of(project(checkpoint_every=5))]) == []


def test_of_another_kind_of_optimizer_only_what_both_have_is_told_besides() -> None:
    one = project()
    other = edits.set_plan(one, replace(one.plan, optimizer=SGD(learning_rate=0.5, momentum=0.9)))
    found = differing([settings_of(one), settings_of(other)])
    assert found[:2] == ["plan.optimizer", "plan.optimizer.learning_rate"]
    assert "plan.optimizer.momentum" not in found
    assert "plan.optimizer.beta_1" not in found


def test_a_layer_that_is_missing_is_told_once() -> None:
    one, other = project(), edits.delete(project(), ["tanh_1"])
    assert differing([settings_of(one), settings_of(other)]) == ["graph.tanh_1"]


def test_words() -> None:
    assert label_of("graph.dense_1.units") == "dense_1 units"
    assert label_of("plan.optimizer.learning_rate") == "learning rate"
    assert label_of("plan.optimizer") == "optimizer"
    assert label_of("plan.run.batch_size") == "batch size"
    assert label_of("plan.stopping.Patience.patience") == "stopping Patience patience"
    assert [value_words(each) for each in (None, True, 0.001, [3, 3], 12, "Adam")] == [
        "–",
        "on",
        "0.001",
        "3 × 3",
        "12",
        "Adam",
    ]
    assert network_words(project(units=5)) == "Dense 5 · Dense 2"
    assert "layers" in network_words(examples.open_example("mnist-lenet"))
