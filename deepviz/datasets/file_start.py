"""What the first bytes of a file say it is, in words for a message.

Used when a file turns out not to be what was asked for, to tell the user what it probably is instead.
"""

from __future__ import annotations

from pathlib import Path

from deepviz.datasets.dataset import DatasetError

_SIGNATURES = (
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet table"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstandard data"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
)


def first_bytes(path: Path, count: int = 64) -> bytes:
    """Up to `count` bytes from the start of a file.

    Raises
    ------
    DatasetError
        If the file is missing, is not a file, or may not be read.
    """
    try:
        if not path.exists():
            raise DatasetError(f"There is no file {path}.")
        if not path.is_file():
            raise DatasetError(f"{path} is not a file.")
        with path.open("rb") as stream:
            return stream.read(count)
    except (OSError, ValueError) as error:
        if isinstance(error, DatasetError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise DatasetError(f"{path} cannot be read: {reason}.") from error


def describe_start(path: Path) -> str:
    """What a file seems to be, judged by its first bytes, for instance "a PNG image".

    Raises
    ------
    DatasetError
        If the file cannot be read.
    """
    return describe_bytes(first_bytes(path))


def describe_bytes(start: bytes) -> str:
    """What data that begins with these bytes seems to be, as a phrase such as "a PNG image" or "text"."""
    if not start:
        return "empty"
    for signature, phrase in _SIGNATURES:
        if start.startswith(signature):
            return phrase
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if b"\x00" not in start and all(byte >= 32 or byte in b"\t\r\n\f" for byte in start):
        return "text"
    return f"unknown data that starts with {start[:4].hex(' ').upper()}"
