"""Classes can be told from the panel and from each other, on dark panels and on light ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QColor

from deepviz.gui.class_colors import LEAST_CONTRAST, class_color
from deepviz.gui.theme import DARK, LIGHT, Theme

OKABE_AND_ITO = ("#56b4e9", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442")
"""From Okabe and Ito, "Color Universal Design" (2008), without black."""


def linear(color: str) -> np.ndarray:
    """Red, green and blue as amounts of light, from 0 to 1, by the sRGB standard."""
    parts = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio."""
    lights = sorted(float(linear(each) @ [0.2126, 0.7152, 0.0722]) + 0.05 for each in (one, other))
    return lights[1] / lights[0]


def oklab(color: str) -> np.ndarray:
    """Coordinates in which distances are as people see them (Ottosson 2020)."""
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    opponents = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(opponents) @ np.cbrt(np.array(cones) @ linear(color))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("number", range(70))
def test_every_class_stands_out_from_the_panel(theme: Theme, number: int) -> None:
    assert LEAST_CONTRAST == 3.0
    assert contrast(class_color(theme, number), theme.panel) >= 2.99


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_sixteen_classes_differ_as_well_as_can_be(theme: Theme) -> None:
    colors = [class_color(theme, number) for number in range(16)]
    distances = {
        (one, other): np.linalg.norm(oklab(one) - oklab(other)) for one, other in itertools.combinations(colors, 2)
    }
    nearest = min(distances, key=lambda pair: distances[pair])
    assert distances[nearest] > 0.07, nearest
    first = [distances[pair] for pair in itertools.combinations(colors[:10], 2)]
    assert min(first) > 0.09, "the ten digits"


def test_the_first_are_those_of_okabe_and_ito() -> None:
    assert [class_color(DARK, number) for number in range(7)] == list(OKABE_AND_ITO)
    for number, color in enumerate(OKABE_AND_ITO):
        assert QColor(class_color(LIGHT, number)).hue() == pytest.approx(QColor(color).hue(), abs=3)
    for theme in (DARK, LIGHT):
        assert QColor(class_color(theme, 7)).saturationF() < 0.25, "in place of black"
