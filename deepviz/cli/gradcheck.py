"""`deepviz gradcheck`: what backpropagation computes against finite differences, for a whole project in float64."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict

from deepviz.cli import DONE, FAILED, RequestError, projects
from deepviz.document.compile import compile_project
from deepviz.engine.gradcheck import check_network

TOLERANCE = 1e-5
"""Largest relative error that passes. After training, gradients are so small that curvature alone shows up as 1e-6."""

SAMPLES = 8
"""How many training samples the checked loss is the mean of."""


def run(options: argparse.Namespace) -> int:
    """Carry out the command. Returns the exit status: 1 if a gradient is wrong."""
    loaded = projects.opened(options.project)
    plan = projects.planned(loaded.project, loaded.project, options.project)
    x, y = plan.data.train.x[:SAMPLES], plan.data.train.y[:SAMPLES]
    try:
        network, loss = compile_project(plan.project, plan.facts, "float64")
        if loaded.trained is not None:
            network.load_weights(loaded.trained.state.weights)
        report = check_network(network, loss, x, y)
    except ValueError as error:
        raise RequestError(error) from None
    passed = report.passes(TOLERANCE)
    if options.json:
        tensors = [_finite(asdict(each)) | {"passed": each.passes(TOLERANCE)} for each in report.tensors]
        values = {"project": plan.project.name, "passed": passed, "tolerance": TOLERANCE, "tensors": tensors}
        print(json.dumps(values, allow_nan=False, ensure_ascii=False))
        return DONE if passed else FAILED
    width = max(len(each.name) for each in report.tensors)
    for each in report.tensors:
        verdict = "right" if each.passes(TOLERANCE) else "WRONG"
        left_out = f", {each.left_out} left out at kinks" if each.left_out else ""
        print(f"{each.name:<{width}}  relative error {each.error:.1e}  {verdict} ({each.compared} compared{left_out})")
    print(f"All gradients of {plan.project.name} are right." if passed else "A gradient is wrong.")
    return DONE if passed else FAILED


def _finite(values: dict[str, object]) -> dict[str, object]:
    """JSON has no infinity: what is beyond all numbers is null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }
