"""`deepviz train` with a schedule, stopping rules, metrics and best weights, changed by their paths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepviz.document.file_format import load
from tests.cli.commands import Caller

RUN = ("train", "digits-mlp", "--quiet", "--json", "--epochs", "30")


def test_a_run_stops_early_and_its_best_weights_are_exported(deepviz: Caller, tmp_path: Path) -> None:
    saved, exported = tmp_path / "x.deepviz", tmp_path / "x.npz"
    changes = ("plan.stopping.Patience.patience=2", "plan.run.keep_best=true", "plan.metrics=F1,TopK")
    sets = [each for change in changes for each in ("--set", change)]
    done = deepviz.done(*RUN, *sets, "--save", saved, "--export", exported)
    assert "stopped early: " in done.err
    assert "the best weights, of step " in done.err
    result = done.json
    assert result["epochs"] < 30
    assert result["validation"].keys() == {"loss", "accuracy", "F1", "TopK"}
    again = deepviz.done("evaluate", saved, "--json").json
    assert again["validation"] == pytest.approx(result["validation"], rel=1e-6)
    other = tmp_path / "y.npz"
    deepviz.done("export", saved, other)
    first, second = np.load(exported), np.load(other)
    assert all((first[name] == second[name]).all() for name in first.files)


def test_a_schedule_is_chosen_and_changes_the_curve(deepviz: Caller) -> None:
    plain = deepviz.done(*RUN).json
    scheduled = deepviz.done(*RUN, "--set", "plan.schedule=CosineDecay").json
    assert plain["train"]["loss"] != scheduled["train"]["loss"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("plan.stopping=Nonsense", "there is no Nonsense; possible are"),
        ("plan.metrics=ConfusionMatrix", "there is no ConfusionMatrix"),
        ("plan.metrics=R2", "targets of this data are class numbers"),
        ("plan.stopping.Patience.monitor=validation_F1", "not measured after an epoch"),
        ("plan.stopping.Patience.patience=0", "patience"),
        ("plan.schedule.warmup_steps=-1", "warmup_steps"),
    ],
)
def test_what_cannot_be_is_refused_in_words(deepviz: Caller, change: str, words: str) -> None:
    assert words in deepviz.refused(*RUN, "--set", change)


def test_none_empties_a_list(deepviz: Caller, tmp_path: Path) -> None:
    saved = tmp_path / "x.deepviz"
    deepviz.done(
        "train", "xor", "--quiet", "--steps", "1", "--set", "plan.stopping=Patience,StepLimit", "--save", saved
    )
    again = tmp_path / "y.deepviz"
    deepviz.done("train", saved, "--quiet", "--steps", "3", "--set", "plan.stopping=none", "--save", again)
    assert [rule.key for rule in load(saved).project.plan.stopping] == ["Patience", "StepLimit"]
    assert load(again).project.plan.stopping == ()
