"""Saving, copying and printing a picture from the window: the sheet, the clipboard, the printer, and what is said."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QWidget

from deepviz.gui.panels.picture_panel import PicturePanel
from deepviz.gui.settings import (
    EXPORT_FOLDER,
    PICTURE_FORMAT,
    PICTURE_GRADIENTS,
    PICTURE_SCALE,
    PICTURE_THEME,
    PICTURE_TRANSPARENT,
    Settings,
)
from deepviz.gui.theme import DARK, LIGHT
from tests.cli.commands import in_a_process
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.canvas.pdf_reader import read_pdf
from tests.gui.window_hands import press_shortcut, train_steps


@pytest.fixture
def panel(person: Person) -> PicturePanel:
    person.bench.actions["picture"].trigger()
    assert person.bench.picture_panel.isVisible()
    return person.bench.picture_panel


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def answered(_parent: object, _title: str, start: str, filters: str) -> tuple[str, str]:
        asked.append((start, filters))
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answered)
    return asked


def texts_of(svg: bytes) -> set[str]:
    return {str(element.text) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")}


def choose(panel: PicturePanel, box: QComboBox, text: str) -> None:
    """Choose an entry of a list by keys."""
    box.setFocus()
    wanted = next(index for index in range(box.count()) if box.itemText(index).startswith(text))
    box.showPopup()
    for _ in range(box.count()):
        at = box.view().currentIndex().row()
        if at == wanted:
            break
        QTest.keyClick(box.view(), Qt.Key.Key_Down if at < wanted else Qt.Key.Key_Up)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_a_picture_is_saved_in_the_format_that_is_chosen_and_then_proposed(
    person: Person, panel: PicturePanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    choose(panel, panel.format_list, form.upper())
    asked = choose_file(monkeypatch, tmp_path / "net")
    person.press(panel.save_button)
    path = tmp_path / f"net.{form}"
    content = path.read_bytes()
    assert content.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form])
    assert f"Saved the picture to {path}" in person.notice
    assert not panel.isVisible()
    settings = person.bench.settings
    assert (settings.get(PICTURE_FORMAT), settings.get(EXPORT_FOLDER)) == (form, str(tmp_path))
    assert Path(asked[0][0]).name == f"untitled.{form}"
    assert asked[0][1].startswith(form.upper())
    assert person.bench.pictures.ask_save()
    assert Path(asked[1][0]) == tmp_path / f"untitled.{form}"


def test_a_file_that_is_named_otherwise_says_the_format(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_file(monkeypatch, tmp_path / "net.pdf")
    assert person.bench.pictures.ask_save()
    assert "Dense" in read_pdf((tmp_path / "net.pdf").read_bytes()).texts
    assert person.bench.settings.get(PICTURE_FORMAT) == "pdf"


@pytest.mark.parametrize(
    ("name", "words"), [("net.bmp", ".svg, .png or .pdf"), ("gone/net.svg", "No such file or directory")]
)
def test_what_cannot_be_saved_says_why_and_offers_another_place(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    choose_file(monkeypatch, tmp_path / name)
    assert not person.bench.pictures.ask_save()
    assert "Could not save the picture" in person.notice
    assert words in person.notice
    choose_file(monkeypatch, tmp_path / "net.svg")
    person.take_offer("Save elsewhere…")
    assert (tmp_path / "net.svg").is_file()


def test_what_is_chosen_is_remembered_and_shown_before(
    person: Person, panel: PicturePanel, tmp_path: Path, open_window: OpenWindow
) -> None:
    def preview() -> QImage:
        return panel.preview.grab().toImage()

    first = preview()
    choose(panel, panel.theme_list, "Dark")
    dark = preview()
    assert dark != first
    QTest.mouseClick(panel.transparent, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.transparent.height() // 2))
    assert preview() != dark
    choose(panel, panel.scale_list, "4×")
    choose(panel, panel.format_list, "PNG")
    settings = person.bench.settings
    assert settings.get(PICTURE_THEME) == "dark"
    assert settings.get(PICTURE_TRANSPARENT)
    assert settings.get(PICTURE_SCALE) == 4
    size = panel.scale_list.currentText().split(", ")[1]
    assert size in panel.contents.said
    settings.save()
    other = open_window(small_project(), Settings(settings.path))
    other.bench.actions["picture"].trigger()
    again = other.bench.picture_panel
    assert again.theme_list.currentText() == "Dark"
    assert again.transparent.isChecked()
    assert again.scale_list.currentText().startswith("4×")
    assert again.format_list.currentText().startswith("PNG")


def test_the_sheet_can_be_worked_with_keys_alone_and_says_what_everything_is(
    person: Person, panel: PicturePanel, tmp_path: Path
) -> None:
    assert panel.save_button.hasFocus()
    met: list[QWidget | None] = []
    for _ in range(12):
        person.key(Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    parts = (panel.format_list, panel.scale_list, panel.theme_list, panel.copy_button, panel.print_button)
    assert set(parts) <= set(met)
    for part in (panel.format_list, panel.scale_list, panel.part_list, panel.theme_list, panel.preview):
        assert part.accessibleName()
    person.key(Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_nothing_in_the_sheet_is_cut_off(person: Person) -> None:
    person.bench.window.resize(1280, 800)
    person.bench.canvas.select(("dense_1", "dense_2"))
    person.bench.actions["picture"].trigger()
    panel = person.bench.picture_panel
    QApplication.processEvents()
    assert person.bench.window.rect().contains(panel.geometry())
    for part in (panel.copy_button, panel.print_button, panel.save_button, panel.transparent, panel.gradients):
        assert part.width() >= part.sizeHint().width()
        assert panel.rect().contains(part.geometry().translated(part.parentWidget().mapTo(panel, QPoint(0, 0))))
    for box in (panel.format_list, panel.scale_list, panel.part_list, panel.theme_list):
        widest = max(box.fontMetrics().horizontalAdvance(box.itemText(index)) for index in range(box.count()))
        assert widest < box.width() - 40


def test_only_the_selected_cards_are_shown_if_that_is_chosen(person: Person, tmp_path: Path) -> None:
    bench = person.bench
    bench.canvas.select(("dense_1", "tanh_1"))
    bench.actions["picture"].trigger()
    panel = bench.picture_panel
    choose(panel, panel.part_list, "The 2 selected cards")
    assert bench.pictures.save_to(tmp_path / "part.svg")
    texts = texts_of((tmp_path / "part.svg").read_bytes())
    assert "Tanh" in texts
    assert "Input" not in texts
    panel.close_quietly()
    bench.canvas.select(())
    bench.actions["picture"].trigger()
    assert not panel.part_list.isEnabled()
    assert bench.pictures.save_to(tmp_path / "whole.svg")
    assert "Input" in texts_of((tmp_path / "whole.svg").read_bytes())


def test_the_clipboard_gets_png_and_svg(person: Person) -> None:
    person.bench.settings.set(PICTURE_SCALE, 1)
    press_shortcut("Ctrl+Shift+C", person.bench.canvas)
    copied = QGuiApplication.clipboard().mimeData()
    assert {"image/png", "image/svg+xml"} <= set(copied.formats())
    assert copied.hasImage()
    picture = QImage.fromData(copied.data("image/png"))
    area = person.bench.pictures.picture().area
    assert picture.width() == pytest.approx(area.width(), abs=1)
    assert picture.pixelColor(1, 1).name() == LIGHT.window, "for paper, however dark the window is"
    assert {"Tanh", "Cross-entropy"} <= texts_of(bytes(copied.data("image/svg+xml").data()))
    assert "Copied a picture of the network" in person.bench.status.currentMessage()
    person.bench.settings.set(PICTURE_THEME, "dark")
    press_shortcut("Ctrl+Shift+C", person.bench.canvas)
    again = QImage.fromData(QGuiApplication.clipboard().mimeData().data("image/png"))
    assert again.pixelColor(1, 1).name() == DARK.window


COPY_AND_LEAVE = """
import sys
from pathlib import Path
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from deepviz.document import examples
from deepviz.gui.settings import Settings
from deepviz.gui.workbench import Workbench

app = QApplication([])
bench = Workbench(app, examples.open_example("spirals"), Settings(Path(sys.argv[1])))
bench.window.show()
assert bench.pictures.copy()
bench.shut_down()
bench.window.hide()
print("left", QGuiApplication.clipboard().mimeData().hasImage())
"""


def test_a_program_with_a_picture_on_the_clipboard_ends_well(tmp_path: Path) -> None:
    """Qt crashed when it deleted, after Python's end, what had been put on the clipboard from Python."""
    done = in_a_process(tmp_path / "own.ini", program=COPY_AND_LEAVE)
    assert (done.status, done.out.strip()) == (0, "left True"), done.err


def test_a_run_shows_in_the_picture_as_on_the_canvas_unless_that_is_not_wanted(person: Person, tmp_path: Path) -> None:
    train_steps(person, 5)
    pictures, settings = person.bench.pictures, person.bench.settings
    assert pictures.picture().scale == person.bench.canvas.network.gradient_scale
    assert pictures.save_to(tmp_path / "live.svg")
    settings.set(PICTURE_GRADIENTS, False)
    assert pictures.save_to(tmp_path / "plain.svg")
    live, plain = (texts_of((tmp_path / name).read_bytes()) for name in ("live.svg", "plain.svg"))
    trace = person.bench.canvas.network.node_items()["dense_1"].live.trace
    assert trace is not None
    assert trace.value in live
    assert any(text.startswith("loss ") for text in live)
    assert trace.value not in plain
    settings.set(PICTURE_GRADIENTS, True)
    person.bench.controller.reset()
    assert pictures.save_to(tmp_path / "reset.svg")
    assert texts_of((tmp_path / "reset.svg").read_bytes()) == plain


def test_printing_asks_the_system_and_prints_one_page_to_a_file(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QPrintDialog] = []
    monkeypatch.setattr(QPrintDialog, "show", lambda self: opened.append(self))
    press_shortcut("Ctrl+P", person.bench.canvas)
    (dialog,) = opened
    printer = dialog.printer()
    assert printer.docName() == "untitled"
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    dialog.accepted.emit(printer)
    pdf = read_pdf((tmp_path / "page.pdf").read_bytes())
    assert len(pdf.pages) == 1
    assert {"Tanh", "Cross-entropy"} <= set(pdf.texts)
    assert "page.pdf" in person.bench.status.currentMessage()
    printer.setOutputFileName(str(tmp_path / "gone" / "page.pdf"))
    dialog.accepted.emit(printer)
    assert "Could not print: there is no folder" in person.notice
    dialog.finished.emit(0)


@pytest.mark.parametrize("action", ["copy_picture", "print"])
def test_of_an_empty_canvas_there_is_no_picture(open_window: OpenWindow, action: str) -> None:
    person = open_window()
    person.bench.actions[action].trigger()
    assert "There is no network to make a picture of yet" in person.notice
    assert not person.bench.pictures.ask_save()
