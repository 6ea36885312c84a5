"""A process that computes a part of every batch for a trainer elsewhere. Started by `crew`, never by a person.

It is told everything once, through its standard input; then it does a step each time it is called, until the trainer
is gone.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import suppress
from typing import Any

import numpy as np

from deepviz.engine import layers, losses, optimizers
from deepviz.engine.graph import Edge, Graph, Node
from deepviz.engine.network import Network
from deepviz.engine.optimizer_state import Span
from deepviz.engine.steps import Steps
from deepviz.engine.team.colleagues import ColleagueGoneError
from deepviz.engine.team.crew import REFUSED, joined, move_in
from deepviz.engine.team.part import Part, parts
from deepviz.engine.team.shared import SharedArrays
from deepviz.engine.threads import one_blas_thread


def main() -> None:
    """Work until the trainer is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the trainer, who then lets this process go
    told = json.load(sys.stdin)
    one_blas_thread()
    np.seterr(all="ignore")  # every step looks for overflow anyway
    try:
        with suppress(ColleagueGoneError):
            _work(told)
    except ValueError as error:  # what one process alone would raise; the trainer raises it in this one's place
        print(error, file=sys.stderr)
        sys.exit(REFUSED)


def _work(told: dict[str, Any]) -> None:
    number, count = told["number"], told["count"]
    layout = {name: (tuple(shape), dtype) for name, (shape, dtype) in told["layout"].items()}
    memory = SharedArrays(layout, told["descriptor"])
    network = Network.from_graph(_graph(told["nodes"]), 0, told["dtype"])
    optimizer = optimizers.registry.from_json(told["optimizer"])
    state = optimizer.start(network.parameters.vector, [Span(*span) for span in told["spans"]])
    move_in(memory, network, state, number)
    inboxes, outboxes = ({int(key): pipe for key, pipe in told[name].items()} for name in ("inboxes", "outboxes"))
    team = joined(number, count, inboxes, outboxes, memory)
    loss = losses.registry.from_json(told["loss"])
    samples = memory["samples"], memory["targets"], memory.get("classes")
    steps = Steps(network, loss, optimizer, state, told["probes"], "classes" in memory)
    while team.listen(0):
        batch, state.step = (int(value) for value in memory["orders"])
        state.learning_rate = float(memory["learning rate"][0])
        start, stop = parts(batch, count)[number]
        watched = tuple(key for key, wanted in zip(told["watchable"], memory["watched"], strict=True) if wanted)
        step = steps[Part(start, stop, batch, team), watched]
        step.make(samples, memory["chosen"][start:stop], told["seed"], state.step)


def _graph(told: list[Any]) -> Graph:
    nodes = [Node(node_id, layers.registry.from_json(layer)) for node_id, layer, _ in told]
    edges = [Edge(source, node_id, port) for node_id, _, sources in told for port, source in enumerate(sources)]
    return Graph(nodes, edges)


if __name__ == "__main__":
    main()
