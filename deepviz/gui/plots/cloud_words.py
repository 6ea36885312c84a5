"""What is said of a cloud of samples: what it is made of, and how far its classes lie apart."""

from __future__ import annotations

import math

import numpy as np

from deepviz.gui import amounts
from deepviz.gui.amounts import counted, some_of, thousands
from deepviz.gui.plots.part_look import PART_NAMES
from deepviz.insight.projection import Clouds, LayerCloud


def percent(share: float) -> str:
    """A share as `96.5 %`."""
    return amounts.percent(share, 1, " ")


def figure(clouds: Clouds, cloud: LayerCloud) -> str:
    """The figure of separation of a layer, alone."""
    if cloud.has_entries:
        return f"{thousands(len(cloud.points))} entries"
    if math.isnan(cloud.neighbours):
        return "not finite" if np.isnan(cloud.points).any() else ""
    return percent(cloud.neighbours) if clouds.is_class else f"R² {cloud.neighbours:.2f}"


def separation(clouds: Clouds, cloud: LayerCloud) -> str:
    """How far classes lie apart in the whole space of a layer."""
    if cloud.has_entries:
        return ""
    if not np.isfinite(cloud.points).all():
        return "some numbers are not finite, so there is nothing to project"
    if not clouds.is_class:
        what = "target" if clouds.is_colored else "targets"
        return f"{what} of the nearest neighbour: R² {cloud.neighbours:.3f}"
    words = f"nearest neighbour of the same class {percent(cloud.neighbours)}"
    return words if math.isnan(cloud.silhouette) else f"{words} · silhouette {cloud.silhouette:.3f}"


def short_separation(clouds: Clouds, cloud: LayerCloud) -> str:
    """The same in few words."""
    whole = separation(clouds, cloud)
    return whole.partition(" · ")[0].replace("nearest neighbour of the same class", "neighbour of the same class")


def description(clouds: Clouds, cloud: LayerCloud) -> str:
    """All that is said above the picture of a layer."""
    if cloud.has_entries:
        return f"{cloud.node}: {thousands(len(cloud.points))} entries of {counted(cloud.width, 'number')}"
    return (
        f"{cloud.node}: {some_of(len(clouds.numbers), clouds.total)} {PART_NAMES[clouds.part].lower()} samples, "
        f"{counted(cloud.width, 'number')} each · {separation(clouds, cloud)}"
    )
