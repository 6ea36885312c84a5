"""Ways along the edges of a graph."""

from __future__ import annotations

from deepviz.document.graph import Edge, Graph, Node
from deepviz.engine.layers import Dense, Input

FORK = Graph(
    (Node("i", Input()), *(Node(name, Dense()) for name in "abcx")),
    (Edge("i", "a"), Edge("a", "b"), Edge("a", "c")),
)
LOOP = Graph(FORK.nodes, (Edge("a", "b"), Edge("b", "c"), Edge("c", "a")))


def test_what_is_reached_from_a_node_and_what_leads_to_it() -> None:
    assert FORK.reached_from("a") == {"a", "b", "c"}
    assert FORK.leading_to("b") == {"i", "a", "b"}
    assert FORK.reached_from("x") == FORK.leading_to("x") == {"x"}
    assert (FORK.reaches("i", "c"), FORK.reaches("b", "c"), FORK.reaches("b", "b")) == (True, False, True)


def test_going_round_in_a_cycle_comes_to_an_end() -> None:
    assert LOOP.reached_from("a") == LOOP.leading_to("a") == {"a", "b", "c"}


def test_data_can_be_led_to_anything_but_an_input() -> None:
    assert [node.id for node in FORK.nodes if not node.takes_input] == ["i"]
