"""Projects as the command line names them: a file or a built-in example, made ready to run."""

from __future__ import annotations

from pathlib import Path

from deepviz.cli import RequestError, note
from deepviz.datasets.dataset import DatasetError
from deepviz.document import edits, examples
from deepviz.document.compile import ProjectError
from deepviz.document.file_format import SUFFIX, FileError, Loaded, load
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.training.run_plan import RunPlan


def opened(name: str) -> Loaded:
    """A project by its file or by the name of a built-in example. Says what had to be left out.

    Raises
    ------
    RequestError
        If there is none, or it cannot be read.
    """
    path = Path(name)
    try:
        if path.suffix != SUFFIX and name in examples.names():
            return Loaded(examples.open_example(name))
        if path.suffix != SUFFIX and not path.exists():
            raise RequestError(f"there is no project {name}; built-in examples are {', '.join(examples.names())}.")
        loaded = load(path)
    except FileError as error:
        raise RequestError(error) from None
    for warning in loaded.warnings:
        note(warning)
    return loaded


def planned(project: Project, before: Project, name: str) -> RunPlan:
    """Load a project's data and see whether it can be trained.

    Parameters
    ----------
    project
        What is to run.
    before
        The project as it was opened. If the data has been changed since, the Input takes the shape of the new data.
    name
        What the project is called on the command line.

    Raises
    ------
    RequestError
        If the data cannot be read or the project has a problem.
    """
    check_files_given(project, name)
    try:
        plan = RunPlan.of(project)
    except DatasetError as error:
        raise RequestError(error) from None
    if project.data.source != before.data.source:
        plan = RunPlan(edits.set_data(project, project.data, plan.data.sample_shape), plan.data)
    problems = check(plan.project, plan.facts).problems
    if problems:
        raise RequestError(ProjectError(problems))
    return plan


def check_files_given(project: Project, name: str) -> None:
    """Refuse a project that learns from files of the user's own if none is named.

    Raises
    ------
    RequestError
        If so; the text says how to name them.
    """
    source = project.data.source
    files = [each.name for each in source.hyperparameters() if each.kind == "path"]
    if files and not any(getattr(source, each) for each in files):
        raise RequestError(f"{name} learns from files of your own; name them: --data {' '.join(files).upper()}")
