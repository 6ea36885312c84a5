"""Ctrl-C as a request that is met between two steps, so that what has been trained is whole and can be saved."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """While it is entered, the first Ctrl-C sets `wanted`; a second one interrupts at once, as usual."""

    def __init__(self) -> None:
        self.wanted = False
        # Signals reach the main thread only; elsewhere nobody presses Ctrl-C.
        self._heard = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Interruption:
        if self._heard:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._heard:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
