"""What the prediction explorer says of a sample: which one of the data it is, what would be right, or what to draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.plots.ticks import format_value

MOST_TOLD = 3
"""Of so many numbers to fit it is said what would be right."""
MORE_TOOLS = "For samples and the width of the pen there is room in a large window (F11)."


def truth_words(data: PreparedData, part: str, number: int, right: Any, is_brief: bool = False) -> str:
    """Which sample of the data it is, and what would be right.

    Parameters
    ----------
    right
        The number of its class, or the numbers to fit, shape ``(targets,)``.
    is_brief
        Whether the part of the data is left out.
    """
    if data.task == "classification":
        words = data.class_names[int(right)]
    else:
        told = [format_value(float(each), 5) for each in np.asarray(right)[:MOST_TOLD]]
        words = ", ".join(told) + (", …" if len(right) > MOST_TOLD else "")
    return f"no. {number}, true {words}" if is_brief else f"{part} sample {number}, true {words}"


def invitation(data: PreparedData | None, lacks_tools: bool) -> str:
    """What to do with an empty pad, and where the tools are that it has no room for."""
    what = "Draw a digit." if data is not None and are_digits(data) else "Draw on the pad."
    return f"{what} {MORE_TOOLS}" if lacks_tools else what


def are_digits(data: PreparedData) -> bool:
    """Whether images are known to be of digits: other images have ten numbered classes, too."""
    return data.class_names == tuple("0123456789") and "digits" in data.title.lower()


def whose(data: PreparedData | None) -> str:
    """What drawings are brought into the form of, in words."""
    return "MNIST" if data is not None and data.sample_shape[0] == 28 else "the data"
