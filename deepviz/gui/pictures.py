"""The picture of the network that is on the canvas: saved to a file, copied, or printed, as was last chosen.

Words about what came of it go to the notice; what needs no answer goes to the status bar.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from deepviz.gui.canvas.below_cards import below_cards
from deepviz.gui.canvas.picture import SUFFIXES, image_of, png_of, svg_of, write_file
from deepviz.gui.canvas.picture_painting import NetworkPicture
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.editor import Editor
from deepviz.gui.notice import Notice
from deepviz.gui.settings import (
    EXPORT_FOLDER,
    PICTURE_FORMAT,
    PICTURE_GRADIENTS,
    PICTURE_SCALE,
    PICTURE_THEME,
    PICTURE_TRANSPARENT,
    Settings,
)
from deepviz.gui.theme import THEMES

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

FILTERS = {"svg": "SVG picture (*.svg)", "png": "PNG picture (*.png)", "pdf": "PDF page (*.pdf)"}
EMPTY = "There is no network to make a picture of yet. Drag a layer from the left on to the canvas."


class Pictures(QObject):
    """Makes pictures of what a canvas shows.

    Parameters
    ----------
    window
        Where the system's dialogs belong to.

    Attributes
    ----------
    only_selected
        Whether a picture shows nothing but the selected cards, if there are any. Not remembered between starts.
    """

    message = Signal(str)
    """Sent with what was done, for the status bar."""

    def __init__(self, canvas: CanvasView, editor: Editor, settings: Settings, notice: Notice, window: QWidget) -> None:
        super().__init__(window)
        self._canvas, self._editor, self._settings = canvas, editor, settings
        self._notice, self._window = notice, window
        self._printer: QPrinter | None = None
        self._copied: QImage | None = None
        self.only_selected = False

    def picture(self) -> NetworkPicture:
        """What a picture would show now."""
        network, settings = self._canvas.network, self._settings
        selected = frozenset(network.selected)
        has_gradients = settings.get(PICTURE_GRADIENTS) and network.gradients is not None
        return NetworkPicture(
            self._canvas.folding.drawing,
            self._canvas.folding.report,
            THEMES[settings.get(PICTURE_THEME)],
            network.gradients if has_gradients else None,
            network.gradient_scale if has_gradients else None,
            selected if self.only_selected and selected else None,
            settings.get(PICTURE_TRANSPARENT),
            below_cards(network.node_items()),
        )

    def ask_save(self) -> bool:
        """Let the user choose a file and save the picture to it. Returns whether it was saved."""
        if not self._is_there_any():
            return False
        form = self._settings.get(PICTURE_FORMAT)
        folder = Path(self._settings.get(EXPORT_FOLDER) or Path.home())
        proposed = str(folder / f"{_file_stem(self._editor.project.name)}.{form}")
        others = [filter_ for key, filter_ in FILTERS.items() if key != form]
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Save picture", proposed, ";;".join([FILTERS[form], *others])
        )
        if not chosen:
            return False
        path = Path(chosen)
        return self.save_to(path if path.suffix else path.with_name(f"{path.name}.{form}"))

    def save_to(self, path: Path) -> bool:
        """Save the picture in the format of the file's ending. Returns whether that worked; if not, it says why."""
        try:
            write_file(self.picture(), path, self._settings.get(PICTURE_SCALE))
        except (OSError, ValueError) as error:
            self._notice.tell(
                f"Could not save the picture: {_reason(error)}", "bad", [("Save elsewhere…", self.ask_save)]
            )
            return False
        if path.suffix.lower() in SUFFIXES:
            self._settings.set(PICTURE_FORMAT, path.suffix.lower().removeprefix("."))
        self._settings.set(EXPORT_FOLDER, str(path.resolve().parent))
        show = partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(path.parent)))
        self._notice.tell(f"Saved the picture to {path}.", "good", [("Open folder", show)])
        return True

    def copy(self) -> bool:
        """Put the picture on the clipboard, as PNG and as SVG: who pastes it takes what it can use."""
        if not self._is_there_any():
            return False
        picture, scale = self.picture(), self._settings.get(PICTURE_SCALE)
        copied = QMimeData()
        try:
            image = image_of(picture, scale)
            copied.setImageData(image)
            copied.setData("image/png", png_of(picture, scale))
        except OSError as error:
            self._notice.tell(f"Could not copy the picture: {_reason(error)}. A smaller size may fit.", "bad")
            return False
        copied.setData("image/svg+xml", svg_of(picture))
        QGuiApplication.clipboard().setMimeData(copied)
        self._copied = image
        what = "the selected part" if picture.only is not None else "the network"
        self.message.emit(f"Copied a picture of {what}; paste it into another program.")
        return True

    def leave_clipboard(self) -> None:
        """Leave on the clipboard what outlives this program: the picture in pixels, if it is still there.

        What a Python program has put together for the clipboard is deleted after Python has ended, which Qt does not
        survive.
        """
        clipboard, copied = QGuiApplication.clipboard(), self._copied
        self._copied = None
        if copied is not None and clipboard.mimeData().hasFormat("image/svg+xml"):
            clipboard.setImage(copied)

    def ask_print(self) -> None:
        """Let the user choose a printer in the system's own dialog and print the picture."""
        if not self._is_there_any():
            return
        try:
            from PySide6.QtPrintSupport import QPrintDialog

            from deepviz.gui.picture_printing import new_printer, turn_page
        except ImportError as error:  # its library may be missing where nobody has ever printed
            self._notice.tell(f"Printing does not work here: {error}. Save the picture as PDF instead.", "bad")
            return
        if self._printer is None:
            self._printer = new_printer()
        turn_page(self._printer, self.picture())
        self._printer.setDocName(_file_stem(self._editor.project.name))
        dialog = QPrintDialog(self._printer, self._window)
        dialog.setWindowTitle("Print the network")
        dialog.accepted.connect(self.print_on)
        dialog.finished.connect(dialog.deleteLater)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    def print_on(self, printer: QPrinter) -> bool:
        """Print the picture. Returns whether that worked; if not, it says why."""
        from deepviz.gui.picture_printing import print_picture

        try:
            print_picture(printer, self.picture())
        except OSError as error:
            self._notice.tell(f"Could not print: {_reason(error)}. Is the printer on, the folder there?", "bad")
            return False
        self.message.emit(f"Printed to {printer.outputFileName() or printer.printerName()}.")
        return True

    def _is_there_any(self) -> bool:
        if self._canvas.network.graph.nodes:
            return True
        self._notice.tell(EMPTY, "warning")
        return False


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _file_stem(name: str) -> str:
    """A project's name as part of a file's."""
    return "".join("-" if letter in '/\\:*?"<>|' else letter for letter in name).strip() or "network"
