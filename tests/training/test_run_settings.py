"""Settings of runs by their paths, and in which they differ."""

from __future__ import annotations

from dataclasses import replace

from deepviz.document import edits, examples
from deepviz.document.changes import changed
from deepviz.document.project import Project
from deepviz.engine import optimizers
from deepviz.engine.layers.dense import Dense
from deepviz.engine.optimizers.sgd import SGD
from deepviz.training.changes import change_of
from deepviz.training.history import History
from deepviz.training.run_settings import (
    differing,
    label_of,
    network_words,
    settings_of,
    settings_of_run,
    value_words,
)
from deepviz.training.run_summary import RunSummary, summary_of
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


def test_a_change_while_a_run_went_on_is_a_part_of_its_settings() -> None:
    """0.1 to begin with, 0.01 after step 400; what was dragged over in between and what came too late do not count."""
    began = edits.set_plan(project(), replace(project().plan, optimizer=SGD(learning_rate=0.1)))

    def with_rate(rate: float) -> Project:
        return edits.set_plan(began, replace(began.plan, optimizer=SGD(learning_rate=rate)))

    history = History(["dense_1"])
    for step, rate in ((0, 0.1), (400, 0.05), (400, 0.01), (500, 0.9)):
        history.add_change(step, change_of(with_rate(rate), step).to_json())
    settings, courses = settings_of_run(with_rate(0.9), history, 500)
    assert settings == settings_of(began)
    assert courses == {"plan.optimizer.learning_rate": ((400, 0.01),)}
    frozen = edits.set_layer(with_rate(0.01), "dense_1", Dense(units=4, trainable=False))
    history.add_change(600, change_of(frozen, 600).to_json())
    _, courses = settings_of_run(frozen, history, 700)
    assert courses["graph.dense_1.trainable"] == ((600, False),)
    assert courses["plan.optimizer.learning_rate"] == ((400, 0.01), (500, 0.9), (600, 0.01))

    changed_run = summary_of("a", with_rate(0.9), history, 500)
    assert RunSummary.from_json("a", changed_run.to_json()) == changed_run
    plain = summary_of("b", began, History(["dense_1"]), 500)
    assert differing([changed_run.whole_settings, plain.whole_settings]) == ["plan.optimizer.learning_rate"]
    assert differing([changed_run.settings, plain.settings]) == []
    # Where it is not known how it began, the settings at the end are told, without a guess.
    late = History(["dense_1"])
    late.add_change(400, change_of(with_rate(0.01), 400).to_json())
    assert settings_of_run(with_rate(0.01), late, 500) == (settings_of(with_rate(0.01)), {})


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
    assert label_of("graph.edges") == "connections"


def test_a_setting_has_the_name_that_it_has_in_forms() -> None:
    assert label_of("plan.optimizer.global_clipnorm") == "clip norm"
    assert label_of("plan.optimizer.clipvalue") == "clip value"
    assert label_of("graph.dense_1.trainable") == "dense_1 trained (not frozen)"
    assert label_of("graph.dense_1.kernel_initializer") == "dense_1 first weights"
    assert label_of("graph.dense_1.l2") == "dense_1 L2 penalty"
    assert label_of("graph.conv2d_1.strides") == "conv2d_1 strides"
    assert label_of("plan.run.keep_best") == "use the best weights"
    assert label_of("plan.schedule.warmup_steps") == "schedule warm-up steps"
    assert label_of("data.split.stratified") == "split keep class shares"
    for kind in optimizers.registry.values():
        for setting in kind.hyperparameters():
            label = label_of(f"plan.optimizer.{setting.name}")
            assert label.lower() == setting.label.lower()


def test_values_in_words() -> None:
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
