"""Splits: exact, complete, disjoint and repeatable, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepviz.datasets import DatasetError, SplitChoice, split_indices
from deepviz.registry import DefinitionError


@st.composite
def choices(draw: st.DrawFn) -> SplitChoice:
    """Any legal choice, with percentages in tenths."""
    validation = draw(st.integers(0, 999))
    test = draw(st.integers(0, 999 - validation))
    return SplitChoice(
        train=(1000 - validation - test) / 10,
        validation=validation / 10,
        test=test / 10,
        seed=draw(st.integers(0, 2**32 - 1)),
        stratified=draw(st.booleans()),
    )


@given(n=st.integers(3, 400), choice=choices(), classes=st.integers(1, 6))
def test_every_sample_is_in_exactly_one_part(n: int, choice: SplitChoice, classes: int) -> None:
    parts = split_indices(n, np.arange(n) % classes, choice)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    for part, share in zip(parts, (choice.train, choice.validation, choice.test), strict=True):
        assert part.dtype == np.int64
        assert (len(part) > 0) == (share > 0)
        # A part is the share rounded down or up, unless samples had to go to a part that would have been empty.
        assert abs(len(part) - n * share / 100) <= 2


@given(choice=choices())
def test_the_same_choice_gives_the_same_split(choice: SplitChoice) -> None:
    for first, again in zip(split_indices(100, None, choice), split_indices(100, None, choice), strict=True):
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("stratified", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ten_thousand_by_80_10_10(seed: int, stratified: bool) -> None:
    choice = SplitChoice(seed=seed, stratified=stratified)
    parts = split_indices(10_000, np.arange(10_000) % 10, choice)
    assert [len(part) for part in parts] == [8000, 1000, 1000]


def test_plain_split_is_the_seeded_permutation() -> None:
    train, validation, test = split_indices(50, None, SplitChoice(seed=3))
    expected = np.random.default_rng(3).permutation(50)
    np.testing.assert_array_equal(np.concatenate([train, validation, test]), expected)
    assert not np.array_equal(expected, np.random.default_rng(4).permutation(50))


@pytest.mark.parametrize(
    ("n", "shares", "sizes"),
    [
        (3, (98, 1, 1), [1, 1, 1]),
        (10, (1, 99, 0), [1, 9, 0]),
        (7, (80, 10, 10), [5, 1, 1]),
        (10, (100, 0, 0), [10, 0, 0]),
        (1, (100, 0, 0), [1, 0, 0]),
        (1000, (33.4, 33.3, 33.3), [334, 333, 333]),
        (60_000, (70, 15, 15), [42_000, 9000, 9000]),
    ],
)
def test_sizes(n: int, shares: tuple[float, float, float], sizes: list[int]) -> None:
    choice = SplitChoice(train=shares[0], validation=shares[1], test=shares[2])
    assert [len(part) for part in split_indices(n, None, choice)] == sizes


def test_stratified_keeps_the_mix_of_classes() -> None:
    labels = np.repeat([0, 1, 2], [700, 250, 50])
    parts = split_indices(1000, labels, SplitChoice(train=60, validation=20, test=20, stratified=True))
    mixes = [np.bincount(labels[part], minlength=3).tolist() for part in parts]
    for mix, expected in zip(mixes, ([420, 150, 30], [140, 50, 10], [140, 50, 10]), strict=True):
        assert max(abs(found - wanted) for found, wanted in zip(mix, expected, strict=True)) <= 1


def test_too_few_samples() -> None:
    with pytest.raises(DatasetError, match="2 samples cannot be divided into 3 parts"):
        split_indices(2, None, SplitChoice())
    with pytest.raises(DatasetError, match="1 sample cannot be divided into 2 parts"):
        split_indices(1, None, SplitChoice(train=50, validation=50, test=0))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"train": 70}, "test: training, validation and test must add up to 100 %, not 90 %"),
        ({"train": 80, "validation": 20, "test": 10}, "not 110 %"),
        ({"train": 0, "validation": 50, "test": 50}, "train: input should be greater than 0"),
        ({"train": 110, "validation": -10, "test": 0}, "train: input should be less than or equal to 100"),
        ({"train": float("nan")}, "train: input should be a finite number"),
    ],
)
def test_shares_must_add_up(values: dict[str, float], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        SplitChoice.checked(values)


def test_choice_survives_json() -> None:
    choice = SplitChoice(train=70, validation=20, test=10, seed=5)
    values = choice.to_json()
    assert values.pop("type") == "split"
    assert SplitChoice.checked(values) == choice
    assert [field.unit for field in SplitChoice.hyperparameters()[:3]] == ["%", "%", "%"]
