"""What one layer gives for one sample, beside what the sample is and what the network takes it for.

The sample is one of a part of the data, by its number, or the next one from there that is taken for a wrong class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from deepviz.datasets.prepared import Part
from deepviz.engine.loss import Loss
from deepviz.insight.activations import PORTION, activations
from deepviz.insight.probabilities import class_probabilities
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

MOST_SEARCHED = 20_000
"""So many samples are looked through for a wrong one, at most."""


@dataclass(frozen=True, eq=False)
class Maps:
    """What a layer gives for a sample.

    Attributes
    ----------
    part, index, total
        Which sample it is, counted from 0, of how many in this part of the data.
    node, label
        Which layer, and of what kind.
    values
        What the layer gives: shape ``(rows, columns, channels)`` of images, ``(steps, features)`` of sequences,
        ``(units,)`` of flat layers, or whatever else its output is.
    sample
        The sample in the data's own units, before it was brought into range: shape of a sample.
    target
        Its class number, shape ``()``, or its numbers to fit, shape ``(outputs,)``.
    outputs
        What the network gives for it.
    predicted
        For classes, which one that stands for; else None, also where there is one class alone.
    probabilities
        How sure the network is of each class: shape ``(classes,)``; None where its loss makes no probabilities.
    searched
        How many samples were looked through for a wrong one; 0 if none was wanted.
    has_found
        Whether there was a wrong one among them.
    """

    part: str
    index: int
    total: int
    node: str
    label: str
    values: np.ndarray
    sample: np.ndarray
    target: np.ndarray
    outputs: np.ndarray
    predicted: int | None
    probabilities: np.ndarray | None
    searched: int = 0
    has_found: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether it is taken for another class than its own."""
        return self.predicted is not None and self.predicted != int(self.target)


@dataclass(frozen=True)
class FeatureMaps(Question):
    """What does this layer give for this sample?

    Attributes
    ----------
    node
        Id of the layer.
    part, index
        The sample: its part of the data, and its number there from 0.
    search
        "wrong" to take the next sample after it, beginning again after the last, that is classified wrong.
    """

    node: str
    part: str = "train"
    index: int = 0
    search: Literal["", "wrong"] = ""

    def answer(self, subject: Subject, progress: Progress) -> Maps:
        network, samples = subject.network, subject.part(self.part)
        layers = {node.id: node.layer for node in network.nodes}
        if self.node not in layers:
            raise UnanswerableError(f"There is no layer called {self.node} in the network. Choose another one.")
        if not 0 <= self.index < len(samples):
            raise UnanswerableError(
                f"There is no sample {self.index}: those of the {self.part} part are 0 to {len(samples) - 1}."
            )
        # One class alone is told from nothing: there is neither a winner nor a wrong sample.
        is_class = subject.data.task == "classification" and subject.data.outputs > 1
        index, searched, has_found = self.index, 0, False
        if self.search and is_class:
            index, searched, has_found = _next_wrong(subject, samples, self.index, progress)
        x = samples.x[index : index + 1]
        values, outputs = activations(network, x, [self.node, network.nodes[-1].id])
        with np.errstate(all="ignore"):  # what is not finite is shown as such
            probabilities = class_probabilities(subject.loss, outputs[0]) if is_class else None
        return Maps(
            part=self.part,
            index=index,
            total=len(samples),
            node=self.node,
            label=layers[self.node].label,
            values=values[0],
            sample=subject.data.scaler.invert(x)[0],
            target=np.asarray(samples.y[index]),
            outputs=outputs[0],
            predicted=int(Loss.predicted_classes(outputs)[0]) if is_class else None,
            probabilities=probabilities,
            searched=searched,
            has_found=has_found,
        )


def _next_wrong(subject: Subject, samples: Part, start: int, progress: Progress) -> tuple[int, int, bool]:
    """The next wrong sample after one, how many were looked at, and whether there was one; itself if there was none."""
    network = subject.network
    count = min(len(samples), MOST_SEARCHED)
    for done in range(0, count, PORTION):
        progress(done / count)
        numbers = (start + 1 + np.arange(done, min(done + PORTION, count))) % len(samples)
        (outputs,) = activations(network, samples.x[numbers], [network.nodes[-1].id])
        wrong = np.flatnonzero(Loss.predicted_classes(outputs) != samples.y[numbers])
        if len(wrong):
            return int(numbers[wrong[0]]), done + int(wrong[0]) + 1, True
    return start, count, False
