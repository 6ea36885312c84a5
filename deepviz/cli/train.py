"""`deepviz train`: train a project, say how good it is, and write what was asked for."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deepviz.cli import DONE, JobError, RequestError, changes, complain, note, projects, results
from deepviz.cli.interruption import Interruption
from deepviz.cli.outputs import Outputs
from deepviz.cli.progress import Progress
from deepviz.datasets import DatasetError, source_for_files
from deepviz.document.file_format import Loaded
from deepviz.document.project import Project
from deepviz.engine.trainer import Diverged, StepRecord, Trainer, TrainerState
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, fingerprint
from deepviz.training.history import History
from deepviz.training.run_plan import PROBES, RunPlan, same_run

AT_A_TIME = 256
"""Records that are put into the history at once."""


def run(options: argparse.Namespace) -> int:
    """Carry out the command. Returns the exit status."""
    outputs = Outputs.wanted(options)
    loaded = projects.opened(options.project)
    project = _with_options(loaded.project, options)
    plan = projects.planned(project, loaded.project, options.project)
    state, history = _resumed(options, loaded, plan) if options.resume else (None, None)
    if loaded.trained is not None and not options.resume and not options.quiet:
        note(f"{options.project} is trained anew, from fresh weights; --resume goes on from its saved ones.")
    try:
        trainer = plan.trainer(PROBES if outputs.history or outputs.project else ("loss",), state)
    except ValueError as error:
        raise RequestError(error) from None
    if history is None:
        history = History([node.id for node in trainer.network.trained_nodes])
    return _Job(options, plan, trainer, history, outputs).run()


@dataclass
class _Job:
    """A run of the command line: it makes the steps, then writes and says what came out."""

    options: argparse.Namespace
    plan: RunPlan
    trainer: Trainer
    history: History
    outputs: Outputs

    def run(self) -> int:
        """Do all of it. Returns the exit status."""
        trainer, per_epoch = self.trainer, self.trainer.steps_per_epoch
        first, last = trainer.step, self.options.steps or trainer.epochs * per_epoch
        trainer.epochs = -(-last // per_epoch)
        if first >= last:
            note(f"there is nothing left to train: {first:,} of {last:,} steps are done. --epochs asks for more.")
        diverged: Diverged | None = None
        began = time.perf_counter()
        with Interruption() as interruption:
            with Progress(first, last, trainer.epochs, self.options.quiet) as progress:
                try:
                    for record in self._records(last):
                        progress.show(record)
                        if interruption.wanted:
                            break
                except Diverged as error:
                    diverged = error
            seconds = time.perf_counter() - began
            cut_short = diverged is not None or interruption.wanted
            # When it is in a hurry, files come before figures.
            found = None if cut_short else self._evaluated()
            written = self.outputs.write(self.plan, self._checkpoint(), found)
            if diverged is not None:
                kept = " What was asked for has been written." if written else ""
                raise JobError(f"{diverged}{kept}")
            found = found or self._evaluated()
        samples = self._seen(trainer.step) - self._seen(first)
        parameters, epochs = trainer.network.parameters.count, -(-trainer.step // per_epoch)
        name = self.plan.project.name
        result = results.summary(name, parameters, epochs, trainer.step, seconds, samples, found)
        results.show(result, self.options.json)
        if trainer.stopped_by is not None:
            note(f"stopped early: {trainer.stopped_by}")
        if trainer.best is not None and trainer.best.step != trainer.step:
            note(f"the best weights, of step {trainer.best.step:,}, are evaluated and exported.")
        if not self.options.json:
            for path in written:
                print(f"Wrote {path}")
        if interruption.wanted and trainer.step < last:
            kept = "; what was asked for has been written" if written else ""
            where = f"after step {trainer.step:,} of {last:,}"
            return complain(f"stopped by {interruption.cause} {where}{kept}.", interruption.status)
        return DONE

    def _records(self, last: int) -> Iterator[StepRecord]:
        """Make steps up to the last one, and keep what was measured if someone wants it."""
        keep = bool(self.outputs.history or self.outputs.project)
        waiting: list[StepRecord] = []
        try:
            if self.trainer.step < last:
                for record in self.trainer.steps():
                    if keep:
                        waiting.append(record)
                        if len(waiting) == AT_A_TIME:
                            self.history.append(waiting)
                            waiting = []
                    yield record
                    if record.step >= last:
                        break
        finally:
            self.history.append(waiting)

    def _evaluated(self) -> results.PartResults:
        """How good the weights are that the run has come to; the trainer goes on to hold those of the last step."""
        network, state = self.trainer.network, self.trainer.state()
        network.load_weights(state.result)
        try:
            return results.evaluated(
                network, self.trainer.loss, results.parts_of(self.plan.data), self.plan.project.plan.metrics
            )
        finally:
            network.load_weights(state.weights)

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.plan.project, self.trainer.state(), self.history)

    def _seen(self, step: int) -> int:
        """How many samples have been seen by a step; the last batch of an epoch may be smaller."""
        size = len(self.plan.data.train)
        epochs, rest = divmod(step, self.trainer.steps_per_epoch)
        return epochs * size + min(rest * self.trainer.batch_size, size)


def _with_options(project: Project, options: argparse.Namespace) -> Project:
    """The project with other data, and the settings that were given."""
    if options.data:
        try:
            source = source_for_files(options.data)
        except DatasetError as error:
            raise RequestError(error) from None
        project = replace(project, data=replace(project.data, source=source))
    short = {
        "--epochs": ("plan.run.epochs", options.epochs),
        "--seed": ("plan.run.seed", options.seed),
        "--batch-size": ("plan.run.batch_size", options.batch_size),
        "--learning-rate": ("plan.optimizer.learning_rate", options.learning_rate),
    }
    given = [(said, path, value) for said, (path, value) in short.items() if value is not None]
    return changes.changed(project, [*(changes.parsed(text) for text in options.changes), *given])


def _resumed(options: argparse.Namespace, loaded: Loaded, plan: RunPlan) -> tuple[TrainerState, History]:
    """Where the saved run stands, with the learning rate that was asked for.

    Raises
    ------
    RequestError
        If there are no saved weights, or what is asked for would be another run.
    """
    before, trained, project = loaded.project, loaded.trained, plan.project
    if trained is None:
        raise RequestError(f"{options.project} has no saved weights to resume from; train it with --save first.")
    if not same_run(before, replace(project, data=replace(project.data, source=before.data.source))):
        raise RequestError(
            "--resume goes on with the saved run, so of its plan only epochs, steps, learning rate, schedule, stopping "
            "rules, metrics and keep_best may be changed with it."
        )
    if project.data.source != before.data.source and not trained.data_fingerprint:
        raise RequestError(f"--resume cannot tell whether this is the data that {options.project} was trained on.")
    if trained.data_fingerprint and trained.data_fingerprint != fingerprint(plan.data):
        raise RequestError(f"--resume needs the data that {options.project} was trained on; this is other data.")
    checkpoint, warning = checkpoint_of(before, trained)
    if warning:
        note(warning)
    rate, state = project.plan.optimizer.learning_rate, checkpoint.state
    if rate != before.plan.optimizer.learning_rate or options.learning_rate is not None:
        state = replace(state, learning_rate=rate)
    return state, checkpoint.history
