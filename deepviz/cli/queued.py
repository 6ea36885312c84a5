"""What `deepviz train` does for a window that has put it in a queue: it notes the run in the window's list of runs.

The window hands over a small JSON file. While that lies there, the run is wanted; once it is gone, nobody waits for it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deepviz.cli import JobError, RequestError
from deepviz.cli.results import PartResults
from deepviz.datasets.prepared import PreparedData
from deepviz.document.file_format import FileError
from deepviz.document.kept_states import MOST_FILE_BYTES, MOST_FILE_STATES, state_bytes
from deepviz.engine.trainer import TrainerState
from deepviz.training.checkpoint import Checkpoint
from deepviz.training.run_store import RunOrigin, RunStore
from deepviz.training.timeline import Timeline

FEWEST = 4
"""Of a network of which a file has room for fewer states, none but the last is kept."""


@dataclass(frozen=True)
class Queued:
    """The order of a window.

    Attributes
    ----------
    file
        Where it lies.
    folder, run, origin
        In which folder of runs, under which id, and as what it is to be noted.
    window
        The number of the window's process.
    """

    file: Path
    folder: Path
    run: str
    origin: RunOrigin
    window: int

    @classmethod
    def read(cls, name: str | None) -> Queued | None:
        """The order in a file; None if there is no file.

        Raises
        ------
        RequestError
            If it cannot be read.
        """
        if name is None:
            return None
        try:
            values = json.loads(Path(name).read_bytes())
            origin = dict(values["origin"])
            origin["varied"] = tuple(origin.get("varied", ()))
            folder, run, window = Path(values["folder"]), str(values["run"]), int(values["window"])
            return cls(Path(name), folder, run, RunOrigin(**origin), window)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RequestError(f"{name} is no order of a window: {error}") from None

    def make_way(self) -> None:
        """Let the window, and whatever else people wait for, go first."""
        if sys.platform != "win32":
            os.nice(5)

    @property
    def is_abandoned(self) -> bool:
        """Whether the window has ended without a word, so that nobody would ever see or stop this run."""
        return sys.platform != "win32" and os.getppid() != self.window

    @staticmethod
    def timeline(first: TrainerState) -> Timeline | None:
        """Where states of the run are kept, from its first on; None if hardly any would go into a file.

        Several such processes run at once and nobody looks at them, so they keep no more than goes into a file.
        """
        if FEWEST * state_bytes(first) > MOST_FILE_BYTES:
            return None
        timeline = Timeline(2 * MOST_FILE_STATES, MOST_FILE_BYTES)
        timeline.keep(lambda: first)
        return timeline

    def note(self, checkpoint: Checkpoint, ended: str, reason: str, data: PreparedData, results: PartResults) -> None:
        """Put the run on the window's list, if it is still wanted.

        Raises
        ------
        JobError
            If that is not possible.
        """
        if not self.file.exists():
            return
        try:
            RunStore(self.folder).note(
                checkpoint, ended, run=self.run, reason=reason, origin=self.origin, data=data, results=results
            )
        except (OSError, FileError) as error:
            raise JobError(f"the run could not be kept: {getattr(error, 'strerror', None) or error}") from None
