"""`deepviz export`: write a project's weights for other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deepviz.cli import JobError, RequestError, projects
from deepviz.exchange import ExchangeError, export, exporter_for


def run(options: argparse.Namespace) -> None:
    """Carry out the command. A project that has not been trained gives its first weights, and says so."""
    paths = [Path(name) for name in options.files]
    try:
        for path in paths:
            exporter_for(path)
    except ExchangeError as error:
        raise RequestError(error) from None
    loaded = projects.opened(options.project)
    if loaded.trained is None:
        parameters = dict(projects.planned(loaded.project).trainer(()).network.parameters)
        sys.stderr.write(f"{options.project} has not been trained; these are its first, random weights.\n")
    else:
        parameters = dict(loaded.trained.state.parameters)
    for path in paths:
        try:
            export(path, loaded.project, parameters)
        except (OSError, ExchangeError) as error:
            raise JobError(f"could not write {path}: {getattr(error, 'strerror', None) or error}") from None
        print(path)
