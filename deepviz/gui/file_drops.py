"""Files that are dropped anywhere on a window: what is going to happen is said while they hover, and sent on after.

The native window is listened to, before any widget is: else a field would take a file for a text to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from deepviz.document.file_format import SUFFIX
from deepviz.gui.panels.popover import theme_in_use
from deepviz.gui.theme import TITLE_SIZE, body_font

_HOVERING = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class FileDrops(QObject):
    """Takes the files that are dropped on a window.

    Parameters
    ----------
    window
        The window. It is to let events through that are not about files.
    """

    dropped = Signal(list)
    """Sent with the paths, after the drop is over: what follows may ask a question, and whoever dropped is waiting."""

    _taken = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.veil = DropVeil(window)
        self._taken.connect(self.dropped, Qt.ConnectionType.QueuedConnection)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self._listen_to_handle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is about files; leave the rest alone."""
        kind = event.type()
        if kind in (QEvent.Type.WinIdChange, QEvent.Type.Show) and watched is self._window:
            self._listen_to_handle()
        elif kind in _HOVERING and isinstance(event, QDropEvent):
            paths = paths_in(event.mimeData())
            if paths:
                self.veil.show_words(words_for(paths))
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.veil.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.veil.hide()
            paths = paths_in(event.mimeData())
            if paths:
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self._taken.emit([str(path) for path in paths])
                return True
        return False

    def _listen_to_handle(self) -> None:
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)  # a second time changes nothing


class DropVeil(QWidget):
    """What lies over a window while files hover above it: a frame, and what dropping them will do."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Files above the window")
        self.hide()

    def show_words(self, words: str) -> None:
        """Say what dropping will do."""
        if self.isVisible() and words == self.words:
            return
        self.words = words
        self.setAccessibleDescription(words)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.window)
        veil.setAlpha(190)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(theme.accent), 2.0, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(8, 8, -8, -8), 10, 10)
        painter.setPen(QColor(theme.text))
        painter.setFont(body_font(TITLE_SIZE))
        room = QRectF(self.rect()).adjusted(40, 40, -40, -40)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.words)
        painter.end()


def paths_in(data: QMimeData) -> list[Path]:
    """The files that are carried, if all that is carried are files of this machine."""
    urls = data.urls() if data.hasUrls() else []
    return [Path(url.toLocalFile()) for url in urls] if all(url.isLocalFile() for url in urls) else []


def is_project(path: Path) -> bool:
    """Whether a file calls itself a project."""
    return path.suffix.lower() == SUFFIX


def trouble_with(paths: Sequence[Path]) -> str:
    """Why these files cannot be taken together, or an empty text."""
    projects = [path for path in paths if is_project(path)]
    folder = next((path for path in paths if path.is_dir()), None)
    if folder is not None:
        return f"{folder.name} is a folder. Drop the files that are in it."
    if len(projects) > 1:
        return f"{len(projects)} projects at once are too many: a window holds one. Drop one of them."
    if projects and len(paths) > 1:
        return f"{projects[0].name} is a project and the others are not. Drop it alone, or the data files alone."
    return ""


def words_for(paths: Sequence[Path]) -> str:
    """What dropping these files will do."""
    trouble = trouble_with(paths)
    if trouble:
        return trouble
    if is_project(paths[0]):
        return f"Drop to open {paths[0].name}"
    return f"Drop to learn from {paths[0].name if len(paths) == 1 else f'these {len(paths)} files'}"
