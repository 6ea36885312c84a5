"""`deepviz train`: train a project, say how good it is, and write what was asked for."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from deepviz.cli import DONE, FAILED, JobError, RequestError, changes, complain, note, projects, results
from deepviz.cli.interruption import Interruption
from deepviz.cli.outputs import Outputs
from deepviz.cli.progress import JsonProgress, Progress
from deepviz.cli.queued import Queued
from deepviz.cli.replays import note_plan, replay_of, verdict
from deepviz.datasets import DatasetError, source_for_files
from deepviz.document.file_format import FileError, Loaded, Trained
from deepviz.document.project import Project
from deepviz.engine.trainer import Diverged, StepRecord, Trainer, TrainerState
from deepviz.numerals import thousands
from deepviz.training.checkpoint import Checkpoint, checkpoint_of, fingerprint
from deepviz.training.checkpoint_files import is_due, write_copy
from deepviz.training.epoch_loss import EpochLoss
from deepviz.training.history import History
from deepviz.training.replay import Replay
from deepviz.training.run_plan import PROBES, RunPlan, same_run
from deepviz.training.run_store import RunStore
from deepviz.training.timeline import Timeline

AT_A_TIME = 256
"""Records that are put into the history at once."""
BETWEEN_LOOKS = 16
"""Steps between two looks for the window that has put this run in a queue."""


def run(options: argparse.Namespace) -> int:
    """Carry out the command. Returns the exit status."""
    outputs, queued = Outputs.wanted(options), Queued.read(options.queued)
    loaded = projects.opened(options.project)
    project = _with_options(loaded.project, options)
    plan = projects.planned(project, loaded.project, options.project)
    state, history = _resumed(options, loaded, plan) if options.resume else (None, None)
    replay, history = (
        replay_of(options, _of_this_data(options, loaded, plan), plan) if options.replay else (None, history)
    )
    if loaded.trained is not None and not (options.resume or options.replay or options.quiet):
        note(f"{options.project} is trained anew, from fresh weights; --resume goes on from its saved ones.")
    probes = PROBES if outputs.history or outputs.project or queued else ("loss",)
    try:
        trainer = plan.trainer(probes, state) if replay is None else replay.trainer(probes)
    except ValueError as error:
        raise RequestError(error) from None
    if history is None:
        history = History([node.id for node in trainer.network.trained_nodes])
    if outputs.project is not None and plan.project.plan.run.checkpoint_every and not history.run:
        history.run = RunStore.new_id()  # its copies must not be taken for those of another run
    if replay is None:
        if options.steps:
            trainer.end_with(options.steps)
        note_plan(history, loaded.project if options.resume else plan.project, plan.project, trainer)
    if queued is not None:
        queued.make_way()
    return _Job(options, plan, trainer, history, outputs, queued, replay, loaded.trained).run()


@dataclass
class _Job:
    """A run of the command line: it makes the steps, then writes and says what came out."""

    options: argparse.Namespace
    plan: RunPlan
    trainer: Trainer
    history: History
    outputs: Outputs
    queued: Queued | None = None
    replay: Replay | None = None
    saved: Trained | None = None
    waiting: list[StepRecord] = field(default_factory=list)
    timeline: Timeline | None = None

    def run(self) -> int:
        """Do all of it. Returns the exit status."""
        trainer, seen_before = self.trainer, self.trainer.samples_seen
        if self.queued is not None:
            self.timeline = self.queued.timeline(trainer.state())
        first, last = trainer.step, self.options.steps or trainer.total_steps
        last = last if self.replay is None else self.replay.steps_made
        if first >= last:
            done = f"{thousands(first)} of {thousands(last)} steps are done"
            note(f"there is nothing left to train: {done}. --epochs asks for more.")
        diverged: Diverged | None = None
        began = time.perf_counter()
        with Interruption() as interruption:
            with self._progress(first, last) as progress:
                try:
                    for record in self._records(last):
                        progress.show(record)
                        every = self.plan.project.plan.run.checkpoint_every
                        if trainer.begins_epoch and is_due(record.epoch, every):
                            self._keep_copy(record.epoch)
                        if self._is_abandoned(record.step):
                            interruption.want("the end of its window", FAILED)
                        if interruption.wanted:
                            break
                except Diverged as error:
                    diverged = error
            seconds = time.perf_counter() - began
            cut_short = diverged is not None or interruption.wanted
            # When it is in a hurry, files come before figures.
            found = None if cut_short else self._evaluated()
            written = self.outputs.write(self.plan, self._checkpoint(), found)
            if self.queued is not None:
                ended, reason = self._ending(diverged, interruption)
                # Only here: a file that somebody asked for is the same to the bit however long it took.
                self.history.seconds += seconds
                self.queued.note(self._with_timeline(), ended, reason, self.plan.data, found or {})
            if diverged is not None:
                kept = " What was asked for has been written." if written else ""
                raise JobError(f"{diverged}{kept}")
            found = found or self._evaluated()
        samples = trainer.samples_seen - seen_before
        parameters, epochs = trainer.network.parameters.count, trainer.epochs_done + (not trainer.begins_epoch)
        name = self.plan.project.name
        result = results.summary(name, parameters, epochs, trainer.step, seconds, samples, found)
        if self.replay is not None and self.saved is not None and not cut_short:
            result["identical"], words = verdict(self.saved.state, trainer, self.options.project)
            note(words)
        results.show(result, self.options.json)
        if trainer.stopped_by is not None:
            note(f"stopped early: {trainer.stopped_by}")
        if trainer.best is not None and trainer.best.step != trainer.step:
            note(f"the best weights, of step {thousands(trainer.best.step)}, are evaluated and exported.")
        if not self.options.json:
            for path in written:
                print(f"Wrote {path}")
        if interruption.wanted and trainer.step < last:
            kept = "; what was asked for has been written" if written else ""
            where = f"after step {thousands(trainer.step)} of {thousands(last)}"
            return complain(f"stopped by {interruption.cause} {where}{kept}.", interruption.status)
        return DONE

    def _records(self, last: int) -> Iterator[StepRecord]:
        """Make steps up to the last one, and keep what was measured if someone wants it."""
        keep = bool(self.outputs.history or self.outputs.project or self.queued)
        try:
            if self.trainer.step < last:
                for record in self.trainer.steps() if self.replay is None else self.replay.steps(self.trainer):
                    if keep:
                        self.waiting.append(record)
                        if len(self.waiting) == AT_A_TIME:
                            self._put_down()
                    if self.timeline is not None and self.timeline.is_due(record.step):
                        self.timeline.keep(self.trainer.state)
                    yield record
                    if record.step >= last:
                        break
        finally:
            self._put_down()

    def _put_down(self) -> None:
        """Put what was measured lately into the history."""
        self.history.append(self.waiting)
        self.waiting = []

    def _progress(self, first: int, last: int) -> Progress:
        epochs = self.trainer.epochs
        if self.options.progress == "json":
            epoch_loss = EpochLoss.of(self.trainer, self.history, len(self.plan.data.train))
            return JsonProgress(first, last, epochs, epoch_loss)
        return Progress(first, last, epochs, self.options.quiet)

    def _keep_copy(self, epoch: int) -> None:
        """Write a copy of the weights beside the project that is to be saved. A full disk does not end the run."""
        if self.outputs.project is None:
            return
        self._put_down()
        try:
            write_copy(self.outputs.project, epoch, self._checkpoint(), self.plan.data, run=self.history.run)
        except (OSError, FileError) as error:
            note(f"no copy was written after epoch {thousands(epoch)}: {getattr(error, 'strerror', None) or error}")

    def _is_abandoned(self, step: int) -> bool:
        """Whether the window that wanted this run has ended without a word; asked now and then."""
        if self.queued is None or step % BETWEEN_LOOKS or not self.queued.is_abandoned:
            return False
        self.queued = None  # it will be offered again, from the start
        return True

    def _ending(self, diverged: Diverged | None, interruption: Interruption) -> tuple[str, str]:
        """How the run ended, as the list of runs says it, and why."""
        if diverged is not None:
            return "diverged", str(diverged)
        if self.trainer.stopped_by is not None:
            return "early", self.trainer.stopped_by
        return ("cancelled" if interruption.wanted else "finished"), ""

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

    def _with_timeline(self) -> Checkpoint:
        """What the list of runs is to have: also states on the way, to be gone back to when the run is opened there."""
        checkpoint = self._checkpoint()
        if self.timeline is None:
            return checkpoint
        return replace(checkpoint, kept=self.timeline.selected(checkpoint.state.step))

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.plan.project, self.trainer.state(), self.history)


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
            "--resume goes on with the saved run, so of its plan all but the seed may be changed with it, but of its "
            "network only which layers are frozen, and of its data nothing."
        )
    checkpoint, warning = checkpoint_of(before, _of_this_data(options, loaded, plan).trained or trained)
    if warning:
        note(warning)
    rate, state = project.plan.optimizer.learning_rate, checkpoint.state
    if rate != before.plan.optimizer.learning_rate or options.learning_rate is not None:
        state = replace(state, learning_rate=rate)
    return state, checkpoint.history


def _of_this_data(options: argparse.Namespace, loaded: Loaded, plan: RunPlan) -> Loaded:
    """What was in the file, if it was trained on the data of the plan.

    Raises
    ------
    RequestError
        If that is other data, or nobody can tell.
    """
    trained, option = loaded.trained, "--replay" if options.replay else "--resume"
    if trained is not None:
        if plan.project.data.source != loaded.project.data.source and not trained.data_fingerprint:
            raise RequestError(f"{option} cannot tell whether this is the data that {options.project} was trained on.")
        if trained.data_fingerprint and trained.data_fingerprint != fingerprint(plan.data):
            raise RequestError(f"{option} needs the data that {options.project} was trained on; this is other data.")
    return loaded
