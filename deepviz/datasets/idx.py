"""Reader for IDX files, the format of MNIST and its relatives, gzipped or not.

An IDX file is two zero bytes, a type byte, the number of dimensions, each dimension as a big-endian 32-bit number, then
the values in big-endian order. Nothing is allocated before the header has been found plausible.
"""

from __future__ import annotations

import gzip
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepviz.datasets.dataset import Array, DatasetError
from deepviz.datasets.file_start import describe_bytes, first_bytes
from deepviz.numerals import thousands

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

# Samples are held as float32, so this many values are 4 GiB.
MAXIMUM_VALUES = 1 << 30

# NumPy's own limit is 64; nothing real has more than a handful.
_MAXIMUM_DIMENSIONS = 8

# Deflate cannot compress by more than a factor of 1032, so a header that promises more is wrong.
_MAXIMUM_COMPRESSION = 1032

_COUNTING_LIMIT = 1 << 26

_Stream = gzip.GzipFile | io.BufferedReader


class NotIdxError(DatasetError):
    """The file is of some other kind: it does not start like an IDX file."""


@dataclass(frozen=True)
class IdxHeader:
    """What an IDX file says about itself.

    Parameters
    ----------
    dtype
        Type of the values, big-endian.
    shape
        The dimensions; the first is the number of samples.
    """

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]

    @property
    def values(self) -> int:
        """How many values the file should hold."""
        return math.prod(self.shape)

    @property
    def header_bytes(self) -> int:
        """Length of the header itself."""
        return 4 + 4 * len(self.shape)

    @property
    def total_bytes(self) -> int:
        """Length of the whole uncompressed file."""
        return self.header_bytes + self.values * self.dtype.itemsize

    @property
    def meaning(self) -> str:
        """What such a file usually holds, as a phrase such as "an images file (10,000 of 28 x 28)"."""
        sizes = " x ".join(str(size) for size in self.shape[1:])
        if len(self.shape) == 1:
            return f"a labels file ({thousands(self.shape[0])} of them)"
        if len(self.shape) == 3:
            return f"an images file ({thousands(self.shape[0])} of {sizes})"
        return f"an array of {thousands(self.shape[0])} x {sizes}"


def read_header(path: Path) -> IdxHeader:
    """Read only the header of an IDX file, and check it against the size of the file.

    Raises
    ------
    NotIdxError
        If the file is of another kind.
    DatasetError
        If it cannot be read, or the header is damaged or promises what the file cannot hold.
    """
    with _opened(path) as stream:
        return _header(stream, path)


def read_idx(path: Path) -> Array:
    """Read an IDX file whole.

    Returns
    -------
    array
        The values in the machine's own byte order, shaped as the header says.

    Raises
    ------
    NotIdxError
        If the file is of another kind.
    DatasetError
        If it cannot be read, is damaged, or is shorter or longer than its header says.
    """
    with _opened(path) as stream:
        header = _header(stream, path)
        array = np.empty(header.shape, dtype=header.dtype)
        payload = array.reshape(-1).view(np.uint8)
        found = _fill(stream, payload.data, path, header)
        if found < len(payload):
            raise DatasetError(
                f"{path.name} is cut off: {thousands(header.total_bytes)} bytes are expected and "
                f"{thousands(header.header_bytes + found)} were found. Download or copy it again."
            )
        surplus = _count_rest(stream)
    if surplus:
        at_least = "at least " if surplus >= _COUNTING_LIMIT else ""
        raise DatasetError(
            f"{path.name} is too long: {thousands(header.total_bytes)} bytes are expected and {at_least}"
            f"{thousands(header.total_bytes + surplus)} were found. Its header or its data is damaged."
        )
    return array.astype(header.dtype.newbyteorder("="), copy=False)


@contextmanager
def _opened(path: Path) -> Iterator[_Stream]:
    """The uncompressed bytes of a file; what goes wrong while reading becomes a DatasetError."""
    compressed = first_bytes(path, 2) == b"\x1f\x8b"
    try:
        with path.open("rb") as raw:
            if compressed:
                with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
                    yield stream
            else:
                yield raw
    except EOFError:
        raise DatasetError(f"{path.name} is cut off: its gzip data ends early. Download or copy it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DatasetError(
            f"{path.name} is damaged: its gzip data is not valid ({error}). Download it again."
        ) from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error


def _header(stream: _Stream, path: Path) -> IdxHeader:
    start = stream.read(4)
    if len(start) < 4 or start[:2] != b"\x00\x00" or start[2] not in _TYPES or start[3] == 0:
        note = ""
        if path.suffix == ".gz" and not isinstance(stream, gzip.GzipFile):
            note = " Despite its name it is not compressed with gzip."
        raise NotIdxError(_why_not_idx(start + stream.read(60), path) + note)
    dimensions = start[3]
    if dimensions > _MAXIMUM_DIMENSIONS:
        raise DatasetError(f"{path.name} claims {dimensions} dimensions; its header is damaged.")
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DatasetError(
            f"{path.name} is cut off inside its header: {4 + 4 * dimensions} bytes are expected and "
            f"{4 + len(sizes)} were found. Download or copy it again."
        )
    shape = tuple(int.from_bytes(sizes[4 * i : 4 * i + 4], "big") for i in range(dimensions))
    header = IdxHeader(np.dtype(_TYPES[start[2]]), shape)
    _check_plausible(header, path, isinstance(stream, gzip.GzipFile))
    return header


def _check_plausible(header: IdxHeader, path: Path, compressed: bool) -> None:
    """Refuse a header whose data the file cannot hold, or the memory should not."""
    sizes = " x ".join(f"{thousands(size)}" for size in header.shape)
    if 0 in header.shape:
        raise DatasetError(f"{path.name} holds no samples: its header says {sizes}.")
    on_disk = path.stat().st_size
    if not compressed and on_disk != header.total_bytes:
        fault = "is cut off" if on_disk < header.total_bytes else "is too long"
        raise DatasetError(
            f"{path.name} {fault}: for {sizes} values {thousands(header.total_bytes)} bytes are "
            f"expected and {thousands(on_disk)} were "
            "found. Either its header is damaged or the file is incomplete or altered."
        )
    if compressed and header.total_bytes > on_disk * _MAXIMUM_COMPRESSION:
        raise DatasetError(
            f"{path.name} is damaged or cut off: its header says {sizes} values, "
            f"that is {thousands(header.total_bytes)} bytes, "
            f"which a gzip file of {thousands(on_disk)} bytes cannot hold."
        )
    if header.values > MAXIMUM_VALUES:
        raise DatasetError(
            f"{path.name} holds {sizes} values, more than the {thousands(MAXIMUM_VALUES)} that can be kept in memory."
        )


def _why_not_idx(start: bytes, path: Path) -> str:
    """Say what the file holds instead of an IDX header, and what to do about it if that is clear."""
    expected = "An IDX file starts with 00 00 08 01 (labels) or 00 00 08 03 (images)"
    if not start:
        return f"{path.name} is empty. {expected}."
    found = f"{path.name} is not an IDX file: it starts with {start[:4].hex(' ').upper()}"
    if start.startswith(b"\x1f\x8b"):
        return f"{path.name} is compressed twice. Decompress it once and choose the result."
    if len(start) >= 4 and start[2:4] == b"\x00\x00" and start[1] in _TYPES and start[0]:
        return f"{found}, an IDX header in reversed byte order. {expected}."
    kind = describe_bytes(start)
    guess = "" if kind.startswith("unknown") else f", which looks like {kind}"
    return f"{found}{guess}. {expected}."


def _fill(stream: _Stream, payload: memoryview, path: Path, header: IdxHeader) -> int:
    """Read until the buffer is full or the file ends; return how many bytes were read."""
    found = 0
    try:
        while found < len(payload):
            # One piece at a time, so that what came before a cut in compressed data is counted.
            piece = stream.read1(min(1 << 20, len(payload) - found))
            if not piece:
                break
            payload[found : found + len(piece)] = piece
            found += len(piece)
    except EOFError:
        raise DatasetError(
            f"{path.name} is cut off: {thousands(header.total_bytes)} bytes are expected after decompression and "
            f"{thousands(header.header_bytes + found)} were found. Download or copy it again."
        ) from None
    return found


def _count_rest(stream: _Stream) -> int:
    """How many bytes are left; counting stops at a limit, so that no crafted file can keep it busy."""
    count = 0
    while count < _COUNTING_LIMIT:
        piece = stream.read(1 << 20)
        if not piece:
            break
        count += len(piece)
    return count
