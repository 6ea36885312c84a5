"""run.py: the folder .venv, made, completed, corrected or left alone."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

VERSION = "{}.{}".format(*sys.version_info)
Program = Callable[[Path, str], Path]
MakeReady = Callable[..., None]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="plays a POSIX machine")


class Steps:
    """What `prepare` did, in order, on a machine where .venv works or not and is complete or not."""

    def __init__(self, script: ModuleType, monkeypatch: pytest.MonkeyPatch, *, works: bool, complete: bool) -> None:
        self.steps: list[Any] = []
        script.VENV.mkdir(exist_ok=True)
        self._replace(monkeypatch, script, "venv_works", "looked", works)
        self._replace(monkeypatch, script, "make_environment", "made", None)
        self._replace(monkeypatch, script, "correct_paths", "corrected", None)
        self._replace(monkeypatch, script, "install", "installed", None)
        monkeypatch.setattr(script, "run", lambda command: (complete, ""))

    def _replace(self, monkeypatch: pytest.MonkeyPatch, script: ModuleType, name: str, step: str, answer: Any) -> None:
        def record(*arguments: Any) -> Any:
            self.steps.append((step, *arguments) if arguments else step)
            return answer

        monkeypatch.setattr(script, name, record)


def change_pyproject(script: ModuleType) -> None:
    with (script.ROOT / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")


def test_first_start_makes_and_installs_then_nothing(
    script: ModuleType, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Steps(script, monkeypatch, works=False, complete=False)
    script.prepare("test", {})
    assert machine.steps == ["looked", "made", ("installed", ["test"])]
    program(script.VENV / "bin" / "python", "exit 0")
    machine.steps.clear()
    script.prepare("test", {})
    script.prepare("", {})  # what the tests need includes what DeepViz needs
    assert machine.steps == []


@pytest.mark.parametrize(("platform", "looked_for"), [("linux", ["lib.so"]), ("darwin", [])])
def test_the_system_comes_first(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, platform: str, looked_for: list[str]
) -> None:
    asked: list[Any] = []

    def missing_parts(libraries: dict[str, str], needs_venv: bool) -> dict[str, str]:
        asked.append((list(libraries), needs_venv))
        return {"Python's module ensurepip": "python3-venv"}

    def install_packages(missing: dict[str, str]) -> None:
        raise script.StartError("missing", "\n".join(missing.values()))

    machine = Steps(script, monkeypatch, works=False, complete=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(script, "missing_parts", missing_parts)
    monkeypatch.setattr(script, "install_packages", install_packages)
    with pytest.raises(script.StartError, match="python3-venv"):
        script.prepare("", {"lib.so": "lib"})
    assert asked == [(looked_for, True)]
    assert machine.steps == ["looked"]  # nothing was made


def test_another_extra_is_added_to_those_there(
    script: ModuleType, make_ready: MakeReady, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready("test")
    machine = Steps(script, monkeypatch, works=True, complete=False)
    script.prepare("bench", {})
    assert machine.steps == ["looked", ("installed", ["bench", "test"])]


@pytest.mark.parametrize("change", ["pyproject", "python gone", "stamp unreadable", "stamp gone"])
def test_changes_are_noticed(
    script: ModuleType, make_ready: MakeReady, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    make_ready()
    machine = Steps(script, monkeypatch, works=change != "python gone", complete=False)
    script.prepare("", {})
    assert machine.steps == []
    if change == "pyproject":
        change_pyproject(script)
    elif change == "python gone":
        script.venv_python().unlink()
    elif change == "stamp unreadable":
        script.STAMP.write_text("{half", encoding="utf-8")
    else:
        script.STAMP.unlink()
    script.prepare("", {})
    made = ["made"] if change == "python gone" else []
    assert machine.steps == ["looked", *made, ("installed", [])]


def test_what_is_complete_goes_on_without_network(
    script: ModuleType, make_ready: MakeReady, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready()
    change_pyproject(script)
    machine = Steps(script, monkeypatch, works=True, complete=True)
    script.prepare("", {})
    assert machine.steps == ["looked"]


def test_moved_checkout_is_corrected(
    script: ModuleType,
    program: Program,
    make_ready: MakeReady,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_ready()
    stamp = json.loads(script.STAMP.read_text(encoding="utf-8"))
    script.STAMP.write_text(json.dumps({**stamp, "checkout": "/old/place"}), encoding="utf-8")
    pytest_script = program(script.VENV / "bin" / "pytest", "exec /old/place/.venv/bin/python -m pytest")
    link = script.VENV / "lib" / "python3.11" / "site-packages" / "deepviz.pth"
    link.parent.mkdir(parents=True)
    link.write_text("/old/place\n", encoding="utf-8")
    correct_paths = script.correct_paths
    machine = Steps(script, monkeypatch, works=True, complete=True)
    monkeypatch.setattr(script, "correct_paths", correct_paths)
    script.prepare("", {})
    assert machine.steps == ["looked"]
    assert link.read_text(encoding="utf-8") == f"{script.ROOT}\n"
    assert f"exec {script.VENV}/bin/python -m pytest" in pytest_script.read_text(encoding="utf-8")
    assert json.loads(script.STAMP.read_text(encoding="utf-8")) == stamp
    assert "was at /old/place before" in capsys.readouterr().err


def test_a_failed_installation_leaves_no_stamp(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    Steps(script, monkeypatch, works=False, complete=False)

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(script, "install", full)
    with pytest.raises(script.StartError, match="disk is full"):
        script.prepare("", {})
    assert script.read_stamp() == {}


def test_what_stands_in_the_place_of_venv_is_replaced(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import venv

    mine = tmp_path / "mine"
    mine.mkdir()
    script.VENV.symlink_to(mine)  # what it points to is not ours to empty
    monkeypatch.setattr(venv, "create", lambda folder, **options: folder.mkdir())
    script.make_environment()
    assert script.VENV.is_dir()
    assert not script.VENV.is_symlink()
    assert mine.is_dir()
    assert "Making it again" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "works"), [(f"pip 24 (python {VERSION})", True), ("pip 24 (python 3.1)", False)])
def test_venv_of_another_python_does_not_count(script: ModuleType, program: Program, answer: str, works: bool) -> None:
    assert not script.venv_works()
    program(script.VENV / "bin" / "python", f"echo '{answer}'")
    assert script.venv_works() is works


@pytest.mark.parametrize(
    ("dependency", "extra", "complete"),
    [("numpy>=2.0", "pytest", True), ("numpy>=99", "pytest", False), ("numpy", "not-there", False)],
)
def test_check_of_what_is_installed(
    script: ModuleType, tmp_path: Path, dependency: str, extra: str, complete: bool
) -> None:
    (script.ROOT / "deepviz").mkdir()
    (script.ROOT / "deepviz" / "__init__.py").touch()
    (script.ROOT / "deepviz-1.0.dist-info").mkdir()
    (script.ROOT / "deepviz-1.0.dist-info" / "METADATA").write_text("Name: deepviz\nVersion: 1.0\n", encoding="utf-8")
    text = (script.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = text.replace("dependencies = []", f'dependencies = ["{dependency}"]', 1).replace(
        "test = []", f'test = ["{extra}"]'
    )
    (script.ROOT / "pyproject.toml").write_text(text, encoding="utf-8")

    def check(root: Path) -> int:
        command = [sys.executable, "-c", script.CHECK_INSTALLED, str(root), "test"]
        environment = {**os.environ, "PYTHONPATH": str(script.ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False).returncode

    assert (check(script.ROOT) == 0) is complete
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert check(tmp_path) != 0  # DeepViz is linked to another checkout
