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

from deepviz.engine.shapes import Shape, ShapeError
from deepviz.engine.tape import CompiledTape, Tape, Tensor
from deepviz.registry import Definition


class Loss(Definition):
    """One kind of loss. Subclasses are frozen models whose fields are the hyperparameters.

    Attributes
    ----------
    formula
        What it computes, in one short line.
    tasks
        What it can be trained on: "classification" (class numbers), "regression" (numbers), or both.
    """

    category: ClassVar[str] = "Loss"
    formula: ClassVar[str] = ""
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")

    @abstractmethod
    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Write down the value and the gradient.

        Parameters
        ----------
        tape
            Where the calls are recorded.
        outputs, targets
            Tensors of the same shape, ``(batch, *output_shape)``; class numbers have become one-hot rows.

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
        if output_shape != (outputs,):
            wanted = f"{outputs} classes" if task == "classification" else f"{outputs} target numbers"
            given = " × ".join(map(str, output_shape))
            raise ShapeError(
                f"{self.label} needs one output for each of the data's {wanted}; it gets {given}. "
                f"Set the last layer's units to {outputs}.",
                change={"units": outputs},
            )

    def class_numbers(self, targets: Any, output_shape: Shape) -> np.ndarray | None:
        """The targets as an array of class numbers, or None if they are numbers to fit.

        Whole numbers in one row are classes, unless the network has a single output and the loss can fit it to them.
        """
        array = np.asarray(targets)
        fits_numbers = output_shape == (1,) and "regression" in self.tasks
        whole = array.ndim == 1 and np.issubdtype(array.dtype, np.integer)
        return array.astype(np.intp) if whole and len(output_shape) == 1 and not fits_numbers else None

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        """Targets as the network's outputs should look, one row a sample.

        Parameters
        ----------
        targets
            Class numbers of shape ``(samples,)``, or numbers of shape ``(samples, *output_shape)``.
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
        array = np.asarray(targets)
        if array.dtype.kind not in "biuf":  # truth values, whole numbers, floating-point numbers
            raise ValueError(f"{self.label}: targets must be numbers, not {array.dtype}.")
        classes = self.class_numbers(array, output_shape)
        if classes is not None:
            return one_hot(classes, output_shape[0], dtype)
        samples = array.shape[:1]
        if output_shape == (1,) and array.ndim == 1:
            array = array[:, None]
        if array.shape != (*samples, *output_shape):
            raise ValueError(
                f"{self.label}: targets have shape {array.shape}; wanted {(*samples, *output_shape)} or class numbers."
            )
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
            Class numbers of shape ``(batch,)``, or an array of the shape of `outputs`.

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
        outputs = np.asarray(outputs)
        if outputs.dtype not in (np.float32, np.float64):
            raise ValueError(f"{self.label}: outputs must be float32 or float64, not {outputs.dtype}.")
        if outputs.ndim < 2:
            raise ValueError(f"{self.label}: outputs must have a batch axis; they have shape {outputs.shape}.")
        if len(outputs) == 0:
            raise ValueError(f"{self.label}: the batch is empty.")
        encoded = self.encode_targets(targets, outputs.shape[1:], outputs.dtype)
        if len(encoded) != len(outputs):
            raise ValueError(f"{self.label}: {len(outputs)} outputs but {len(encoded)} targets.")
        with _ONE_AT_A_TIME:
            compiled, output_array, target_array, value, grad = _recorded(self, outputs.shape, outputs.dtype.str)
            output_array[...], target_array[...] = outputs, encoded
            compiled.replay()
            return float(value), grad.copy()


def one_hot(classes: np.ndarray, count: int, dtype: Any) -> np.ndarray:
    """Rows with a 1 at the class's place and 0 elsewhere, of shape ``(samples, count)``.

    Raises
    ------
    ValueError
        If a class number is negative or not below `count`.
    """
    wrong = np.flatnonzero((classes < 0) | (classes >= count))
    if len(wrong):
        first = wrong[0]
        raise ValueError(
            f"Target {first} is class {classes[first]}, but the network tells {count} classes apart (0 to {count - 1})."
        )
    rows = np.zeros((len(classes), count), dtype)
    rows[np.arange(len(classes)), classes] = 1
    return rows


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
