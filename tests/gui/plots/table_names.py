"""Tables of curves, read by whose numbers stand in a column, without the words for what they are."""

from __future__ import annotations

from deepviz.gui.plots.magnitude import ALL

WHAT = (" loss", " accuracy", " update ratio", *(f" {each.column_words}" for each in ALL))


def by_owner(row: dict[str, str]) -> dict[str, str]:
    """A row of a table with `dense_1` in place of `dense_1 update ratio`, and `train` in place of `train loss`."""
    return {_owner(name): value for name, value in row.items()}


def _owner(name: str) -> str:
    return next((name.removesuffix(words) for words in WHAT if name.endswith(words)), name)
