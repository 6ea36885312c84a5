"""What an export format is, and how the one for a file is found: by the file's suffix."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from deepviz.document.file_format import replace_file
from deepviz.document.project import Project
from deepviz.registry import Definition, Registry


class ExchangeError(ValueError):
    """Something that cannot be exported. The text says why, and what can be."""


@dataclass(frozen=True, eq=False)
class ExportContent:
    """What there is to export.

    Attributes
    ----------
    project
        The project with its graph.
    parameters
        Every trained array by name, ``dense_1/W``.
    """

    project: Project
    parameters: Mapping[str, np.ndarray]


class Exporter(Definition):
    """One format.

    Attributes
    ----------
    suffix
        The ending of its files, with the dot.
    """

    category: ClassVar[str] = "Export"
    suffix: ClassVar[str] = ""

    @abstractmethod
    def to_bytes(self, content: ExportContent) -> bytes:
        """The contents of the file.

        Raises
        ------
        ExchangeError
            If the format cannot hold this network.
        """


registry: Registry[Exporter] = Registry("deepviz.exchange.formats", Exporter, noun="export format")


def exporter_for(path: Path) -> Exporter:
    """The format that belongs to a file's suffix.

    Raises
    ------
    ExchangeError
        If there is none; the text lists those there are.
    """
    for kind in registry.values():
        if path.name.lower().endswith(kind.suffix):
            return kind()
    possible = ", ".join(kind.suffix for kind in registry.values())
    raise ExchangeError(f"{path.name}: weights are exported as {possible}; the ending of the name says which.")


def export(path: Path, project: Project, parameters: Mapping[str, np.ndarray]) -> None:
    """Write a file in the format of its suffix, all or nothing.

    Raises
    ------
    ExchangeError
        If there is no such format, or it cannot hold this network.
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    content = exporter_for(path).to_bytes(ExportContent(project, parameters))
    replace_file(path, content)
