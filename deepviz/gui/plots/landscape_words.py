"""What is said about a landscape in words, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from deepviz.gui.amounts import NEARLY, some_of, thousands
from deepviz.gui.plots.ticks import format_integer, format_value
from deepviz.insight.landscape import Surface
from deepviz.insight.trajectory import Trajectory

METHOD = (
    "<p>The loss along two directions through the present weights, or along one. In <b>random directions</b>, every "
    "filter (the weights of one unit) is as long as that filter of the present weights, so that landscapes can be "
    "compared (Li et al. 2018); biases, normalisations and frozen layers stay as they are.</p><p><b>Directions of the "
    "training path</b> are the first principal components of the kept states of the run: a and b are distances, and "
    "the axes say which share of the variance of the path lies along each.</p><p>Kept means and variances of "
    "normalisations stay in both, nothing is dropped out, and penalties on weights are part of the loss.</p><p>The "
    "path of training is drawn where least squares put it. N and P walk along it. How much of the way the picture "
    "shows: for each kept state, how far it is from + within the picture, as a share of how far it is from + over all "
    "trained weights. The rest leads out of the picture, so a state has not quite the loss that is painted under it."
    "</p><p>What is chosen here counts from the next time on that Compute is pressed.</p>"
)
SHARE_TIP = (
    "How much of the way is shown: for each kept state of the run, how far it is from + within the picture,\n"
    "as a share of how far it is from + over all trained weights. The rest of the way leads out of the picture,\n"
    "so a state has not quite the loss that is painted under it. Directions of the path show the most of it."
)
"""What the shares of a path mean that a caption tells."""
COLUMNS = ("what", "step", "a", "b", "loss", "distance", "share of distance in plane")
ORDINALS = ("first", "second")
PLUS = "+"
MOST_UNEQUAL = 4.0
"""How many times as wide as high a map may be, or as high as wide, to be drawn to one scale."""
NO_BREAK = "\N{NO-BREAK SPACE}"


def step_words(step: int) -> str:
    """A step of the run: `step 1 200`, or `untrained`."""
    return f"step {format_integer(step)}" if step else "the untrained weights"


def percent(share: float) -> str:
    """A share to three figures; what is not quite all does not look so."""
    text = format_value(100 * share, 3)
    return f"{'> 99.9' if text == '100' and share < 1 - NEARLY else text}{NO_BREAK}%"


def axis_title(surface: Surface, direction: int, is_small: bool) -> str:
    """What an axis shows: which direction, and how much of the path lies along it; in few letters where it is small."""
    letter = "ab"[direction]
    share = percent(surface.explained[direction]) if surface.explained else ""
    if is_small:
        return f"{letter}: {share}" if share else letter
    if share:
        return f"{ORDINALS[direction]} component of the path, {letter}: {share} of its variance"
    return f"{ORDINALS[direction]} direction, {letter}"


def caption(surface: Surface, is_small: bool, shows_path: bool) -> str:
    """The words above the picture.

    Parameters
    ----------
    is_small
        Whether there is room for a few words only.
    shows_path
        Whether the path is drawn.
    """
    if is_small:
        words = f"{PLUS} mean loss {format_value(surface.centre, 6)}: {some_of(surface.samples, surface.total)}"
        words = f"{words} training samples"
        if surface.path is None or not shows_path:
            return words
        return f"{words}. {way_words(surface, surface.path)}"
    ways = "directions" if surface.is_map else "direction"
    directions = f"Random {ways}, seed {surface.seed}" if not surface.explained else f"{ways.capitalize()} of the path"
    words = (
        f"Around {step_words(surface.step)} ({PLUS}): mean loss {format_value(surface.centre, 6)} of "
        f"{some_of(surface.samples, surface.total)} training samples. {directions}: "
        f"{some_of(surface.moved, surface.parameters)} parameters move."
    )
    if not shows_path:
        return words
    if surface.path is None:
        return f"{words} No other state of the run is kept yet, so there is no path."
    beyond = " Zoom out for all of it." if _leaves(surface, surface.path) else ""
    kept = f"Path of {thousands(len(surface.path.steps))} states"
    return f"{words} {kept}. {way_words(surface, surface.path)}.{beyond}"


def way_words(surface: Surface, path: Trajectory) -> str:
    """How much of the way between the middle and the other states of a path can be seen, from the least to the most."""
    here = "This plane" if surface.is_map else "This line"
    way = "that the weights have come" if int(path.steps[-1]) <= surface.step else f"between {PLUS} and the kept states"
    return f"{here} shows {_range(path)} of the way {way}"


def keeps_shape(surface: Surface) -> bool:
    """Whether both axes of a map are drawn to one scale, so that its shape is the true one; not if it were a strip."""
    if not surface.is_map:
        return False
    across, up = (float(axis[-1] - axis[0]) for axis in (surface.xs, surface.ys))
    return 1 / MOST_UNEQUAL <= across / up <= MOST_UNEQUAL


def age_words(surface: Surface | None, shown: int, is_present: bool, is_of_before: bool) -> tuple[str, str]:
    """What is said where a picture is of another step than all the rest, and in which role; empty where it is not.

    Parameters
    ----------
    shown, is_present
        The step that everything else is shown of, and whether that is simply the newest one.
    is_of_before
        Whether the picture was made before the run that is shown.
    """
    if surface is not None and is_of_before:
        return "Worked out before this run began. Press Compute for the weights of now.", "warning"
    if surface is None or surface.step == shown:
        return "", "small"
    if is_present:
        return f"Around {step_words(surface.step)}; the run is elsewhere by now.", "small"
    return f"Around {step_words(surface.step)}, not {step_words(shown)}, which is shown.", "warning"


def path_words(surface: Surface, number: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A heading, and names and values, for one of the states of the path."""
    path = surface.path
    assert path is not None
    words = [(letter, format_value(float(value))) for letter, value in zip("ab", path.places[number], strict=False)]
    words.append((f"distance from {PLUS}", format_value(float(path.distances[number]))))
    if np.isfinite(path.shares[number]):
        words.append(("of it in the picture", percent(float(path.shares[number]))))
    return f"Path · step {format_integer(int(path.steps[number]))}", tuple(words)


def table_rows(surface: Surface) -> Iterator[Sequence[object]]:
    """Rows of `COLUMNS`: the loss at every point of the grid, then the path."""
    for row, column in np.ndindex(surface.losses.shape):
        loss = float(surface.losses[row, column])
        b = float(surface.ys[row]) if surface.is_map else ""
        yield ["surface", surface.step, float(surface.xs[column]), b, loss, "", ""]
    if surface.path is not None:
        path = surface.path
        for step, place, distance, share in zip(
            path.steps.tolist(), path.places.tolist(), path.distances.tolist(), path.shares.tolist(), strict=True
        ):
            yield ["path", step, *place, *([] if surface.is_map else [""]), "", distance, share if share >= 0 else ""]


def _range(path: Trajectory) -> str:
    """Which share of the distances lies in the plane, from the least to the most."""
    known = path.shares[np.isfinite(path.shares)]
    if not known.size:
        return "nothing"
    least, most = percent(float(known.min())), percent(float(known.max()))
    return least if least == most else f"{least.removesuffix(f'{NO_BREAK}%')} to {most}"


def _leaves(surface: Surface, path: Trajectory) -> bool:
    """Whether some of a path lies beyond the grid."""
    axes = (surface.xs, surface.ys) if surface.is_map else (surface.xs,)
    return any(
        bool((path.places[:, each] < axis[0]).any() or (path.places[:, each] > axis[-1]).any())
        for each, axis in enumerate(axes)
    )
