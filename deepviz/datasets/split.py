"""How a data set is divided into training, validation and test samples.

The choice is three percentages and a seed; the division is exact, repeatable, and loses or repeats no sample.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator

from deepviz.datasets.dataset import DatasetError
from deepviz.registry import Definition

Indices = NDArray[np.int64]


class SplitChoice(Definition):
    """How samples are divided into training, validation and test parts."""

    key: ClassVar[str] = "split"
    label: ClassVar[str] = "Split"

    train: float = Field(
        80.0,
        gt=0,
        le=100,
        title="Training",
        description="Share of the samples that the network learns from.",
        json_schema_extra={"unit": "%"},
    )
    validation: float = Field(
        10.0,
        ge=0,
        le=100,
        title="Validation",
        description="Share of the samples that is only watched during training, to see how well it generalises.",
        json_schema_extra={"unit": "%"},
    )
    test: float = Field(
        10.0,
        ge=0,
        le=100,
        title="Test",
        description="Share of the samples that is kept aside for the final score.",
        json_schema_extra={"unit": "%"},
        validate_default=True,
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Shuffle seed", description="The same seed gives the same division every time."
    )
    stratified: bool = Field(
        False,
        title="Keep class shares",
        description="Gives each part the same mix of classes as the whole, as far as whole samples allow.",
    )

    @field_validator("test")
    @classmethod
    def _adds_up(cls, test: float, info: ValidationInfo) -> float:
        if "train" in info.data and "validation" in info.data:
            total = info.data["train"] + info.data["validation"] + test
            if abs(total - 100.0) > 1e-6:
                raise ValueError(f"training, validation and test must add up to 100 %, not {total:g} %")
        return test


def split_indices(n: int, labels: NDArray[np.int64] | None, choice: SplitChoice) -> tuple[Indices, Indices, Indices]:
    """Divide the numbers 0 to n - 1 into a training, a validation and a test part.

    Parameters
    ----------
    n
        How many samples there are.
    labels
        Their class numbers, shape (n,), or None; only looked at when the choice is stratified.
    choice
        The shares and the seed.

    Returns
    -------
    tuple of three arrays
        Shuffled int64 indices. Together they hold every sample exactly once. Sizes are the shares of `n` rounded to
        whole samples; a part with a share above 0 never comes out empty.

    Raises
    ------
    DatasetError
        If there are fewer samples than parts.
    """
    order = np.random.default_rng(choice.seed).permutation(n).astype(np.int64)
    train, validation, _ = _sizes(n, (choice.train, choice.validation, choice.test))
    if choice.stratified and labels is not None:
        order = _spread_classes(order, np.asarray(labels))
    return order[:train], order[train : train + validation], order[train + validation :]


def _sizes(n: int, shares: tuple[float, float, float]) -> list[int]:
    """Whole numbers in proportion to the shares that add up to n (largest remainders), each at least 1 if wanted."""
    wanted = [part for part in range(3) if shares[part] > 0]
    if n < len(wanted):
        samples = "1 sample" if n == 1 else f"{n} samples"
        raise DatasetError(f"{samples} cannot be divided into {len(wanted)} parts. Set a share to 0 % or add data.")
    total = sum(shares)
    exact = [n * share / total for share in shares]
    sizes = [int(size) for size in exact]
    by_remainder = sorted(wanted, key=lambda part: sizes[part] - exact[part])
    for part in by_remainder[: n - sum(sizes)]:
        sizes[part] += 1
    for part in wanted:
        if sizes[part] == 0:
            sizes[sizes.index(max(sizes))] -= 1
            sizes[part] = 1
    return sizes


def _spread_classes(order: Indices, labels: NDArray[np.int64]) -> Indices:
    """Reorder so that any stretch of the result holds each class in about its overall proportion.

    The j-th of the m samples of a class (in shuffled order) goes to the relative position (j + 1/2) / m.
    """
    shuffled = labels[order]
    position = np.empty(len(order))
    for label in np.unique(shuffled):
        members = np.flatnonzero(shuffled == label)
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(position, kind="stable")]
