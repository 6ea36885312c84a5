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


SIGHT = {
    "all cones": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "no red ones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green ones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "no blue ones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""What is seen of linear red, green and blue: Machado, Oliveira and Fernandes 2009, for cones that lack wholly."""


def cielab(color: str, sight: str) -> np.ndarray:
    """CIE 1976 L*a*b* coordinates under D65, as somebody with such cones sees the colour."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    share = to_xyz @ np.clip(np.array(SIGHT[sight]) @ linear(color), 0.0, 1.0) / to_xyz.sum(axis=1)
    bent = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize(
    ("sight", "of_ten", "of_sixteen"),
    [("all cones", 24, 18), ("no red ones", 18, 14), ("no green ones", 13, 13), ("no blue ones", 13, 13)],
)
def test_ten_classes_differ_for_all_kinds_of_eyes(theme: Theme, sight: str, of_ten: float, of_sixteen: float) -> None:
    # A difference of 2.3 can just be seen side by side (Mahy, Van Eycken and Oosterlinck 1994).
    seen = [cielab(class_color(theme, number), sight) for number in range(16)]
    for count, least in ((10, of_ten), (16, of_sixteen)):
        pairs = itertools.combinations(range(count), 2)
        distance, *pair = min((np.linalg.norm(seen[one] - seen[other]), one, other) for one, other in pairs)
        assert distance > least, pair


def test_the_first_are_those_of_okabe_and_ito() -> None:
    assert [class_color(DARK, number) for number in range(7)] == list(OKABE_AND_ITO)
    for number, color in enumerate(OKABE_AND_ITO):
        assert QColor(class_color(LIGHT, number)).hue() == pytest.approx(QColor(color).hue(), abs=3)
    for theme in (DARK, LIGHT):
        assert QColor(class_color(theme, 7)).saturationF() < 0.25, "in place of black"
