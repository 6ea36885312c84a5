"""An SVG as Qt writes it, made readable for browsers, editors and converters: fonts they know, and nothing superfluous.

`Sans Serif`, what Qt calls the usual font of some desktops, is no family of CSS; some readers then drop the words.
"""

from __future__ import annotations

import base64
from io import BytesIO
from math import ceil
from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QImage

from deepviz.gui.theme import NUMBER_FAMILIES

FAMILIES = ("DejaVu Sans", "Segoe UI", "Helvetica", "Arial", "sans-serif")
NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}
GROUP, IMAGE = (f"{{{NAMESPACES['']}}}{name}" for name in ("g", "image"))
LINK, BEGINNING = f"{{{NAMESPACES['xlink']}}}href", "data:image/png;base64,"
SHARPNESS = 2
"""Pixels of a picture of cells for each unit of the file."""
MOST_PIXELS = 8_000_000


def for_all_readers(svg: bytes) -> bytes:
    """The SVG with a list of font families for its words, and without what only Qt understands.

    Groups in which nothing is painted are left out, and so are hints at pens that do not scale: nothing is stroked in
    the numbers of an axis, so there is nothing to scale. Pictures whose pixels are cells have many pixels for each
    cell, because some readers smooth whatever they enlarge, and colours would run into each other.

    Parameters
    ----------
    svg
        As Qt's generator writes it.
    """
    for prefix, name in NAMESPACES.items():
        ElementTree.register_namespace(prefix, name)
    root = ElementTree.fromstring(svg)
    known: dict[str, str] = {}
    for element in root.iter():
        element.attrib.pop("vector-effect", None)
        family = element.get("font-family")
        if family is not None:
            if family not in known:
                known[family] = families_for(family)
            element.set("font-family", known[family])
    _leave_out_empty_groups(root)
    for parent in root.iter(GROUP):
        for image in parent.findall(IMAGE):
            if image.get("image-rendering") == "optimizeSpeed":
                _enlarge(image, *_scale_of(parent.get("transform", "")))
    written = BytesIO()
    ElementTree.ElementTree(root).write(written, encoding="utf-8", xml_declaration=True)
    return written.getvalue()


def families_for(family: str) -> str:
    """What stands in a file in place of a family: the font that was found for it, others like it, and a generic one."""
    font = QFontInfo(QFont(family))
    is_even = family in NUMBER_FAMILIES or font.fixedPitch()
    names = dict.fromkeys((font.family(), *(NUMBER_FAMILIES if is_even else FAMILIES)))
    generic = names.popitem()[0]
    return ", ".join([*(f"'{name}'" for name in names), generic])


def _leave_out_empty_groups(element: ElementTree.Element) -> None:
    for child in list(element):
        _leave_out_empty_groups(child)
        if child.tag == GROUP and not len(child):
            element.remove(child)


def _scale_of(transform: str) -> tuple[float, float]:
    """How much a `matrix(a,b,c,d,e,f)` without turns enlarges widths and heights."""
    numbers = transform.removeprefix("matrix(").removesuffix(")").split(",")
    return (abs(float(numbers[0])), abs(float(numbers[3]))) if len(numbers) == 6 else (1.0, 1.0)


def _enlarge(image: ElementTree.Element, across: float, down: float) -> None:
    """Give a picture of cells about as many pixels as its place has, each cell the same whole number of them."""
    link = image.get(LINK, "")
    cells = QImage.fromData(QByteArray(base64.b64decode(link.removeprefix(BEGINNING))))
    if not link.startswith(BEGINNING) or cells.isNull():
        return
    wanted = float(image.get("width", "0")) * across, float(image.get("height", "0")) * down
    times = [max(1, ceil(SHARPNESS * side / count)) for side, count in zip(wanted, cells.size().toTuple(), strict=True)]
    size = QSize(cells.width() * times[0], cells.height() * times[1])
    if size == cells.size() or size.width() * size.height() > MOST_PIXELS:
        return
    mode = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.FastTransformation
    contents = QByteArray()
    buffer = QBuffer(contents)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    cells.scaled(size, *mode).save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know paths only
    image.set(LINK, BEGINNING + base64.b64encode(contents.data()).decode())
