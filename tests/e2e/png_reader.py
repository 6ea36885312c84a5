"""Reads what a PNG file says of itself without Qt, by the letter of its standard, so that somebody else judges it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

CHANNELS = {2: 3, 6: 4}
"""How many bytes a pixel has: colour, and colour with opacity."""


def read_png(path: Path) -> tuple[int, int, int]:
    """Width and height of a picture with 8 bits a channel, and how many of its lines differ from all others.

    Every checksum, also that of the unpacked pixels, is tested; lines are compared as they are stored.

    Raises
    ------
    AssertionError
        If the file is no such picture, or is not whole.
    """
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts, header, kind = 8, [], b"", b""
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack(">I", content[at + 8 + size : at + 12 + size])
        assert zlib.crc32(kind + body) == checksum
        header = body if kind == b"IHDR" else header
        parts += [body] if kind == b"IDAT" else []
        at += 12 + size
    assert kind == b"IEND"
    width, height, depth, color, *others = struct.unpack(">IIBBBBB", header)
    assert (depth, others) == (8, [0, 0, 0])
    pixels = zlib.decompress(b"".join(parts))
    length = 1 + CHANNELS[color] * width
    assert len(pixels) == height * length
    lines = {pixels[start : start + length] for start in range(0, len(pixels), length)}
    assert all(line[0] <= 4 for line in lines), "each line begins with the number of its filter"
    return width, height, len(lines)
