"""The command line as a test calls it: in this process, or as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepviz import cli

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command gave: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output, which must hold nothing else."""
        assert self.out.count("\n") == 1
        return json.loads(self.out, parse_constant=_refused)


class Caller:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object, screen: cli.Screen | None = None) -> Answer:
        """Whatever comes of it."""
        self._capsys.readouterr()
        status = cli.main([str(each) for each in arguments], screen)
        out, err = self._capsys.readouterr()
        return Answer(status, out, err)

    def done(self, *arguments: object) -> Answer:
        """It must succeed."""
        answer = self(*arguments)
        assert answer.status == 0, answer.err
        return answer

    def refused(self, *arguments: object, status: int = 2) -> str:
        """It must be refused, in one line and without output; returns the line."""
        answer = self(*arguments)
        assert (answer.status, answer.out) == (status, ""), answer
        assert answer.err.startswith("deepviz: error: ")
        assert answer.err.count("\n") == 1
        return answer.err


def in_a_process(*arguments: object, program: str = "", **variables: str | None) -> Answer:
    """`python -m deepviz` with arguments, or a program of one's own, as a process; None takes a variable away."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    start = ["-c", program] if program else ["-m", "deepviz"]
    command = [sys.executable, *start, *map(str, arguments)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
    return Answer(found.returncode, found.stdout, found.stderr)


def tiny_idx(folder: Path, samples: int, highest: int = 9) -> tuple[Path, Path]:
    """A pair of IDX files with random images of 28 x 28; the classes go from 0 to `highest`."""
    rng = np.random.default_rng(0)
    images, labels = folder / "tiny-images", folder / "tiny-labels"
    shape = np.array([samples, 28, 28], ">i4").tobytes()
    images.write_bytes(b"\0\0\x08\x03" + shape + rng.integers(0, 256, (samples, 28, 28), np.uint8).tobytes())
    classes = (np.arange(samples) % (highest + 1)).astype(np.uint8)
    labels.write_bytes(b"\0\0\x08\x01" + np.array([samples], ">i4").tobytes() + classes.tobytes())
    return images, labels


def _refused(constant: str) -> None:
    raise AssertionError(f"JSON has no {constant}.")
