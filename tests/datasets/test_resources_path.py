"""Bundled files are found in a checkout and in an installed copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepviz import resources_path
from deepviz.resources_path import resource


def test_bundled_file_is_found() -> None:
    assert resource("datasets", "iris.npz").is_file()
    assert resource("datasets").is_dir()


def test_inside_the_package_comes_before_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "deepviz"
    package.mkdir()
    monkeypatch.setattr(resources_path, "files", lambda name: package)
    assert resource("icons", "a.svg") == tmp_path / "resources" / "icons" / "a.svg"
    (package / "resources").mkdir()
    assert resource("icons", "a.svg") == package / "resources" / "icons" / "a.svg"
