"""Our layers against the standard: the node tests of the `onnx` package for every operator that a layer covers.

Each case is a test. Those that no layer can express stand with a reason in `left_out`, and are held to that.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import numpy as np
import pytest

from tests.engine.onnx import left_out
from tests.engine.onnx.adapter import adapters, computed
from tests.engine.onnx.cases import Case, Inexpressible, node_cases

COVERED = {name: case for name, case in node_cases().items() if case.op_type in adapters()}


def entry(name: str) -> str | None:
    """The entry of the table that leaves a case out, if any."""
    return next((pattern for pattern in left_out.CASES if fnmatchcase(name, pattern)), None)


def compare(case: Case) -> set[str]:
    """Compare the outputs of a case with what our layer gives; returns the names of those that it does not give."""
    given = computed(case)
    assert given
    assert set(given) <= set(case.outputs)
    for name, ours in given.items():
        wanted = np.asarray(case.outputs[name])
        assert (name, ours.shape, ours.dtype) == (name, wanted.shape, wanted.dtype)
        np.testing.assert_allclose(ours, wanted, rtol=case.rtol, atol=case.atol, err_msg=f"{case.name}: {name}")
    return set(case.outputs) - set(given)


@pytest.mark.parametrize("name", [name for name in COVERED if not entry(name)])
def test_node(name: str) -> None:
    case = COVERED[name]
    for output in compare(case):
        assert (case.op_type, output) in left_out.OUTPUTS, f"{output} is neither given nor left out with a reason"


@pytest.mark.parametrize("name", [name for name in COVERED if entry(name)])
def test_what_is_left_out_cannot_be_expressed(name: str) -> None:
    with pytest.raises(Inexpressible):
        computed(COVERED[name])


@pytest.mark.parametrize("pattern", left_out.CASES)
def test_what_is_left_out_exists(pattern: str) -> None:
    assert any(entry(name) == pattern for name in COVERED)
    assert len(left_out.CASES[pattern].split()) > 5


@pytest.mark.parametrize(("op_type", "output"), left_out.OUTPUTS)
def test_outputs_left_out_exist(op_type: str, output: str) -> None:
    asking = [case for name, case in COVERED.items() if case.op_type == op_type and not entry(name)]
    assert any(output in case.outputs and output not in computed(case) for case in asking)
    assert not any(output in computed(case) for case in asking)


@pytest.mark.parametrize("op_type", adapters())
def test_each_operator_has_cases(op_type: str) -> None:
    assert any(case.op_type == op_type for case in COVERED.values())
