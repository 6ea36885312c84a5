"""What was chosen in one project does not stick in the next; what an edit leaves as it is stays chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.datasets.prepared import Part
from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.document import edits
from deepviz.document.shapes import check
from deepviz.gui.plots.asking import is_another
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.feature_maps import FeatureMaps
from deepviz.gui.plots.filters import Filters
from deepviz.insight.prediction import Prediction
from deepviz.insight.subject import Subject, UnanswerableError
from deepviz.insight.worst_predictions import WorstPredictions
from deepviz.training.run_plan import facts_of
from tests.gui.plots.looks import flat, images, looking, subject_of, tell
from tests.insight.made_subjects import ignored, project_of
from tests.insight.made_subjects import subject_of as made


@pytest.mark.parametrize("kind", [FeatureMaps, Filters])
def test_another_project_begins_with_the_layer_that_suits_the_view(
    qtbot: QtBot, kind: type[FeatureMaps] | type[Filters]
) -> None:
    view = looking(kind, subject_of(flat()), qtbot)
    view.choose_node("dense_1")  # selected on the canvas
    tell(view, subject_of(images()))
    assert view.layer_choice.node == "conv2d_1"


def test_an_edit_keeps_the_layer(qtbot: QtBot) -> None:
    subject = subject_of(images())
    view = looking(FeatureMaps, subject, qtbot)
    view.choose_node("dense_1")
    conv = subject.project.graph.by_id["conv2d_1"]
    edited = edits.set_layer(subject.project, conv.id, conv.layer.changed(filters=5))
    tell(view, subject_of(edited))
    assert view.layer_choice.node == "dense_1"
    assert not is_another(subject.project.graph, edited.graph)
    assert is_another(subject.project.graph, flat().graph)


def test_other_data_begin_with_their_first_sample(qtbot: QtBot) -> None:
    subject = subject_of(images())
    view = looking(FeatureMaps, subject, qtbot)
    view.choose_sample("validation", 7)
    tell(view, subject_of(images()))  # prepared anew, the same data
    assert (view.bar.part, view.bar.index) == ("validation", 7)
    tell(view, subject_of(flat()))
    assert (view.bar.part, view.bar.index) == ("train", 0)
    assert view.bar.number.value() == 0


def test_in_the_explorer_too(qtbot: QtBot) -> None:
    view = looking(PredictionExplorer, subject_of(images()), qtbot)
    view.load_sample("train", 40)
    assert view.tools.number.value() == 40
    tell(view, subject_of(flat()))
    assert view.tools.number.value() == 0


ONE = (("Input", {}), ("Dense", {"units": 1}))


@pytest.fixture
def alone() -> Subject:
    """A network with one output that is to tell one class from nothing."""
    whole = made(project_of(BreastCancer(), ONE, "BinaryCrossEntropy"))
    part = Part(whole.data.train.x, np.zeros(len(whole.data.train.x), np.int64))
    data = replace(whole.data, train=part, validation=part, outputs=1, class_names=("only",))
    return replace(whole, data=data)


@pytest.mark.parametrize("wrong_only", [False, True])
def test_of_one_class_alone_nothing_is_worst_and_words_say_so(qtbot: QtBot, alone: Subject, wrong_only: bool) -> None:
    with pytest.raises(UnanswerableError, match="one class"):
        WorstPredictions("validation", wrong_only).answer(alone, ignored)


def test_one_class_alone_is_looked_at_without_a_winner(qtbot: QtBot, alone: Subject) -> None:
    predicted = Prediction.of(alone.data.train.x[0]).answer(alone, ignored)
    assert predicted.winner is None
    view = FeatureMaps()
    qtbot.addWidget(view)
    view.show_project(alone.project, alone.data, check(alone.project, facts_of(alone.data)))
    question = view.question()
    assert question is not None
    view.take_answer(question.answer(alone, ignored), 0)
    assert [words.partition(" ")[0] for words, _ in view.bar.card.lines()] == ["Training", "is", "network"]
    explorer = PredictionExplorer()
    qtbot.addWidget(explorer)
    explorer.show_project(alone.project, alone.data, check(alone.project, facts_of(alone.data)))
    explorer.take_answer(predicted, 0)
    assert explorer.bars.names == ("output",)
