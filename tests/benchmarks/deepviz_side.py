"""A workload in DeepViz: what a user of the Python interface would write."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.graph import Edge, Node
from deepviz.engine.layer import Layer
from deepviz.engine.network import WiredNode
from deepviz.engine.trainer import StepRecord
from tests.benchmarks.workloads import Part, Skip, Workload


class Graph:
    """Layers in a row, with connections around some of them; it always goes on from the layer that came last."""

    def __init__(self, first: Layer) -> None:
        self.nodes, self.edges = [Node("0 Input", first)], list[Edge]()

    def append(self, layer: Layer, *more_sources: str) -> None:
        """Put a layer behind the last one; it takes the output of other nodes too."""
        node = Node(f"{len(self.nodes)} {layer.key}", layer)
        sources = (self.nodes[-1].id, *more_sources)
        self.edges += [Edge(source, node.id, port) for port, source in enumerate(sources)]
        self.nodes.append(node)

    def extend(self, parts: tuple[Part | Skip, ...]) -> None:
        """Put parts of a workload behind the last layer."""
        for part in parts:
            if isinstance(part, Skip):
                before = self.nodes[-1].id
                self.extend(part.parts)
                self.append(layers.Add(), before)
            else:
                self.append(layers.registry[part.key](**part.hyperparameters))


def network(workload: Workload) -> Network:
    """The network of a workload, with first weights."""
    graph = Graph(layers.Input(shape=workload.input_shape))
    graph.extend(workload.parts)
    return Network.from_graph(graph)


def computing(of: Network) -> list[WiredNode]:
    """The layers of a network that a workload names, in its order."""
    return [node for node in of.nodes if node.layer.key not in ("Input", "Add")]


def trainer(workload: Workload, of: Network, workers: int = 1) -> Trainer:
    """What trains a network of this workload."""
    loss, optimizer = losses.registry[workload.loss](), optimizers.registry[workload.optimizer](learning_rate=0.001)
    return Trainer(of, loss, optimizer, workload.samples(), batch_size=workload.batch, epochs=10**9, workers=workers)


def steps(workload: Workload, workers: int = 1) -> Generator[StepRecord]:
    """Training steps without end; each gathers its batch and reads the loss. Closing it ends the workers."""
    with closing(trainer(workload, network(workload), workers)) as made:
        yield from made.steps()
