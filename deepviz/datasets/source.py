"""Where data comes from: one class for each generator, built-in set or kind of file.

A source is only a choice (a name and a few settings) and small enough to be saved; `load` turns it into data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from deepviz.datasets.dataset import Dataset, DatasetError
from deepviz.datasets.file_start import describe_start
from deepviz.registry import Definition, Registry


class DatasetSource(Definition, ABC):
    """A way to get a data set. Its fields are the settings a user may choose; generators have a `seed` among them.

    Attributes
    ----------
    key
        The name on the command line, for instance "spirals".
    category
        "Generated", "Real" or "Your own files".
    needs_files
        Whether it reads files of the user's own.
    """

    needs_files: ClassVar[bool] = False

    @abstractmethod
    def load(self) -> Dataset:
        """Make or read the data; the same settings (and files) give the same data every time.

        Raises
        ------
        DatasetError
            If the data cannot be had, in words meant for the user.
        """

    @classmethod
    def from_files(cls, paths: Sequence[Path]) -> DatasetSource | None:
        """The source that reads these files, given in any order, or None if they are of another kind.

        Raises
        ------
        DatasetError
            If at least one of the files is of this kind but they cannot be used together.
        """
        return None


registry: Registry[DatasetSource] = Registry("deepviz.datasets.sources", DatasetSource, noun="data set")


def source_for_files(paths: Sequence[str | Path]) -> DatasetSource:
    """Find the source that reads the given files, by what is in them.

    Parameters
    ----------
    paths
        One or more files, in any order.

    Raises
    ------
    DatasetError
        If no file is given, one cannot be read, they don't belong together, or no source knows their kind.
    """
    if not paths:
        raise DatasetError("No data file was given.")
    files = [Path(path) for path in paths]
    starts = [f"{path.name} ({describe_start(path)})" for path in files]
    readers = [source for source in registry.values() if source.needs_files]
    for reader in readers:
        source = reader.from_files(files)
        if source is not None:
            return source
    known = "; ".join(reader.label for reader in readers)
    raise DatasetError(f"No reader knows this data: {', '.join(starts)}. What can be read: {known}.")
