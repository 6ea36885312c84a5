"""What is typed to find runs: a phrase of their names if any has it, otherwise words that all must occur.

Whole numbers are meant as such: 2 is found in "spirals 2" and "seed 2", but not in 20, 0.2 or 2e-05.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deepviz.training.run_summary import RunSummary

BEFORE = r"(?<![0-9])(?<![0-9][.,])(?<!e[-+])"
AFTER = r"(?![0-9])(?![.,][0-9])(?!e[-+]?[0-9])"


def _pattern(word: str) -> str:
    return f"{BEFORE}{word}{AFTER}" if re.fullmatch("[0-9]+", word) else re.escape(word)


class WantedWords:
    """Words that were typed; two of the same words are equal.

    Parameters
    ----------
    text
        As it was typed.
    """

    def __init__(self, text: str) -> None:
        self.words = tuple(text.lower().split())
        self._each = [re.compile(_pattern(word)) for word in self.words]
        self._phrase = re.compile(r"\s+".join(map(_pattern, self.words)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WantedWords) and other.words == self.words

    def __hash__(self) -> int:
        return hash(self.words)

    def found(self, runs: Sequence[RunSummary]) -> list[RunSummary]:
        """Those whose names have the whole phrase; if none has, those of which all words are found anywhere."""
        if not self.words:
            return list(runs)
        named = [run for run in runs if self._phrase.search(run.name.lower())]
        return named or [run for run in runs if all(word.search(_text(run)) for word in self._each)]


def _text(run: RunSummary) -> str:
    """All that a run is found by."""
    return " ".join((run.name, run.project, run.network, run.ending, *run.varied)).lower()
