"""What a loss is: one number that says how far outputs are from targets, and the gradient that is sent back.

A loss is a value like a layer. It is placed in a graph as the last node, but it is not part of the network.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, ClassVar

import numpy as np

from deepviz.engine.ragged import as_array
from deepviz.engine.shapes import Shape, ShapeError, shape_text
from deepviz.engine.tape import CompiledTape, Tape, Tensor
from deepviz.registry import Definition


class Loss(Definition):
    """One kind of loss. Subclasses are frozen models whose fields are the hyperparameters.

    Attributes
    ----------
    minimum_inputs, maximum_inputs
        How many nodes may lead to it, as layers tell it: one.
    formula
        What it computes, in one short line.
    shape_rule
        How many outputs it wants for the data.
    tasks
        What it can be trained on: "classification" (class numbers), "regression" (numbers), or both.
    tells_yes_from_no
        Whether a single output can tell two classes apart: class 1 where it is above 0.
    activation
        What makes probabilities of the outputs, as the loss itself does: "softmax" over all, "sigmoid" of each; empty
        where outputs are not meant as probabilities.
    """

    category: ClassVar[str] = "Loss"
    minimum_inputs: ClassVar[int] = 1
    maximum_inputs: ClassVar[int | None] = 1
    formula: ClassVar[str] = ""
    shape_rule: ClassVar[str] = ""
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    tells_yes_from_no: ClassVar[bool] = False
    activation: ClassVar[str] = ""

    @abstractmethod
    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Write down the value and the gradient.

        Parameters
        ----------
        tape
            Where the calls are recorded.
        outputs, targets
            Tensors of the same shape, ``(batch, *output_shape)``, the outputs in whatever order they lie in memory;
            class numbers have become one-hot rows.

        Returns
        -------
        value
            The mean loss over the batch, a tensor of shape ``()``.
        grad
            Its gradient with respect to `outputs`, of the same shape.
        """

    @classmethod
    def examples(cls) -> Sequence[tuple[Loss, Shape]]:
        """A few losses of this kind with the shape of one sample's output, for the test kit."""
        return [(cls(), (3,)), (cls(), (5,))]

    def headline(self) -> str:
        """The hyperparameters that matter most, for the corner of the card. May be empty."""
        return ""

    def check(self, output_shape: Shape, task: str, outputs: int) -> None:
        """Check that what the network gives fits what the data wants.

        Parameters
        ----------
        output_shape
            Shape of the network's output for one sample.
        task
            "classification" or "regression".
        outputs
            How many classes, or how many target numbers, the data has.

        Raises
        ------
        ShapeError
            If it does not fit. The error offers the number of units that the last layer should have.
        """
        if task not in self.tasks:
            raise ShapeError(f"{self.label} is for {' and '.join(self.tasks)}; this data is for {task}.")
        if task == "classification" and outputs == 1 and not self.tells_yes_from_no:
            raise ShapeError(f"{self.label} tells classes apart; this data has a single class. Choose other data.")
        yes_or_no = self.tells_yes_from_no and task == "classification" and outputs == 2
        if output_shape != (outputs,) and not (yes_or_no and output_shape == (1,)):
            wanted = f"{outputs} classes" if task == "classification" else f"{outputs} target numbers"
            or_one = ", or a single one" if yes_or_no else ""
            units = 1 if yes_or_no else outputs
            raise ShapeError(
                f"{self.label} needs one output for each of the data's {wanted}{or_one}; "
                f"it gets {shape_text(output_shape)}. Set the last layer's units to {units}.",
                change={"units": units},
            )

    def class_numbers(self, targets: Any, output_shape: Shape) -> np.ndarray | None:
        """The targets as an array of class numbers, or None if they are numbers to fit.

        Whole numbers are classes where there is one for each row of outputs: shape ``(samples,)``, and
        ``(samples, steps)`` for a sequence. A single output that the loss can fit to numbers is fitted to them; with
        one that tells yes from no, they are class 1 above 0 and else class 0.
        """
        array = np.asarray(targets)
        if array.dtype.kind not in "biu" or array.ndim == 0 or array.shape[1:] != output_shape[:-1]:
            return None
        if output_shape == () or (output_shape[-1] == 1 and not self.tells_yes_from_no and "regression" in self.tasks):
            return None
        return (array > 0 if self._is_yes_or_no(output_shape) else array).astype(np.intp)

    @staticmethod
    def predicted_classes(outputs: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """The classes that outputs stand for: that of the largest output; of a single output, 1 where it is above 0.

        Parameters
        ----------
        outputs
            Array of shape ``(..., classes)`` or ``(..., 1)``.
        out
            Where to put the result, an array of `np.intp`; a new one if left out.

        Returns
        -------
        Class numbers of shape ``(...)``. Of equally large outputs the first counts.
        """
        if outputs.shape[-1] > 1:
            return outputs.argmax(-1, out)
        out = np.empty(outputs.shape[:-1], np.intp) if out is None else out
        np.greater(outputs[..., 0], 0, out=out)
        return out

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        """Targets as the network's outputs should look, one row a sample.

        Parameters
        ----------
        targets
            Class numbers of shape ``(samples, *output_shape[:-1])``, or numbers of shape ``(samples, *output_shape)``;
            where there is a single output, its axis may be left out.
        output_shape
            Shape of the network's output for one sample.
        dtype
            Type of the result.

        Returns
        -------
        Array of shape ``(samples, *output_shape)``; class numbers become one-hot rows.

        Raises
        ------
        ValueError
            If they are no numbers or not finite, the shape does not fit, or a class number is out of range.
        """
        array = as_array(targets, self.label, "target", TARGETS)
        if array.dtype.kind not in "biuf":  # truth values, whole numbers, floating-point numbers
            raise ValueError(f"{self.label}: targets must be numbers, not {array.dtype}.")
        if array.ndim == 0:
            raise ValueError(f"{self.label}: targets have shape (); wanted one for each sample.")
        classes = self.class_numbers(array, output_shape)
        if classes is not None and not self._is_yes_or_no(output_shape):
            return self._one_hot(classes, output_shape[-1], dtype)
        given, wanted = array.shape, (*array.shape[:1], *output_shape)
        if output_shape[-1:] == (1,) and given == wanted[:-1]:
            array = array[..., None]
        if array.shape != wanted:
            or_classes = f", or class numbers of shape {wanted[:-1]}" if "classification" in self.tasks else ""
            raise ValueError(f"{self.label}: targets have shape {given}; wanted {wanted}{or_classes}.")
        with np.errstate(over="ignore"):
            encoded = np.ascontiguousarray(array, dtype)
        wrong = np.flatnonzero(~np.isfinite(encoded.reshape(len(encoded), -1)).all(axis=1))
        if len(wrong):
            raise ValueError(f"{self.label}: target {wrong[0]} contains NaN, Inf or a number too large.")
        return encoded

    def value_and_grad(self, outputs: np.ndarray, targets: Any) -> tuple[float, np.ndarray]:
        """The loss of a batch and its gradient with respect to the outputs.

        Parameters
        ----------
        outputs
            Array of shape ``(batch, *output_shape)``, float32 or float64.
        targets
            As for `encode_targets`.

        Returns
        -------
        value
            Mean over the batch.
        grad
            Array of the shape of `outputs`.

        Raises
        ------
        ValueError
            If the batch is empty or the targets do not fit.
        """
        outputs = as_array(outputs, self.label, "output", "rows of one length, one for each sample")
        if outputs.dtype not in (np.float32, np.float64):
            raise ValueError(f"{self.label}: outputs must be float32 or float64, not {outputs.dtype}.")
        if outputs.ndim < 2:
            raise ValueError(f"{self.label}: outputs must have a batch axis; they have shape {outputs.shape}.")
        if len(outputs) == 0:
            raise ValueError(f"{self.label}: the batch is empty; its outputs have shape {outputs.shape}.")
        encoded = self.encode_targets(targets, outputs.shape[1:], outputs.dtype)
        if len(encoded) != len(outputs):
            raise ValueError(f"{self.label}: {len(outputs)} outputs but {len(encoded)} targets.")
        with _ONE_AT_A_TIME:
            compiled, output_array, target_array, value, grad = _recorded(self, outputs.shape, outputs.dtype.str)
            output_array[...], target_array[...] = outputs, encoded
            compiled.replay()
            return float(value), grad.copy()

    def _is_yes_or_no(self, output_shape: Shape) -> bool:
        return self.tells_yes_from_no and output_shape[-1:] == (1,)

    def _one_hot(self, classes: np.ndarray, count: int, dtype: Any) -> np.ndarray:
        """Rows with a 1 at the class's place and 0 elsewhere, of shape ``(*classes.shape, count)``."""
        wrong = np.argwhere((classes < 0) | (classes >= count))
        if len(wrong):
            first, number = wrong[0][0], classes[tuple(wrong[0])]
            got = f"{self.label} gets {count} outputs, for classes 0 to {count - 1}"
            raise ValueError(f"Target {first} is class {number}, but {got}.")
        rows = np.zeros((*classes.shape, count), dtype)
        np.put_along_axis(rows, classes[..., None], 1, axis=-1)
        return rows


def check_probabilities(label: str, encoded: np.ndarray) -> None:
    """Check that each row of targets, along the last axis, is a distribution. Rounding of up to 1e-4 is let pass.

    Raises
    ------
    ValueError
        If one is not, naming the loss (`label`) and the sample.
    """
    wrong = np.argwhere((encoded.min(axis=-1) < 0) | (np.abs(encoded.sum(axis=-1) - 1) > 1e-4))
    if len(wrong):
        raise ValueError(f"{label}: target {wrong[0][0]} is not a row of probabilities that add up to 1.")


TARGETS = "one for each sample, all of one shape"
"""What targets should be, for messages."""

_ONE_AT_A_TIME = Lock()
"""Held while a recorded loss is in use: two threads that evaluate share its arrays."""


@lru_cache(maxsize=16)
def _recorded(
    loss: Loss, shape: Shape, dtype: str
) -> tuple[CompiledTape, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The loss on a tape of its own, for one shape of batch, with its input and output arrays."""
    tape = Tape(np.dtype(dtype))
    outputs, targets = tape.input(shape), tape.input(shape)
    value, grad = loss.record(tape, outputs, targets)
    compiled = tape.compile(keep=(value, grad))
    return compiled, compiled[outputs], compiled[targets], compiled[value], compiled[grad]
