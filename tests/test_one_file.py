"""Adding a thing touches one file: a layer, a loss, an optimizer, a data set, an export format and a picture.

Each is written to a folder of its own at run time, in a process of its own, and looked for everywhere a person would.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

START = """
import contextlib, importlib, io, json, sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest

package, folder, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
importlib.import_module(package).__path__.append(folder)

from deepviz import app, cli
from deepviz.datasets import registry as source_registry
from deepviz.document import edits
from deepviz.document.file_format import load, save
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import optimizers
from deepviz.gui.settings import HINTS_ON, Settings
from deepviz.gui.workbench import Workbench


def window(project):
    settings = Settings(work / "settings.ini")
    settings.set(HINTS_ON, False)
    bench = Workbench(app.application(["deepviz"]), project, settings)
    bench.window.show()
    return bench


def trained(bench):
    loop, patience = QEventLoop(), QTimer(singleShot=True, interval=20_000)
    bench.controller.status_changed.connect(lambda status: loop.quit() if not bench.controller.is_running else None)
    patience.timeout.connect(loop.quit)
    patience.start()
    bench.controller.run()
    if bench.controller.is_running:
        loop.exec()
    patience.stop()
    assert bench.controller.status == "finished", (bench.controller.status, bench.notice.text)
    losses = bench.controller.history.column("loss")[1]
    assert losses[-15:].mean() < 0.9 * losses[:15].mean(), "it does not learn"
    return dict(bench.controller.checkpoint().state.parameters)


def printed(*arguments):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        assert cli.main([*arguments]) == 0
    return text.getvalue()


def chain(*layers, epochs=8):
    plan = TrainingPlan(optimizers.Adam(learning_rate=0.01), RunSettings(epochs=epochs))
    project = Project(data=DataChoice(source_registry["blobs"](classes=2)), plan=plan)
    for layer in (edits.new_layer(each) if isinstance(each, str) else each for each in layers):
        project = edits.append(project, layer)
    return project


def done(bench):
    bench.shut_down()
    bench.window.hide()
"""


def with_file(tmp_path: Path, package: str, source: str, use_it: str) -> None:
    """Write a definition into a folder that is added to a package, and use it in a process of its own."""
    folder = tmp_path / "added"
    folder.mkdir()
    (folder / "mine.py").write_text(source, encoding="utf-8")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START + use_it, package, str(folder), str(tmp_path)]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


LAYER = '''"""Scale: a layer that nobody has shipped."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.engine.layer import Layer, flat_length


class Scale(Layer):
    """Multiplies every feature by a trained factor of its own.

    ``y = s x``; ``dL/ds`` is the sum of ``x dL/dy`` over the batch, ``dL/dx = s dL/dy``.
    """

    category = "Stretching"
    synonyms = ("gain", "per-feature weight")
    formula = "y = s x"

    start: float = Field(1.0, ge=-10, le=10, title="First factor", description="What every factor is at first.")

    def output_shape(self, inputs):
        return (flat_length(self, inputs[0]),)

    def parameter_shapes(self, inputs):
        return {"s": (flat_length(self, inputs[0]),)}

    def init_params(self, inputs, rng):
        return {"s": np.full(flat_length(self, inputs[0]), self.start)}

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
(start,) = described["hyperparameters"]
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


LOSS = '''"""Log-cosh: a loss that nobody has shipped."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.engine.loss import Loss


def total(numbers, out):
    np.add.reduce(numbers, axis=None, out=out)


class SoftDistance(Loss):
    """Fits numbers: like the squared error near the target, like the distance far from it."""

    label = "Soft distance"
    synonyms = ("log cosh",)
    formula = "L = mean(log cosh(k (y − t)))"

    sharpness: float = Field(1.0, gt=0, le=100, title="Sharpness", description="How soon it becomes straight.")

    def record(self, tape, outputs, targets):
        difference = tape.multiply(tape.subtract(outputs, targets), self.sharpness)
        logs = tape.unary(np.log, tape.unary(np.cosh, difference))
        value = tape.multiply(tape.call(total, (logs,), ()), 1.0 / difference.size)
        return value, tape.multiply(tape.unary(np.tanh, difference), self.sharpness / difference.size)
'''

USE_LOSS = """
from deepviz.engine import losses
from deepviz.engine.gradcheck import check_loss

kind = losses.registry["SoftDistance"]
assert losses.registry.from_json(kind(sharpness=2).to_json()) == kind(sharpness=2)
value, grad = kind().value_and_grad(np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]]))
assert abs(value - np.log(np.cosh(1.0)) / 2) < 1e-12
for loss, shape in kind.examples():
    assert check_loss(loss, shape, np.random.default_rng(0)).worst <= 1e-7
assert "SoftDistance" in [each["key"] for each in json.loads(printed("layers", "--json"))["losses"]]

bench = window(chain("Input", edits.new_layer("Dense").changed(units=8), "Tanh",
                     edits.new_layer("Dense").changed(units=2)))
QTest.keyClicks(bench.palette.search, "cosh")
assert bench.palette.current_key() == "SoftDistance"
QTest.keyClick(bench.palette.search, "\\r")
assert bench.editor.report.problems == ()
bench.canvas.select(("loss_1",))
assert bench.properties.form.field("sharpness").control.toolTip() == "How soon it becomes straight."
assert bench.canvas.network.node_items()["loss_1"].face.label == "Soft distance"
assert "Soft distance" in bench.training_panel.loss_words.said
trained(bench)
assert bench.files.save_to(work / "a.deepviz")
assert load(work / "a.deepviz").project == bench.editor.project
done(bench)
"""


def test_a_loss_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.engine.losses", LOSS, USE_LOSS)


OPTIMIZER = '''"""Sign descent: an optimizer that nobody has shipped."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import Optimizer, chunks


class SignDescent(Optimizer):
    """Goes the same way for every parameter, against the sign of its gradient."""

    label = "Sign descent"
    formula = "p ← p − η sign(g)"

    shrink: float = Field(0.0, ge=0, le=0.1, title="Shrinking", description="Share of a parameter lost each step.")

    def record(self, tape, parameters, gradients, state):
        rate = np.zeros((), parameters.dtype)

        def advance():
            state.step += 1
            rate[()] = state.learning_rate

        tape.run(advance)
        learning_rate = tape.external(rate)
        for portion in chunks(parameters.size):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            tape.multiply(p, 1.0 - self.shrink, out=p)
            tape.subtract(p, tape.multiply(tape.unary(np.sign, g), learning_rate), out=p)
'''

USE_OPTIMIZER = """
kind = optimizers.registry["SignDescent"]
assert optimizers.registry.from_json(kind(shrink=0.01).to_json()) == kind(shrink=0.01)
bench = window(chain("Input", edits.new_layer("Dense").changed(units=8), "Tanh",
                     edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy", epochs=30))
panel = bench.training_panel
bench.window.show_tab("Training")
number = panel.optimizer_list.findText("Sign descent")
assert number >= 0, "it is not listed"
panel.optimizer_list.setCurrentIndex(number)
panel.optimizer_list.activated.emit(number)
assert bench.editor.project.plan.optimizer == kind()
assert bench.actions["undo"].text() == "Undo Use Sign descent"
assert panel.formula.said == "p ← p − η sign(g)"
assert panel.optimizer_form.field("shrink").control.toolTip() == "Share of a parameter lost each step."
bench.learning_rate.set_value(0.003)
trained(bench)
assert bench.files.save_to(work / "a.deepviz")
assert load(work / "a.deepviz").project == bench.editor.project
options = ["--epochs", "1", "--set", "plan.optimizer.shrink=0.01", "--json", "--quiet"]
assert json.loads(printed("train", str(work / "a.deepviz"), *options))["epochs"] == 1
done(bench)
"""


def test_an_optimizer_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.engine.optimizers", OPTIMIZER, USE_OPTIMIZER)


DATA_SET = '''"""Stripes: data that nobody has shipped."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Stripes(DatasetSource):
    """Stripes that take turns between two classes."""

    key = "stripes"
    label = "Stripes"
    category = "Generated"

    samples: int = Field(400, ge=20, le=10_000, title="Samples", description="How many points there are.")
    stripes: int = Field(2, ge=2, le=20, title="Stripes", description="How many stripes there are.")

    def load(self):
        x = np.random.default_rng(0).random((self.samples, 3), dtype=np.float32)
        y = (x[:, 0] * self.stripes).astype(np.int64) % 2
        return Dataset(x=x, y=y, task="classification", class_names=("odd", "even"),
                       feature_names=("a", "b", "c"), title="Stripes")
'''

USE_DATA_SET = """
described = next(each for each in json.loads(printed("datasets", "--json"))["datasets"] if each["key"] == "stripes")
assert [each["name"] for each in described["hyperparameters"]] == ["samples", "stripes"]
bench = window(chain("Input", edits.new_layer("Dense").changed(units=8), "Tanh",
                     edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy", epochs=30))
panel = bench.data_panel
bench.window.show_tab("Data")
number = panel.source_list.findText("Stripes")
assert number >= 0, "it is not listed"
panel.source_list.setCurrentIndex(number)
panel.source_list.activated.emit(number)
assert bench.editor.project.data.source == source_registry["stripes"]()
assert bench.editor.project.graph.node("input_1").layer.shape == (3,)
assert panel.source_form.field("stripes").control.toolTip() == "How many stripes there are."
panel.source_form.focus_field("stripes")
QTest.keyClicks(panel.source_form.field("stripes").line, "21")
QTest.keyClick(panel.source_form.field("stripes").line, "\\r")
assert panel.source_form.field("stripes").reason
bench.learning_rate.set_value(0.01)
panel.source_form.field("stripes").show_value(2, again=True)
trained(bench)
assert bench.files.save_to(work / "a.deepviz")
assert load(work / "a.deepviz").project == bench.editor.project
options = ["--set", "data.source=stripes", "graph.input_1.shape=[3]", "--epochs", "1", "--json", "--quiet"]
assert json.loads(printed("train", "spirals", *options))["steps"] == 10
done(bench)
"""


def test_a_data_set_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.datasets.sources", DATA_SET, USE_DATA_SET)


EXPORTER = '''"""Plain text: an export format that nobody has shipped."""

from __future__ import annotations

from deepviz.exchange.exporter import Exporter


class PlainText(Exporter):
    """Names and shapes, one array a line."""

    key = "text"
    label = "Plain text"
    suffix = ".weights.txt"

    def to_bytes(self, content):
        lines = (f"{name} {array.shape}" for name, array in content.parameters.items())
        return "\\n".join([content.project.name, *lines]).encode()
'''

USE_EXPORTER = """
bench = window(chain("Input", edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy"))
bench.actions["export"].trigger()
panel = bench.export_panel
panel.ask_folder = lambda start: str(work)
panel.folder_button.click()
number = panel.format_list.findText("Plain text")
assert number >= 0, "it is not listed"
panel.format_list.setCurrentIndex(number)
panel.format_list.activated.emit(number)
assert panel.path == work / "untitled.weights.txt"
assert panel.format_words.said == "Names and shapes, one array a line."
panel.export_button.click()
assert "untitled.weights.txt" in bench.notice.text
expected = ["untitled", "dense_1/W (2, 2)", "dense_1/b (2,)"]
assert (work / "untitled.weights.txt").read_text(encoding="utf-8").split("\\n") == expected
done(bench)
printed("export", "blobs", str(work / "blobs.weights.txt"))
assert (work / "blobs.weights.txt").read_text(encoding="utf-8").startswith("blobs\\ndense_1/W (2, 3)")
printed("train", "blobs", "--epochs", "1", "--quiet", "--export", str(work / "trained.weights.txt"))
assert (work / "trained.weights.txt").is_file()
"""


def test_an_export_format_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.exchange.formats", EXPORTER, USE_EXPORTER)


PICTURE = '''"""A picture that nobody has shipped: the loss once more."""

from __future__ import annotations

from deepviz.gui.plots.curve_plot import CurvePlot


class Again(CurvePlot):
    """Training loss under another name."""

    key = "again"
    title = "Once more"
    order = 1
    invitation = "Press Run to see it once more"

    def lines(self):
        return self.train_and_validation("loss")
'''

USE_PICTURE = """
from deepviz.gui.plots.picture import curves_picture
from PySide6.QtGui import QImage

bench = window(chain("Input", edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy"))
bench.window.show_workspace("train")
strip = bench.plots
assert list(strip.plots)[0] == "again", "its order puts it first"
assert strip._tabs["again"].text() == "Once more"
assert "again" in strip.shown
plot = strip.plots["again"]
assert plot.words.text() == "Press Run to see it once more"
trained(bench)
plot.draw()
assert plot.area.isVisible()
assert plot.hover_text(3).startswith("step 3")
rows = list(plot.table()[1])
assert len(rows) == len(bench.controller.history)
bench.themes.toggle()
assert plot.theme is bench.themes.current
curves_picture(bench.controller.history, bench.themes.current, work / "curves.png")
sheet = QImage(str(work / "curves.png"))
assert sheet.height() >= 3 * 320, "the sheet of the tour has a row more"
done(bench)
"""


def test_a_picture_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.gui.plots", PICTURE, USE_PICTURE)
