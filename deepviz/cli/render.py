"""`deepviz render`: draw a project's network into a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepviz.cli import JobError, RequestError, needs, projects
from deepviz.cli.outputs import check_writable

SUFFIXES = (".svg", ".png", ".pdf")


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    path = Path(options.file)
    if path.suffix.lower() not in SUFFIXES:
        raise RequestError(f"{path}: a picture is written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.")
    check_writable(path)
    project = projects.opened(options.project).project
    if not project.graph.nodes:
        raise RequestError(f"{options.project} has no layers to draw.")
    try:
        needs(options.screen).render(project, path)
    except OSError as error:
        raise JobError(f"{path} could not be written: {error.strerror or error}") from None
    print(f"Wrote {path}")
