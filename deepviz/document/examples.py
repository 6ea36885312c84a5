"""The built-in examples: project files that come with DeepViz, each ready to train."""

from __future__ import annotations

from deepviz.document.file_format import SUFFIX, load
from deepviz.document.project import Project
from deepviz.resources_path import resource


def names() -> list[str]:
    """The names of the examples, the first one for newcomers."""
    found = sorted(path.name.removesuffix(SUFFIX) for path in resource("examples").iterdir() if path.suffix == SUFFIX)
    return sorted(found, key=lambda name: name != "spirals")


def open_example(name: str) -> Project:
    """A built-in example, untrained.

    Raises
    ------
    KeyError
        If there is none of this name.
    """
    if name not in names():
        raise KeyError(name)
    return load(resource("examples", name + SUFFIX)).project
