"""What a thread tells a window that may be gone by then.

A window that closes waits for its threads only so long; a slow disk can take longer. Such a thread goes on with what it
has been given to write, and what it would have told is dropped: there is nobody left to read it.
"""

from __future__ import annotations

from PySide6.QtCore import SignalInstance


def tell_if_there(signal: SignalInstance, *news: object) -> bool:
    """Emit a signal from a thread, to slots that are called in another one.

    Parameters
    ----------
    signal
        Connected by queued connections alone, so no slot can raise in here.
    news
        Its arguments.

    Returns
    -------
    Whether the object that the signal belongs to was still there.
    """
    try:
        signal.emit(*news)
    except RuntimeError:  # "Signal source has been deleted": there is no way to ask that cannot be outrun
        return False
    return True
