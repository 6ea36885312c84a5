"""Progress: a bar on a terminal, plain lines elsewhere, neither of them too often."""

from __future__ import annotations

import io

import pytest

from deepviz.cli import progress
from deepviz.cli.progress import Progress, duration
from deepviz.engine.trainer import StepRecord


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(progress.time, "monotonic", lambda: self.now)


def shown(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, steps: int, seconds: float, quiet: bool = False
) -> list[str]:
    """What is written during a run of some steps that take some time each; an epoch is 10 steps."""
    clock = Clock(monkeypatch)
    monkeypatch.setattr("sys.stderr", stream)
    with Progress(0, steps, steps // 10, quiet) as bar:
        for step in range(1, steps + 1):
            clock.now += seconds
            ends = {"validation_loss": 0.5, "validation_accuracy": 0.75} if step % 10 == 0 else {}
            bar.show(StepRecord(step, (step - 1) // 10 + 1, {"loss": 1 / step, **ends}))
    return stream.getvalue().splitlines()


def test_lines_come_at_most_once_a_second_and_the_last_one_always(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(monkeypatch, io.StringIO(), 80, 0.0625)
    assert lines == [
        "epoch 2/8  step 16/80  loss 0.0625  validation 0.5000 (75.0%)  4 s left",
        "epoch 4/8  step 32/80  loss 0.0312  validation 0.5000 (75.0%)  3 s left",
        "epoch 5/8  step 48/80  loss 0.0208  validation 0.5000 (75.0%)  2 s left",
        "epoch 7/8  step 64/80  loss 0.0156  validation 0.5000 (75.0%)  1 s left",
        "epoch 8/8  step 80/80  loss 0.0125  validation 0.5000 (75.0%)  done in 5 s",
    ]
    assert len(shown(monkeypatch, io.StringIO(), 100, 0.001)) == 1


def test_a_terminal_has_one_line_that_is_drawn_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    stream = Terminal()
    shown(monkeypatch, stream, 80, 0.0625)
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    drawn = text.split("\r")[1:]
    assert len(drawn) == 40
    assert drawn[19].startswith("[####....] 2 s left  epoch 4/8  loss 0.0250  validation 0.5000 (75.0%")
    assert all(len(line.replace("\x1b[K", "").rstrip("\n")) < 70 for line in drawn)


def test_a_wide_terminal_shows_the_step_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    shown(monkeypatch, stream, 80, 0.0625)
    drawn = stream.getvalue().split("\r")[1:]
    assert drawn[19].startswith("[########........] 2 s left  epoch 4/8  step 40/80  loss 0.0250  validation 0.5000")


@pytest.mark.parametrize("columns", ["", "0", "wide"])
def test_a_terminal_that_does_not_say_how_wide_it_is_has_80_columns(
    monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    stream = Terminal()
    shown(monkeypatch, stream, 80, 0.0625)
    assert "  epoch 4/8  loss" in stream.getvalue()


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (io.StringIO(), Terminal()):
        assert shown(monkeypatch, stream, 100, 1.0, quiet=True) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.4, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (185, "3:05"), (3599.6, "1:00:00"), (3750, "1:02:30")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
