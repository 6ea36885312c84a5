"""How good a network is on samples it may never have seen: the loss over all of them, the accuracy, and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from deepviz.engine import metrics as metric_package
from deepviz.engine.loss import TARGETS, Loss
from deepviz.engine.metric import Metric, Value
from deepviz.engine.metrics.accuracy import Accuracy
from deepviz.engine.network import Network
from deepviz.engine.ragged import as_array
from deepviz.engine.shapes import shape_text

PORTION = 512


@dataclass(frozen=True)
class Evaluation:
    """Result of an evaluation.

    Attributes
    ----------
    loss
        Mean over all samples, with the penalties on weights that training adds to it.
    accuracy
        Share of samples that are classified right; None where the targets are no classes.
    metrics
        The values of the metrics that were asked for, by `Metric.name`.
    """

    loss: float
    accuracy: float | None
    metrics: dict[str, Value] = field(default_factory=dict)


def evaluate(
    network: Network, loss: Loss, x: np.ndarray, targets: np.ndarray, metrics: Sequence[str | Metric] = ()
) -> Evaluation:
    """Compute the loss, the accuracy and other metrics over samples, in portions.

    Parameters
    ----------
    network, loss
        What is evaluated, and by what measure.
    x, targets
        Samples of shape ``(n, *input_shape)``, and class numbers ``(n,)`` or numbers ``(n, *output_shape)``.
    metrics
        What else to compute: metrics, or their keys.

    Raises
    ------
    ValueError
        If they do not fit, there are none, or a metric does not apply to such targets.
    """
    samples = f"samples of shape {shape_text(network.input_shape)}"
    x = as_array(x, network.nodes[0].id, "sample", samples)
    targets = as_array(targets, loss.label, "target", TARGETS)
    if x.ndim == 0 or targets.ndim == 0 or len(x) != len(targets):
        raise ValueError(
            f"Evaluation needs a target for each sample; the samples have shape {x.shape}, the targets {targets.shape}."
        )
    if len(x) == 0:
        raise ValueError(f"Evaluation needs samples; there are none: they have shape {x.shape}.")
    classification = loss.class_numbers(targets, network.output_shape) is not None
    tallies = [_Tally(metric) for metric in fitting(metrics, classification)]
    accuracy = _Tally(Accuracy()) if classification else None
    total = 0.0
    with np.errstate(all="ignore"):  # huge weights give an infinite loss, which is the answer
        for start in range(0, len(x), PORTION):
            portion = slice(start, min(start + PORTION, len(x)))
            try:
                outputs = network.forward(x[portion])
                encoded = loss.encode_targets(targets[portion], network.output_shape, network.dtype)
            except ValueError as error:
                raise _placed(error, portion, len(x)) from None
            total += loss.value_and_grad(outputs, encoded)[0] * len(outputs)
            wanted = loss.class_numbers(targets[portion], network.output_shape)
            for tally in tallies if accuracy is None else (*tallies, accuracy):
                tally.add(outputs, encoded if wanted is None else wanted)
    mean = total / len(x) + network.penalty
    return Evaluation(
        mean,
        None if accuracy is None else float(accuracy.value()),
        {tally.metric.name: tally.value() for tally in tallies},
    )


class _Tally:
    """The sums of a metric over the portions seen so far."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._sums: np.ndarray | None = None

    def add(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        sums = self.metric.sums(outputs, targets)
        self._sums = sums if self._sums is None else self.metric.combined(self._sums, sums)

    def value(self) -> Value:
        assert self._sums is not None
        return self.metric.value(self._sums)


def fitting(metrics: Sequence[str | Metric], classification: bool) -> list[Metric]:
    """The metrics that are meant, if all apply to such targets.

    Parameters
    ----------
    metrics
        Metrics, or their keys.
    classification
        Whether the targets are class numbers.

    Raises
    ------
    ValueError
        If one is unknown or does not apply.
    """
    meant = [metric_package.registry[each]() if isinstance(each, str) else each for each in metrics]
    given = "classification" if classification else "regression"
    for metric in meant:
        if metric.task != given:
            targets = "class numbers" if classification else "numbers to fit"
            raise ValueError(f"{metric.label} is for {metric.task}; these targets are {targets}.")
    return meant


def _placed(error: ValueError, portion: slice, samples: int) -> ValueError:
    """An error about one portion of the samples; if there are several, it says where the numbers in it count from."""
    if samples <= PORTION:
        return error
    return ValueError(f"Counted from sample {portion.start}: {error}")
