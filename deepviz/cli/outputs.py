"""The files that `train` writes in the end. They are looked at before it starts: nothing is trained in vain."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deepviz.cli import JobError, RequestError
from deepviz.cli.results import PartResults
from deepviz.document.file_format import SUFFIX, FileError, save
from deepviz.exchange import ExchangeError, export, exporter_for
from deepviz.training.checkpoint import Checkpoint, trained_of
from deepviz.training.run_plan import RunPlan

HISTORY_SUFFIXES = (".csv", ".jsonl")


@dataclass(frozen=True)
class Outputs:
    """What is to be written.

    Attributes
    ----------
    history, project
        Where to, or None.
    exports
        Where the weights go; the suffix of each says the format.
    """

    history: Path | None
    project: Path | None
    exports: tuple[Path, ...]

    @classmethod
    def wanted(cls, options: argparse.Namespace) -> Outputs:
        """What the command line asks for.

        Raises
        ------
        RequestError
            If a format is unknown, or a file could not be written.
        """
        history = Path(options.history) if options.history else None
        project = Path(options.save) if options.save else None
        if history and history.suffix.lower() not in HISTORY_SUFFIXES:
            raise RequestError(f"{history}: the history is written as {' or '.join(HISTORY_SUFFIXES)}.")
        if project and project.suffix != SUFFIX:
            raise RequestError(f"{project}: a project's file ends in {SUFFIX}; weights alone are written by --export.")
        outputs = cls(history, project, writable_exports(options.export))
        for path in (history, project):
            if path is not None:
                check_writable(path)
        return outputs

    def write(self, plan: RunPlan, checkpoint: Checkpoint, results: PartResults | None) -> list[Path]:
        """Write everything, whatever fails. Returns what was written.

        Raises
        ------
        JobError
            If something could not be written; the text names the first such file.
        """
        writers: list[tuple[Path, Callable[[], None]]] = []
        if self.project:
            trained = trained_of(checkpoint, plan.data, results)
            writers.append((self.project, partial(save, plan.project, self.project, trained)))
        if self.history:
            writers.append((self.history, partial(checkpoint.history.write, self.history)))
        parameters = checkpoint.state.result
        writers += [(path, partial(export, path, plan.project, parameters)) for path in self.exports]
        failures, written = [], []
        for path, write in writers:
            try:
                write()
                written.append(path)
            except (OSError, ExchangeError, FileError) as error:
                failures.append(f"{path} could not be written: {getattr(error, 'strerror', None) or error}")
        if failures:
            raise JobError(failures[0])
        return written


def writable_exports(names: list[str]) -> tuple[Path, ...]:
    """Files for weights, if each has a known format and could be written.

    Raises
    ------
    RequestError
        If not.
    """
    paths = tuple(Path(name) for name in names)
    for path in paths:
        try:
            exporter_for(path)
        except ExchangeError as error:
            raise RequestError(error) from None
        check_writable(path)
    return paths


def check_writable(path: Path) -> None:
    """Refuse a path that could not be written.

    Raises
    ------
    RequestError
        If its folder is missing or may not be written to, or it is a folder itself.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise RequestError(f"{path} cannot be written: there is no folder {folder}.")
    if path.is_dir():
        raise RequestError(f"{path} cannot be written: it is a folder.")
    if not os.access(folder, os.W_OK):
        raise RequestError(f"{path} cannot be written: the folder {folder} may not be changed.")
