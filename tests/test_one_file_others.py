"""Adding a loss, an optimizer, a data set, an export format or a picture touches one file, too."""

from __future__ import annotations

from pathlib import Path

from tests.added_file import with_file

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
QTest.keyClicks(bench.palette.search, "soft distance")
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
        for portion in chunks(state.spans):
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
assert bench.actions["undo"].text().startswith("Undo Optimizer Adam → Sign descent")
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
from PySide6.QtWidgets import QApplication

bench = window(chain("Input", edits.new_layer("Dense").changed(units=2), "SoftmaxCrossEntropy"))
bench.window.show_workspace("train")
assert list(bench.views.kinds)[0] == "again", "its order puts it first"
tab = bench.live_bar.tabs["again"]
assert tab.text() == "Once more"
bench.views.open("again")
QApplication.processEvents()
assert bench.views.is_open("again")
plot = bench.views.views["again"]
assert plot.words.text() == "Press Run to see it once more"
trained(bench)
plot.draw()
assert plot._shows_content
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
