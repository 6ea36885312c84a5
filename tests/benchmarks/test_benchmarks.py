"""The benchmark runs and reports what it says it does. How fast anything is, no test asserts."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz.engine import probes
from tests.benchmarks import __main__ as benchmark
from tests.benchmarks import call_times, machine, probe_costs, results
from tests.benchmarks.agreement import Disagreement
from tests.benchmarks.measure import Contestant, medians
from tests.benchmarks.scaling import SCALINGS, Scaling
from tests.benchmarks.workloads import WORKLOADS


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of results that is not the repository's, and no PyTorch, which tests do without."""
    path = tmp_path / "benchmarks" / "latest.json"
    monkeypatch.setattr(results, "LATEST", path)
    monkeypatch.setattr(machine, "_version", lambda package: None)
    for variable in machine.NARROWING:
        monkeypatch.delenv(variable, raising=False)
    return path


@pytest.fixture
def kept(latest: Path) -> Any:
    """Reads the rows of the file of results."""
    return lambda: json.loads(latest.read_text(encoding="utf-8"))["rows"]


def run(*arguments: str) -> int:
    """The benchmark, as short as it can be."""
    return benchmark.main([*arguments, "--rounds", "1", "--no-memory"])


def test_contestants_take_turns() -> None:
    order: list[str] = []

    def contestant(name: str) -> Contestant:
        return Contestant(iter(count()), lambda: order.append(name))

    seconds = medians({"a": contestant("a"), "b": contestant("b")}, rounds=3)
    assert order == ["a", "b"] * 4
    assert set(seconds) == {"a", "b"}
    assert all(value > 0 for value in seconds.values())


def test_a_result_is_printed_and_kept(latest: Path, kept: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tiny", "--json") == 0
    output = capsys.readouterr()
    printed = json.loads(output.out)
    assert "PyTorch is not installed" in output.err
    assert printed == json.loads(latest.read_text(encoding="utf-8"))
    assert printed["machine"]["numpy"] == np.__version__
    assert set(printed["machine"]) == {"processor", "cores", "system", "python", "numpy", "torch", "blas", "blas_core"}
    (row,) = printed["rows"]
    assert row["name"] == "tiny"
    assert row["batch"] == 10
    assert row["deepviz_us"] > 0
    assert len(row["date"]) == len("2000-01-01")
    assert row["met"] == {}, "nothing to compare with"

    assert run("toy") == 0
    assert "\ntoy " in capsys.readouterr().out
    assert [row["name"] for row in kept()] == ["tiny", "toy"], "rows of the same machine are kept"


def test_pytorch_is_compared_with_where_it_is(
    latest: Path, kept: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.undo()
    monkeypatch.setattr(results, "LATEST", latest)
    for variable in machine.NARROWING:
        monkeypatch.delenv(variable, raising=False)
    threads = torch.get_num_threads()
    try:
        assert run("tiny") == 0
    finally:
        torch.set_num_threads(threads)
    (row,) = kept()
    assert row["torch_us"] > 0
    assert row["torch_threads"] in (1, 2)
    # All three are kept with two digits behind the point, so each is off by up to half of the last one.
    rounding = 0.005 * (1 + row["ratio"] * (1 / row["torch_us"] + 1 / row["deepviz_us"]))
    assert row["ratio"] == pytest.approx(row["torch_us"] / row["deepviz_us"], abs=1.01 * rounding)
    assert (row["bar"], row["best_bar"]) == (11, 14)
    assert row["loss_difference"] < 1e-4
    assert {"ratio", "best_ratio"} <= row["met"].keys()
    assert " of 2 bars met." in capsys.readouterr().out


def test_rows_of_another_machine_are_not_mixed_in(latest: Path, kept: Any) -> None:
    latest.parent.mkdir()
    latest.write_text(json.dumps({"machine": {"processor": "abacus"}, "rows": [{"name": "tiny"}]}), encoding="utf-8")
    run("toy")
    assert [row["name"] for row in kept()] == ["toy"]


def test_a_spoilt_file_of_results_is_written_anew(latest: Path, kept: Any) -> None:
    latest.parent.mkdir()
    latest.write_text('{"machine": ', encoding="utf-8")
    run("toy")
    assert [row["name"] for row in kept()] == ["toy"]


def test_sides_that_disagree_are_not_compared(
    latest: Path, kept: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(workload: Any, *others: Any) -> dict[str, Any]:
        if workload.name == "tiny":
            raise Disagreement("tiny: DeepViz's first losses are 1; PyTorch's are 2.")
        return {"name": workload.name, "deepviz_us": 1.0, "met": {}}

    monkeypatch.setattr(benchmark, "measured", measured)
    assert run("tiny", "toy") == 1
    assert "tiny: DeepViz's first losses are 1; PyTorch's are 2." in capsys.readouterr().err
    assert [row["name"] for row in kept()] == ["toy"], "the others are measured nevertheless"


def test_scalings_are_rows_too(
    latest: Path, kept: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SCALINGS, "depth", Scaling("depth", (1, 2), SCALINGS["depth"].work))
    assert run("depth") == 0
    assert "\ndepth        1, 2 take " in capsys.readouterr().out
    (row,) = kept()
    assert row["sizes"] == [1, 2]
    assert len(row["of_proportional"]) == 2


def test_an_epoch_of_more_samples_has_more_steps() -> None:
    assert [next(SCALINGS["data"].work(samples)).step for samples in (320, 640)] == [10, 20]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["huge"], "there is no workload huge; choose among tiny, toy"),
        (["--profile", "depth"], "there is no workload depth; choose among tiny, toy"),
        (["tiny", "--rounds", "0"], "it takes at least one round"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    latest: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        benchmark.main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
    assert not latest.exists()


def test_a_pinned_core_is_unpinned(latest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    started: list[Any] = []

    def execve(path: str, command: list[str], environment: dict[str, str]) -> None:
        started.append((command[1:], environment))
        raise SystemExit(0)

    monkeypatch.setattr(benchmark.os, "execve", execve)
    with pytest.raises(SystemExit):
        benchmark.main(["tiny", "--json"])
    ((command, environment),) = started
    assert command == ["-m", "tests.benchmarks", "tiny", "--json"]
    assert "OPENBLAS_CORETYPE" not in environment


def test_the_profile_accounts_for_every_call() -> None:
    times, whole = call_times.call_times(WORKLOADS["toy"], seconds=0.01)
    assert whole > 0
    assert all(0 < time.microseconds < float("inf") for time in times)
    assert {time.phase for time in times} == {"forward", "loss", "backward", "watch", "update"}
    (product,) = (time for time in times if (time.phase, time.node, time.function) == ("forward", "3 Dense", "dot"))
    assert product.shapes.count("x") == 3, "two matrices and their product"


def test_the_profile_is_printed_and_nothing_is_kept(
    latest: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_times, "SECONDS", 0.01)
    assert benchmark.main(["--profile", "tiny"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("tiny: a step takes ")
    assert "backward 5 Dense" in printed
    assert not latest.exists()


def test_the_cost_of_every_probe_is_printed(
    latest: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_costs, "SECONDS", 0.01)
    assert benchmark.main(["--watch", "tiny"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("tiny: a step takes ")
    assert {line.split()[0] for line in printed.splitlines()[1:]} == {*probes.registry, "all"}
    assert not latest.exists()
