"""--set: every setting has a path, and what does not fit is told with what would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepviz.cli import RequestError
from deepviz.cli.changes import changed, parsed
from deepviz.datasets.sources.circles import Circles
from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.document import edits, examples
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD

SPIRALS = examples.open_example("spirals")


def set_to(*texts: str, project: Project = SPIRALS) -> Project:
    return changed(project, [parsed(text) for text in texts])


def test_layers_and_their_settings() -> None:
    project = set_to(
        "graph.dense_1.units=32", "graph.dense_1.use_bias=false", "graph.tanh_1=ReLU", "graph.dense_2=Dense"
    )
    graph = project.graph
    assert graph.node("dense_1").layer == Dense(units=32, use_bias=False)
    assert graph.node("tanh_1").layer == ReLU()
    assert graph.node("dense_2").layer == Dense()
    assert graph.edges == SPIRALS.graph.edges
    assert set_to("graph.loss_1=MeanSquaredError").graph.node("loss_1").layer.key == "MeanSquaredError"
    assert set_to("graph.input_1.shape=[8, 8, 1]").graph.node("input_1").layer.headline() == "8 × 8 × 1"  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["8x8x1", "8 × 8 × 1", "8,8,1", "(8, 8, 1)", "[8, 8, 1]", "8 8 1"])
def test_a_shape_is_written_as_one_likes(text: str) -> None:
    assert set_to(f"graph.input_1.shape={text}").graph.node("input_1").layer == Input(shape=(8, 8, 1))
    assert set_to("graph.input_1.shape=5").graph.node("input_1").layer == Input(shape=(5,))


@pytest.mark.parametrize("text", ["[1, 0.5]", "1,0.5", "1 0.5", "(1, 0.5)", "1;0.5"])
def test_a_row_of_numbers_is_written_as_one_likes(text: str) -> None:
    weighted = set_to(f"graph.loss_1.class_weights={text}")
    assert weighted.graph.node("loss_1").layer == SoftmaxCrossEntropy(class_weights=(1, 0.5))
    assert set_to("graph.loss_1.class_weights=2").graph.node("loss_1").layer == SoftmaxCrossEntropy(class_weights=(2,))
    without = set_to("graph.loss_1.class_weights=null", project=weighted)
    assert without.graph.node("loss_1").layer == SoftmaxCrossEntropy()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("conv2d_1.kernel_size=5", (5, 5)),
        ("conv2d_1.kernel_size=5x1", (5, 1)),
        ("conv2d_1.kernel_size=[2, 4]", (2, 4)),
        ("conv2d_1.strides=2", (2, 2)),
        ("conv2d_1.explicit_padding=1", (1, 1, 1, 1)),
        ("conv2d_1.explicit_padding=1,0,2,0", (1, 0, 2, 0)),
        ("conv2d_1.max_norm=3", 3.0),
        ("conv2d_1.max_norm=none", None),
        ("maxpool2d_1.strides=1", (1, 1)),
        ("maxpool2d_1.strides=null", None),
        ("flatten_1.target_shape=-1", (-1,)),
        ("flatten_1.target_shape=-1x2", (-1, 2)),
    ],
)
def test_what_layers_for_images_take_is_written_as_one_likes(text: str, value: object) -> None:
    digits = set_to("graph.flatten_1=Reshape", project=examples.open_example("digits-cnn"))
    before = set_to("graph.conv2d_1.max_norm=1", "graph.maxpool2d_1.strides=3", project=digits)
    node_id, _, name = text.partition("=")[0].partition(".")
    changed_layer = set_to(f"graph.{text}", project=before).graph.node(node_id).layer
    assert getattr(changed_layer, name) == value


def test_a_text_may_look_like_a_number() -> None:
    files = set_to("data.source=idx", "data.source.images=007", 'data.source.labels="a b"').data.source
    assert files == IdxFiles(images="007", labels="a b")
    assert set_to("name=5").name == "5"
    assert set_to("name=[1]").name == "[1]"


def test_optimizer_and_run() -> None:
    plan = set_to("plan.optimizer=SGD", "plan.optimizer.momentum=0.9", "plan.run.epochs=7", "plan.run.seed=3").plan
    assert plan.optimizer == SGD(momentum=0.9)
    assert (plan.run.epochs, plan.run.seed, plan.run.batch_size) == (7, 3, SPIRALS.plan.run.batch_size)
    assert set_to("plan.optimizer.learning_rate=1e-2").plan.optimizer == Adam(learning_rate=0.01)
    assert set_to("plan.optimizer.momentum=0.5", "plan.optimizer=SGD").plan.optimizer == SGD(momentum=0.5)


def test_data() -> None:
    data = set_to("data.source=circles", "data.source.noise=0.2", "data.preprocessing.method=scale 0 to 1").data
    assert data.source == Circles(noise=0.2)
    assert data.preprocessing.method == "scale 0 to 1"
    assert set_to("data.split.stratified=true").data.split.stratified


@pytest.mark.parametrize(
    ("texts", "shares"),
    [
        (["data.split.train=70"], (70, 15, 15)),
        (["data.split.train=70", "data.split.test=5"], (70, 25, 5)),
        (["data.split.test=0"], (pytest.approx(800 / 9), pytest.approx(100 / 9), 0)),
        (["data.split.train=50", "data.split.validation=20", "data.split.test=30"], (50, 20, 30)),
        (["data.split.train=100"], (100, 0, 0)),
    ],
)
def test_shares_that_are_not_given_take_the_rest(texts: list[str], shares: tuple[float, float, float]) -> None:
    split = set_to(*texts).data.split
    assert (split.train, split.validation, split.test) == shares


def test_the_last_of_two_values_counts_and_the_name_can_be_changed() -> None:
    project = set_to("graph.dense_1.units=3", "graph.dense_1.units=4", "name=mine=2")
    assert project.graph.node("dense_1").layer == Dense(units=4)
    assert project.name == "mine=2"


def test_a_node_whose_name_has_a_dot_is_found() -> None:
    layer = Dense(units=3)
    project = edits.add_node(Project(), layer, (0.0, 0.0))
    node = project.graph.nodes[0]
    graph = replace(project.graph, nodes=(replace(node, id="block.1"),))
    project = replace(project, graph=graph)
    assert set_to("graph.block.1.units=5", project=project).graph.nodes[0].layer == Dense(units=5)
    assert set_to("graph.block.1=ReLU", project=project).graph.nodes[0].layer == ReLU()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("graph.dense_1.units", "--set graph.dense_1.units: a value is missing; write graph.dense_1.units=VALUE"),
        ("grap.dense_1.units=3", "--set grap.dense_1.units: there is no such setting; paths are name, graph.NODE"),
        ("graph=3", "there is no such setting"),
        ("data.split=3", "there is no such setting"),
        ("plan.run=3", "there is no such setting"),
        ("=3", "there is no such setting"),
        ("graph.dense_9.units=3", "there is no node dense_9; there are input_1, dense_1, tanh_1"),
        ("graph.dense_9=ReLU", "there is no node dense_9"),
        ("graph.dense_1.unit=3", "Dense has no setting unit; it has units, use_bias, trainable, kernel_initializer"),
        (
            "graph.dense_1.units=0",
            "--set graph.dense_1.units: Dense: units: input should be greater than or equal to 1",
        ),
        ("graph.dense_1.units=many", "units: input should be a valid integer"),
        ("graph.dense_1.units=2.5", "units: input should be a valid integer"),
        ("graph.dense_1.units=[1]", "units: input should be a valid integer"),
        ("graph.dense_1.units=true", "units: input should be a valid integer"),
        ("graph.dense_1.units=", "units: input should be a valid integer"),
        (f"graph.dense_1.units={'[' * 100_000}", "units: input should be a valid integer"),
        ("graph.input_1.shape=wide", "shape: input should be a valid tuple"),
        ("graph.input_1.shape=0x2", "shape.0: input should be greater than or equal to 1"),
        ("graph.input_1.shape=1x-2", "shape.1: input should be greater than or equal to 1"),
        (f"graph.input_1.shape={'9' * 5_000}", "shape"),
        ("graph.loss_1.class_weights=1,-2", "class_weights.1: input should be greater than or equal to 0"),
        ("graph.loss_1.class_weights=many", "class_weights.0: input should be a valid number"),
        ("name=two\nlines", "--set name: its name"),
        ("graph.dense_1.kernel_initializer=magic", "kernel_initializer: input should be 'glorot_uniform'"),
        ("graph.dense_1=Fancy", "there is no Fancy; possible are Add,"),
        ("graph.loss_1=ReLU", "MeanSquaredError, SoftmaxCrossEntropy."),
        ("graph.dense_1=3", "there is no 3"),
        ("plan.optimizer=Newton", "there is no Newton; possible are Ada"),
        ("plan.optimizer.momentum=0.9", "Adam has no setting momentum; it has learning_rate, beta_1, beta_2, "),
        ("plan.optimizer.learning_rate=NaN", "learning_rate: input should be a finite number"),
        ("plan.run.epochs=0", "epochs: input should be greater than or equal to 1"),
        ("data.source=stars", "there is no stars; possible are auto-mpg, blobs"),
        ("data.source.noise=-1", "noise: input should be greater than or equal to 0"),
        ("data.split.train=101", "train: input should be less than or equal to 100"),
        ("data.split.train=x", "train: input should be a valid number"),
        ("data.split.fold=1", "has no setting fold; it has train, validation, test"),
        ("data.preprocessing.method=magic", "method: input should be 'none', 'scale 0 to 1'"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(text: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        set_to(text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("--set ")


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(RequestError, match="add up to 100 %, not 90 %"):
        set_to("data.split.train=50", "data.split.validation=20", "data.split.test=20")
