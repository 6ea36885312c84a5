"""The built-in examples: project files that come with DeepViz, each ready to train, and what is to be said of them.

They are what people start from: a list of them is the list of templates.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from deepviz.document.file_format import SUFFIX, load
from deepviz.document.project import Project
from deepviz.resources_path import resource

CATALOGUE = "catalogue.json"


@dataclass(frozen=True)
class Example:
    """What is to be said of an example without opening it.

    Attributes
    ----------
    name
        What it is called on the command line; its file's name.
    title, description
        What it is called on screen, and what it is in one sentence.
    category
        The heading that it is listed under.
    result
        What training reaches, in words, whatever the seed; empty where that depends on files of the user's own.
    seconds
        About how long the training takes on a small machine; 0 if not known.
    data
        The label of its data.
    layers, parameters
        How many layers it has (without the loss), and how many numbers it trains.
    epochs
        How long it trains as it is.
    needs_files
        Whether it learns from files of the user's own.
    """

    name: str
    title: str
    category: str
    description: str
    result: str
    seconds: int
    data: str
    layers: int
    parameters: int
    epochs: int
    needs_files: bool


@cache
def catalogue() -> tuple[Example, ...]:
    """All examples by category, the first one for newcomers."""
    text = resource("examples", CATALOGUE).read_text(encoding="utf-8")
    return tuple(Example(**each) for each in json.loads(text))


def names() -> list[str]:
    """The names of the examples, the first one for newcomers."""
    return [example.name for example in catalogue()]


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
