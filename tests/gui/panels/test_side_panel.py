"""Nothing on the right-hand side is wider than the panel, however long its words and however narrow it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.document import edits
from deepviz.document.project import DataChoice
from deepviz.gui.editor import Editor
from deepviz.gui.panels.data_panel import DataPanel
from deepviz.gui.panels.export_panel import ExportPanel
from deepviz.gui.panels.fact_rows import FactRows
from deepviz.gui.panels.learning_rate import LearningRateSlider
from deepviz.gui.panels.problems import ProblemsButton, ProblemsPanel
from deepviz.gui.panels.properties import PropertiesPanel
from deepviz.gui.panels.side_panel import NARROWEST, ZERO_WIDTH_SPACE, SidePanel, Words, breakable
from deepviz.gui.panels.training_panel import TrainingPanel
from deepviz.gui.settings import Settings

LONG = "/a/rather/deep/folder/with-a-name-nobody-would-type/t10k-images-idx3-ubyte-and-more.gz"
CHOICES = (DataChoice(), DataChoice(source=BreastCancer()), DataChoice(source=IdxFiles(images=LONG, labels=LONG)))


def check_fits(panel: SidePanel) -> None:
    QApplication.processEvents()
    room = panel.viewport().width()
    assert panel.page.width() <= room
    for child in panel.page.findChildren(QWidget):
        if child.isVisible() and child.parentWidget() is not None:
            left = child.mapTo(panel.page, QPoint(0, 0)).x()
            assert left + child.width() <= room, f"{type(child).__name__} {child.accessibleName()!r}"


@pytest.mark.parametrize("width", [NARROWEST, 288])
@pytest.mark.parametrize("choice", CHOICES, ids=["points", "features", "long paths"])
def test_nothing_is_cut_off(
    editor: Editor, settings: Settings, show: Callable[..., QWidget], width: int, choice: DataChoice
) -> None:
    layer = editor.project.graph.node("dense_2").layer.changed(units=4096)
    editor.apply("Break", partial(edits.set_layer, node_id="dense_2", layer=layer))
    editor.apply("Use it", partial(edits.set_data, choice=choice))
    properties = PropertiesPanel(editor)
    panels: list[SidePanel] = [properties, DataPanel(editor, settings), TrainingPanel(editor), ProblemsPanel(editor)]
    for panel in panels:
        window = show(panel, width, 600)
        check_fits(panel)
        if panel is properties:
            for node in editor.project.graph.nodes:
                properties.show_nodes((node.id,))
                check_fits(panel)
        window.hide()


def test_every_control_has_a_name(editor: Editor, settings: Settings, show: Callable[..., QWidget]) -> None:
    for panel in (DataPanel(editor, settings), TrainingPanel(editor), PropertiesPanel(editor), ProblemsPanel(editor)):
        for child in panel.page.findChildren(QWidget):
            in_a_list = child.window() is not panel.window()  # the list that a drop-down opens
            if child.focusPolicy() and not child.focusProxy() and not in_a_list and child.isVisibleTo(panel.page):
                named = child.accessibleName() or getattr(child, "text", str)()
                assert named or child.parentWidget().accessibleName(), type(child).__name__


def test_words_hide_while_they_are_empty_and_break_where_they_may() -> None:
    words = Words("Read " + LONG)
    assert ZERO_WIDTH_SPACE in words.text()
    assert words.said == "Read " + LONG
    words.say("")
    assert words.isHidden()
    assert breakable("short-name.gz") == "short-name.gz"


def test_facts_change_in_place(show: Callable[..., QWidget]) -> None:
    rows = FactRows()
    show(rows)
    rows.set_facts([("Loss", "1.0"), ("Accuracy", "50 %")])
    labels = list(rows.findChildren(QLabel))
    rows.set_facts([("Loss", "0.5")])
    assert rows.value("Loss") == "0.5"
    assert list(rows.findChildren(QLabel)) == labels
    assert sum(label.isVisible() for label in labels) == 2
    rows.set_facts([])
    assert not rows.isVisible()


def test_nothing_becomes_a_window_of_its_own(editor: Editor, settings: Settings, qapp: QApplication) -> None:
    """A part that is shown before it has a place would flash up as a window and take the keyboard."""
    opened: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                opened.append(f"{type(watched).__name__} {watched.accessibleName()!r}")
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    window = QWidget()
    made = [
        DataPanel(editor, settings),
        TrainingPanel(editor),
        PropertiesPanel(editor),
        ProblemsButton(editor),
        ExportPanel(window, settings),
        LearningRateSlider(editor),
    ]
    layer = editor.project.graph.node("dense_2").layer.changed(units=4096)
    editor.apply("Break", partial(edits.set_layer, node_id="dense_2", layer=layer))
    qapp.removeEventFilter(watch)
    assert opened == []
    assert not any(widget.isVisible() for widget in made)
