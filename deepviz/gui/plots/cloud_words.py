"""What is said of a cloud of samples: what it is made of, and how far its classes lie apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

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


def figures_tip(clouds: Clouds) -> str:
    """What the figures below the small pictures mean."""
    if clouds.is_class:
        return (
            "Below each layer: the share of samples whose nearest other sample, as this layer sees them,\n"
            "is of the same class. Distances are over all numbers of the layer, not only over the two components.\n"
            "It grows towards 100 % where a layer keeps the classes apart. Click to see a layer large."
        )
    return (
        "Below each layer: how well the target of the nearest other sample, as this layer sees them, tells that\n"
        "of a sample (R², at most 1). Distances are over all numbers of the layer. Click to see a layer large."
    )


def description(clouds: Clouds, cloud: LayerCloud) -> str:
    """All that is said above the picture of a layer."""
    if cloud.has_entries:
        return f"{cloud.node}: {thousands(len(cloud.points))} entries of {counted(cloud.width, 'number')}"
    return (
        f"{cloud.node}: {some_of(len(clouds.numbers), clouds.total)} {PART_NAMES[clouds.part].lower()} samples, "
        f"{counted(cloud.width, 'number')} each · {separation(clouds, cloud)}"
    )


def axis_titles(cloud: LayerCloud, is_small: bool) -> tuple[str, str]:
    """What the axes show, and how much of the variance lies along each; in few letters where it is small."""
    first, second = (percent(float(share)) for share in cloud.shares)
    if is_small:
        return f"component 1 ({first})", f"2 ({second})"
    return f"component 1 ({first} of the variance)", f"component 2 ({second})"


def table_rows(clouds: Clouds, word: Callable[[int], str]) -> Iterator[Sequence[object]]:
    """All points of all layers: layer, number, class or target, place, and the figures of the layer.

    Parameters
    ----------
    word
        Gives the class or the target of a sample by its place.
    """
    for cloud in clouds.layers:
        figures = [*cloud.shares.tolist(), cloud.neighbours, cloud.silhouette]
        for place, (x, y) in enumerate(cloud.points.tolist()):
            number, words = (place, "") if cloud.has_entries else (int(clouds.numbers[place]), word(place))
            yield [cloud.node, number, words, x, y, *figures]
