"""Gradient of what feeds several branches: the sum of what comes back over all of its edges, measured as one."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from deepviz.engine.network import Network
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading, norms, with_gaps
from deepviz.engine.step_recording import StepRecording


class BranchGradientProbe(Probe):
    """L2 norm of the gradient with respect to what a node gives, for nodes that lead to several others.

    By the chain rule the gradient is ``g = g_1 + g_2 + ...`` with one term for each edge, for the mean loss of the
    batch and all of its activations, so its norm follows from no norms of edges. NaN for nodes that lead to one other:
    theirs is that of their edge, which `GradientFlowProbe` has.
    """

    key: ClassVar[str] = "branch_gradient"
    rows: ClassVar[Rows] = "nodes"

    def fits(self, recording: StepRecording) -> bool:
        return any(_branches(recording.network))

    def record(self, recording: StepRecording) -> Reading:
        branches = _branches(recording.network)
        nodes = [node.id for node, is_one in zip(recording.network.nodes, branches, strict=True) if is_one]
        read = norms(recording.tape, [recording.activation_grads[node] for node in nodes], of_samples=True)
        return lambda: with_gaps(read(), branches)


def _branches(network: Network) -> list[bool]:
    """Of each node whether it leads to several others, or to one of them more than once."""
    counts = Counter(source for source, _, _ in network.edges)
    return [counts[node.id] > 1 for node in network.nodes]
