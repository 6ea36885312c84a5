"""What layers cost, as facts for a panel: in short words, and exactly for whoever rests the pointer on them."""

from __future__ import annotations

from collections.abc import Sequence

from deepviz.document.costs import Costs, Quantity
from deepviz.gui.amounts import count_words, counted, exact_bytes, short_bytes, thousands
from deepviz.gui.panels.fact_rows import Fact

PARAMETERS, MACS, STORED = "Parameters", "MACs a sample", "Stored a batch"
UNKNOWN = "not known yet"


def cost_facts(costs: Costs, node_ids: Sequence[str]) -> list[Fact]:
    """Parameters, multiply-accumulates and stored memory of some nodes together; of all of them if none is named."""
    facts: list[Fact] = []
    counted: tuple[tuple[str, Quantity], ...] = ((PARAMETERS, "parameters"), (MACS, "macs"))
    for name, quantity in counted:
        amount, is_whole = _sum(costs, quantity, node_ids)
        words = thousands(amount) if quantity == "parameters" else count_words(amount)
        facts.append((name, words if is_whole else f"at least {words}" if amount else UNKNOWN))
    stored, is_whole = _sum(costs, "stored", node_ids)
    return [*facts, (STORED, short_bytes(stored) if is_whole else UNKNOWN)]


def cost_notes(costs: Costs, node_ids: Sequence[str]) -> dict[str, str]:
    """What is said of these facts when the pointer rests on them: the exact numbers, and what they mean."""
    macs, _ = _sum(costs, "macs", node_ids)
    stored, is_whole = _sum(costs, "stored", node_ids)
    amount = (
        f"{exact_bytes(stored)} for a batch of {counted(costs.batch, 'sample')}: "
        f"{exact_bytes(stored / costs.batch)} a sample. "
        if is_whole
        else "It is known once the network is complete and fits into memory. "
    )
    return {
        MACS: f"{thousands(macs)} multiply-accumulates in the forward pass of a sample. The backward pass takes about "
        "twice as many.",
        STORED: f"{amount}It is what the forward pass leaves in memory for the backward pass.",
    }


def _sum(costs: Costs, quantity: Quantity, node_ids: Sequence[str]) -> tuple[int, bool]:
    """What is known of some nodes, or of all, together; and whether that is all of it."""
    values = costs.of(quantity)
    chosen = node_ids or tuple(costs.nodes)
    known = [values[node_id] for node_id in chosen if node_id in values]
    return sum(known), len(known) == len(chosen)
