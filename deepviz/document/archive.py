"""A zip of plain files with a checksum of each, and NumPy's archives inside it.

What is read is not believed: sizes are looked at before anything is unpacked, and nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepviz.numerals import thousands

CHECKSUMS = "checksums.json"

LARGEST_JSON = 16 * 2**20
LARGEST_MEMBER = 8 * 2**30
LOOSE = 64 * 2**20
"""Up to this size a member may be compressed as much as it can be; above, at most `TIGHTEST` to 1."""
TIGHTEST = 100
QUICKLY = 1
"""How hard to compress: measured columns become 2 % smaller with more effort, which takes more than twice as long."""

Arrays = Mapping[str, np.ndarray[Any, Any]]


class FileError(ValueError):
    """A file that cannot be read or written as a project. The text names the file and says what is wrong with it."""


def pack(members: Mapping[str, bytes], compressed: Collection[str] = ()) -> bytes:
    """The contents of a zip with these files and a checksum of each. Equal contents give equal bytes.

    Parameters
    ----------
    members
        Contents by name.
    compressed
        Names of those that are worth compressing.
    """
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {**members, CHECKSUMS: json.dumps(sums, indent=1, sort_keys=True).encode()}.items():
            squeeze = name in compressed and len(content) <= LOOSE
            archive.writestr(_entry(name), content, zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED, QUICKLY)
    return buffer.getvalue()


def unpack(path: Path, required: str, known: Collection[str], optional: Collection[str]) -> dict[str, bytes | None]:
    """Read files of a zip that `pack` made.

    Parameters
    ----------
    path
        The zip.
    required
        The file without which it is not a project.
    known
        The other files that are looked for; strangers are not touched.
    optional
        Those of them whose damage is no reason to refuse the rest.

    Returns
    -------
    Contents by name; None for an optional one that is damaged.

    Raises
    ------
    FileError
        If it is no such zip, or a file in it that is not optional is damaged or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _entries(archive, path.name)
            if required not in entries:
                # The end of a truncated file can look like a zip of its own: arrays are zips within the zip.
                raise FileError(f"{path.name} is not a DeepViz project, or only a part of one: it has no {required}.")
            wanted = [name for name in (CHECKSUMS, required, *known) if name in entries]
            for name in wanted:
                _check_size(entries[name], path.name)
            sums = _checksums(archive, entries, path.name)
            gone = sorted(set(sums) & {required, *known} - set(wanted) - set(optional))
            if gone:
                raise FileError(f"{path.name} is damaged: {gone[0]} is missing from it.")
            found: dict[str, bytes | None] = {name: None for name in sums if name in optional}
            for name in wanted[1:]:
                found[name] = _member(archive, entries[name], sums, path.name, name in optional)
            return found
    except FileNotFoundError:
        raise FileError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise FileError(f"{path} is a folder, not a project file.") from None
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except FileError:
        raise
    except MemoryError:
        raise FileError(f"{path.name} does not fit into memory.") from None
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise FileError(f"{path.name} is not a DeepViz project, or only a part of one.") from None


def npz_bytes(arrays: Arrays) -> bytes:
    """Arrays as the contents of an `.npz` file, without pickle and with equal bytes for equal arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.asarray(array), allow_pickle=False)
            archive.writestr(_entry(f"{name}.npy"), part.getvalue())
    return buffer.getvalue()


def arrays_of(content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of an `.npz` file.

    Raises
    ------
    ValueError
        If it is damaged or holds anything but plain arrays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                _check_size(entry, "it")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: _plain(arrays[name]) for name in arrays.files}
    except Exception as error:  # what NumPy's reader raises for damaged headers is no closed list
        raise ValueError(str(error) or type(error).__name__) from None


def _plain(array: Any) -> np.ndarray[Any, Any]:
    if not isinstance(array, np.ndarray):
        raise ValueError("it holds something that is not an array")
    return array


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that depends neither on the clock nor on the machine."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def _entries(archive: zipfile.ZipFile, file: str) -> dict[str, zipfile.ZipInfo]:
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) < len(archive.infolist()):
        raise FileError(f"{file} is damaged: a name occurs twice in it.")
    return entries


def _check_size(entry: zipfile.ZipInfo, file: str) -> None:
    """Refuse what would take up far more memory than its place in the file lets one expect."""
    limit = LARGEST_JSON if entry.filename.endswith(".json") else LARGEST_MEMBER
    if entry.file_size > limit or entry.file_size > max(LOOSE, TIGHTEST * entry.compress_size):
        raise FileError(f"{file} is damaged: {entry.filename} claims to be {thousands(entry.file_size)} bytes long.")


def _checksums(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], file: str) -> dict[str, str]:
    try:
        sums = json.loads(archive.read(entries[CHECKSUMS]))
        if isinstance(sums, dict) and all(isinstance(each, str) for each in sums.values()):
            return sums
    except (KeyError, ValueError, RecursionError, zipfile.BadZipFile, zlib.error):
        pass
    raise FileError(f"{file} is damaged: it has no readable list of checksums.")


def _member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, sums: Mapping[str, str], file: str, optional: bool
) -> bytes | None:
    """The contents of one file, or None if it is damaged and optional."""
    try:
        content: bytes | None = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        content = None
    if content is not None and sums.get(entry.filename) == hashlib.sha256(content).hexdigest():
        return content
    if optional:
        return None
    raise FileError(f"{file} is damaged: {entry.filename} does not have the checksum it was saved with.")
