"""`deepviz evaluate`: how good a trained project is on each part of its data, or on other data as a whole."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from deepviz.cli import RequestError, note, projects, results
from deepviz.datasets import DatasetError, Scaler, prepare, source_for_files
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import Part, PreparedData
from deepviz.document.compile import ProjectError, compile_project
from deepviz.document.file_format import Trained
from deepviz.document.project import Project
from deepviz.training.checkpoint import fingerprint


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    loaded = projects.opened(options.project)
    project, trained = loaded.project, loaded.trained
    if trained is None:
        note(f"{options.project} has not been trained; these are its first, random weights.")
    try:
        if options.data:
            project = replace(project, data=replace(project.data, source=source_for_files(options.data)))
        parts = _parts(project, trained, options)
        network, loss = compile_project(project, None)
        if trained is not None:
            network.parameters.load(trained.state.parameters)
        began = time.perf_counter()
        found = results.evaluated(network, loss, parts)
    except (DatasetError, ProjectError, ValueError) as error:
        raise RequestError(error) from None
    seconds = time.perf_counter() - began
    steps, epochs = (0, 0) if trained is None else (trained.state.step, _epochs(project, trained))
    samples = sum(len(part) for part in parts.values())
    results.show(
        results.summary(project.name, network.parameters.count, epochs, steps, seconds, samples, found), options.json
    )


def _parts(project: Project, trained: Trained | None, options: argparse.Namespace) -> dict[str, Part]:
    """What to evaluate on: the parts of the data it was trained on; data it has never seen is one part, "test"."""
    projects.check_files(project, options.project)
    dataset = project.data.source.load()
    try:
        data: PreparedData | None = prepare(dataset, project.data.split, project.data.preprocessing)
    except DatasetError:
        if trained is None:
            raise
        data = None  # too few samples to be divided are still enough to be evaluated on
    known = "" if trained is None else trained.data_fingerprint
    if data is not None and (not known or known == fingerprint(data)):
        return results.parts_of(data)
    if not options.data:
        note("the data is not what it was when this was trained; all of it counts as test data.")
    scaler = Scaler.from_arrays(trained.scaler) if trained and trained.scaler else _scaler(data)
    return {"test": Part(scaler.apply(dataset.x), _targets(dataset))}
