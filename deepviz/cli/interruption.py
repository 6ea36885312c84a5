"""A request to stop is met between two steps, so that what has been trained is whole and can be saved."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType

CAUSES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "a request to end"}
"""Signals that ask to stop: a person's, and that of the system, of a scheduler or of `timeout`."""


class Interruption:
    """While it is entered, the first such signal sets `wanted`; a second one interrupts at once.

    Attributes
    ----------
    wanted
        Whether to stop.
    cause
        Who wants it, in words.
    status
        The exit status that says so: 130 after Ctrl-C.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.cause, self.status = "", 0
        # Signals reach the main thread only; elsewhere nobody presses Ctrl-C.
        self._heard = threading.current_thread() is threading.main_thread()

    def want(self, cause: str, status: int) -> None:
        """Ask for it in the program itself."""
        self.wanted, self.cause, self.status = True, cause, status

    def __enter__(self) -> Interruption:
        if self._heard:
            self._before = {number: signal.signal(number, self._note) for number in CAUSES}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._heard:
            for number, before in self._before.items():
                signal.signal(number, before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
        self.cause, self.status = CAUSES[signal.Signals(number)], 128 + number
