"""Settings changed from the command line, ``--set graph.dense_1.units=32``: see `deepviz.document.changes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deepviz.cli import RequestError
from deepviz.document import changes
from deepviz.document.project import Project


def changed(project: Project, wanted: Sequence[tuple[str, str, Any]]) -> Project:
    """The project with some settings changed; see `deepviz.document.changes.changed`.

    Raises
    ------
    RequestError
        If a path or a value does not fit; the text names the path and says what is possible.
    """
    try:
        return changes.changed(project, wanted)
    except changes.ChangeError as error:
        raise RequestError(error) from None


def parsed(text: str) -> tuple[str, str, Any]:
    """A change as it is given after --set.

    Raises
    ------
    RequestError
        If it has no value.
    """
    try:
        return changes.parsed(text)
    except changes.ChangeError as error:
        raise RequestError(error) from None
