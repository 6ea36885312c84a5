"""What an export format is, and how the one for a file is found: by the file's suffix."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from deepviz.document.project import Project
from deepviz.document.replace_file import replace_file
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
        Every array of the network by name: those that are trained, such as ``dense_1/W``, and those that are only
        kept, such as ``batchnorm_1/moving_mean``.
    """

    project: Project
    parameters: Mapping[str, np.ndarray[Any, Any]]


class Exporter(Definition):
    """One format.

    Attributes
    ----------
    suffix
        The ending of its files, with the dot, in lower case.
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
    kinds = [kind for kind in registry.values() if path.name.lower().endswith(kind.suffix)]
    if kinds:
        return max(kinds, key=lambda kind: len(kind.suffix))()
    possible = ", ".join(kind.suffix for kind in registry.values())
    found = f"not as {path.suffix}" if path.suffix else "and the name has to end in one of them"
    raise ExchangeError(f"{path.name or path}: weights are exported as {possible}, {found}.")


def export(path: Path, project: Project, parameters: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Write a file in the format of its suffix, all or nothing.

    Raises
    ------
    ExchangeError
        If there is no such format, or it cannot hold this network.
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    replace_file(path, exporter_for(path).to_bytes(ExportContent(project, parameters)))
