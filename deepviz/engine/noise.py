"""Random numbers for a training step: the same for the same seed and step, whoever asks and however often.

So a run that was stopped goes on as if it had not been, any step can be looked at again, and a gradient can be checked.
"""

from __future__ import annotations

import numpy as np


class Noise:
    """A source of random numbers that recorded calls draw from.

    `start` must come before each replay. What is drawn then depends on what `start` was given and on the order of the
    draws, and on nothing else.
    """

    def __init__(self) -> None:
        self.start(0)

    def start(self, *seed: int) -> None:
        """Begin anew with the numbers that belong to a seed, such as that of the run and the number of the step."""
        self._generator = np.random.Generator(np.random.SFC64(seed))

    def uniform(self, out: np.ndarray) -> None:
        """Fill an array with numbers from 0 up to, but not including, 1."""
        self._generator.random(out=out, dtype=out.dtype)

    def normal(self, out: np.ndarray) -> None:
        """Fill an array with numbers of mean 0 and standard deviation 1."""
        self._generator.standard_normal(out=out, dtype=out.dtype)
