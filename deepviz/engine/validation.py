"""Validation: how good a network is, after each epoch, on samples that it is not trained on."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.engine.evaluation import evaluate, fitting
from deepviz.engine.loss import Loss
from deepviz.engine.metric import Metric, Value
from deepviz.engine.network import Network
from deepviz.engine.samples import Samples, encoded


class Validation:
    """What is evaluated after each epoch, if anything.

    Parameters
    ----------
    network, loss
        What is evaluated, and by what measure.
    samples
        Samples and targets; None evaluates nothing.
    metrics
        What else to compute: metrics, or their keys.

    Attributes
    ----------
    metrics
        The metrics that were asked for.
    names
        What `values` gives, by name: ``validation_loss``, ``validation_accuracy`` for classes, ``validation_F1``, ...
    numbers
        Those of them that are single numbers.

    Raises
    ------
    ValueError
        If samples and targets do not fit, a metric does not apply to them, or there are metrics but nothing to compute
        them from.
    """

    def __init__(
        self, network: Network, loss: Loss, samples: Samples | None, metrics: Sequence[str | Metric] = ()
    ) -> None:
        self._network, self._loss, self._samples = network, loss, samples
        self._of_classes = samples is not None and encoded(network, loss, samples, "validation")[2] is not None
        self.metrics: tuple[Metric, ...] = ()
        self.names: tuple[str, ...] = ()
        self.numbers: tuple[str, ...] = ()
        self.measure(metrics)

    def measure(self, metrics: Sequence[str | Metric]) -> None:
        """Compute these metrics from now on. Errors are those of a new `Validation`; nothing is changed then."""
        if self._samples is None:
            if metrics:
                raise ValueError("Metrics are computed from validation data, and there are none.")
            return
        self.metrics = tuple(fitting(metrics, self._of_classes))
        figures = ("loss", "accuracy") if self._of_classes else ("loss",)
        arrays = {f"validation_{each.name}" for each in self.metrics if not each.is_number}
        self.names = tuple(f"validation_{name}" for name in (*figures, *(each.name for each in self.metrics)))
        self.numbers = tuple(name for name in self.names if name not in arrays)

    def values(self) -> dict[str, Value]:
        """Evaluate all samples, with the weights as they are; nothing if there are none."""
        if self._samples is None:
            return {}
        result = evaluate(self._network, self._loss, *self._samples, self.metrics)
        figures: dict[str, Value] = {"loss": result.loss}
        if result.accuracy is not None:
            figures["accuracy"] = result.accuracy
        return {f"validation_{name}": value for name, value in (figures | result.metrics).items()}
