"""A whole run in plain NumPy and double precision: from the first weights and the data alone, with what is changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.e2e.by_hand import Array, gradients, outputs, softmax


@dataclass(frozen=True)
class Step:
    """What one step was like; norms are NaN for a layer that is frozen."""

    epoch: int
    loss: float
    accuracy: float
    norms: dict[str, float]
    clipped: dict[str, float]
    ratios: dict[str, float]
    outputs: dict[str, Array]
    validation: tuple[float, float] | None


class Run:
    """Plain gradient descent of a chain of layers on classes, as a textbook has it.

    Attributes
    ----------
    batch_size, rate, limit, frozen
        What may be changed on the way; `limit` is that of the norm of all gradients.
    steps
        What the steps made so far were like, the first one first.
    states
        The weights after each step; the first ones are those before it.
    """

    def __init__(
        self, nodes: list[str], weights: dict[str, Array], train: tuple[Array, Array], validation: tuple[Array, Array]
    ) -> None:
        self.nodes, self.train, self.validation = nodes, train, validation
        self.batch_size, self.rate, self.limit = 32, 0.2, np.inf
        self.frozen: set[str] = set()
        self.steps: list[Step] = []
        self.states = [weights]
        self._epoch = self._seen = 0

    def go_on(self, count: int) -> None:
        """Make so many steps."""
        for _ in range(count):
            self._step()

    def evaluated(self, weights: dict[str, Array], x: Array, y: Array) -> tuple[float, float, Array]:
        """Mean cross-entropy, share of right answers, and the probabilities."""
        shares = softmax(outputs(self.nodes, weights, x)[self.nodes[-1]])
        return (
            float(-np.log(shares[np.arange(len(y)), y]).mean()),
            float((shares.argmax(1) == y).mean()),
            shares,
        )

    def _step(self) -> None:
        order = np.random.default_rng((0, self._epoch)).permutation(len(self.train[1]))
        batch = order[self._seen : self._seen + self.batch_size]
        x, y = self.train[0][batch], self.train[1][batch]
        before = self.states[-1]
        found = outputs(self.nodes, before, x)
        loss, accuracy, shares = self.evaluated(before, x, y)
        of = gradients(self.nodes, before, found, (shares - np.eye(shares.shape[1])[y]) / len(y))
        moving = {node: gradient for node, gradient in of.items() if node not in self.frozen}
        scale = self.limit / max(np.linalg.norm(np.concatenate([*moving.values()])), self.limit) if moving else 1.0
        scale = 1.0 if np.isinf(self.limit) else scale
        after, ratios = dict(before), dict.fromkeys(of, np.nan)
        for node, gradient in moving.items():
            shape = before[f"{node}/W"].shape
            change = -self.rate * scale * gradient
            after[f"{node}/W"] = before[f"{node}/W"] + change[: shape[0] * shape[1]].reshape(shape)
            after[f"{node}/b"] = before[f"{node}/b"] + change[shape[0] * shape[1] :]
            old = np.append(before[f"{node}/W"], before[f"{node}/b"])
            ratios[node] = float(np.linalg.norm(change) / np.linalg.norm(old))
        self.states.append(after)
        self._seen += len(batch)
        epoch, validation = self._epoch + 1, None
        if self._seen == len(self.train[1]):
            self._epoch, self._seen = self._epoch + 1, 0
            validation = self.evaluated(after, *self.validation)[:2]
        norms = {node: float(np.linalg.norm(moving[node])) if node in moving else np.nan for node in of}
        clipped = {node: norm * scale for node, norm in norms.items()}
        self.steps.append(Step(epoch, loss, accuracy, norms, clipped, ratios, found, validation))
