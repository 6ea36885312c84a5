"""Ctrl-C and SIGTERM: the step that is being made is finished, what was asked for is written, the exit status tells."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from deepviz.cli.interruption import Interruption
from deepviz.document.file_format import load
from tests.cli.commands import ROOT, Caller

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")


@needs_signals
@pytest.mark.parametrize(
    ("number", "status", "cause"), [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "a request to end")]
)
def test_a_run_that_is_stopped_is_a_shorter_run(
    deepviz: Caller, tmp_path: Path, number: int, status: int, cause: str
) -> None:
    arguments = ["train", "spirals", "--epochs", "1000000", "--save", "a.deepviz", "--history", "h.jsonl", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "deepviz", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("epoch ")  # it is in the middle of it
    process.send_signal(number)
    out, err = process.communicate(timeout=110)
    assert process.returncode == status
    assert f"deepviz: error: stopped by {cause} after step " in err
    assert "what was asked for has been written" in err
    assert "Traceback" not in err
    steps = json.loads(out)["steps"]
    trained = load(tmp_path / "a.deepviz").trained
    assert trained is not None
    with (tmp_path / "h.jsonl").open() as file:
        lines = sum(1 for _ in file)
    assert trained.state.step == steps == lines > 0

    # Nobody can tell it from a run that was to be as long as that.
    deepviz.done("train", "spirals", "--steps", steps, "--save", "b.deepviz", "--quiet")
    straight = load(tmp_path / "b.deepviz").trained
    assert straight is not None
    for name, array in straight.state.parameters.items():
        np.testing.assert_array_equal(trained.state.parameters[name], array)


@needs_signals
def test_the_first_ctrl_c_is_noted_and_the_second_is_obeyed() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        assert not interruption.wanted
        signal.raise_signal(signal.SIGINT)
        assert interruption.wanted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_nothing_is_changed() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def enter() -> None:
        with Interruption() as interruption:
            seen.append((signal.getsignal(signal.SIGINT), interruption.wanted))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


def test_ctrl_c_before_the_first_step_ends_it_in_one_line(deepviz: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deepviz.cli.projects.opened", pressed)
    assert deepviz.refused("evaluate", "xor", status=130) == "deepviz: error: interrupted\n"
