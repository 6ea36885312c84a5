"""What is known about a network, told of its cards: sums for groups, problems at the card that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.drawing import Drawing
from deepviz.document.graph import Edge
from deepviz.document.shapes import Problem, Report
from deepviz.engine.shapes import Shape


def drawn_report(report: Report, drawing: Drawing) -> Report:
    """What is known about each card.

    A card has the shape that leaves it, None if several do, and the parameters of all that it stands for. Problems
    inside of a collapsed group are told at its card; those of layers that are not drawn are left out.
    """
    if drawing.graph is drawing.source:
        return report
    shapes = {card: _shape(report, drawing, card) for card in drawing.members}
    parameters = {card: total(report.parameters, shown) for card, shown in drawing.members.items()}
    return replace(
        report,
        shapes=shapes,
        parameters=parameters,
        problems=tuple(_problems(report.problems, drawing)),
        warnings=tuple(_problems(report.warnings, drawing)),
        macs={card: total(report.macs, shown) for card, shown in drawing.members.items()},
    )


def total(counts: Mapping[str, int | None], node_ids: Iterable[str]) -> int | None:
    """The sum of what is counted at some nodes; None if it is not known of one of them."""
    known = [counts.get(node_id) for node_id in node_ids]
    return None if any(count is None for count in known) else sum(count or 0 for count in known)


def _shape(report: Report, drawing: Drawing, card: str) -> Shape | None:
    leaving = ends.exits(drawing.source, card)
    shapes = {report.shapes.get(node_id) for node_id in leaving or drawing.members[card][-1:]}
    return shapes.pop() if len(shapes) == 1 else None


def _problems(problems: Iterable[Problem], drawing: Drawing) -> Iterable[Problem]:
    for problem in problems:
        if problem.where is None:
            yield problem
            continue
        place = problem.where.target if isinstance(problem.where, Edge) else problem.where
        card = drawing.card_of(place)
        if card is not None:
            yield problem if card == place else replace(problem, where=card)
