"""The benchmark runs and reports what it says it does. How fast anything is, no test asserts."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks import __main__ as benchmark
from tests.benchmarks import deepviz_side, machine
from tests.benchmarks.measure import Contestant, medians
from tests.benchmarks.memory import own_peak, peak_megabytes
from tests.benchmarks.workloads import WORKLOADS, Workload


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of results that is not the repository's, and no PyTorch, which tests do without."""
    path = tmp_path / "benchmarks" / "latest.json"
    monkeypatch.setattr(benchmark, "LATEST", path)
    monkeypatch.setattr(machine, "_version", lambda package: None)
    for variable in machine.NARROWING:
        monkeypatch.delenv(variable, raising=False)
    return path


@pytest.mark.parametrize("workload", [w for w in WORKLOADS.values() if w.name != "wide"], ids=lambda w: w.name)
def test_every_workload_trains(workload: Workload) -> None:
    steps = deepviz_side.steps(workload)
    values = [next(steps).values["loss"] for _ in range(3)]
    assert np.isfinite(values).all()
    assert len(set(values)) == 3


def test_the_shapes_are_those_of_the_design() -> None:
    assert WORKLOADS["toy16"].widths == (2, 16, 16, 2)
    assert WORKLOADS["digits"].widths == (64, 64, 32, 10)
    assert WORKLOADS["mnist"].widths == (784, 512, 256, 10)
    assert WORKLOADS["deep"].activated() == [True] * 100 + [False]


def test_contestants_take_turns() -> None:
    order: list[str] = []

    def contestant(name: str) -> Contestant:
        return Contestant(iter(count()), lambda: order.append(name))

    seconds = medians({"a": contestant("a"), "b": contestant("b")}, rounds=3)
    assert order == ["a", "b"] * 4
    assert set(seconds) == {"a", "b"}
    assert all(value > 0 for value in seconds.values())


def test_a_result_is_printed_and_kept(latest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.main(["tiny", "--rounds", "1", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(latest.read_text(encoding="utf-8"))
    assert [row["name"] for row in printed["rows"]] == ["tiny"]
    assert printed["machine"]["numpy"] == np.__version__
    assert set(printed["machine"]) == {"processor", "cores", "system", "python", "numpy", "torch", "blas", "blas_core"}

    assert benchmark.main(["toy", "--rounds", "1"]) == 0
    assert "toy" in capsys.readouterr().out
    rows = json.loads(latest.read_text(encoding="utf-8"))["rows"]
    assert [row["name"] for row in rows] == ["tiny", "toy"], "rows of the same machine are kept"


def test_rows_of_another_machine_are_not_mixed_in(latest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latest.parent.mkdir()
    latest.write_text(json.dumps({"machine": {"processor": "abacus"}, "rows": [{"name": "tiny"}]}), encoding="utf-8")
    benchmark.main(["toy", "--rounds", "1"])
    assert [row["name"] for row in json.loads(latest.read_text(encoding="utf-8"))["rows"]] == ["toy"]


def test_an_unknown_name_is_refused_in_words(latest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        benchmark.main(["huge"])
    assert caught.value.code == 2
    assert "there is no workload huge; choose among tiny, toy" in capsys.readouterr().err


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


def test_a_row_reads_well() -> None:
    row = {"name": "digits", "deepviz_us": 27.7, "torch_us": 250.2, "torch_threads": 1, "ratio": 9.03, "bar": 8}
    assert benchmark.table_line(row).split() == ["digits", "250.2", "µs", "27.7", "µs", "9.03x", "8x"]
    assert benchmark.duration(1234.5) == "1.23 ms"
    assert "48 MB against 315" in benchmark.table_line({**row, "deepviz_mb": 48, "torch_mb": 315})


def test_peak_memory_is_that_of_a_process_of_its_own() -> None:
    block = np.ones(40_000_000)  # 320 MB here, which must not count there
    assert own_peak() > block.nbytes
    assert 20 < peak_megabytes("deepviz", "tiny") < 200
