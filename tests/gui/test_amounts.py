"""Amounts in words: three figures with a unit, exact numbers with thin spaces."""

from __future__ import annotations

import pytest

from deepviz.gui.amounts import (
    count_words,
    counted,
    exact_bytes,
    fraction,
    in_thin_spaces,
    percent,
    plural,
    short_bytes,
    short_count,
    some_of,
    thousands,
)

THIN = "\u202f"


def test_thousands_stand_apart() -> None:
    assert [thousands(count) for count in (7, 1000, 1_234_567)] == ["7", f"1{THIN}000", f"1{THIN}234{THIN}567"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Stopped early after epoch 2,766: it is flat.", "Stopped early after epoch 2_766: it is flat."),
        ("1,234,567 steps, 12,345 epochs", "1_234_567 steps, 12_345 epochs"),
        ("units 64, 128 and 0.01,200", "units 64, 128 and 0.01,200"),
        ("a 1,2345 b 0,123 c 3,14", "a 1,2345 b 0,123 c 3,14"),
    ],
)
def test_words_from_elsewhere_have_their_numbers_written_as_in_the_window(words: str, wanted: str) -> None:
    assert in_thin_spaces(words) == wanted.replace("_", THIN)


def test_only_one_of_a_thing_is_said_without_an_s() -> None:
    assert [counted(count, "layer") for count in (0, 1, 2, 1200)] == [
        "0 layers",
        "1 layer",
        "2 layers",
        f"1{THIN}200 layers",
    ]
    assert (plural(1, "parameter"), plural(2, "parameter")) == ("parameter", "parameters")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00_k"),
        (12_345, "12.3_k"),
        (9_996, "10.0_k"),
        (99_960, "100_k"),
        (999_499, "999_k"),
        (999_600, "1.00_M"),
        (4_567_890, "4.57_M"),
        (123_456_789_012, "123_G"),
        (5.5, "5.50"),
    ],
)
def test_counts_in_short(count: float, words: str) -> None:
    assert short_count(count) == words.replace("_", THIN)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0_B"), (512, "512_B"), (1023, "1023_B"), (1024, "1.00_KiB"), (1536, "1.50_KiB"), (3 * 2**30, "3.00_GiB")],
)
def test_memory_in_short(count: float, words: str) -> None:
    assert short_bytes(count) == words.replace("_", THIN)


def test_exact_amounts() -> None:
    assert exact_bytes(1_234_567) == f"1{THIN}234{THIN}567 bytes"
    assert exact_bytes(1) == "1 byte"
    assert exact_bytes(1024.5) == f"1{THIN}024.5 bytes"


def test_counts_are_exact_as_long_as_they_can_be_read() -> None:
    assert count_words(406_528) == f"406{THIN}528"
    assert count_words(9_999_999) == f"9{THIN}999{THIN}999"
    assert count_words(12_345_678) == f"12.3{THIN}M"


def test_some_of_and_all() -> None:
    assert some_of(400, 1437) == f"400 of 1{THIN}437"
    assert some_of(314, 314) == "all 314"


@pytest.mark.parametrize(
    ("share", "places", "words"),
    [
        (0.0, 2, "0.00"),
        (1.0, 2, "100.00"),
        (1 - 1e-15, 2, "100.00"),  # a sum of rounded numbers
        (0.125, 2, "12.50"),
        (0.99994, 2, "99.99"),
        (0.99996, 2, "> 99.99"),
        (0.99996, 4, "99.9960"),
        (0.9996, 1, "> 99.9"),
        (0.996, 0, "> 99"),
        (4e-5, 2, "< 0.01"),
        (1e-30, 2, "0.00"),
        (0.004, 0, "< 1"),
    ],
)
def test_what_is_not_quite_all_or_nothing_does_not_look_so(share: float, places: int, words: str) -> None:
    assert percent(share, places) == f"{words}{THIN}%"


def test_fractions_keep_apart_from_one_and_from_nothing() -> None:
    assert [fraction(each, 4) for each in (0.0, 0.5, 0.99996, 1.0, 1e-6)] == [
        "0.0000",
        "0.5000",
        "> 0.9999",
        "1.0000",
        "< 0.0001",
    ]
    assert (percent(float("nan")), fraction(float("nan"), 4)) == ("NaN", "NaN")
