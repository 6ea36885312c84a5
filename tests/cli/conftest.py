"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Caller


@pytest.fixture
def deepviz(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The command line, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Caller(capsys)
