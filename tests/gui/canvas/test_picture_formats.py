"""SVG, PNG and PDF of one picture, each judged by a reader that is not Qt; and the page of a printer."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtPrintSupport import QPrinter

from deepviz.document import edits
from deepviz.document.drawing import drawn
from deepviz.document.graph import Comment, Edge, Group
from deepviz.document.shapes import check
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.picture import image_of, pdf_of, picture_area, png_of, svg_of, write_file
from deepviz.gui.canvas.picture_painting import NetworkPicture
from deepviz.gui.picture_printing import print_picture, turn_page
from deepviz.gui.theme import DARK, LIGHT, body_font
from tests.gui.canvas.conftest import chain
from tests.gui.canvas.pdf_reader import read_pdf

SVG = "{http://www.w3.org/2000/svg}"
WORDS = {"Input", "Dense", "ReLU", "Cross-entropy", "8", "40", "27"}
"""Names of the layers of the chain, the headline of the first Dense, and numbers of parameters."""


@pytest.fixture
def picture(qapp: object) -> NetworkPicture:
    project = chain()
    return NetworkPicture.of(project.graph, check(project), LIGHT)


def read_png(content: bytes) -> np.ndarray:
    """Pixels as (height, width, 4), by the specification of PNG: 8 bits, with or without alpha, not interlaced."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    place, packed, header = 8, b"", b""
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", content[place + 8 + length : place + 12 + length])
        assert zlib.crc32(kind + body) == checksum
        header, packed = (body if kind == b"IHDR" else header), packed + (body if kind == b"IDAT" else b"")
        place += 12 + length
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    assert (depth, interlaced) == (8, 0)
    channels = {2: 3, 6: 4}[color]
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    pixels = np.zeros((height, width, channels), np.int64)
    above = np.zeros((width, channels), np.int64)
    for number, row in enumerate(rows):
        above = pixels[number] = _unfiltered(int(row[0]), row[1:].reshape(width, channels).astype(np.int64), above)
    opaque = np.full((height, width, 1), 255)
    return pixels if channels == 4 else np.concatenate([pixels, opaque], axis=2)


def _unfiltered(kind: int, row: np.ndarray, above: np.ndarray) -> np.ndarray:
    if kind == 0:
        return row
    if kind == 1:
        return np.cumsum(row, axis=0) % 256
    if kind == 2:
        return (row + above) % 256
    done, left, corner = row.copy(), np.zeros(row.shape[1], np.int64), np.zeros(row.shape[1], np.int64)
    for place in range(len(row)):
        up = above[place]
        if kind == 3:
            guess = (left + up) // 2
        else:
            estimate = left + up - corner
            from_left, from_up, from_corner = abs(estimate - left), abs(estimate - up), abs(estimate - corner)
            is_left = (from_left <= from_up) & (from_left <= from_corner)
            guess = np.where(is_left, left, np.where(from_up <= from_corner, up, corner))
        done[place] = (row[place] + guess) % 256
        left, corner = done[place], up
    return done


def color(pixel: np.ndarray) -> str:
    return "#" + "".join(f"{int(value):02x}" for value in pixel[:3])


def svg_words(content: bytes) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(content).iter(f"{SVG}text")]


def test_an_svg_has_the_size_the_texts_and_the_lines_of_the_network(picture: NetworkPicture) -> None:
    root = ElementTree.fromstring(svg_of(picture))
    area = picture.area
    assert [float(each) for each in root.attrib["viewBox"].split()] == pytest.approx(
        [0, 0, area.width(), area.height()], abs=1
    )
    words = svg_words(svg_of(picture))
    assert set(words) >= WORDS
    assert words.count("Dense") == 2
    assert not [word for word in words if "…" in word], "nothing is cut"
    assert not list(root.iter(f"{SVG}image"))


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_png_has_the_size_that_was_chosen_and_the_colours_of_paper(picture: NetworkPicture, scale: int) -> None:
    pixels, area = read_png(png_of(picture, scale)), picture.area
    assert pixels.shape[:2] == pytest.approx((scale * area.height(), scale * area.width()), abs=1)
    assert color(pixels[1, 1]) == color(pixels[-1, -1]) == LIGHT.window
    assert pixels[..., 3].min() == 255
    x, y = (round(scale * value) for value in (-area.left() + 216 + 85, -area.top() + 3))
    assert color(pixels[y, x]) == LIGHT.category("Core")


def test_what_is_transparent_has_nothing_behind_the_cards(picture: NetworkPicture) -> None:
    clear = replace(picture, is_transparent=True)
    pixels, area = read_png(png_of(clear, 1)), picture.area
    assert pixels[1, 1, 3] == pixels[-1, -1, 3] == 0
    inside = pixels[round(-area.top() + 60), round(-area.left() + 100)]
    assert (color(inside), inside[3]) == (LIGHT.panel, 255)
    filled = f'fill="{LIGHT.window}"'
    # The middles of ports have the colour of the window as well; the ground is one more.
    assert svg_of(clear).decode().count(filled) < svg_of(picture).decode().count(filled)


def test_a_pdf_is_one_page_as_large_as_the_network_with_text_that_can_be_selected(picture: NetworkPicture) -> None:
    pdf, area = read_pdf(pdf_of(picture)), picture.area
    assert pdf.pages == [pytest.approx((0.75 * area.width(), 0.75 * area.height()), abs=1)]
    assert set(pdf.texts) >= WORDS
    assert pdf.texts.count("Dense") == 2
    assert sorted(pdf.texts) == sorted(svg_words(svg_of(picture))), "every text is there, and whole"
    assert pdf.embedded_fonts
    assert pdf.images == 0, "icons are drawn in lines"


def test_a_pdf_that_readers_would_not_show_is_drawn_smaller(picture: NetworkPicture) -> None:
    graph = picture.graph
    nodes = (*graph.nodes[:-1], replace(graph.nodes[-1], position=(60_000.0, 0.0)))
    (page,) = read_pdf(pdf_of(replace(picture, drawing=drawn(replace(graph, nodes=nodes))))).pages
    assert 14_300 < page[0] <= 14_401


def test_only_what_is_selected_can_be_shown(picture: NetworkPicture) -> None:
    part = replace(picture, only=frozenset({"dense_1", "relu_1"}))
    words = svg_words(svg_of(part))
    assert {"Dense", "ReLU"} <= set(words)
    assert not {"Input", "Cross-entropy"} & set(words)
    assert part.edges == (Edge("dense_1", "relu_1"),)
    assert part.area.width() < picture.area.width()
    assert read_pdf(pdf_of(part)).texts.count("Dense") == 1


def test_groups_attached_activations_and_comments_are_drawn_as_on_the_canvas(qapp: object) -> None:
    graph = chain().graph
    nodes = tuple(
        replace(node, group="group_1" if node.id in ("dense_1", "relu_1") else "", attached=node.id == "relu_1")
        for node in graph.nodes
    )
    comment = Comment("comment_1", "Look here", (0.0, 400.0))
    for collapsed, cards, words in ((True, 4, {"block"}), (False, 4, {"block  × 3", "Dense + ReLU"})):
        group = Group("group_1", "block", repeat=3, collapsed=collapsed)
        folded = replace(graph, nodes=nodes, groups=(group,), comments=(comment,))
        picture = NetworkPicture.of(folded, check(replace(chain(), graph=folded)), LIGHT)
        assert len(picture.nodes) == cards
        assert set(svg_words(svg_of(picture))) >= words | {"Look here"}, svg_words(svg_of(picture))
        assert picture.area.bottom() >= 400 + comment.size[1]
        assert set(read_pdf(pdf_of(picture)).texts) >= words | {"Look here"}


def test_the_words_of_a_problem_have_room(qapp: object) -> None:
    project = chain()
    project = edits.disconnect(project, project.graph.inputs_of("relu_1"))
    report = check(project)
    assert report.problems
    drawn = NetworkPicture.of(project.graph, report, LIGHT)
    assert drawn.area.width() >= picture_area(project.graph).width()
    words = [problem for problem in svg_words(svg_of(drawn)) if problem not in WORDS]
    assert words
    for shown in ElementTree.fromstring(svg_of(drawn)).iter(f"{SVG}text"):
        if shown.text in words:
            assert float(shown.attrib["x"]) < drawn.area.width()


def test_gradients_are_coloured_and_named_as_on_the_canvas(picture: NetworkPicture) -> None:
    edges = {edge: 10.0**-number for number, edge in enumerate(picture.graph.edges)}
    history = {"dense_1": np.array([1e-2, 2e-2, 3e-2])}
    gradients = GradientPicture({"dense_1": 3e-2}, edges, 0.125, history)
    live = replace(picture, gradients=gradients)
    assert {"0.030", "loss 0.125"} <= set(svg_words(svg_of(live)))
    assert {"0.030", "loss 0.125"} <= set(read_pdf(pdf_of(live)).texts)
    widths = set(re.findall(r'stroke-width="([\d.]+)"', svg_of(live).decode()))
    assert {"5.5", "1.5"} <= widths
    assert "5.5" not in re.findall(r'stroke-width="([\d.]+)"', svg_of(picture).decode())


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_file_is_replaced_as_a_whole_or_not_at_all(
    picture: NetworkPicture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = tmp_path / f"net{suffix}"
    path.write_bytes(b"what was there")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_file(picture, path)
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]
    write_file(picture, path)
    assert len(path.read_bytes()) > 1000
    assert list(tmp_path.iterdir()) == [path]


def test_one_drawing_looks_the_same_however_the_application_is_dressed(picture: NetworkPicture) -> None:
    dark = replace(picture, theme=DARK)
    assert image_of(picture) != image_of(dark)
    assert color(read_png(png_of(dark, 1))[1, 1]) == DARK.window
    assert body_font().families()[0] not in svg_of(picture).decode() or "sans-serif" in svg_of(picture).decode()


@pytest.mark.parametrize("is_wide", [True, False])
def test_a_printed_page_is_turned_as_suits_the_network_and_holds_all_of_it(
    picture: NetworkPicture, tmp_path: Path, is_wide: bool
) -> None:
    if not is_wide:
        nodes = [replace(node, position=(0.0, 160.0 * number)) for number, node in enumerate(picture.graph.nodes)]
        picture = replace(picture, drawing=drawn(replace(picture.graph, nodes=tuple(nodes))))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "page.pdf"))
    turn_page(printer, picture)
    print_picture(printer, picture)
    pdf = read_pdf((tmp_path / "page.pdf").read_bytes())
    ((width, height),) = pdf.pages
    assert (width > height) == is_wide
    assert min(width, height) == pytest.approx(595, abs=20), "a page of paper, not of the network's size"
    assert set(pdf.texts) >= WORDS


def test_a_printer_that_does_not_take_it_says_so(picture: NetworkPicture, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "gone" / "page.pdf"))
    with pytest.raises(OSError, match="there is no folder"):
        print_picture(printer, picture)
