"""A network on a page of paper: turned as suits it, as large as fits, in the middle of what the printer can reach."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

from deepviz.gui.canvas.picture_painting import NetworkPicture, paint_network

LARGEST = 1.5
"""How many times its natural size a small network is enlarged at most: three cards that fill a page look like a cry."""


def new_printer() -> QPrinter:
    """The system's usual printer; where there is none, pages go to a PDF file that the dialog asks for."""
    return QPrinter(QPrinter.PrinterMode.HighResolution)


def turn_page(printer: QPrinter, picture: NetworkPicture) -> None:
    """Lay the page on its side for a network that is wider than high, and upright otherwise."""
    is_wide = picture.area.width() > picture.area.height()
    turned = QPageLayout.Orientation.Landscape if is_wide else QPageLayout.Orientation.Portrait
    printer.setPageOrientation(turned)


def print_picture(printer: QPrinter, picture: NetworkPicture) -> None:
    """Print a picture on one page.

    Raises
    ------
    OSError
        If the printer, or the file it prints to, does not take it.
    """
    goal = printer.outputFileName()
    if goal and not Path(goal).absolute().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {Path(goal).absolute().parent}")
    painter = QPainter()
    if not painter.begin(printer):
        raise OSError(f"{goal or printer.printerName() or 'the printer'} does not take it")
    page, area = QRectF(painter.viewport()), picture.area
    natural = printer.resolution() / 96
    scale = min(page.width() / area.width(), page.height() / area.height(), LARGEST * natural)
    painter.translate(page.center())
    painter.scale(scale, scale)
    painter.translate(-area.center())
    paint_network(painter, picture)
    if not painter.end():
        raise OSError("the printer ended the job")
