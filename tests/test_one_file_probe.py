"""Adding a figure of a step touches one file, too: it can be watched, is kept, named and written at once."""

from __future__ import annotations

from pathlib import Path

from tests.added_file import with_file

PROBE = '''"""Signs of gradients: a figure that nobody has shipped."""

from __future__ import annotations

import numpy as np

from deepviz.engine.probe import Probe


class SignsProbe(Probe):
    """Shares of each layer's gradients that are positive and negative."""

    key = "signs"
    rows = "layers"
    statistics = ("positive", "negative")

    def record(self, recording):
        network, tape = recording.network, recording.tape
        spans = [network.parameter_slice(node) for node in network.trained_nodes]
        seen = tape.external(np.zeros((2, len(spans))))

        def measure(gradients, out):
            for number, span in enumerate(spans):
                out[:, number] = (gradients[span] > 0).mean(), (gradients[span] < 0).mean()

        tape.call(measure, (tape.external(recording.gradients),), seen.shape, out=seen)
        return seen.array().copy
'''

USE_PROBE = """
from deepviz.engine import probes
from deepviz.training.history import History
from deepviz.training.run_plan import RunPlan
from deepviz.training.session import Session

assert "signs" in probes.registry
project = chain("Input", edits.new_layer("Dense").changed(units=8), "Tanh", edits.new_layer("Dense").changed(units=2),
                "SoftmaxCrossEntropy")
session = Session(RunPlan.of(project))
session.watch(["signs"])
session.start()
session._thread.join(60)
assert session.status == "finished", session.failure
history = History(session.layers, session.nodes)
history.append(session.drain())
for name in ("signs/positive", "signs/negative"):
    steps, shares = history.column(name)
    assert steps[-1] == len(history) and shares.shape == (len(steps), 2)
    assert history.row_names(name) == session.layers
assert np.allclose(history.latest("signs/positive") + history.latest("signs/negative"), 1, atol=0.1)
history.write_csv(work / "run.csv")
assert f"signs/positive/{session.layers[0]}" in (work / "run.csv").read_text().splitlines()[0]

trainer = RunPlan.of(project).trainer(probes=("loss", "signs"))
assert next(trainer.steps()).values["signs/negative"].shape == (2,)
"""


def test_a_probe_is_one_file(tmp_path: Path) -> None:
    with_file(tmp_path, "deepviz.engine.probes", PROBE, USE_PROBE)
