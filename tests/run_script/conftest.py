"""run.py as a module that the tests can call, at home in an empty checkout on a machine played by fakes."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).resolve().parents[2] / "run.py"
PYPROJECT = '[project]\nname = "deepviz"\ndependencies = []\n[project.optional-dependencies]\ntest = []\nbench = []\n'


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, in the checkout `script.ROOT`, on a Linux machine without a display."""
    spec = importlib.util.spec_from_file_location("run_script", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    module.ROOT, module.VENV, module.STAMP = checkout, checkout / ".venv", checkout / ".venv" / module.STAMP.name
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    return module


@pytest.fixture
def became(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """The commands and environments that run.py would have become; it raises SystemExit instead."""
    became: list[tuple[list[str], dict[str, str]]] = []

    def replace_process(command: Sequence[str], environment: Mapping[str, str]) -> None:
        became.append((list(command), dict(environment)))
        raise SystemExit

    monkeypatch.setattr(script, "replace_process", replace_process)
    return became


@pytest.fixture
def program() -> Callable[[Path, str], Path]:
    """Puts an executable shell script at a path, and returns the path."""

    def program(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return program


@pytest.fixture
def make_ready(script: ModuleType, program: Callable[[Path, str], Path]) -> Callable[..., None]:
    """Leaves `.venv` as a complete installation with the given extras does."""

    def make_ready(*extras: str) -> None:
        program(script.VENV / "bin" / "python", "exit 0")
        digest = script.hashlib.sha256((script.ROOT / "pyproject.toml").read_bytes()).hexdigest()
        version = "{}.{}".format(*sys.version_info)
        stamp = {"checkout": str(script.ROOT), "python": version, "pyproject": digest, "extras": list(extras)}
        script.STAMP.write_text(json.dumps(stamp), encoding="utf-8")

    return make_ready
