"""Operators that normalize: over the batch, over a sample, over groups of channels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from deepviz.engine import layers
from tests.engine.onnx.adapter import adapts, channels_first, channels_last, run, start
from tests.engine.onnx.cases import Case


@adapts("BatchNormalization")
def batch_norm(case: Case) -> Mapping[str, np.ndarray]:
    # The older versions that have `spatial` and `is_test` instead of `training_mode` have no cases any more.
    training = bool(case.attribute("training_mode"))
    layer = layers.BatchNorm(momentum=case.attribute("momentum"), epsilon=case.attribute("epsilon"))
    weights = {
        "gamma": case.numbers("scale"),
        "beta": case.numbers("B"),
        "moving_mean": case.numbers("input_mean"),
        "moving_variance": case.numbers("input_var"),
    }
    layer_run = start(layer, [channels_last(case.numbers("X"))], weights, training)
    y = channels_first(layer_run.output)
    if not training:
        return {"Y": y}
    layer_run.update_state()
    return {
        "Y": y,
        "running_mean": layer_run.state["moving_mean"],
        "running_var": layer_run.state["moving_variance"],
    }


@adapts("LayerNormalization", "RMSNormalization")
def layer_norm(case: Case) -> np.ndarray:
    # All axes from `axis` on are normalized together: as one, they are our last axis.
    x, scale = case.numbers("X"), case.numbers("Scale" if case.op_type == "LayerNormalization" else "scale")
    case.needs(stash_type=1)
    axis = case.attribute("axis") % x.ndim
    rows = x.reshape(*(x.shape[:axis] or (1,)), -1)
    weights = {"gamma": scale.reshape(-1)}
    if case.op_type == "RMSNormalization":
        return run(layers.RMSNorm(epsilon=case.attribute("epsilon")), [rows], weights).reshape(x.shape)
    weights["beta"] = case.numbers("B").reshape(-1)
    return run(layers.LayerNorm(epsilon=case.attribute("epsilon")), [rows], weights).reshape(x.shape)


@adapts("GroupNormalization", "InstanceNormalization")
def group_norm(case: Case) -> np.ndarray:
    # Normalizing each channel by itself is to have as many groups as channels.
    of_groups = case.op_type == "GroupNormalization"
    x = channels_last(case.numbers("X" if of_groups else "input"))
    layer = layers.GroupNorm(
        groups=case.attribute("num_groups") if of_groups else x.shape[-1], epsilon=case.attribute("epsilon")
    )
    if of_groups:
        case.needs(stash_type=1)
    weights = {"gamma": case.numbers("scale"), "beta": case.numbers("bias" if of_groups else "B")}
    return channels_first(run(layer, [x], weights))
