"""Nothing on the Training page moves away from below the pointer while somebody fills it in or a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.document import edits
from deepviz.document.file_format import save
from deepviz.engine import optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.gui.editor import Editor
from deepviz.gui.panels.copies_list import CopiesList
from deepviz.gui.panels.formula_words import formulas
from deepviz.gui.panels.training_panel import TrainingPanel
from deepviz.training.checkpoint_files import copy_path

Show = Callable[..., QWidget]


def use(editor: Editor, optimizer: Optimizer) -> None:
    editor.apply("Change", partial(edits.set_optimizer, optimizer=optimizer))
    QApplication.processEvents()


@pytest.mark.parametrize("width", [264, 320, 420])
@pytest.mark.parametrize("kind", [optimizers.SGD, optimizers.RMSProp, optimizers.Lion])
def test_no_setting_of_an_optimizer_moves_the_fields_below(
    editor: Editor, show: Show, kind: type[Optimizer], width: int
) -> None:
    panel = TrainingPanel(editor)
    show(panel, width)
    use(editor, kind())
    last = panel.optimizer_form.field("learning_rate")
    button, before = panel.rate_button, []
    names = {each.name for each in kind.hyperparameters()} & {"momentum", "weight_decay", "nesterov", "centered"}
    ways = product(*([(name, 0), (name, 0.9)] for name in sorted(names)))
    for way in ways:
        use(editor, kind(**{name: bool(value) if name in ("nesterov", "centered") else value for name, value in way}))
        before.append((last.mapTo(panel.page, QPoint()).y(), button.mapTo(panel.page, QPoint()).y()))
        assert panel.formula.height() >= panel.formula.heightForWidth(panel.formula.width()), "none is cut off"
    assert len(before) >= 2
    assert len(set(before)) == 1


def test_a_value_that_can_be_cleared_again_makes_its_row_no_higher(editor: Editor, show: Show) -> None:
    panel = TrainingPanel(editor)
    show(panel)
    panel.optimizer_form.set_open(True)
    places = []
    for clipping in (None, 0.5):
        use(editor, optimizers.SGD(global_clipnorm=clipping))
        field = panel.optimizer_form.field("clipvalue")
        places.append((field.mapTo(panel.page, QPoint()).y(), panel.rate_button.mapTo(panel.page, QPoint()).y()))
    assert places[0] == places[1]


def test_every_formula_of_a_kind_is_known() -> None:
    assert formulas(optimizers.SGD) == (
        "p ← p − η g",
        "p ← p − η (g + λ p)",
        "v ← μ v − η g\np ← p + v",
        "v ← μ v − η (g + λ p)\np ← p + v",
        "v ← μ v − η g\np ← p + μ v − η g",
        "v ← μ v − η (g + λ p)\np ← p + μ v − η (g + λ p)",
    )
    assert len(formulas(optimizers.RMSProp)) == 4
    assert formulas(optimizers.Adam) == (optimizers.Adam.formula,)


def test_copies_stand_below_all_settings(editor: Editor, show: Show) -> None:
    panel = TrainingPanel(editor)
    show(panel)
    top = panel.copies_words.mapTo(panel.page, QPoint()).y()
    shown = [form for form in panel.forms if form.isVisible()]
    assert len(shown) >= 3
    assert all(form.mapTo(panel.page, QPoint()).y() < top for form in shown)
    assert panel.loss_words.mapTo(panel.page, QPoint()).y() < top


def test_a_new_copy_waits_until_the_pointer_has_left(editor: Editor, show: Show, tmp_path: Path) -> None:
    file = tmp_path / "net.deepviz"
    listed = CopiesList()
    show(listed)
    save(editor.project, copy_path(file, 1, "20260101-000000-aaaaaa"))
    listed.show_of(file)
    QApplication.processEvents()
    assert [row.epoch for row in listed.rows] == [1]
    listed.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    row = listed.rows[0]
    save(editor.project, copy_path(file, 2, "20260101-000000-aaaaaa"))
    listed.follow()
    assert listed.rows == [row], "what is under the pointer stays"
    listed.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(listed, QEvent(QEvent.Type.Leave))
    assert [row.epoch for row in listed.rows] == [2, 1]
