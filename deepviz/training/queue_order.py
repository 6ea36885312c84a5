"""In which order waiting runs come when some of them are moved: names in, names out.

Whatever is moved keeps its own order, and what is not moved keeps its own as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def moved_to(waiting: Sequence[str], chosen: Collection[str], before: str | None) -> list[str]:
    """The order with the chosen ones right before another one; at the end if that is None or does not wait.

    Where `before` is itself chosen, they come before the next one after it that is not.
    """
    rest = [run for run in waiting if run not in chosen]
    after = waiting[waiting.index(before) :] if before in waiting else ()
    goal = next((run for run in after if run not in chosen), None)
    place = len(rest) if goal is None else rest.index(goal)
    return [*rest[:place], *(run for run in waiting if run in chosen), *rest[place:]]


def moved_up(waiting: Sequence[str], chosen: Collection[str]) -> list[str]:
    """The order with each of the chosen ones one place earlier; those that are at the top already stay there."""
    order = list(waiting)
    for place in range(1, len(order)):
        if order[place] in chosen and order[place - 1] not in chosen:
            order[place - 1], order[place] = order[place], order[place - 1]
    return order


def moved_down(waiting: Sequence[str], chosen: Collection[str]) -> list[str]:
    """The order with each of the chosen ones one place later; those that are at the end already stay there."""
    return moved_up(waiting[::-1], chosen)[::-1]
