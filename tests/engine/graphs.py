"""Graphs for tests: written by hand in one line, or random ones of the registered layers."""

from __future__ import annotations

from hypothesis import strategies as st

from deepviz.engine import layers
from deepviz.engine.graph import Edge, Graph, Node
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import ShapeError

WIDTH = 3


def graph(nodes: dict[str, Layer], *edges: str) -> Graph:
    """``graph({"in": ..., "a": ...}, "in>a", "a>b:1")``: an edge ends at port 0 unless another is given."""
    parsed = []
    for edge in edges:
        source, target = edge.split(">")
        target, _, port = target.partition(":")
        parsed.append(Edge(source, target, int(port or 0)))
    return Graph([Node(name, layer) for name, layer in nodes.items()], parsed)


def skip_graph(width: int = WIDTH) -> Graph:
    """An input that feeds three layers, of which two meet in an Add that also takes the input itself."""
    return graph(
        {
            "input": layers.Input(shape=(width,)),
            "left": layers.Dense(units=width),
            "relu": layers.ReLU(),
            "right": layers.Tanh(),
            "add": layers.Add(),
            "output": layers.Dense(units=2),
        },
        *("input>left", "left>relu", "input>right", "relu>add:0", "right>add:1", "input>add:2", "add>output"),
    )


def keeps_the_width(layer: Layer, inputs: int) -> bool:
    """Whether a layer takes so many flat inputs of real numbers and gives one of the same length."""
    try:
        return layer.vocabulary is None and layer.output_shape([(WIDTH,)] * inputs) == (WIDTH,)
    except ShapeError:
        return False


@st.composite
def random_graphs(draw: st.DrawFn) -> Graph:
    """Networks with branches, skips and merges of every registered layer that gives what it takes.

    All layers keep the width, so that any can follow any. What leads nowhere is summed up at the end.
    """
    kinds = [kind for kind in layers.registry.values() if kind is not layers.Input]
    nodes: dict[str, Layer] = {"n0": layers.Input(shape=(WIDTH,))}
    edges: list[str] = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        kind = draw(st.sampled_from(kinds))
        layer = (
            layers.Dense(units=WIDTH, use_bias=draw(st.booleans())) if kind is layers.Dense else kind.examples()[0][0]
        )
        highest = 3 if kind.maximum_inputs is None else kind.maximum_inputs
        wanted = draw(st.integers(kind.minimum_inputs, highest))
        if not keeps_the_width(layer, wanted):
            continue
        earlier = list(nodes)
        nodes[f"n{number}"] = layer
        sources = [draw(st.sampled_from(earlier)) for _ in range(wanted)]
        edges += [f"{source}>n{number}:{port}" for port, source in enumerate(sources)]
    used = {edge.split(">")[0] for edge in edges}
    ends = [name for name in nodes if name not in used]
    if len(ends) > 1:
        nodes["end"] = layers.Add()
        edges += [f"{name}>end:{port}" for port, name in enumerate(ends)]
    return graph(nodes, *edges)
