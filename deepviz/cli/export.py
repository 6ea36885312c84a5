"""`deepviz export`: write a project's weights for other programs."""

from __future__ import annotations

import argparse

from deepviz.cli import JobError, RequestError, note, projects
from deepviz.cli.outputs import writable_exports
from deepviz.document.compile import ProjectError, compile_project
from deepviz.exchange import ExchangeError, export


def run(options: argparse.Namespace) -> None:
    """Carry out the command. A project that has not been trained gives its first weights, and says so."""
    paths = writable_exports(options.files)
    loaded = projects.opened(options.project)
    if loaded.trained is None:
        note(f"{options.project} has not been trained; these are its first, random weights.")
        try:
            network, _ = compile_project(loaded.project, None)  # its weights do not depend on the data
        except ProjectError as error:
            raise RequestError(error) from None
        parameters = network.weights()
    else:
        parameters = loaded.trained.state.result
    for path in paths:
        try:
            export(path, loaded.project, parameters)
        except (OSError, ExchangeError) as error:
            raise JobError(f"{path} could not be written: {getattr(error, 'strerror', None) or error}") from None
        print(f"Wrote {path}")
