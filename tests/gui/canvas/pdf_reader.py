"""Reads what these tests ask of a PDF: its pages with their sizes, its texts letter by letter, which fonts lie in it.

Written from the specification (ISO 32000) for files with Flate streams and fonts with a `ToUnicode` map.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Pdf:
    """A file that was read: width and height of each page in points, texts in the order they were drawn, fonts."""

    pages: list[tuple[float, float]]
    texts: list[str]
    embedded_fonts: list[str]
    images: int


def read_pdf(content: bytes) -> Pdf:
    assert content.startswith(b"%PDF-1."), "no header"
    assert content.rstrip().endswith(b"%%EOF"), "cut off"
    (start,) = re.findall(rb"startxref\s+(\d+)", content)
    assert content[int(start) :].startswith(b"xref"), "the table of objects is elsewhere"
    objects = {int(number): body for number, body in re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", content, re.S)}
    pages = []
    for body in objects.values():
        if re.search(rb"/Type /Page\b", body):
            (box,) = re.findall(rb"/MediaBox \[([^\]]*)\]", body)
            left, top, right, bottom = map(float, box.split())
            pages.append((right - left, bottom - top))
    names = {}
    for body in objects.values():
        for fonts in re.findall(rb"/Font\s*<<(.*?)>>", body, re.S):
            names |= {name: int(number) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", fonts)}
    letters = {name: _letters(objects, number) for name, number in names.items()}
    texts = [text for body in objects.values() for text in _texts(_stream(objects, body), letters)]
    fonts = [name.decode() for name in re.findall(rb"/FontName /(\S+)[^>]*/FontFile2", content, re.S)]
    return Pdf(pages, texts, fonts, len(re.findall(rb"/Subtype /Image", content)))


def _stream(objects: dict[int, bytes], body: bytes) -> bytes:
    found = re.search(rb"stream\n(.*)\nendstream", body, re.S)
    if found is None or b"/DCTDecode" in body[: found.start()]:
        return b""
    return zlib.decompress(found.group(1)) if b"/FlateDecode" in body[: found.start()] else found.group(1)


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """What each code of a font stands for."""
    (number,) = re.findall(rb"/ToUnicode (\d+) 0 R", objects[font])
    found = {}
    ranges = re.findall(rb"<(\w+)> <\w+> (\[[^\]]*\]|<\w+>)", _stream(objects, objects[int(number)]))
    for first, listed in ranges:
        for offset, code in enumerate(re.findall(rb"<(\w+)>", listed)):
            found[int(first, 16) + offset] = chr(int(code, 16))
    return found


def _texts(drawn: bytes, letters: dict[bytes, dict[int, str]]) -> list[str]:
    texts = []
    for block in re.findall(rb"\bBT\n(.*?)\nET\b", drawn, re.S):
        (name,) = re.findall(rb"/(\w+) [\d.]+ Tf", block)
        codes = [int(code, 16) for shown in re.findall(rb"<(\w+)> Tj", block) for code in re.findall(rb"....", shown)]
        texts.append("".join(letters[name][code] for code in codes).replace("\t", " "))
    return texts
