"""What a metric is: a figure that says how good outputs are. It is for people to read; nothing is trained by it.

It is computed in portions: each portion gives an array of sums, sums of portions are combined, and their total gives
the value. So samples may be many, and may be shared by several processes.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from deepviz.engine.loss import TARGETS, Loss
from deepviz.engine.ragged import as_array
from deepviz.registry import Definition

Value = float | np.ndarray


class Metric(Definition):
    """One kind of metric. Subclasses are frozen models whose fields are the hyperparameters.

    Attributes
    ----------
    formula
        What it computes, in one short line.
    task
        What it applies to: "classification" (targets are class numbers) or "regression" (targets are numbers to fit).
    is_number
        Whether its value is a single number, which a stopping rule can look at.
    """

    category: ClassVar[str] = "Metric"
    formula: ClassVar[str] = ""
    task: ClassVar[str] = ""
    is_number: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """What its value is called: the key, with the hyperparameters that are not as usual, ``TopK(k=3)``."""
        usual = {each.name: each.default for each in self.hyperparameters()}
        changed = [f"{name}={value}" for name, value in self.model_dump().items() if value != usual[name]]
        return f"{self.key}({', '.join(changed)})" if changed else self.key

    def measure(self, outputs: Any, targets: Any) -> Value:
        """The value for some outputs of a network.

        Parameters
        ----------
        outputs
            Array of shape ``(samples, *output_shape)``.
        targets
            For classification, class numbers of shape ``(samples, *output_shape[:-1])``; for regression, numbers of
            the shape of `outputs`.

        Raises
        ------
        ValueError
            If they do not fit, there are no samples, or too few.
        """
        return self.value(self.sums(outputs, targets))

    def sums(self, outputs: Any, targets: Any) -> np.ndarray:
        """What a portion of the samples adds, in float64. Parameters and errors are those of `measure`."""
        outputs = as_array(outputs, self.label, "output", "rows of one length, one for each sample")
        targets = as_array(targets, self.label, "target", TARGETS)
        if outputs.dtype.kind not in "biuf" or outputs.ndim < 2:
            raise ValueError(f"{self.label} needs numbers, one row a sample; it gets {_described(outputs)}.")
        if len(outputs) == 0:
            raise ValueError(f"{self.label}: there are no samples; the outputs have shape {outputs.shape}.")
        self._check_targets(outputs, targets)
        return self.count(outputs.astype(np.float64, copy=False), targets)

    @abstractmethod
    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """As `sums`, for arrays that are known to fit; the outputs are float64."""

    def combined(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The sums of two portions as those of one. They simply add up unless a metric says otherwise."""
        total: np.ndarray = first + second
        return total

    @abstractmethod
    def value(self, sums: np.ndarray) -> Value:
        """The value for the sums of all portions."""

    @abstractmethod
    def _check_targets(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Raise a ValueError if the targets do not fit the outputs."""


class ClassMetric(Metric):
    """A metric of how well classes are told apart. In sequences, each step counts as a sample.

    The class that an output stands for is that of `Loss.predicted_classes`: the largest output, or, of a single
    output, class 1 where it is above 0 and else class 0.
    """

    task: ClassVar[str] = "classification"

    def _check_targets(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        wanted, classes = outputs.shape[:-1], classes_of(outputs)
        if targets.dtype.kind not in "biu" or targets.shape != wanted:
            raise ValueError(f"{self.label} needs class numbers of shape {wanted}; it gets {_described(targets)}.")
        wrong = np.argwhere((targets < 0) | (targets >= classes))
        if len(wrong):
            number = targets[tuple(wrong[0])]
            raise ValueError(f"{self.label}: target {wrong[0][0]} is class {number}; wanted 0 to {classes - 1}.")


class ConfusionMetric(ClassMetric):
    """A metric that follows from how often each class was taken for each other one: the sums are those counts."""

    def count(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        classes = classes_of(outputs)
        pairs = targets.astype(np.intp) * classes + Loss.predicted_classes(outputs)
        return np.bincount(pairs.ravel(), minlength=classes**2).reshape(classes, classes).astype(np.float64)


class NumberMetric(Metric):
    """A metric of how well numbers are fitted."""

    task: ClassVar[str] = "regression"

    def _check_targets(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        if targets.dtype.kind not in "biuf" or targets.shape != outputs.shape:
            raise ValueError(f"{self.label} needs numbers of shape {outputs.shape}; it gets {_described(targets)}.")


def classes_of(outputs: np.ndarray) -> int:
    """How many classes outputs of shape ``(..., n)`` tell apart: n, but a single output tells two."""
    return max(int(outputs.shape[-1]), 2)


def macro_average(right: np.ndarray, of: np.ndarray, occurs: np.ndarray) -> float:
    """The mean of ``right / of`` over the classes that occur; 0 for a class where that is 0 / 0.

    Parameters
    ----------
    right, of
        Counts by class.
    occurs
        Which classes occur at all, among the right classes or among the predicted ones. At least one does.
    """
    shares = np.divide(right, of, out=np.zeros_like(right), where=of > 0)
    return float(shares[occurs].mean())


def _described(array: np.ndarray) -> str:
    return f"{array.dtype} of shape {array.shape}"
