"""Opening data files: what a person picks or drops, together or one after another, becomes a source that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepviz.datasets.dataset import DatasetError
from deepviz.datasets.source import DatasetSource, source_for_files

FILTER = "Images and labels (*.gz *ubyte* *idx*);;All files (*)"


class PickedFiles:
    """Remembers a first file while the one that belongs to it is still missing.

    Attributes
    ----------
    waiting
        The file that was picked, if it alone is not enough.
    """

    def __init__(self) -> None:
        self.waiting: Path | None = None

    def source(self, paths: Sequence[Path]) -> DatasetSource:
        """The source that reads these files, together with the one picked before or with their partner if need be.

        Raises
        ------
        DatasetError
            If nothing reads them. One file of a pair is remembered in `waiting`, and the next call completes it.
        """
        before, self.waiting = self.waiting, None
        try:
            return source_for_files(paths)
        except DatasetError as error:
            if len(paths) != 1:
                raise
            for other in (before, partner(paths[0])):
                found = None if other is None or other == paths[0] else _source_or_none((other, paths[0]))
                if found is not None:
                    return found
            if "two files" in str(error):
                self.waiting = paths[0]
            raise


def partner(path: Path) -> Path | None:
    """The labels that lie beside an images file under the usual name, or the images beside labels, or None."""
    for one, other in ((("images", "idx3"), ("labels", "idx1")), (("labels", "idx1"), ("images", "idx3"))):
        if one[0] in path.name:
            name = path.name.replace(one[0], other[0]).replace(one[1], other[1])
            for candidate in (name, name.removesuffix(".gz"), f"{name}.gz"):
                if path.with_name(candidate).is_file():
                    return path.with_name(candidate)
    return None


def _source_or_none(paths: Sequence[Path]) -> DatasetSource | None:
    try:
        return source_for_files(paths)
    except DatasetError:
        return None
