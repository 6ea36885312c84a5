"""The live check in a whole window: the list that stays open, F8, costs in the panel and tooltips, bars that follow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.costs import costs
from deepviz.document.graph import Graph, Group, Node
from deepviz.engine.layers import Dense
from deepviz.gui.canvas import pointer
from deepviz.gui.settings import BARS, BARS_LOG
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.window_hands import press_shortcut, train_steps

THIN = "\u202f"


def break_two_things(person: Person) -> None:
    """dense_2 gives 5 numbers for 2 classes, and relu_1 is connected to nothing."""
    person.set_value("dense_2", "units", "5")
    person.bench.editor.apply(
        "Add ReLU", lambda project: edits.add_node(project, edits.new_layer("ReLU"), (0.0, 300.0))
    )


def choose(person: Person, quantity: str) -> None:
    person.bench.checking.bars_button.choices[quantity].trigger()


def settled(person: Person) -> None:
    person.qtbot.waitUntil(lambda: person.bench.checking.watch.is_settled)


def test_the_list_opens_with_the_button_and_with_keys_and_stays_open(person: Person) -> None:
    bench = person.bench
    assert not bench.checking.dock.isVisible()
    break_two_things(person)
    person.press(bench.readiness)
    assert bench.checking.dock.isVisible()
    QApplication.processEvents()
    card = next(card for card in bench.checking.panel.cards if card.node_id == "loss_1")
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert bench.canvas.network.selected == ("loss_1",)
    assert bench.checking.dock.isVisible()
    person.press(next(button for button in card.buttons if button.text() == "Set units to 2"))
    assert [card.node_id for card in bench.checking.panel.cards if card.isVisible()] == ["relu_1"]
    person.press(bench.checking.panel.close_button)
    assert not bench.checking.dock.isVisible()
    press_shortcut("Ctrl+Shift+M", bench.canvas)
    assert bench.checking.dock.isVisible()
    QTest.keyClick(QApplication.focusWidget() or bench.window, Qt.Key.Key_Escape)
    assert not bench.checking.dock.isVisible()
    assert bench.canvas.hasFocus()


def test_f8_goes_from_problem_to_problem_round_and_round(person: Person) -> None:
    bench = person.bench
    break_two_things(person)
    order = [problem.node_id for problem in bench.editor.report.problems]
    assert order == ["loss_1", "relu_1"]
    seen = []
    for key in ("F8", "F8", "F8", "Shift+F8"):
        press_shortcut(key, bench.canvas)
        seen.append(bench.canvas.network.selected[0])
        assert bench.canvas.bubble.isVisible()
    assert seen == ["loss_1", "relu_1", "loss_1", "relu_1"]
    person.undo()
    person.undo()
    press_shortcut("F8", bench.canvas)
    assert bench.status.currentMessage() == "No problems."


def test_what_is_said_about_a_problem_goes_when_it_is_mended_elsewhere(person: Person) -> None:
    bench = person.bench
    break_two_things(person)
    press_shortcut("F8", bench.canvas)
    assert bench.canvas.bubble.isVisible()
    mended = bench.editor.report.problems[0].repairs[0]
    bench.editor.apply(mended.label, mended.edit)
    assert not bench.canvas.bubble.isVisible()


def test_f8_shows_a_problem_of_the_whole_network_in_the_list(person: Person) -> None:
    bench = person.bench
    bench.editor.apply("Delete loss_1", lambda project: edits.delete(project, ("loss_1",)))
    press_shortcut("F8", bench.canvas)
    assert bench.checking.dock.isVisible()
    assert bench.checking.panel.cards[0].hasFocus()
    assert bench.checking.panel.cards[0].name.said == "The network"


def test_a_problem_in_a_closed_group_is_gone_to_at_the_card_of_the_group(person: Person) -> None:
    inside = Node("dense_9", Dense(units=3), (0.0, 600.0), "g")  # nothing leads to it
    graph = Graph((*person.graph.nodes, inside), person.graph.edges, (Group("g", "block"),))
    person.bench.editor.open(replace(person.project, graph=graph))
    assert [problem.node_id for problem in person.bench.editor.report.problems] == ["dense_9"]
    person.bench.checking.go_to_next()
    assert person.bench.canvas.network.selected == ("g",)


def test_costs_stand_in_the_panel_with_exact_numbers_to_rest_on(person: Person) -> None:
    bench = person.bench
    bench.canvas.select(("dense_1",))
    assert bench.properties.facts.value("MACs a sample") == "16"
    settled(person)
    known = costs(person.project, bench.editor.facts)
    stored = known.of("stored")["dense_1"]
    assert stored > 0
    assert bench.properties.facts.value("Stored a batch").endswith("KiB" if stored >= 1024 else "B")
    exact = f"{stored:,}".replace(",", THIN)
    assert bench.properties.facts.note("Stored a batch").startswith(f"{exact} bytes for a batch of")
    person.set_value("dense_1", "units", "100")
    assert bench.properties.facts.value("MACs a sample") == "200"
    bench.canvas.select(())
    assert bench.properties.facts.value("MACs a sample") == "400"
    settled(person)
    assert bench.properties.facts.value("Stored a batch") not in ("", "not known yet")


def test_costs_stand_in_the_tooltip_of_a_card(person: Person) -> None:
    settled(person)
    text = pointer.tooltip(person.bench.canvas, person.middle("dense_1"))
    assert "Multiply-accumulates 16 a sample" in text
    assert "Stored for the backward pass" in text


def test_bars_are_off_at_first_and_chosen_ones_are_remembered(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    checking, settings = person.bench.checking, person.bench.settings
    assert checking.bars.items == {}
    choose(person, "parameters")
    shown = {node_id: item.text for node_id, item in checking.bars.items.items()}
    assert shown == {"input_1": "0", "dense_1": "24", "tanh_1": "0", "dense_2": "18", "loss_1": "0"}
    checking.bars_button.scales["log"].trigger()
    assert checking.bars.scale.is_log
    assert (settings.get(BARS), settings.get(BARS_LOG)) == ("parameters", True)
    again = open_window(small_project(), settings)
    assert again.bench.checking.bars.items["dense_1"].text == "24"
    assert again.bench.checking.bars_button.text() == "Parameters  ·  log, 10 to 24"
    choose(again, "none")
    assert again.bench.checking.bars.items == {}


def test_bars_are_chosen_by_keyboard(person: Person) -> None:
    checking = person.bench.checking
    press_shortcut("Ctrl+Shift+B", person.bench.canvas)
    menu = checking.bars_button.menu()
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert not menu.isVisible()
    assert checking.bars.items["dense_1"].text == "16"


def test_bars_follow_what_is_typed_and_undone(person: Person) -> None:
    checking = person.bench.checking
    choose(person, "macs")
    assert checking.bars.items["dense_1"].text == "16"
    person.set_value("dense_1", "units", "100")
    assert checking.bars.items["dense_1"].text == "200"
    person.undo()
    assert checking.bars.items["dense_1"].text == "16"
    choose(person, "stored")
    settled(person)
    assert checking.bars.items["dense_1"].text.endswith("B")
    choose(person, "outputs")
    assert "loss_1" not in checking.bars.items
    assert checking.bars.items["dense_2"].text == "2"


def test_bars_of_the_gradient_are_there_once_there_is_one(person: Person) -> None:
    checking = person.bench.checking
    choose(person, "gradient")
    assert checking.bars.items == {}
    train_steps(person, 2)
    assert set(checking.bars.items) == {"dense_1", "dense_2"}
    before = checking.bars.items["dense_1"].text
    train_steps(person, 1)
    assert checking.bars.items["dense_1"].text != before


@pytest.mark.parametrize("quantity", ["parameters", "stored"])
def test_the_theme_reaches_button_bars_and_list(person: Person, quantity: str) -> None:
    checking = person.bench.checking
    choose(person, quantity)
    settled(person)
    themes = person.bench.themes
    before = themes.current
    themes.toggle()
    assert all(item._theme is themes.current for item in checking.bars.items.values())
    assert themes.current is not before
