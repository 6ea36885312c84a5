"""Projects for tests: layers in a row, by their keys."""

from __future__ import annotations

from deepviz.document import edits
from deepviz.document.project import Project


def chain(*layers: tuple[str, dict[str, object]]) -> Project:
    """Layers in a row, each with what is changed of it."""
    project = Project()
    for key, changes in layers:
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return project
