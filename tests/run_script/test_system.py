"""run.py: what it finds missing on a machine, what it mends by itself, and what it says where it cannot."""

from __future__ import annotations

import ast
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).resolve().parents[2] / "run.py"
VERSION = "{}.{}".format(*sys.version_info)
Program = Callable[[Path, str], Path]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="plays a POSIX machine")


def test_an_old_python_can_read_the_script() -> None:
    tree = ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 8))
    assert not any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in ast.walk(tree))


def test_python_too_old_and_no_other(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(script.StartError, match=r"Python 3\.9 is too old.*3\.11 or newer\.\n  Install one"):
        script.check_python((3, 9), [])
    script.check_python((3, 11), [])


def test_python_too_old_goes_on_with_a_newer_one_that_works(
    script: ModuleType,
    program: Program,
    became: list[tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program(tmp_path / "python3.13", "exit 127")  # a shim for a version that is not installed
    newer = program(tmp_path / "python3.12", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit):
        script.check_python((3, 8), ["test", "-x"])
    assert became[0][0] == [str(newer), str(script.ROOT / "run.py"), "test", "-x"]
    assert f"going on with {newer}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "there is no display here"),
        ({"DISPLAY": ":31"}, "the display :31 does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ""),
        ({"DISPLAY": "some unusual name"}, ""),
        ({"QT_QPA_PLATFORM": "offscreen", "WAYLAND_DISPLAY": "wayland-0"}, "QT_QPA_PLATFORM is offscreen"),
        ({"QT_QPA_PLATFORM": "vnc:port=5901"}, ""),
    ],
)
def test_why_no_display(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], why: str
) -> None:
    monkeypatch.setattr(script, "display_answers", lambda display: not display.startswith(":"))
    assert script.why_no_display(environment) == why
    monkeypatch.setattr(sys, "platform", "darwin")
    assert script.why_no_display(environment) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="X11's sockets in Linux's abstract name space")
def test_display_answers_if_someone_listens(script: ModuleType) -> None:
    number = 30_000 + os.getpid() % 10_000
    assert not script.display_answers(f":{number}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0/tmp/.X11-unix/X{number}")
        server.listen()
        assert script.display_answers(f":{number}.0")
        assert script.display_answers(f"unix:{number}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert script.display_answers(f"127.0.0.1:{port - 6000}.0")
    assert not script.display_answers(f"127.0.0.1:{port - 6000}.0")


def test_missing_parts_are_found_by_loading_them(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        if name != "libhere.so.1":
            raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(script.ctypes, "CDLL", load)
    libraries = {"libhere.so.1": "here", "libgone.so.1": "gone"}
    assert script.missing_parts(libraries, needs_venv=True) == {"libgone.so.1": "gone"}
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert script.missing_parts({}, needs_venv=True) == {"Python's module ensurepip": f"python{VERSION}-venv"}
    assert script.missing_parts({}, needs_venv=False) == {}


class Machine:
    """A machine's apt-get and sudo: which commands succeed is up to `answers`, in order."""

    def __init__(self, script: ModuleType, monkeypatch: pytest.MonkeyPatch, *, root: bool, apt: bool = True) -> None:
        self.commands: list[str] = []
        self.answers: list[tuple[bool, str]] = []
        monkeypatch.setattr(script.os, "geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(script.shutil, "which", lambda name: "/usr/bin/apt-get" if apt else None)
        monkeypatch.setattr(script, "run", self.run)

    def run(self, command: Sequence[str]) -> tuple[bool, str]:
        self.commands.append(" ".join(command))
        return self.answers.pop(0)


MISSING = {"libGL.so.1": "libgl1", "libEGL.so.1": "libegl1"}
LINE = "apt-get install -y --no-install-recommends libgl1 libegl1"


def test_without_root_the_one_line_is_said(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(script, monkeypatch, root=False)
    machine.answers = [(False, "sudo: a password is required")]
    with pytest.raises(script.StartError, match=rf"libGL\.so\.1, libEGL\.so\.1\.\n.*\n  sudo {LINE}$"):
        script.install_packages(MISSING)
    assert machine.commands == ["sudo -n true"]


def test_sudo_without_password_is_used(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(script, monkeypatch, root=False)
    machine.answers = [(True, ""), (True, "")]
    script.install_packages(MISSING)
    assert machine.commands[1].startswith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get ")
    assert machine.commands[1].endswith("install -y --no-install-recommends libgl1 libegl1")


def test_root_installs_and_fetches_the_lists_only_if_needed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(script, monkeypatch, root=True)
    machine.answers = [(True, "")]
    script.install_packages(MISSING)
    assert len(machine.commands) == 1
    machine.answers = [(False, "E: Unable to locate package libgl1"), (True, ""), (True, "")]
    script.install_packages(MISSING)
    assert [command.split()[-1] for command in machine.commands[1:]] == ["libegl1", "update", "libegl1"]


def test_when_apt_fails_its_reason_and_the_line_are_said(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(script, monkeypatch, root=True)
    machine.answers = [(False, ""), (False, ""), (False, "Reading ...\nE: Failed to fetch it\n")]
    with pytest.raises(script.StartError, match=rf"E: Failed to fetch it\n.*network.*\n  {LINE}"):
        script.install_packages(MISSING)


def test_a_system_without_apt_is_told_what_it_lacks(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(script, monkeypatch, root=True, apt=False)
    with pytest.raises(script.StartError, match=r"libGL\.so\.1.*\n.*package manager .on Debian: libgl1 libegl1"):
        script.install_packages(MISSING)


NO_NETWORK = """\
WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection at 0x7f>: Failed to establish a new connection:
[Errno -3] Temporary failure in name resolution')': /simple/hatchling/
ERROR: Could not find a version that satisfies the requirement hatchling>=1.27 (from versions: none)
ERROR: No matching distribution found for hatchling>=1.27"""
NO_WHEEL = """\
ERROR: Could not find a version that satisfies the requirement PySide6-Essentials (from deepviz) (from versions: none)
ERROR: No matching distribution found for PySide6-Essentials"""
CERTIFICATE = """\
WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]
certificate verify failed: self-signed certificate in certificate chain'))': /simple/hatchling/
ERROR: No matching distribution found for hatchling"""


@pytest.mark.parametrize(
    ("output", "what", "way_on"),
    [
        (NO_NETWORK, "package index cannot be reached", "Connect to the network"),
        (CERTIFICATE, "certificate that this machine does not trust", "PIP_CERT"),
        (NO_WHEEL, f"no PySide6-Essentials for this machine with Python {VERSION}", "another Python"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full: .*MB free in", "1 GB"),
        ("[Errno 13] Permission denied: '.venv'", "cannot be written to", "a folder of your own"),
        ("first\nsomething unheard of", "The last it said:\n  first\n  something unheard of", "delete .venv"),
    ],
)
def test_failures_are_said_in_plain_words(script: ModuleType, output: str, what: str, way_on: str) -> None:
    with pytest.raises(script.StartError, match=f"(?s){what}.*\n  .*{way_on}"):
        script.explain_failure(output)
