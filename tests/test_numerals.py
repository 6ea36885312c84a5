"""Numbers are written one way wherever a person reads them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import deepviz
from deepviz.numerals import shortest, thousands

THIN = "\u202f"


@pytest.mark.parametrize(
    ("count", "places", "words"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (-1234, 0, "-1_234"),
        (1_234_567, 0, "1_234_567"),
        (np.int64(12_345), 0, "12_345"),
        (10**20 + 1, 0, "100_000_000_000_000_000_001"),
        (12_345.678, 1, "12_345.7"),
        (1_999.6, 0, "2_000"),
    ],
)
def test_thin_spaces_stand_between_thousands(count: float, places: int, words: str) -> None:
    assert thousands(count, places) == words.replace("_", THIN)


@pytest.mark.parametrize(
    ("value", "words"),
    [(1e6, "1000000"), (1e-5, "1e-5"), (0.1 + 0.2, "0.30000000000000004"), (3, "3"), (1e16, "1e16"), (0.001, "0.001")],
)
def test_a_setting_is_written_as_its_field_has_it(value: float, words: str) -> None:
    assert shortest(value) == words
    assert float(words) == value


def test_nothing_writes_thousands_in_a_way_of_its_own() -> None:
    package = Path(deepviz.__file__).parent
    found = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in sorted(package.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\{[^{}\"']*:[<>^]?\d*,(\.\d+f)?\}", line) and path.name != "numerals.py"
    ]
    assert found == []
