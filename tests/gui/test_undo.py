"""A thousand edits of every sort: undone and redone, each state of the project comes back byte by byte."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication

from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.sources.circles import Circles
from deepviz.datasets.sources.iris import Iris
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.split import SplitChoice
from deepviz.document import comment_edits, edits, group_edits
from deepviz.document.edits import EditError
from deepviz.document.project import Project
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.engine import optimizers
from deepviz.gui.editor import Edit, Editor

STEPS = 1000
MOST_NODES = 24
LAYERS = ("Dense", "ReLU", "Tanh", "Dropout", "BatchNorm", "Add", "Flatten", "Input", "SoftmaxCrossEntropy")
MOST_FOR_A_STEP = 20 * 1024
"""Bytes. A step that held a project of its own, and not only what it changed, would take several times as many."""


@pytest.fixture
def editor(qapp: QApplication) -> Editor:
    return Editor(Project())


# Every sort of edit that there is, chosen by chance


def _any_node(project: Project, chance: random.Random) -> str:
    return chance.choice(project.graph.nodes).id


def _layer_edit(project: Project, chance: random.Random) -> Edit:
    layer = edits.new_layer(chance.choice(LAYERS))
    if project.graph.edges and chance.random() < 0.3:
        return partial(edits.insert_on_edge, layer=layer, edge=chance.choice(project.graph.edges))
    if chance.random() < 0.5:
        return partial(edits.append, layer=layer)
    return partial(edits.add_node, layer=layer, position=(chance.randrange(900), chance.randrange(600)))


def _removal(project: Project, chance: random.Random) -> Edit:
    if project.graph.edges and chance.random() < 0.4:
        return partial(edits.disconnect, edges=(chance.choice(project.graph.edges),))
    return partial(edits.delete, node_ids=(_any_node(project, chance),), heal=chance.random() < 0.7)


def _connection(project: Project, chance: random.Random) -> Edit:
    return partial(edits.connect, source=_any_node(project, chance), target=_any_node(project, chance))


def _place(project: Project, chance: random.Random) -> Edit:
    if chance.random() < 0.1:
        return edits.arrange
    return partial(edits.move, positions={_any_node(project, chance): (chance.randrange(900), chance.random() * 600)})


def _hyperparameter(project: Project, chance: random.Random) -> Edit:
    dense = [node for node in project.graph.nodes if node.layer.key == "Dense"]
    if not dense:
        return partial(edits.append, layer=edits.new_layer("Dense"))
    node = chance.choice(dense)
    layer = node.layer.changed(units=chance.randrange(1, 99), use_bias=chance.random() < 0.5)
    return partial(edits.set_layer, node_id=node.id, layer=layer)


def _data(project: Project, chance: random.Random) -> Edit:
    source = chance.choice((Iris(), Spirals(), Circles(noise=0.1)))
    split = SplitChoice(train=60, validation=30, test=10) if chance.random() < 0.5 else SplitChoice()
    method = chance.choice(("none", "standardise"))
    choice = replace(project.data, source=source, split=split, preprocessing=Preprocessing(method=method))
    return partial(edits.set_data, choice=choice, sample_shape=(4,) if source.key == "iris" else (2,))


def _plan(project: Project, chance: random.Random) -> Edit:
    optimizer = chance.choice((optimizers.Adam, optimizers.SGD))(learning_rate=chance.choice((0.1, 0.01, 0.003)))
    run = project.plan.run.changed(
        batch_size=chance.randrange(1, 200), epochs=chance.randrange(1, 99), seed=chance.randrange(9)
    )
    return partial(edits.set_plan, plan=replace(project.plan, optimizer=optimizer, run=run))


def _name(project: Project, chance: random.Random) -> Edit:
    return partial(edits.rename, name=f"Projekt „{chance.randrange(999)}“")


def _group(project: Project, chance: random.Random) -> Edit:
    if project.graph.groups and chance.random() < 0.3:
        edit = partial(group_edits.set_repeat, group_id=chance.choice(project.graph.groups).id)
        return partial(edit, count=chance.randrange(1, 9))
    if project.graph.groups and chance.random() < 0.5:
        return partial(group_edits.ungroup, group_ids=[chance.choice(project.graph.groups).id])
    chosen = {_any_node(project, chance), _any_node(project, chance)}
    return partial(group_edits.group, cards=sorted(chosen))


def _comment(project: Project, chance: random.Random) -> Edit:
    place = (chance.randrange(900), chance.randrange(600))
    return partial(comment_edits.add_comment, text=f"Note {chance.randrange(99)}", position=place)


SORTS: tuple[Callable[[Project, random.Random], Edit], ...] = (
    _layer_edit, _removal, _connection, _place, _hyperparameter, _data, _plan, _name, _group, _comment,
)  # fmt: skip


def make_edits(editor: Editor, count: int, seed: int = 4) -> Iterator[str]:
    """Make so many undoable edits. Gives the name of the sort of each once it has been made."""
    chance = random.Random(seed)
    while editor.undo_stack.count() < count:
        nodes = len(editor.project.graph.nodes)
        sort = _layer_edit if nodes < 2 else _removal if nodes > MOST_NODES else chance.choice(SORTS)
        before = editor.undo_stack.count()
        try:
            editor.apply(f"{sort.__name__} {before}", sort(editor.project, chance))
        except EditError:
            assert editor.undo_stack.count() == before
            continue
        if editor.undo_stack.count() > before:
            yield sort.__name__


def as_bytes(editor: Editor) -> bytes:
    return project_to_json(editor.project).encode()


# What is promised


def test_a_thousand_undos_and_redos_give_the_same_bytes_at_every_step(editor: Editor) -> None:
    states = [as_bytes(editor)]
    sorts: Counter[str] = Counter()
    for sort in make_edits(editor, STEPS):
        sorts[sort] += 1
        states.append(as_bytes(editor))
    assert len(states) == STEPS + 1
    assert set(sorts) == {sort.__name__ for sort in SORTS}
    assert min(sorts.values()) >= 20, f"too few of a sort: {sorts}"
    last = project_to_json(project_from_json(states[-1])).encode()
    assert last == states[-1], "what was made is a project that can be saved"
    for step in range(STEPS - 1, -1, -1):
        editor.undo_stack.undo()
        assert as_bytes(editor) == states[step], f"undoing {editor.undo_stack.redoText()}"
    assert not editor.undo_stack.canUndo()
    for step in range(1, STEPS + 1):
        editor.undo_stack.redo()
        assert as_bytes(editor) == states[step], f"redoing {editor.undo_stack.undoText()}"
    assert not editor.undo_stack.canRedo()


def test_the_live_check_after_undo_is_the_one_there_was(editor: Editor) -> None:
    reports = [editor.report, *(editor.report for _ in make_edits(editor, 150))]
    for expected in reversed(reports[:-1]):
        editor.undo_stack.undo()
        assert editor.report == expected


def test_the_history_is_not_limited_and_keeps_only_what_changed(editor: Editor) -> None:
    assert editor.undo_stack.undoLimit() == 0
    for _ in make_edits(editor, 200):
        pass
    tracemalloc.start()
    for _ in make_edits(editor, 400, seed=5):
        pass
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 200 * MOST_FOR_A_STEP, f"{used / 200} bytes for each step"


def test_a_jump_is_shown_and_checked_once(editor: Editor) -> None:
    states = [editor.project, *(editor.project for _ in make_edits(editor, 60))]
    seen: list[tuple[Project, Project]] = []
    order: list[str] = []
    editor.project_changed.connect(lambda before, after: seen.append((before, after)))
    editor.project_changed.connect(lambda *_: order.append("project"))
    editor.report_changed.connect(lambda *_: order.append("report"))
    editor.steps_changed.connect(lambda: order.append("steps"))
    for number in (10, 47, 47, 46, 0, 60, 999, -5):
        before, wanted = editor.project, states[min(max(number, 0), 60)]
        seen.clear()
        order.clear()
        editor.go_to_step(number)
        assert editor.project is wanted
        expected = [] if before is wanted else [(before, wanted)]
        assert seen == expected
        assert order == (["project", "report", "steps"] if expected else [])
    editor.undo_stack.redo()
    assert editor.project is states[1], "single steps go on as ever"


def test_changes_of_one_thing_that_end_where_they_began_leave_no_step(editor: Editor) -> None:
    stack: QUndoStack = editor.undo_stack
    editor.apply("Add Dense", partial(edits.append, layer=edits.new_layer("Dense")))
    places = (8.0, 16.0, 0.0)
    for x in places:
        editor.apply("Move dense_1", partial(edits.move, positions={"dense_1": (x, 0.0)}), "nudge dense_1")
        assert stack.undoText() == ("Move dense_1" if x else "Add Dense")
    assert stack.count() == 1


def test_a_step_that_was_saved_is_not_merged_with_what_follows(editor: Editor) -> None:
    nudge = partial(editor.apply, "Rename", merge_key="name")
    nudge(edit=partial(edits.rename, name="a"))
    editor.undo_stack.setClean()
    nudge(edit=partial(edits.rename, name="b"))
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert editor.is_saved
    assert editor.project.name == "a"
