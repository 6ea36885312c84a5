"""Adding a layer touches one file: it is written at run time and looked for everywhere a person would."""

from __future__ import annotations

from pathlib import Path

from tests.added_file import with_file

LAYER = '''"""Scale: a layer that nobody has shipped."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.engine.shapes import ShapeError, shape_text
from deepviz.engine.weighted import Trained


class Scale(Trained):
    """Multiplies every feature by a trained factor of its own.

    ``y = s x``; ``dL/ds`` is the sum of ``x dL/dy`` over the batch, ``dL/dx = s dL/dy``.
    """

    category = "Stretching"
    synonyms = ("gain", "per-feature weight")
    formula = "y = s x"

    start: float = Field(1.0, ge=-10, le=10, title="First factor", description="What every factor is at first.")

    def output_shape(self, inputs):
        if len(inputs[0]) > 1:
            raise ShapeError(f"Scale needs a flat input; it gets {shape_text(inputs[0])}. Insert Flatten.", "Flatten")
        return inputs[0]

    def parameter_shapes(self, inputs):
        return {"s": self.output_shape(inputs)}

    def init_params(self, inputs, rng):
        return {"s": np.full(inputs[0], self.start)}

    def forward(self, tape, params, inputs):
        return tape.multiply(inputs[0], params["s"]), inputs[0]

    def backward(self, tape, params, grads, kept, grad):
        tape.column_sums(tape.multiply(kept, grad), out=grads["s"])
        return [tape.multiply(grad, params["s"])]

    @classmethod
    def examples(cls):
        return [(cls(), [(4,)]), (cls(start=-2), [(3,)])]
'''

USE_LAYER = """
from deepviz.document.shapes import check
from deepviz.engine import Network, layers
from deepviz.engine.gradcheck import check_layer

# the engine: registry, shapes, JSON, gradients
kind = layers.registry["Scale"]
layer = kind(start=1.5)
assert layers.Scale is kind
assert layers.registry.from_json(json.loads(json.dumps(layer.to_json()))) == layer
assert layer.output_shape([(7,)]) == (7,) and layer.count_parameters([(7,)]) == 7
for example, shapes in kind.examples():
    assert check_layer(example, shapes, np.random.default_rng(0)).worst <= 1e-7
assert np.array_equal(Network.sequential([layers.Input(shape=(3,)), layer]).forward(np.ones((1, 3))), [[1.5] * 3])

# the command line
described = next(each for each in json.loads(printed("layers", "--json"))["layers"] if each["key"] == "Scale")
assert described["summary"] == "Multiplies every feature by a trained factor of its own."
start, trained_switch = described["hyperparameters"]
assert trained_switch["name"] == "trainable" and trained_switch["default"] is True
assert (start["name"], start["minimum"], start["maximum"], start["default"]) == ("start", -10, 10, 1.0)

# the palette lists it under its own heading, and finds it by what it does
bench = window(chain("Input", edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy"))
palette = bench.palette
headings = [palette.model.index(row).data() for row in range(palette.model.rowCount())]
assert "Stretching" in headings
QTest.keyClicks(palette.search, "per-feature")
assert palette.current_key() == "Scale"
bench.canvas.select(("input_1",))
QTest.keyClick(palette.search, "\\r")
assert {(edge.source, edge.target) for edge in bench.editor.project.graph.edges} == {
    ("input_1", "scale_1"), ("scale_1", "dense_1"), ("dense_1", "loss_1")
}

# the form shows its hyperparameter with label, help and bounds
bench.canvas.select(("scale_1",))
form = bench.properties.form
field = form.field("start")
assert field.control.toolTip() == "What every factor is at first."
assert field.control.accessibleName() == "First factor"
assert bench.properties.title.said == "scale_1" and bench.properties.formula.said == "y = s x"
for text, value, refused in (("11", 1.0, True), ("-10", -10.0, False), ("0.5", 0.5, False)):
    form.focus_field("start")
    QTest.keyClicks(field.line, text)
    QTest.keyClick(field.line, "\\r")
    assert bench.editor.project.graph.node("scale_1").layer.start == value, text
    assert bool(field.reason) == refused, (text, field.reason)
    assert not refused or "10" in field.reason

# the card draws it, with its shape and its number of parameters
face = bench.canvas.network.node_items()["scale_1"].face
assert (face.label, face.shape, face.parameters, face.problem) == ("Scale", "2", "2", "")
app.render(bench.editor.project, work / "network.svg")
assert "Scale" in (work / "network.svg").read_text(encoding="utf-8")
with_card = bench.canvas.grab().toImage()
bench.canvas.network.node_items()["scale_1"].setVisible(False)
assert bench.canvas.grab().toImage() != with_card
bench.canvas.network.node_items()["scale_1"].setVisible(True)

# shapes are inferred live: it complains where it cannot be, and says what helps
image = edits.set_layer(bench.editor.project, "input_1", layers.Input(shape=(2, 2)))
(problem,) = check(image).problems
assert "Scale needs a flat input" in problem.text and problem.repairs[0].label == "Insert Flatten"

# it trains, and what it learned goes to a file and comes back
parameters = trained(bench)
assert np.abs(parameters["scale_1/s"] - 0.5).max() > 1e-3
assert "scale_1" in bench.controller.history.layers
assert bench.files.save_to(work / "scaled.deepviz")
loaded = load(work / "scaled.deepviz")
assert loaded.project == bench.editor.project
assert np.array_equal(loaded.trained.state.parameters["scale_1/s"], parameters["scale_1/s"])
assert bench.files.export_to(work / "scaled.npz")
assert "scale_1/s" in np.load(work / "scaled.npz").files
done(bench)

# and the test kit of all layers takes it up
import pytest
sys.exit(pytest.main(["tests/engine/test_layers.py", "-q", "-k", "Scale", "-p", "no:cacheprovider"]))
"""


def test_a_layer_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.engine.layers", LAYER, USE_LAYER)
