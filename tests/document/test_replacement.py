"""Another layer in the place of one takes over what both have, and nothing that would surprise."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.document.replacement import can_replace, replaced_layer
from deepviz.engine import layers, losses
from deepviz.registry import DefinitionError


@pytest.mark.parametrize(
    ("old", "key", "wanted"),
    [
        (layers.Dense(units=7), "LSTM", {"units": 7}),
        (layers.Dense(), "LSTM", {"units": layers.Dense().units}),
        (layers.Conv2D(filters=5, kernel_size=(5, 5), padding="same"), "Conv1D", {"filters": 5, "kernel_size": 5}),
        (layers.Conv2D(kernel_size=(3, 5)), "Conv1D", {"kernel_size": layers.Conv1D().kernel_size}),
        (layers.Conv1D(filters=5, kernel_size=4), "Conv2D", {"filters": 5, "kernel_size": (4, 4)}),
        (
            layers.Conv2D(filters=5, padding="same", strides=2),
            "ConvTranspose2D",
            {"padding": "same", "strides": (2, 2)},
        ),
        (layers.Conv2D(), "MaxPool2D", {"strides": None, "padding": "valid"}),
        (layers.Conv2D(strides=2), "MaxPool2D", {"strides": (2, 2)}),
        (layers.MaxPool2D(pool_size=3), "AveragePool2D", {"pool_size": (3, 3)}),
        (layers.MaxPool2D(), "Conv2D", {"strides": (1, 1)}),
        (layers.BatchNorm(), "RMSNorm", {"epsilon": layers.RMSNorm().epsilon}),
        (layers.BatchNorm(epsilon=0.5), "RMSNorm", {"epsilon": 0.5}),
        (layers.Dropout(rate=0.3), "SpatialDropout", {"rate": 0.3}),
        (layers.Dense(trainable=False), "Conv2D", {"trainable": False}),
        (layers.ReLU(), "Dropout", {}),
        (losses.Huber(), "MeanSquaredError", {}),
    ],
)
def test_what_is_taken_over(old: layers.Layer, key: str, wanted: dict[str, object]) -> None:
    made = replaced_layer(old, key)
    assert made.key == key
    usual = edits.new_layer(key)
    for name in type(made).model_fields:
        expected = wanted.get(name, getattr(old, name, getattr(usual, name)))
        if name in wanted:
            assert getattr(made, name) == expected, name
    untouched = [name for name in type(made).model_fields if not hasattr(old, name)]
    assert all(getattr(made, name) == getattr(usual, name) for name in untouched)


def test_every_kind_can_become_every_other_without_a_value_that_is_not_legal() -> None:
    kinds = [*layers.registry.values(), *losses.registry.values()]
    for kind in kinds:
        olds = [example[0] for example in kind.examples()]
        for other in kinds:
            for old in olds:
                made = replaced_layer(old, other.key)
                assert other.checked(made.model_dump()) == made


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(edits.EditError, match="Nonsense"):
        replaced_layer(layers.Dense(), "Nonsense")
    with pytest.raises(DefinitionError):
        layers.Dense().changed(units=0)


def test_replacing_keeps_id_place_and_connections() -> None:
    project = _chain()
    made = edits.set_layer(project, "dense_1", replaced_layer(project.graph.node("dense_1").layer, "LSTM"))
    assert made.graph.edges == project.graph.edges
    assert made.graph.node("dense_1").position == project.graph.node("dense_1").position
    assert made.graph.node("dense_1").layer == layers.LSTM(units=9)


def test_what_can_stand_where() -> None:
    graph = _chain().graph
    fitting = {kind.key for kind in layers.registry.values() if can_replace(graph, "dense_1", kind)}
    assert {"LSTM", "Conv2D", "Add"} <= fitting
    assert not fitting & {"Dense", "Input"}
    assert not any(can_replace(graph, "dense_1", kind) for kind in losses.registry.values()), "it leads on to the loss"
    assert can_replace(graph, "loss_1", losses.Huber)
    assert not can_replace(graph, "loss_1", losses.SoftmaxCrossEntropy), "it is one already"
    assert not can_replace(graph, "nobody", layers.Dense)
    merged = _with_merge(graph)
    assert can_replace(merged, "add_1", layers.Concatenate)
    assert not can_replace(merged, "add_1", layers.Dense), "two connections arrive"


def _chain() -> Project:
    project = edits.append(Project(), layers.Input(shape=(4,)))
    project = edits.append(project, layers.Dense(units=9))
    return edits.append(project, losses.SoftmaxCrossEntropy())


def _with_merge(graph: Graph) -> Graph:
    project = edits.append(Project(graph=graph), layers.Add(), "dense_1")
    return edits.connect(project, "input_1", "add_1").graph
