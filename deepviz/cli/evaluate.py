"""`deepviz evaluate`: how good a trained project is on each part of its data, or on other data as a whole."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from deepviz.cli import RequestError, note, projects, results
from deepviz.datasets import DatasetError, Part, PreparedData, Scaler, prepare, source_for_files
from deepviz.document.compile import compile_project
from deepviz.document.file_format import Trained
from deepviz.document.project import Project
from deepviz.training.checkpoint import fingerprint


def run(options: argparse.Namespace) -> None:
    """Carry out the command. A project that has not been trained is evaluated with its first weights, and says so."""
    loaded = projects.opened(options.project)
    project, trained = loaded.project, loaded.trained
    try:
        if options.data:
            project = replace(project, data=replace(project.data, source=source_for_files(options.data)))
        parts = _parts(project, trained, options)
        network, loss = compile_project(project, None)
        if trained is not None:
            network.load_weights(trained.state.result)
        else:
            note(f"{options.project} has not been trained; these are its first, random weights.")
        began = time.perf_counter()
        found = results.evaluated(network, loss, parts, project.plan.metrics)
    except ValueError as error:  # files, data, graph and weights all say in words why they cannot be used
        raise RequestError(error) from None
    seconds = time.perf_counter() - began
    steps, epochs = (0, 0) if trained is None else (trained.state.step, _epochs(project, trained))
    samples = sum(len(part) for part in parts.values())
    results.show(
        results.summary(project.name, network.parameters.count, epochs, steps, seconds, samples, found), options.json
    )


def _parts(project: Project, trained: Trained | None, options: argparse.Namespace) -> dict[str, Part]:
    """What to evaluate on: the parts of the data it was trained on; data it has never seen is one part, "test"."""
    projects.check_files_given(project, options.project)
    dataset = project.data.source.load()
    try:
        data: PreparedData | None = prepare(dataset, project.data.split, project.data.preprocessing)
    except DatasetError:
        if trained is None:
            raise
        data = None  # too few samples to be divided are still enough to be evaluated on
    known = "" if trained is None else trained.data_fingerprint
    if data is not None and (trained is None or not known or known == fingerprint(data)):
        return results.parts_of(data)
    if not options.data:
        note("the data is not what it was when this was trained; all of it counts as test data.")
    if trained is None or not trained.scaler:
        raise DatasetError(f"{options.project} does not say how its data was scaled, so other data cannot be judged.")
    return {"test": Part(Scaler.from_arrays(trained.scaler).apply(dataset.x), dataset.y)}


def _epochs(project: Project, trained: Trained) -> int:
    """To which epoch it has been trained: that of the last step recorded or, without a history, what was planned."""
    epochs = trained.history.get("epoch")
    return project.plan.run.epochs if epochs is None or not len(epochs) else int(epochs[-1])
