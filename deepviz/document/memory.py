"""Whether this machine can hold a network: found out before the memory is asked for, because then it is too late.

What a network takes is estimated from shapes alone, so that it costs nothing while someone edits: within a factor of
two for networks of convolutions, dense, recurrent and attention layers.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepviz.engine.evaluation import PORTION
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape
from deepviz.numerals import thousands

BYTES_PER_PARAMETER = 16
"""float32 weights, gradients, and the two vectors of an optimizer such as Adam."""

BYTES_PER_NUMBER = 4
"""float32."""

TAPES = 2
"""Recordings of a step that a run has at once: one more is for steps that are watched, or for a smaller last batch."""

USABLE = 0.8
"""Share of the machine's memory that a network may take."""


@dataclass(frozen=True)
class Needs:
    """What a node takes.

    Attributes
    ----------
    parameters
        How many numbers it trains.
    stored
        How many numbers of each sample it keeps from the forward pass for the backward pass, its output included.
    passing
        How many numbers of each sample go into it and come out.
    """

    parameters: int
    stored: int
    passing: int


def needs(layer: Layer, inputs: Sequence[Shape], output: Shape) -> Needs:
    """What a layer takes, as far as shapes tell.

    The output is stored, and so are, in a sequence, what all weights are multiplied by at each step and what comes of
    it (the gates of an LSTM, the projections of an attention), and how much each head attends to each pair of steps.
    """
    shapes = layer.parameter_shapes(inputs).values()
    stored = math.prod(output)
    if len(inputs[0] if inputs else ()) == 2:
        steps, features = inputs[0]
        rows = [shape for shape in shapes if len(shape) == 2 or (len(shape) > 2 and shape[0] == features)]
        stored = max(stored, steps * sum(shape[0] + math.prod(shape[1:]) for shape in rows))
        stored += getattr(layer, "num_heads", 0) * steps * inputs[-1][0]
    parameters = sum(math.prod(shape) for shape in shapes)
    return Needs(parameters, stored, sum(math.prod(shape) for shape in (*inputs, output)))


def training_bytes(nodes: Mapping[str, Needs], batch: int, samples: int) -> int:
    """Memory that a run takes, in bytes: parameters, recordings of a step, and evaluation, which stores nothing.

    Parameters
    ----------
    nodes
        What each node takes, by its id.
    batch
        Samples in a step.
    samples
        Samples that there are: evaluation takes as many at once, but not more than a portion.
    """
    stored = TAPES * batch * sum(node.stored for node in nodes.values())
    passing = min(PORTION, samples) * max((node.passing for node in nodes.values()), default=0)
    parameters = sum(node.parameters for node in nodes.values())
    return BYTES_PER_PARAMETER * parameters + BYTES_PER_NUMBER * (stored + passing)


def largest_batch(nodes: Mapping[str, Needs], samples: int, memory: int) -> int:
    """The largest batch, a power of two, with which a run fits into a memory of so many bytes; 0 if none does."""
    rest = USABLE * memory - training_bytes(nodes, 0, samples)
    a_sample = training_bytes(nodes, 1, samples) - training_bytes(nodes, 0, samples)
    fitting = int(rest // max(a_sample, 1))
    return 1 << (fitting.bit_length() - 1) if fitting > 0 else 0


def too_large(nodes: Mapping[str, Needs], batch: int, samples: int, memory: int | None) -> tuple[str, str] | None:
    """The node that makes a network too large for a memory, and why in words; None if it fits.

    Parameters
    ----------
    nodes, batch, samples
        As in `training_bytes`.
    memory
        Bytes, or None if not known.
    """
    needed = training_bytes(nodes, batch, samples)
    if memory is None or not nodes or needed <= USABLE * memory:
        return None
    largest = max(nodes, key=lambda node_id: training_bytes({node_id: nodes[node_id]}, batch, samples))
    found = nodes[largest]
    needs, has = (thousands(count / 2**30, 1) for count in (needed, memory))
    takes = f"To train the network takes about {needs} GiB; this machine has {has} GiB."
    if BYTES_PER_PARAMETER * found.parameters >= BYTES_PER_NUMBER * TAPES * batch * found.stored:
        return largest, f"{largest} has {thousands(found.parameters)} parameters. {takes} Use fewer units."
    samples_of = f"each of the {thousands(batch)} samples of a batch"
    text = f"{largest} stores {thousands(found.stored)} numbers for {samples_of}. {takes}"
    return largest, f"{text} Use a smaller batch, smaller samples or fewer channels."


def machine_memory() -> int | None:
    """The memory of this machine in bytes, or None where it cannot be found out."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
