"""The rules of the house, and that each of them would notice being broken.

The floor plan stands in pyproject.toml, as contracts of import-linter; what those cannot say is checked here on syntax.
"""

from __future__ import annotations

import ast
import gc
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import WITHOUT_QT

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "deepviz"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400  # lines; a file that grows beyond holds more than one noun
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
ENGINE_MAY_IMPORT = {"numpy", "pydantic", "threadpoolctl"}


# ------------------------------------------------------------------------------------------------- the floor plan

# contract, module to plant in, line to plant, what the report must name
PLANTED = [
    ("floors", "engine/__init__.py", "import deepviz.document", "deepviz.engine is not allowed to import"),
    ("floors", "registry.py", "import deepviz.datasets", "deepviz.registry is not allowed to import"),
    ("floors", "datasets/__init__.py", "import deepviz.engine", "deepviz.datasets is not allowed to import"),
    ("floors", "training/__init__.py", "import deepviz.gui", "deepviz.training is not allowed to import"),
    ("floors", "stray.py", "import deepviz", "stray"),
    ("qt", "training/__init__.py", "from PySide6 import QtCore", "PySide6"),
    ("qt", "document/planted.py", "import pyqtgraph", "pyqtgraph"),
    ("thread", "datasets/planted.py", "import shiboken6", "shiboken6"),
    ("thread", "cli.py", "import deepviz.app", "deepviz.app"),
    ("engine", "engine/planted.py", "import safetensors.numpy", "safetensors"),
    ("comparison", "training/planted.py", "import torch.nn", "torch"),
]


def lint_imports(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in `checkout`, by its pyproject.toml."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--no-logo", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_package(tmp_path: Path) -> Path:
    """A folder with a copy of the package and of pyproject.toml, to be spoilt."""
    shutil.copytree(PACKAGE, tmp_path / "deepviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(("contract", "module", "line", "named"), PLANTED)
def test_planted_violation_breaks_contract(
    copy_of_package: Path, contract: str, module: str, line: str, named: str
) -> None:
    path = copy_of_package / "deepviz" / module
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + f"\n{line}\n", encoding="utf-8")
    result = lint_imports(copy_of_package, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "0 kept, 1 broken" in result.stdout
    assert named in result.stdout


def test_each_contract_has_a_planted_violation() -> None:
    contracts = {contract["id"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for contract, *_ in PLANTED}


# -------------------------------------------------------------------------------------------------- on the syntax


def imported(source: str) -> Iterator[str]:
    """The dotted names of what `source` imports, wherever in it; relative ones stay within their package."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def foreign_to_engine(source: str) -> list[str]:
    """What `source` imports that the engine must not."""
    return [
        name
        for name in imported(source)
        if name.split(".")[0] not in ENGINE_MAY_IMPORT | sys.stdlib_module_names
        and not f"{name}.".startswith(("deepviz.engine.", "deepviz.registry.", "deepviz.numerals."))
    ]


def dangers(source: str) -> list[str]:
    """Where `source` would run what a file says: unpickling, evaluating, a shell."""
    found = [
        name for name in imported(source) if name.split(".")[0] in {"pickle", "marshal", "shelve", "dill", "joblib"}
    ]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec", "__import__"}:
            found.append(node.func.id)
        for keyword in node.keywords:
            constant = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg in {"allow_pickle", "shell"} and constant is not False:
                found.append(f"{keyword.arg}=")
    return found


def test_engine_imports_only_numpy_pydantic_threadpoolctl() -> None:
    engine = [path for path in SOURCES if path.is_relative_to(PACKAGE / "engine")]
    assert engine
    foreign = {str(path.relative_to(PACKAGE)): foreign_to_engine(path.read_text(encoding="utf-8")) for path in engine}
    assert {name: found for name, found in foreign.items() if found} == {}


def test_nothing_is_unpickled_or_evaluated() -> None:
    dangerous = {str(path.relative_to(PACKAGE)): dangers(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {name: found for name, found in dangerous.items() if found} == {}


def test_tests_that_are_not_searched_for_what_they_leave_in_qt_import_none() -> None:
    contract = next(each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["id"] == "thread")
    floors = {module.removeprefix("deepviz.") for module in contract["source_modules"]}
    assert floors | {"run_script"} >= WITHOUT_QT
    qt = ("PySide6", "shiboken6", "pytestqt", "pyqtgraph", "deepviz.gui", "deepviz.app", "tests.gui", "tests.e2e")
    sources = [path for folder in WITHOUT_QT for path in (ROOT / "tests" / folder).rglob("*.py")]
    assert len(sources) > 50
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources
        for name in imported(path.read_text(encoding="utf-8"))
        if f"{name}.".startswith(tuple(f"{module}." for module in qt))
    }
    assert found == set()


def test_checks_on_the_syntax_find_what_they_look_for() -> None:
    assert foreign_to_engine("import numpy as np, scipy.special\nfrom . import layer\nimport math") == ["scipy.special"]
    assert foreign_to_engine("from deepviz import document, registry") == ["deepviz.document"]
    assert foreign_to_engine("def f():\n    from deepviz.engine.layers import Dense\n    import PIL") == ["PIL"]
    assert dangers("import pickle\napp.exec()\neval('1')") == ["pickle", "eval"]
    assert dangers("np.load(f, allow_pickle=True)\nnp.load(f, allow_pickle=False)\nnp.load(f, allow_pickle=x)") == [
        "allow_pickle=",
        "allow_pickle=",
    ]


def test_no_file_is_too_long() -> None:
    ours = [ROOT / "run.py", *SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in ours}
    assert lengths["run.py"] > 100  # the counting counts
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_modules_are_named_after_what_they_hold() -> None:
    assert [str(path) for path in SOURCES if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES] == []


# ------------------------------------------------------------------------------------------- what was found out


def test_pyside_keeps_none_and_true() -> None:
    """PySide6 6.12.0 on Python < 3.12 drops a reference at each call that returns None, and aborts in the end."""
    from PySide6.QtCore import QObject

    thing = QObject()
    gc.disable()  # what tests before have left may hold either, and must not be freed meanwhile
    try:
        before = sys.getrefcount(None), sys.getrefcount(True)
        for _ in range(2000):
            thing.setObjectName("name")
            thing.blockSignals(True)
        after = sys.getrefcount(None), sys.getrefcount(True)
    finally:
        gc.enable()
    assert abs(after[0] - before[0]) < 200
    assert abs(after[1] - before[1]) < 200


def test_pyside_with_that_fault_is_excluded() -> None:
    from packaging.requirements import Requirement

    requirements = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    pyside = next(each for each in requirements if each.name == "PySide6-Essentials")
    assert not pyside.specifier.contains("6.12.0")
    assert pyside.specifier.contains("6.11.3")


LEAKS = """
import threading, pytest
from PySide6 import QtCore, QtWidgets
kept = []

def test_thread():
    ended = threading.Event()
    kept.append(ended)
    threading.Thread(target=ended.wait, args=(60,), name="left", daemon=True).start()

def test_timer(qapp):
    kept.append(QtCore.QTimer())
    kept[-1].start(50)

def test_window(qapp):
    kept.append(QtWidgets.QMainWindow())
    kept[-1].show()

def test_style(qapp):
    qapp.setStyleSheet("QLabel { font-size: 20px }")

def test_clean(qtbot):
    window = QtWidgets.QMainWindow()
    qtbot.addWidget(window)
    QtCore.QTimer(window).start(50)
    window.show()
"""


def test_what_a_test_leaves_behind_fails_it(tmp_path: Path) -> None:
    patient = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    hasty = patient.replace("TO_RETURN = 30.0", "TO_RETURN = 0.1")
    assert hasty != patient, "a thread that stays is waited for"
    (tmp_path / "conftest.py").write_text(hasty, encoding="utf-8")
    (tmp_path / "test_leaks.py").write_text(LEAKS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "5 passed, 4 errors" in result.stdout, result.stdout + result.stderr
    for left in ("thread 'left'", "running timer QTimer", "open window QMainWindow", "another style"):
        assert left in result.stdout
