"""What `train` and `evaluate` say in the end, for people and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from deepviz.datasets.prepared import Part, PreparedData
from deepviz.engine.evaluation import evaluate
from deepviz.engine.loss import Loss
from deepviz.engine.metric import Metric
from deepviz.engine.network import Network
from deepviz.numerals import thousands

PartResults = dict[str, dict[str, float]]
"""Loss and, for classes, accuracy by part of the data."""


def parts_of(data: PreparedData) -> dict[str, Part]:
    """The parts of the data that there are, by name."""
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    return {name: part for name, part in parts.items() if part is not None}


def evaluated(network: Network, loss: Loss, parts: dict[str, Part], metrics: Sequence[Metric] = ()) -> PartResults:
    """How good a network is on each part, by its loss, its accuracy and by those metrics that are single numbers.

    Raises
    ------
    ValueError
        If samples or targets do not fit the network.
    """
    found: PartResults = {}
    for name, part in parts.items():
        result = evaluate(network, loss, part.x, part.y, tuple(each for each in metrics if each.is_number))
        found[name] = {"loss": result.loss} | ({} if result.accuracy is None else {"accuracy": result.accuracy})
        found[name] |= {metric: float(value) for metric, value in result.metrics.items()}
    return found


def summary(
    project: str, parameters: int, epochs: int, steps: int, seconds: float, samples: int, results: PartResults
) -> dict[str, Any]:
    """The object that `--json` prints.

    Parameters
    ----------
    project
        Its name.
    parameters
        How many numbers are trained.
    epochs, steps
        How far the weights have been trained, counted from the first step.
    seconds, samples
        What this call took, and how many samples it went through in that time.
    results
        What came out.
    """
    return {
        "project": project,
        "parameters": parameters,
        "epochs": epochs,
        "steps": steps,
        "seconds": round(seconds, 6),
        "samples_per_second": round(samples / seconds, 1) if samples and seconds > 0 else 0.0,
        # JSON has no infinity: a loss that is beyond all numbers is null.
        **{
            part: {name: value if math.isfinite(value) else None for name, value in numbers.items()}
            for part, numbers in results.items()
        },
    }


def show(result: dict[str, Any], as_json: bool) -> None:
    """Print a summary."""
    if as_json:
        print(json.dumps(result, allow_nan=False, ensure_ascii=False))
        return
    speed = f", {thousands(result['samples_per_second'])} samples/s" if result["samples_per_second"] else ""
    print(
        f"{result['project']}: {thousands(result['parameters'])} parameters, {_counted(result['epochs'], 'epoch')}, "
        f"{_counted(result['steps'], 'step')}; {result['seconds']:.2f} s{speed}"
    )
    for name, numbers in result.items():
        if isinstance(numbers, dict):
            loss = "infinite" if numbers["loss"] is None else f"{numbers['loss']:.6f}"
            others = (f"  {metric} {_short(value)}" for metric, value in numbers.items() if metric != "loss")
            print(f"  {name:<10}  loss {loss}{''.join(others)}")


def _short(value: float | None) -> str:
    return "infinite" if value is None else f"{value:.4f}"


def _counted(number: int, noun: str) -> str:
    return f"{thousands(number)} {noun}" if number == 1 else f"{thousands(number)} {noun}s"
