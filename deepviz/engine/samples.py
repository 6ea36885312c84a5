"""Samples and targets as a training step wants them, or an error that says what they are for and what is wrong."""

from __future__ import annotations

import numpy as np

from deepviz.engine.loss import TARGETS, Loss
from deepviz.engine.network import Network
from deepviz.engine.ragged import as_array
from deepviz.engine.shapes import shape_text

Samples = tuple[np.ndarray, np.ndarray]
Encoded = tuple[np.ndarray, np.ndarray, np.ndarray | None]
"""Samples, targets and classes as a training step wants them; None where targets are no classes."""


def encoded(network: Network, loss: Loss, samples: Samples, which: str) -> Encoded:
    """Samples, targets and classes (if the targets are classes) as the step wants them.

    Raises
    ------
    ValueError
        If they do not fit, naming what they are for.
    """
    name, wanted = network.nodes[0].id, shape_text(network.input_shape)
    try:
        x = as_array(samples[0], name, "sample", f"samples of shape {wanted}")
        targets = as_array(samples[1], loss.label, "target", TARGETS)
    except ValueError as error:
        raise ValueError(f"{which.capitalize()} data: {error}") from None
    if x.ndim == 0 or targets.ndim == 0:
        raise ValueError(
            f"{which.capitalize()} data: {name} takes samples of shape {wanted}, "
            f"and a target for each; it gets samples of shape {x.shape} and targets of shape {targets.shape}."
        )
    if len(x) != len(targets):
        raise ValueError(f"{which.capitalize()} data: {len(x)} samples but {len(targets)} targets.")
    try:
        checked = np.ascontiguousarray(network.checked_batch(x))
        targets_encoded = loss.encode_targets(targets, network.output_shape, network.dtype)
    except ValueError as error:
        raise ValueError(f"{which.capitalize()} data: {error}") from None
    return checked, targets_encoded, loss.class_numbers(targets, network.output_shape)
