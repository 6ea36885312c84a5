"""The queue with real processes: done, cancelled, crashed, closed in the middle, taken over by another window."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepviz.document import edits
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.stopping.patience import Patience
from deepviz.training import run_process
from deepviz.training.grid import seeds
from deepviz.training.queue_entry import Entry, QueuedRun, seconds_of, seconds_of_all
from deepviz.training.run_plan import RunPlan
from deepviz.training.run_process import RunProcess
from deepviz.training.run_queue import RunQueue
from deepviz.training.run_store import RunOrigin, RunStore
from tests.training.run_made import project

PATIENCE = 60.0
"""Seconds to wait for anything before giving up."""
LONG = 1_000_000
"""Epochs that no test waits for."""

Make = Callable[..., RunQueue]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes queues over one folder, and closes them in the end. What they ask to end is given the time to do so."""
    monkeypatch.setattr(run_process, "PATIENCE", PATIENCE)
    made: list[RunQueue] = []

    def queue(**options: object) -> RunQueue:
        made.append(RunQueue(tmp_path / "queue", RunStore(tmp_path / "runs"), **options))  # type: ignore[arg-type]
        return made[-1]

    yield queue
    for each in made:
        each.close()


def wait(queue: RunQueue, until: Callable[[], bool]) -> None:
    """Look at a queue until something is so."""
    give_up = time.monotonic() + PATIENCE
    while not until():
        queue.look()
        assert time.monotonic() < give_up, [(entry.state, entry.step, entry.words) for entry in queue.entries]


def state(queue: RunQueue, run: str) -> str:
    return next(entry.state for entry in queue.entries if entry.id == run)


def test_runs_are_done_one_after_another_and_noted(make: Make) -> None:
    queue = make(at_once=1)
    runs = queue.add(seeds(project(epochs=3), 3, 5))
    most = 0
    give_up = time.monotonic() + PATIENCE
    while queue.is_busy:
        queue.look()
        most = max(most, sum(entry.state == "running" for entry in queue.entries))
        assert time.monotonic() < give_up
    assert most == 1
    assert [entry.state for entry in queue.entries] == ["done"] * 3
    assert queue.share == 1.0
    assert queue.seconds_left() == 0.0
    noted = {each.id: each for each in queue.store.runs()}
    assert set(noted) == set(runs)
    assert [noted[run].settings["plan.run.seed"] for run in runs] == [5, 6, 7]
    assert [noted[run].name for run in runs] == ["small, seed 5", "small, seed 6", "small, seed 7"]
    assert {each.series_kind for each in noted.values()} == {"seeds"}
    assert set(noted[runs[0]].results) == {"train", "validation", "test"}
    # The process has trained what this process would have.
    own = RunPlan.of(project(epochs=3, seed=6)).trainer()
    losses = [record.values["loss"] for record in own.steps()]
    np.testing.assert_array_equal(queue.store.history(runs[1]).column("loss")[1], losses)


def test_the_queue_tells_the_losses_that_the_list_of_runs_tells(make: Make) -> None:
    """Of the last epoch: the mean over its steps, and what was measured after it. By hand, from the course itself."""
    queue = make(at_once=1)
    early = project(epochs=400)
    early = edits.set_plan(early, replace(early.plan, stopping=(Patience(patience=2, min_delta=0.5),)))
    plain, stopped = queue.add([QueuedRun(project(epochs=7)), QueuedRun(early)])
    told = []
    give_up = time.monotonic() + PATIENCE
    while queue.is_busy:
        queue.look()
        told.append(queue.entries[0])
        assert time.monotonic() < give_up
    for run, made, entry in zip((plain, stopped), (project(epochs=7), early), queue.entries, strict=True):
        records = list(RunPlan.of(made).trainer().steps())
        last = records[-1].epoch
        mean = np.mean([record.values["loss"] for record in records if record.epoch == last])
        summary = queue.store.run(run)
        assert summary is not None
        assert entry.loss == summary.figure("loss") == pytest.approx(mean, rel=1e-6)
        assert entry.validation_loss == summary.figure("validation_loss") == records[-1].values["validation_loss"]
        assert (entry.step, entry.epoch) == (summary.steps, summary.epochs) == (records[-1].step, last)
    assert queue.entries[0].words == ""
    assert queue.entries[1].words.startswith("Stopped early: ")


def test_several_run_at_once(make: Make) -> None:
    queue = make(at_once=2)
    queue.add(seeds(project(epochs=LONG), 3, 0))
    queue.look()
    assert [entry.state for entry in queue.entries] == ["running", "running", "waiting"]


def test_what_is_cancelled_is_stopped_and_noted_as_far_as_it_came(make: Make) -> None:
    queue = make(at_once=1)
    first, second = queue.add(seeds(project(epochs=LONG), 2, 0))
    queue.cancel(second)  # it has not even begun
    wait(queue, lambda: queue.entries[0].step > 0)
    wait(queue, lambda: queue.entries[0].seconds_left is not None)
    assert queue.entries[0].loss is not None
    queue.cancel(first)
    wait(queue, lambda: not queue.is_busy)
    assert [entry.state for entry in queue.entries] == ["cancelled", "cancelled"]
    (noted,) = queue.store.runs()
    assert (noted.id, noted.ended) == (first, "cancelled")
    assert noted.steps > 0
    queue.clear()
    assert queue.entries == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_process_that_is_killed_fails_alone(make: Make) -> None:
    queue = make(at_once=1)
    first, second = queue.add([QueuedRun(project(epochs=LONG)), QueuedRun(project(epochs=1))])
    wait(queue, lambda: queue.entries[0].step > 0)
    os.kill(queue._processes[first].number, signal.SIGKILL)
    wait(queue, lambda: not queue.is_busy)
    assert [state(queue, first), state(queue, second)] == ["failed", "done"]
    assert "signal 9" in queue.entries[0].words
    assert [each.id for each in queue.store.runs()] == [second]


def test_why_a_run_failed_is_told_in_its_own_words(make: Make) -> None:
    made = project()
    broken = replace(made, graph=replace(made.graph, edges=()))
    # Two linear layers and a huge step: the loss is beyond all numbers after a few steps.
    wild = edits.delete(project(epochs=500), ["tanh_1"])
    wild = edits.set_plan(wild, replace(wild.plan, optimizer=SGD(learning_rate=1e6)))
    queue = make(at_once=2)
    first, second = queue.add([QueuedRun(broken), QueuedRun(wild)])
    wait(queue, lambda: not queue.is_busy)
    assert [state(queue, first), state(queue, second)] == ["failed", "diverged"]
    assert "leads nowhere" in queue.entries[0].words
    assert "iverged" in queue.entries[1].words
    (noted,) = queue.store.runs()
    assert (noted.id, noted.ended) == (second, "diverged")
    assert noted.reason
    assert noted.steps >= 1


def test_what_a_process_says_last_is_read_though_it_ends_at_that_moment(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads first and then asks whether it has ended misses what it said between."""
    has_read = tmp_path / "has been read"
    program = (
        "import os, sys, time\n"
        f"while not os.path.exists({str(has_read)!r}): time.sleep(0.01)\n"
        "sys.stderr.write('deepviz: error: no such data\\n')\n"
        "sys.exit(2)"
    )
    queue = make(at_once=1, command=(sys.executable, "-c", program))
    (run,) = queue.add([QueuedRun(project())])
    read = RunProcess.told

    def read_and_let_it_end(process: RunProcess) -> dict[str, object] | None:
        found = read(process)
        has_read.touch()
        process._process.wait(PATIENCE)
        return found

    monkeypatch.setattr(RunProcess, "told", read_and_let_it_end)
    wait(queue, lambda: state(queue, run) == "failed")
    assert queue.entries[0].words == "no such data"


def test_a_program_that_cannot_be_started_is_told(make: Make, tmp_path: Path) -> None:
    queue = make(command=(str(tmp_path / "no-such-program"),))
    queue.add([QueuedRun(project())])
    queue.look()
    assert queue.entries[0].state == "failed"
    assert "could not be started" in queue.entries[0].words


def test_pausing_begins_nothing_further(make: Make) -> None:
    queue = make(at_once=1)
    queue.add(seeds(project(epochs=2), 2, 0))
    queue.look()
    queue.pause()
    wait(queue, lambda: not queue.is_working)
    queue.look()
    assert [entry.state for entry in queue.entries] == ["done", "waiting"]
    queue.resume()
    wait(queue, lambda: not queue.is_busy)
    assert [entry.state for entry in queue.entries] == ["done", "done"]


def test_waiting_runs_begin_in_the_order_that_they_are_put_in(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = make(at_once=1)
    first, a, b, c = queue.add([QueuedRun(project(epochs=LONG)), *seeds(project(epochs=1), 3, 0)])
    wait(queue, lambda: state(queue, first) == "running")
    queue.cancel(b)
    d, e = queue.add(seeds(project(epochs=1), 2, 7))
    assert queue.waiting == [a, c, d, e]
    assert not queue.arrange([a, c])
    assert queue.arrange([e, first, "unknown", b, a, c, d]), "what does not wait is passed over"
    assert queue.waiting == [e, a, c, d]
    assert [entry.id for entry in queue.entries] == [first, e, b, a, c, d], "the others stay in their rows"
    with monkeypatch.context() as patched:
        patched.setattr(RunQueue, "_write", refuse_second_time(queue))
        with pytest.raises(OSError, match="full"):
            queue.arrange([d, c, a, e])
    assert queue.waiting == [e, a, c, d]
    queue.close()
    other = make(at_once=1)
    assert other.take_over() == [first, e, a, c, d], "the next window has the same order"
    other.cancel(first)
    other.resume()
    begun: list[str] = []
    give_up = time.monotonic() + PATIENCE
    while other.is_busy:
        other.look()
        begun += [entry.id for entry in other.entries if entry.state == "running" and entry.id not in begun]
        assert time.monotonic() < give_up
    assert begun == [e, a, c, d]


def refuse_second_time(queue: RunQueue) -> Callable[[RunQueue, Entry], None]:
    """What writes entries, but has no room once for the second."""
    written, write = [], queue._write

    def refuse(_queue: RunQueue, entry: Entry) -> None:
        written.append(entry.id)
        if len(written) == 2:
            raise OSError("the disk is full")
        write(entry)

    return refuse


def test_what_is_cancelled_is_no_part_of_what_is_done(make: Make) -> None:
    queue = make(at_once=1)
    queue.pause()
    runs = queue.add(seeds(project(epochs=2), 4, 0))
    for run in runs[1:]:
        queue.cancel(run)
    assert queue.share == 0.0
    queue.resume()
    wait(queue, lambda: not queue.is_busy)
    assert queue.share == 1.0
    queue.clear()
    assert queue.share == 1.0


def test_what_is_not_done_when_a_window_closes_is_taken_over_by_the_next(make: Make, tmp_path: Path) -> None:
    queue = make(at_once=1)
    done, running, waiting = queue.add(
        [
            QueuedRun(project(epochs=1)),
            QueuedRun(project(epochs=LONG)),
            QueuedRun(project(epochs=2), RunOrigin("third")),
        ]
    )
    wait(queue, lambda: state(queue, running) == "running" and queue.entries[1].step > 0)
    process = queue._processes[running]
    other = make(at_once=1)
    assert other.take_over() == []  # this window is open
    queue.close()
    assert process.status is not None
    assert [each.id for each in queue.store.runs()] == [done]  # what was cut off begins anew, so it is not noted
    assert other.take_over() == [running, waiting]
    assert other.is_paused
    assert [entry.name for entry in other.entries] == ["small", "third"]
    other.cancel(running)
    other.resume()
    wait(other, lambda: not other.is_busy)
    assert state(other, waiting) == "done"
    other.close()
    assert list((tmp_path / "queue").iterdir()) == []


def test_what_was_noted_after_all_or_is_damaged_is_not_offered_again(make: Make, tmp_path: Path) -> None:
    queue = make(at_once=1)
    (run, lost) = queue.add([QueuedRun(project(epochs=1)), QueuedRun(project())])
    queue.pause()
    folder = next((tmp_path / "queue").iterdir())
    (folder / f"{lost}.json").write_bytes(b"{")
    queue.close()
    store = RunStore(tmp_path / "runs")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / f"{run}.deepviz").write_bytes(b"")  # its process ended after the window had
    assert RunQueue(tmp_path / "queue", store).take_over() == []
    assert list((tmp_path / "queue").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a process there does not learn that its parent is gone")
def test_a_run_whose_window_is_gone_ends_by_itself(make: Make, tmp_path: Path) -> None:
    """The order names a window that is not the parent of the process: as if the window had been killed."""
    from tests.cli.commands import in_a_process

    order = tmp_path / "order"
    values = {"folder": str(tmp_path / "runs"), "run": "x", "origin": {"name": "x"}, "window": 1}
    order.write_text(json.dumps(values))
    answer = in_a_process("train", "spirals", "--epochs", LONG, "--queued", order, "--progress", "json")
    assert answer.status == 1
    assert "end of its window" in answer.err
    assert not (tmp_path / "runs").exists()


def entry(name: str, **values: object) -> Entry:
    return replace(Entry(name, QueuedRun(project(epochs=10), RunOrigin(series="s"))), **values)  # type: ignore[arg-type]


def test_the_time_left_by_hand() -> None:
    done = entry("a", state="done", step=100, steps=100, seconds=5.0, overhead=1.0)
    running = entry("b", state="running", place=1, step=50, steps=100, seconds=2.5, seconds_left=3.0)
    waiting = [entry(name, place=2 + number) for number, name in enumerate("cd")]
    everything = [done, running, *waiting]
    # each epoch took 0.5 s, so a waiting one takes 10 * 0.5 s and the second that a process takes besides
    assert seconds_of(waiting[0], everything) == pytest.approx(6.0)
    assert seconds_of_all(everything, 1) == pytest.approx(3.0 + 6.0 + 6.0)
    # two at once: 3 s | 6 s, then the last one after the 3 s
    assert seconds_of_all(everything, 2) == pytest.approx(9.0)
    # before any is done, what it took the one that runs to begin counts; a done one, which knows all of it, goes first
    begun = [replace(running, overhead=0.25), *waiting]
    assert seconds_of(waiting[0], begun) == pytest.approx(5.25)
    assert seconds_of(waiting[0], [done, *begun]) == pytest.approx(6.0)
    # two at once, the shorter before the longer: 3 + 6 s | 3 s; the other way round: 3 + 3 s | 6 s
    short = replace(waiting[0], wanted=QueuedRun(project(epochs=4), RunOrigin(series="s")))
    assert seconds_of(short, everything) == pytest.approx(3.0)
    assert seconds_of_all([done, running, short, waiting[1]], 2) == pytest.approx(9.0)
    later = [done, running, replace(short, place=3), replace(waiting[1], place=2)]
    assert seconds_of_all(later, 2) == pytest.approx(6.0)
    assert seconds_of_all(waiting, 1) is None
    assert seconds_of_all([done], 3) == 0.0


def of_size(name: str, size: int, epochs: int = 10, **values: object) -> Entry:
    return entry(name, wanted=QueuedRun(project(epochs=epochs, batch_size=size), RunOrigin(series="s")), **values)


def test_the_time_left_knows_the_size_of_batches_by_hand() -> None:
    """All runs of a grid over batch sizes were said to take equally long, though steps are a quarter as many.

    There are 1,000 samples: 63 steps of 16 in an epoch, 32 of 32, 16 of 64.
    """
    running = of_size("a", 16, state="running", step=315, steps=630, seconds=3.15, seconds_left=3.15)  # 10 ms a step
    waiting = [of_size("b", 16, place=1), of_size("c", 32, place=2), of_size("d", 64, epochs=20, place=3)]
    everything = [running, *waiting]
    assert [seconds_of(each, everything) for each in waiting] == pytest.approx([6.3, 3.2, 3.2])
    assert seconds_of_all(everything, 1) == pytest.approx(3.15 + 6.3 + 3.2 + 3.2)
    done = of_size("e", 64, state="done", step=160, steps=160, seconds=2.56)  # 16 ms a step
    # of 16 and 64 it was measured; a third of the way between them a step takes a third more of the difference
    pace = 0.010 + (0.016 - 0.010) * (32 - 16) / (64 - 16)
    found = [seconds_of(each, [done, *everything]) for each in waiting]
    assert found == pytest.approx([630 * 0.010, 320 * pace, 320 * 0.016])


def test_an_entry_survives_json_and_nonsense_does_not() -> None:
    made = entry("a", place=3)
    assert Entry.from_json("a", made.to_json()) == made
    for content in (b"", b"{}", b'{"project": "x", "origin": {}, "place": 0}', b"[]"):
        with pytest.raises(ValueError, match="cannot be read"):
            Entry.from_json("a", content)
    told = made.told(
        {"step": 5, "steps": 10, "epoch": 1, "epoch_loss": None, "validation_loss": 2, "seconds": 1}
        | {"seconds_left": "x"}
    )
    assert (told.step, told.steps, told.loss, told.validation_loss, told.seconds, told.seconds_left) == (
        5,
        10,
        None,
        2.0,
        1.0,
        None,
    )
