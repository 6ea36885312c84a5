"""Under which names a project was saved before: the runs that it made then are still its own.

Runs know their project by its name alone. What was called what is remembered with the settings of the person, so that
neither projects nor runs have to tell.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from deepviz.gui.settings import RUNS_NAMES_BEFORE, Settings
from deepviz.training.run_summary import UNNAMED

MOST = 200
"""How many changes of a name are remembered."""


class FormerNames:
    """Remembers them.

    Parameters
    ----------
    settings
        Where they are kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def of(self, name: str) -> tuple[str, ...]:
        """All names that the project of this name, and those that it came from, had before; without its own."""
        changes, found = list(self._changes()), [name]
        for each in found:  # it grows meanwhile
            found += [before for now, before in changes if now == each and before not in found]
        return tuple(found[1:])

    def add(self, before: str, now: str) -> None:
        """A project was saved under another name. One that had none yet has nothing to do with others of its name."""
        kept = [each for each in self._changes() if each != (now, before)]
        if before == UNNAMED:
            kept = [each for each in kept if each[0] != now]
        else:
            kept.append((now, before))
        self._settings.set(RUNS_NAMES_BEFORE, tuple(json.dumps(each) for each in kept[-MOST:]))

    def _changes(self) -> Iterator[tuple[str, str]]:
        """Names with those of before; whatever somebody has written there by hand that is none is passed over."""
        for text in self._settings.get(RUNS_NAMES_BEFORE):
            try:
                now, before = json.loads(text)
            except (ValueError, TypeError):
                continue
            yield str(now), str(before)
