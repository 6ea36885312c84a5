"""`deepviz train`: train a project, say how good it is, and write what was asked for."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from deepviz.cli import DONE, INTERRUPTED, JobError, RequestError, complain, projects, results
from deepviz.cli.progress import Progress
from deepviz.document import edits
from deepviz.document.file_format import SUFFIX, save
from deepviz.document.project import Project
from deepviz.engine.trainer import Diverged, Trainer
from deepviz.exchange import ExchangeError, export, exporter_for
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, trained_of
from deepviz.training.history import History
from deepviz.training.run_plan import PROBES, RunPlan


def run(options: argparse.Namespace) -> int:
    """Carry out the command. Returns the exit status."""
    _check_files(options)
    loaded = projects.opened(options.project)
    project = _with_options(projects.with_data(loaded.project, options.data), options)
    plan = projects.planned(project)
    state, history = None, None
    if options.resume:
        if loaded.trained is None:
            raise RequestError(f"{options.project} has no saved weights to resume from.")
        checkpoint, _ = checkpoint_of(project, loaded.trained)
        rate = project.plan.optimizer.learning_rate
        state = replace(checkpoint.state, learning_rate=rate) if options.learning_rate else checkpoint.state
        history = checkpoint.history
    try:
        trainer = plan.trainer(PROBES if options.history or options.save else ("loss",), state)
    except ValueError as error:
        raise RequestError(error) from None
    if history is None:
        history = History([unit.id for unit in trainer.network.trained_units])
    return _train(options, plan, trainer, history)


def _train(options: argparse.Namespace, plan: RunPlan, trainer: Trainer, history: History) -> int:
    """Make the steps, then write and print, whatever ended them."""
    keep = bool(options.history or options.save)
    first = trainer.step
    last = first + options.steps if options.steps else trainer.epochs * trainer.steps_per_epoch
    if options.steps:
        trainer.epochs = -(-last // trainer.steps_per_epoch)
    ended: Exception | KeyboardInterrupt | None = None
    began = time.perf_counter()
    with np.errstate(all="ignore"), Progress(last - first, quiet=options.quiet) as progress:
        try:
            for record in trainer.steps() if last > first else ():
                if keep:
                    history.append([record])
                progress.show(record.step - first, record)
                if record.step >= last:
                    break
        except (Diverged, KeyboardInterrupt) as error:
            ended = error
    seconds = time.perf_counter() - began
    _write(options, plan, trainer, history)
    if isinstance(ended, Diverged):
        raise JobError(ended)
    samples = _samples(trainer, len(plan.data.train), first)
    result = results.summary(options.project, trainer, seconds, trainer.step - first, samples, plan.data)
    results.show(result, options.json)
    return complain("interrupted; what was asked for has been written", INTERRUPTED) if ended else DONE


def _samples(trainer: Trainer, size: int, first: int) -> int:
    """How many samples were seen since a step; the last batch of an epoch may be smaller."""

    def seen(step: int) -> int:
        epochs, rest = divmod(step, trainer.steps_per_epoch)
        return epochs * size + min(rest * trainer.batch_size, size)

    return seen(trainer.step) - seen(first)


def _check_files(options: argparse.Namespace) -> None:
    """Refuse a file that could not be written in the end before hours are spent on training."""
    if options.history and not options.history.endswith((".csv", ".jsonl")):
        raise RequestError(f"{options.history}: the history is written as .csv or .jsonl.")
    if options.save and not options.save.endswith(SUFFIX):
        raise RequestError(f"{options.save}: a project's file ends in {SUFFIX}.")
    for name in [*options.export, *filter(None, [options.history, options.save])]:
        if not Path(name).absolute().parent.is_dir():
            raise RequestError(f"{name}: there is no folder {Path(name).parent}.")
    try:
        for name in options.export:
            exporter_for(Path(name))
    except ExchangeError as error:
        raise RequestError(error) from None


def _with_options(project: Project, options: argparse.Namespace) -> Project:
    """The project with the settings that have options of their own, and then those of --set."""
    run, optimizer = project.plan.run, project.plan.optimizer
    try:
        for name in ("epochs", "seed", "batch_size"):
            if getattr(options, name) is not None:
                run = run.changed(**{name: getattr(options, name)})
        if options.learning_rate is not None:
            optimizer = optimizer.changed(learning_rate=options.learning_rate)
    except projects.WRONG_INPUT as error:
        raise RequestError(error) from None
    project = edits.set_plan(project, replace(project.plan, run=run, optimizer=optimizer))
    return projects.with_changes(project, options.changes)


def _write(options: argparse.Namespace, plan: RunPlan, trainer: Trainer, history: History) -> None:
    try:
        if options.history:
            history.write(options.history)
        if options.save:
            checkpoint = Checkpoint(plan.project, trainer.state(), history)
            save(plan.project, Path(options.save), trained_of(checkpoint, plan.data))
        for name in options.export:
            export(Path(name), plan.project, dict(trainer.network.parameters))
    except OSError as error:
        raise JobError(f"could not write {error.filename or ''}: {error.strerror or error}") from None
    except ExchangeError as error:
        raise JobError(error) from None
