"""A network: layers wired into a graph, their parameters in an arena, and the tapes that run them.

A tape is recorded when the network meets a size of batch for the first time. Gradients go last layer first; where an
output feeds several layers, their gradients are summed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from deepviz.engine.arena import Arena
from deepviz.engine.graph import Edge, Graph, GraphLike, Node
from deepviz.engine.graph import GraphError as GraphError
from deepviz.engine.layer import Layer
from deepviz.engine.ragged import as_array
from deepviz.engine.recording import NetworkTape, Recording, by_node
from deepviz.engine.replay import replay
from deepviz.engine.shapes import Shape, shape_text
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import Trained, Weighted, penalty
from deepviz.engine.wiring import EdgeKey as EdgeKey
from deepviz.engine.wiring import WiredNode as WiredNode
from deepviz.engine.wiring import wired


class Network:
    """Layers that compute together. Make one with `sequential` or `from_graph`.

    Attributes
    ----------
    nodes
        The layers in an order such that every layer comes after those that feed it; the first is the Input.
    parameters, gradients
        Arenas of one layout: writable arrays by name (``dense_1/W``); ``parameters.vector`` is all of them at once.
    state
        Arena of the arrays that are kept from step to step but not trained, such as a running mean.
    dtype
        float32 to train, float64 to check.
    revision
        A number that changes whenever what was recorded of the network has to be recorded anew.
    """

    def __init__(self, nodes: Sequence[WiredNode], seed: int, dtype: str) -> None:
        self.nodes = tuple(nodes)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"A network computes in float32 or float64, not in {dtype}.")
        shapes = {
            f"{node.id}/{name}": shape
            for node in self.nodes
            for name, shape in node.layer.parameter_shapes(node.input_shapes).items()
        }
        self.parameters = Arena(shapes, self.dtype)
        self.gradients = self.parameters.twin()
        kept = {
            f"{node.id}/{name}": shape
            for node in self.nodes
            for name, shape in node.layer.state_shapes(node.input_shapes).items()
        }
        self.state = Arena(kept, self.dtype)
        self.seed, self._passes, self.revision = seed, 0, 0
        self._tapes: dict[tuple[int, bool], NetworkTape] = {}
        self._ran: NetworkTape | None = None
        self.reset(seed)

    @classmethod
    def sequential(cls, layers: Sequence[Layer], seed: int = 0, dtype: str = "float32") -> Network:
        """A chain of layers, the first an Input. Nodes are called by their type and a running number from 1.

        Raises
        ------
        GraphError, ShapeError
            If the chain does not begin with an Input, or a layer cannot take what the one before gives.
        """
        counts: dict[str, int] = {}
        nodes: list[Node] = []
        for layer in layers:
            stem = layer.key.lower()
            counts[stem] = counts.get(stem, 0) + 1
            nodes.append(Node(f"{stem}_{counts[stem]}", layer))
        edges = [Edge(before.id, after.id) for before, after in pairwise(nodes)]
        return cls.from_graph(Graph(nodes, edges), seed, dtype)

    @classmethod
    def from_graph(cls, graph: GraphLike, seed: int = 0, dtype: str = "float32") -> Network:
        """A network of any shape: branches, merges and skips.

        Parameters
        ----------
        graph
            Nodes (`id`, `layer`) and edges (`source`, `target`, `port`). One Input, and one node that leads nowhere,
            which is the output.
        seed
            Start of the random numbers for the first weights.
        dtype
            "float32" or "float64".

        Raises
        ------
        GraphError
            If the graph is not connected into one network that flows one way.
        ShapeError
            If a layer cannot take what reaches it.
        """
        return cls(wired(graph), seed, dtype)

    def reset(self, seed: int) -> None:
        """Draw the first weights anew."""
        rng = np.random.default_rng(seed)
        self.seed, self._passes = seed, 0
        for node in self.nodes:
            for name, values in node.layer.init_params(node.input_shapes, rng).items():
                self.parameters[f"{node.id}/{name}"][...] = values
            for name, values in node.layer.init_state(node.input_shapes).items():
                self.state[f"{node.id}/{name}"][...] = values

    def weights(self) -> dict[str, np.ndarray]:
        """A copy of all that makes the network compute what it computes, by name: parameters, then kept arrays."""
        return self.parameters.copied() | self.state.copied()

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Take over what `weights` gave.

        Raises
        ------
        ValueError
            If a name is missing or unknown, a shape differs, or a number is not finite; nothing is taken over then.
        """
        of_state = {name: array for name, array in weights.items() if name in self.state}
        self.state.check(of_state)
        self.parameters.load({name: array for name, array in weights.items() if name not in of_state})
        self.state.load(of_state)

    def move(self, parameters: np.ndarray, gradients: np.ndarray, state: np.ndarray, *, keep: bool) -> None:
        """Have the vectors of the arenas elsewhere, such as in memory that several processes see.

        Parameters
        ----------
        parameters, gradients, state
            Vectors of the same lengths as those of the arenas.
        keep
            Whether they take over the numbers of the arenas, or the arenas theirs.
        """
        for arena, vector in ((self.parameters, parameters), (self.gradients, gradients), (self.state, state)):
            if keep:
                vector[:] = arena.vector
            arena.move(vector)
        self._forget_tapes()

    @property
    def frozen(self) -> frozenset[str]:
        """The ids of the layers that are frozen, of those that could learn."""
        return frozenset(node.id for node in self.nodes if isinstance(node.layer, Trained) and node.layer.frozen)

    def freeze(self, node_ids: Collection[str]) -> None:
        """Freeze these layers, and have all others learn. No weight is touched.

        The gradients of what is frozen are zero from then on, because nobody computes them.

        Raises
        ------
        ValueError
            If there is no such layer, or it is of a kind that has nothing to learn.
        """
        wanted = frozenset(node_ids)
        if wanted == self.frozen:
            return
        able = {node.id for node in self.nodes if isinstance(node.layer, Trained)}
        if not wanted <= able:
            raise ValueError(f"{min(wanted - able)} cannot be frozen: there is no such layer with anything to learn.")
        self.nodes = tuple(
            replace(node, layer=node.layer.changed(trainable=node.id not in wanted)) if node.id in able else node
            for node in self.nodes
        )
        for node in self.trained_nodes:
            if node.layer.frozen:
                self.gradients.vector[self.parameter_slice(node)] = 0
        self._forget_tapes()

    @property
    def edges(self) -> tuple[EdgeKey, ...]:
        """Every connection as ``(source, target, port)``, in the order of the layers that they end at."""
        return tuple((source, node.id, port) for node in self.nodes for port, source in enumerate(node.sources))

    @property
    def input_shape(self) -> Shape:
        """Shape of one sample."""
        return self.nodes[0].output_shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the output for one sample."""
        return self.nodes[-1].output_shape

    @property
    def trained_nodes(self) -> tuple[WiredNode, ...]:
        """The layers that have parameters, frozen ones too, first layer first."""
        return tuple(node for node in self.nodes if node.layer.parameter_shapes(node.input_shapes))

    @property
    def penalized(self) -> tuple[tuple[WiredNode, Weighted, str], ...]:
        """The nodes with a penalty on their weights, each with its layer and the full name of such an array."""
        return tuple(
            (node, node.layer, f"{node.id}/{name}")
            for node in self.trained_nodes
            if isinstance(node.layer, Weighted) and (node.layer.l1 or node.layer.l2) and not node.layer.frozen
            for name in node.layer.weights
        )

    @property
    def penalty(self) -> float:
        """What the layers' L1 and L2 penalties add to the loss."""
        return sum((penalty(layer, self.parameters[name]) for _, layer, name in self.penalized), 0.0)

    def parameter_slice(self, node: WiredNode) -> slice:
        """Where a layer's parameters lie in the vector of the arena, and its gradients in its twin."""
        names = node.layer.parameter_shapes(node.input_shapes)
        return self.parameters.slice_of([f"{node.id}/{name}" for name in names])

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Compute the outputs of a batch.

        Parameters
        ----------
        x
            Array of shape ``(batch, *input_shape)``.
        training
            Whether layers that behave differently while training should do so, and `backward` may follow.

        Returns
        -------
        Array of shape ``(batch, *output_shape)``, a copy.

        Raises
        ------
        ValueError
            If the batch is empty, has another shape, or contains NaN or Inf.
        """
        x = self.checked_batch(x)
        tape = self._tape(len(x), training)
        tape.x[...] = x
        if tape.noise is not None:
            self._passes += 1
            tape.noise.start(self.seed, self._passes)
        replay(tape.forward_calls)
        self._ran = tape if training else None
        return tape.output.copy()

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Take a gradient back through the network, once after each ``forward(x, training=True)``.

        Parameters
        ----------
        grad
            Gradient of the loss with respect to the outputs: array of shape ``(batch, *output_shape)``.

        Returns
        -------
        Gradient with respect to the batch, of its shape. `gradients` holds the gradients of the parameters.

        Raises
        ------
        ValueError
            If no forward pass came before, or the shape does not fit.
        """
        if self._ran is None:
            raise ValueError("backward needs a forward(x, training=True) before it.")
        tape = self._ran
        grad = as_array(grad, "backward", "gradient", f"real numbers of shape {tape.output.shape}")
        if grad.shape != tape.output.shape:
            raise ValueError(f"The gradient has shape {grad.shape}; the outputs have {tape.output.shape}.")
        if grad.dtype.kind not in "biuf":
            raise ValueError(f"The gradient holds {grad.dtype}; wanted are real numbers of shape {grad.shape}.")
        tape.output_grad[...] = grad
        replay(tape.backward_calls)
        self._ran = None  # gradients have taken the place of what the forward pass had left for them
        return tape.input_grad.copy()

    def predict(self, x: np.ndarray, batch_size: int = 512) -> np.ndarray:
        """Outputs of many samples, computed in portions. `x` and the result are as in `forward`.

        Raises
        ------
        ValueError
            As in `forward`, or if the portions have no size.
        """
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size must be a whole number of at least 1, not {batch_size!r}.")
        x = self.checked_batch(x)
        return np.concatenate([self.forward(x[start : start + batch_size]) for start in range(0, len(x), batch_size)])

    def checked_batch(self, x: np.ndarray) -> np.ndarray:
        """The batch as an array of the network's type.

        Raises
        ------
        ValueError
            If the batch is empty, has another shape, or contains NaN or Inf.
        """
        name, wanted = self.nodes[0].id, shape_text(self.input_shape)
        x = as_array(x, name, "sample", f"samples of shape {wanted}")
        if x.dtype.kind not in "biuf":  # truth values, whole numbers, floating-point numbers
            held = f"the batch holds {x.dtype} of shape {x.shape}"
            raise ValueError(f"{name} takes numbers; {held}; wanted are samples of shape {wanted}.")
        if x.shape[1:] != self.input_shape or x.ndim == 0:
            raise ValueError(f"{name} takes samples of shape {wanted}; the batch has shape {x.shape}.")
        if len(x) == 0:
            raise ValueError(
                f"{name}: the batch is empty: it has shape {x.shape}; wanted are samples of shape {wanted}."
            )
        with np.errstate(over="ignore"):
            x = x.astype(self.dtype, copy=False)
        if not np.isfinite(x).all():
            sample = int(np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))[0])
            raise ValueError(
                f"{name}: sample {sample} of the batch contains NaN, Inf or a number too large; the batch has shape "
                f"{x.shape}; wanted are samples of shape {wanted} with finite numbers in {self.dtype}."
            )
        return x

    def record_forward(self, tape: Tape, x: Tensor) -> Recording:
        """Write the forward pass down on a tape."""
        params = {name: tape.external(array) for name, array in (*self.parameters.items(), *self.state.items())}
        frozen = {node.id for node in self.nodes if node.layer.frozen}
        grads = {
            # What is written to a tensor that nobody reads is dropped: a frozen layer's gradients are not computed.
            name: tape.empty(array.shape) if name.rpartition("/")[0] in frozen else tape.external(array)
            for name, array in self.gradients.items()
        }
        recording = Recording(self, tape, x, params, grads, {}, {})
        tape.phase, own = "forward", by_node(params)
        for node in self.nodes:
            tape.node = node.id
            inputs = [recording.outputs[source] for source in node.sources] or [x]
            output, kept = node.layer.forward(tape, own.get(node.id, {}), inputs)
            recording.outputs[node.id], recording.kept[node.id] = output, kept
        tape.node = ""
        return recording

    def _forget_tapes(self) -> None:
        self._tapes, self._ran = {}, None
        self.revision += 1

    def _tape(self, batch: int, training: bool) -> NetworkTape:
        key = (batch, training)
        if key not in self._tapes:
            if len(self._tapes) >= 8:  # sizes that came once should not hold memory for ever
                self._tapes.pop(next(iter(self._tapes)))
            self._tapes[key] = NetworkTape(self, batch, training)
        return self._tapes[key]
