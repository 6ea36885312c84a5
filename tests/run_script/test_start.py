"""run.py: what its arguments and the display make it become."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

RUN = Path(__file__).resolve().parents[2] / "run.py"
Program = Callable[[Path, str], Path]
MakeReady = Callable[..., None]
Start = Callable[..., tuple[list[str], str, Any, dict[str, str]]]
Became = list[tuple[list[str], dict[str, str]]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="plays a POSIX machine")


@pytest.fixture
def started(script: ModuleType, became: Became, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start with some arguments: the command after its Python, the extra and libraries asked for, the environment."""

    def start(*arguments: str) -> tuple[list[str], str, Any, dict[str, str]]:
        prepared: list[Any] = []
        monkeypatch.setattr(script, "prepare", lambda extra, libraries: prepared.extend([extra, libraries]))
        with pytest.raises(SystemExit):
            script.start(list(arguments))
        command, environment = became[-1]
        assert command[0] == str(script.venv_python())
        return command[1:], prepared[0], prepared[1], environment

    return start


def test_start_opens_the_window_where_there_is_a_display(
    script: ModuleType, started: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(script, "display_answers", lambda display: True)
    command, extra, libraries, environment = started()
    assert (command, extra) == (["-P", "-m", "deepviz"], "")
    assert {"libgl1", "libxcb-cursor0"} <= set(libraries.values())
    assert "QT_QPA_PLATFORM" not in environment
    assert started("mine.deepviz")[0] == ["-P", "-m", "deepviz", "mine.deepviz"]
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libxcb-cursor0" not in started()[2].values()


def test_start_without_a_display_says_so_and_runs_the_tour(
    script: ModuleType,
    started: Start,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command, _, libraries, environment = started()
    assert command == ["-P", "-m", "deepviz", "tour", "--out", "tour"]
    assert libraries == script.QT_LIBRARIES
    assert environment["QT_QPA_PLATFORM"] == "offscreen"
    assert "there is no display here. Running the tour instead" in capsys.readouterr().err
    with pytest.raises(script.StartError, match=r"no display here.*\n.*\n  python3 run\.py render mine\.deepviz"):
        script.start(["mine.deepviz"])


def test_start_runs_commands_without_asking_for_qt(script: ModuleType, started: Start) -> None:
    command, extra, libraries, _ = started("train", "iris", "--json")
    assert (command, extra, libraries) == (["-P", "-m", "deepviz", "train", "iris", "--json"], "", {})
    assert started("render", "iris", "iris.svg")[2] == script.QT_LIBRARIES


def test_start_runs_tests_and_benchmarks_in_the_checkout(
    script: ModuleType, started: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    command, extra, libraries, environment = started("test", "-k", "smoke")
    assert (command, extra, libraries) == (["-m", "pytest", "-k", "smoke"], "test", script.QT_LIBRARIES)
    assert environment["QT_QPA_PLATFORM"] == "offscreen"
    assert Path.cwd() == script.ROOT
    command, _, _, _ = started("test")
    assert command == ["-m", "pytest", "-n", "auto", "--maxprocesses", "8", "--dist", "loadfile"]
    command, extra, libraries, _ = started("bench", "tiny", "--json")
    assert (command, extra, libraries) == (["-m", "tests.benchmarks", "tiny", "--json"], "bench", {})


def test_a_stop_is_one_message_and_status_1(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main(["mine.deepviz"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("DeepViz: The window cannot open")
    assert "Traceback" not in captured.err
    assert script.main(["--help"]) == 0
    assert "python3 run.py test" in capsys.readouterr().out


def test_the_second_start_starts_nothing_else_and_hands_on_arguments_and_status(
    script: ModuleType, program: Program, make_ready: MakeReady, tmp_path: Path
) -> None:
    copy = script.ROOT / "run.py"
    copy.write_bytes(RUN.read_bytes())
    make_ready()
    started = tmp_path / "started"
    program(script.venv_python(), f'echo "$@" >> "{started}"; echo "$@"; exit 7')
    done = subprocess.run([sys.executable, str(copy), "train", "a b"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "-P -m deepviz train a b\n", "")
    assert started.read_text(encoding="utf-8") == done.stdout, "nothing is looked into that was found in order before"
