"""Networks for images and sequences, built in the window by a person: convolutions, recurrence, attention, freezing.

Each is put together from the palette, set up in forms, mended by what problems offer, and trained on the digits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from deepviz.datasets import registry as sources
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.document import edits, memory
from deepviz.document.project import DataChoice, Project, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from tests.e2e.window import PATIENCE, OpenWindow, Person

DIGITS = DataChoice(sources["digits"](), preprocessing=Preprocessing(method="scale 0 to 1"))


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    """Someone at an empty canvas, with the digits as data."""
    plan = TrainingPlan(Adam(learning_rate=0.005))
    return open_window(edits.set_plan(edits.set_data(Project(), DIGITS), plan))


def append(person: Person, *keys: str) -> None:
    """Double-click rows of the palette, one after the other: each layer goes behind the last one."""
    palette = person.bench.palette
    for key in keys:
        palette.choose(key)  # its group may be closed
        index = palette.model.index_of(key)
        palette.view.scrollTo(index)
        place = palette.view.visualRect(index).center()
        for click in (QTest.mouseClick, QTest.mouseDClick):
            click(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    person.bench.canvas.fit()


def choose(person: Person, node_id: str, name: str, label: str) -> None:
    """Select a node and choose from a list of its form."""
    person.click_at(person.middle(node_id))
    form = person.bench.properties.form
    form.focus_field(name)
    box = form.field(name).control
    assert isinstance(box, QComboBox)
    person.choose_in(box, label)


def mend(person: Person, node_id: str, label: str) -> None:
    """Select a node and click what its problem offers."""
    person.click_at(person.middle(node_id))
    (card,) = [card for card in person.bench.properties.cards if card.isVisible()]
    (button,) = [button for button in card.buttons if button.isVisible()]
    assert button.text() == label
    person.press(button)


def train(person: Person, steps: int) -> list[float]:
    """Make steps, and return the loss of each."""
    controller = person.bench.controller
    goal = controller.step_count + steps
    controller.step(steps)
    person.qtbot.waitUntil(lambda: controller.step_count == goal and controller.status == "paused", timeout=PATIENCE)
    person.bench.canvas.viewport().repaint()
    return [float(loss) for loss in controller.history.column("loss")[1]]


def test_lenet_is_built_mended_and_learns(person: Person) -> None:
    append(
        person, "Input", "Conv2D", "ReLU", "MaxPool2D", "Conv2D", "ReLU", "MaxPool2D", "Dense", "SoftmaxCrossEntropy"
    )
    assert person.card("input_1")[0] == "", "an Input says its shape once"
    person.set_value("conv2d_1", "kernel_size", "5")
    choose(person, "conv2d_1", "padding", "same")
    assert person.card("conv2d_1") == ("8 × 8 × 8", "208", "")
    person.set_value("conv2d_2", "filters", "16")
    assert person.card("maxpool2d_2")[0] == "1 × 1 × 16"
    mend(person, "dense_1", "Insert Flatten")
    mend(person, "loss_1", "Set units to 10")
    assert person.problems == []
    losses = train(person, 60)
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])
    assert person.bench.controller.history.layers == ("conv2d_1", "conv2d_2", "dense_1")
    traces = {node_id: item.live.trace for node_id, item in person.bench.canvas.network.node_items().items()}
    assert [node_id for node_id, trace in traces.items() if trace is not None and (trace.value or trace.headline)] == [
        *("conv2d_1", "conv2d_2", "dense_1", "loss_1")
    ]
    assert all(trace is not None for trace in traces.values()), "the others show the course of what came back to them"


def test_a_network_with_normalisation_and_dropout_goes_on_to_the_bit_in_another_window(
    open_window: OpenWindow, person: Person, tmp_path: Path
) -> None:
    append(person, "Input", "Conv2D", "BatchNorm", "ReLU", "Dropout", "Flatten", "Dense", "SoftmaxCrossEntropy")
    mend(person, "loss_1", "Set units to 10")
    train(person, 12)
    assert person.bench.files.save_to(tmp_path / "half.deepviz")
    assert person.bench.files.export_to(tmp_path / "half.npz")
    straight = train(person, 8)
    other = open_window()
    assert other.bench.files.open(tmp_path / "half.deepviz")
    other.qtbot.waitUntil(lambda: other.bench.editor.data is not None, timeout=PATIENCE)
    resumed = train(other, 8)
    assert resumed[-8:] == straight[-8:]
    with np.load(tmp_path / "half.npz") as exported:
        assert {"batchnorm_1/gamma", "batchnorm_1/moving_mean", "batchnorm_1/moving_variance"} <= set(exported.files)
        assert np.abs(exported["batchnorm_1/moving_mean"]).max() > 0


def test_rows_of_an_image_are_read_by_an_lstm_with_a_frozen_half(person: Person) -> None:
    append(person, "Input", "Reshape", "LSTM", "LSTM", "Dense", "SoftmaxCrossEntropy")
    person.set_value("reshape_1", "target_shape", "8 × 8")
    assert person.card("lstm_2")[2] == "LSTM needs a sequence of steps × features"
    person.click_at(person.middle("lstm_1"))
    QTest.keyClick(person.bench.properties.form.field("return_sequences").control, Qt.Key.Key_Space)
    mend(person, "loss_1", "Set units to 10")
    assert person.problems == []
    person.click_at(person.middle("lstm_1"))
    more = person.bench.properties.form.more
    assert more is not None
    more.setFocus()
    QTest.keyClick(more, Qt.Key.Key_Space)
    trained = person.bench.properties.form.field("trainable").control
    assert trained.isVisible()
    QTest.keyClick(trained, Qt.Key.Key_Space)
    losses = train(person, 5)
    assert all(np.isfinite(losses))
    items = person.bench.canvas.network.node_items()
    assert items["lstm_1"].face.is_frozen
    assert items["lstm_1"].live.trace is None
    assert items["lstm_2"].live.trace is not None
    facts = dict(person.bench.properties.facts.facts)
    assert facts["‖∂L/∂θ‖"] == "frozen"
    for plot in person.bench.views.views.values():
        plot.draw()
        plot.grab()


def test_an_attention_block_with_two_skips(person: Person) -> None:
    append(person, "Input", "Reshape", "Dense", "PositionalEncoding", "LayerNorm", "MultiHeadAttention")
    person.set_value("reshape_1", "target_shape", "8 × 8")
    person.click_at(person.middle("multiheadattention_1"))
    append(person, "Add", "Dense", "GELU", "Dense", "Add", "GlobalAveragePool", "Dense", "SoftmaxCrossEntropy")
    for source, target in (("positionalencoding_1", "add_1"), ("add_1", "add_2")):
        person.drag(person.output(source), person.input(target, 1))
    assert person.graph.inputs_of("add_1")[0].source == "multiheadattention_1"
    mend(person, "loss_1", "Set units to 10")
    assert person.problems == []
    assert person.card("multiheadattention_1")[:2] == ("8 × 16", "4\u202f304")
    losses = train(person, 40)
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    flow = person.bench.controller.gradient_picture().edges
    assert set(flow) == set(person.graph.edges)


def test_images_that_the_machine_cannot_hold_are_refused_before_training(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "machine_memory", lambda: 16 * 2**20)
    append(person, "Input", "Conv2D", "GlobalAveragePool", "Dense", "SoftmaxCrossEntropy")
    mend(person, "loss_1", "Set units to 10")
    assert person.problems == []
    person.bench.window.show_tab("Training")
    person.type_value(person.bench.training_panel.run_form, "batch_size", "512")
    person.set_value("conv2d_1", "filters", "64")
    (problem,) = person.problems
    assert "conv2d_1 stores 2\u202f304 numbers for each of the 512 samples" in problem
    person.bench.controller.run()
    assert person.bench.controller.status == "idle"
    mend(person, "conv2d_1", "Set the batch size to 256")
    assert person.problems == []
