"""`deepviz evaluate`: how good a trained project is on each part of its data, or on other files."""

from __future__ import annotations

import argparse

from deepviz.cli import RequestError, projects, results


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    loaded = projects.opened(options.project)
    if loaded.trained is None:
        raise RequestError(f"{options.project} has not been trained; deepviz train {options.project} --save FILE does.")
    plan = projects.planned(projects.with_data(loaded.project, options.data))
    try:
        trainer = plan.trainer(("loss",), loaded.trained.state)
    except ValueError as error:
        raise RequestError(error) from None
    results.show(results.summary(options.project, trainer, 0.0, 0, 0, plan.data), options.json)
