"""A layer is added by writing one file: registry, JSON, shapes and the whole kit of tests take it up from there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

CUBE = '''"""Cube: a layer that nobody has shipped."""

from __future__ import annotations

from pydantic import Field

from deepviz.engine.layer import Activation


class Cube(Activation):
    """Raises every number to the third power, times a factor.

    ``y = factor x^3``; ``dL/dx = 3 factor x^2 dL/dy``.
    """

    formula = "y = c x³"
    synonyms = ("third power",)

    factor: float = Field(1.0, ge=-100, le=100, title="Factor", description="What the cube is multiplied by.")

    def forward(self, tape, params, inputs):
        x = inputs[0]
        squared = tape.multiply(x, x)
        return tape.multiply(tape.multiply(squared, x), self.factor), squared

    def backward(self, tape, params, grads, kept, grad):
        return [tape.multiply(tape.multiply(kept, GRADIENT_FACTOR * self.factor), grad)]
'''

ADD_FOLDER = """
import sys
import deepviz.engine.layers
deepviz.engine.layers.__path__.append(sys.argv[1])
"""

USE_IT = """
import numpy as np
from deepviz.engine import Network, layers
from deepviz.engine.gradcheck import check_layer

layer = layers.Cube(factor=2)
assert "Cube" in layers.registry
assert layers.registry.from_json(layer.to_json()) == layer
assert layer.to_json() == {"type": "Cube", "factor": 2.0}
assert layer.output_shape([(4, 2)]) == (4, 2)
(factor,) = layer.hyperparameters()
assert (factor.label, factor.minimum, factor.maximum) == ("Factor", -100, 100)
assert check_layer(layer, [(4,)], np.random.default_rng(0)).worst <= 1e-7
network = Network.sequential([layers.Input(shape=(3,)), layer])
assert network.nodes[1].id == "cube_1"
assert np.array_equal(network.forward(np.full((1, 3), 2.0)), [[16.0] * 3])
"""

RUN_THE_KIT = """
import pytest
sys.exit(pytest.main(["tests/engine/test_layers.py", "-q", "-k", "Cube", "-p", "no:cacheprovider"]))
"""


def with_cube(folder: Path, script: str, gradient_factor: float = 3.0) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, in which the folder of the new layer is one of the layers' folders."""
    source = CUBE.replace("GRADIENT_FACTOR", str(gradient_factor))
    (folder / "cube.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-c", ADD_FOLDER + script, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


def test_a_new_file_is_a_new_layer(tmp_path: Path) -> None:
    result = with_cube(tmp_path, USE_IT)
    assert result.returncode == 0, result.stderr


def test_the_kit_tests_a_new_layer_by_itself(tmp_path: Path) -> None:
    result = with_cube(tmp_path, RUN_THE_KIT)
    assert result.returncode == 0, result.stdout
    assert int(result.stdout.split(" passed")[0].split()[-1]) >= 20, result.stdout


def test_the_kit_finds_a_new_layer_wrong_that_is(tmp_path: Path) -> None:
    result = with_cube(tmp_path, RUN_THE_KIT, gradient_factor=3.001)
    assert result.returncode == 1, result.stdout
    assert "test_gradients_are_the_slopes[Cube-0]" in result.stdout
