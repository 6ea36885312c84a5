"""What `train` and `evaluate` say in the end, for people and as JSON."""

from __future__ import annotations

import json
from typing import Any

from deepviz.datasets.prepared import PreparedData
from deepviz.engine.trainer import Trainer

PARTS = ("train", "validation", "test")


def evaluations(trainer: Trainer, data: PreparedData) -> dict[str, dict[str, float]]:
    """Loss and, for classes, accuracy of each part of the data that there is."""
    found: dict[str, dict[str, float]] = {}
    for name in PARTS:
        part = getattr(data, name)
        if part is not None:
            result = trainer.evaluate(part.x, part.y)
            accuracy = {} if result.accuracy is None else {"accuracy": result.accuracy}
            found[name] = {"loss": result.loss, **accuracy}
    return found


def summary(name: str, trainer: Trainer, seconds: float, steps: int, samples: int, data: PreparedData) -> dict[str, Any]:
    """The object that `--json` prints.

    Parameters
    ----------
    name
        The project, as it was named on the command line.
    seconds, steps, samples
        What this call spent on training, and what it made and saw in that time.
    """
    return {
        "project": name,
        "parameters": trainer.network.parameters.count,
        "epochs": -(-trainer.step // trainer.steps_per_epoch),
        "steps": trainer.step,
        "seconds": round(seconds, 6),
        "samples_per_second": round(samples / seconds, 1) if seconds > 0 and steps else 0.0,
        **evaluations(trainer, data),
    }


def show(result: dict[str, Any], as_json: bool) -> None:
    """Print a summary."""
    if as_json:
        print(json.dumps(result))
        return
    print(f"{result['project']}: {result['parameters']:,} parameters, {result['steps']:,} steps, {result['epochs']} epochs")
    if result["samples_per_second"]:
        print(f"{result['seconds']:.2f} s, {result['samples_per_second']:,.0f} samples/s")
    for name in PARTS:
        if name in result:
            part = result[name]
            accuracy = f"  accuracy {part['accuracy']:.4f}" if "accuracy" in part else ""
            print(f"{name:<11} loss {part['loss']:.6f}{accuracy}")
