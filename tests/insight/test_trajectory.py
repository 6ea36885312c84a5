"""The path of training lies in a plane where least squares put it, and its own directions are those of an SVD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from deepviz.engine.evaluation import evaluate
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.network import Network
from deepviz.engine.trainer_state import TrainerState
from deepviz.insight import trajectory
from deepviz.insight.landscape import Landscape, normalized_direction, spanning
from deepviz.insight.subject import CancelledError, Subject, UnanswerableError
from tests.insight.looked_at import classes, no_progress, subject

NAMES = ("dense_1/W", "dense_1/b", "dense_2/W", "dense_2/b")


class States:
    """What was kept, as a test has made it up."""

    def __init__(self, weights: Mapping[int, Mapping[str, np.ndarray]]) -> None:
        self.states = {step: TrainerState(step, 0.1, dict(each), {}) for step, each in weights.items()}
        self.steps = tuple(self.states)

    def at(self, step: int) -> TrainerState | None:
        return self.states.get(step)


def walked(steps: tuple[int, ...] = (0, 10, 20, 30, 40), at: int = 20, dtype: str = "float64") -> Subject:
    """A network in the middle of a path whose places differ in all directions, much in some and little in others."""
    made = subject([Input(shape=(4,)), Dense(units=5), Tanh(), Dense(units=3)], classes(), dtype=dtype, step=at)
    rng = np.random.default_rng(5)
    ways = [{name: rng.normal(size=array.shape) for name, array in made.network.parameters.items()} for _ in range(4)]
    sizes = (1.0, 0.4, 0.05, 0.02)
    kept = {}
    for step in steps:
        time = (step - at) / 10
        parts = (time, time**2, np.sin(time), np.cos(3 * time) - 1)
        kept[step] = {
            name: (array + sum(s * p * w[name] for s, p, w in zip(sizes, parts, ways, strict=True))).astype(dtype)
            for name, array in made.network.parameters.items()
        }
    return replace(made, kept=States(kept))


def flat(weights: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([np.asarray(weights[name], np.float64).ravel() for name in NAMES])


def flat_direction(network: Network, direction: np.ndarray) -> np.ndarray:
    return np.concatenate([direction[network.parameters.slice_of([name])] for name in NAMES])


def matrix(asked: Subject) -> np.ndarray:
    """A row for each place of the path: its weights minus those in the middle."""
    assert isinstance(asked.kept, States)
    here = flat(asked.network.parameters)
    return np.stack([flat(state.parameters) - here for state in asked.kept.states.values()])


@pytest.mark.parametrize("block", [7, 2**20])
def test_in_a_random_plane_places_are_those_of_least_squares(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "BLOCK", block)
    asked = walked()
    found = Landscape(resolution=3, seed=4).answer(asked, no_progress).path
    assert found is not None
    rng = np.random.default_rng(4)
    both = [flat_direction(asked.network, normalized_direction(asked.network, rng)) for _ in range(2)]
    basis, rows = np.stack(both, axis=1), matrix(asked)
    wanted = np.stack([np.linalg.lstsq(basis, row, rcond=None)[0] for row in rows])
    np.testing.assert_array_equal(found.steps, [0, 10, 20, 30, 40])
    np.testing.assert_allclose(found.places, wanted, rtol=1e-8, atol=1e-12)
    lengths = np.sqrt((rows**2).sum(axis=1))
    np.testing.assert_allclose(found.distances, lengths, rtol=1e-12)
    within = np.sqrt(((wanted @ basis.T) ** 2).sum(axis=1))
    others = [0, 1, 3, 4]
    np.testing.assert_allclose(found.shares[others], within[others] / lengths[others], rtol=1e-8)
    assert np.isnan(found.shares[2])
    assert (found.places[2] == 0).all()
    assert (found.distances[2], found.shares[others].max() < 0.7) == (0, True)


@pytest.mark.parametrize("block", [7, 2**20])
@pytest.mark.parametrize("directions", [1, 2])
def test_directions_of_the_path_are_the_first_of_an_svd(
    block: int, directions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trajectory, "BLOCK", block)
    asked = walked()
    found = Landscape(directions, resolution=11, along="path").answer(asked, no_progress)
    rows = matrix(asked)
    _, sizes, ways = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    explained = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(found.explained, explained[:directions], rtol=1e-9)
    signs = [1 if rows[-1] @ way >= rows[0] @ way else -1 for way in ways[:directions]]
    basis = (ways[:directions] * np.array(signs)[:, None]).T
    assert found.path is not None
    np.testing.assert_allclose(found.path.places, rows @ basis, rtol=1e-7, atol=1e-9)
    within = np.sqrt(((rows @ basis) ** 2).sum(axis=1))[[0, 1, 3, 4]]
    np.testing.assert_allclose(found.path.shares[[0, 1, 3, 4]], within / found.path.distances[[0, 1, 3, 4]], rtol=1e-7)
    assert (found.xs[0] < found.path.places[:, 0].min(), found.xs[-1] > found.path.places[:, 0].max()) == (True, True)
    # The loss at some points of the grid, of weights that are set one by one.
    data = asked.data.train
    here = {name: array.copy() for name, array in asked.network.parameters.items()}
    for row, column in ((0, 0), (len(found.ys) - 1, 3), found.middle):
        steps = np.array([found.xs[column], found.ys[row]])[:directions]
        moved = flat(here) + basis @ steps
        for name in NAMES:
            size = here[name].size
            asked.network.parameters[name][...] = moved[:size].reshape(here[name].shape)
            moved = moved[size:]
        direct = evaluate(asked.network, asked.loss, data.x, data.y).loss
        assert found.losses[row, column] == pytest.approx(direct, rel=1e-9)


def test_directions_of_the_path_agree_with_scikit_learn() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    asked = walked(steps=(0, 3, 8, 20, 22, 31, 37), at=20)
    found = Landscape(resolution=3, along="path").answer(asked, no_progress)
    rows = matrix(asked)
    fitted = decomposition.PCA(n_components=2).fit(rows)
    np.testing.assert_allclose(found.explained, fitted.explained_variance_ratio_, rtol=1e-9)
    assert found.path is not None
    np.testing.assert_allclose(np.abs(found.path.places), np.abs(rows @ fitted.components_.T), rtol=1e-6, atol=1e-9)


def test_the_present_weights_belong_to_the_path_though_they_were_not_kept() -> None:
    asked = replace(walked(), step=25)
    found = Landscape(resolution=3).answer(asked, no_progress).path
    assert found is not None
    np.testing.assert_array_equal(found.steps, [0, 10, 20, 25, 30, 40])
    assert found.distances[3] == 0


def test_states_of_another_network_and_those_that_are_not_finite_are_left_out() -> None:
    asked = walked()
    assert isinstance(asked.kept, States)
    weights = {step: dict(state.parameters) for step, state in asked.kept.states.items()}
    weights[10]["dense_1/W"] = np.zeros((4, 6))
    weights[30]["dense_2/b"] = np.array([0.0, np.nan, 0.0])
    found = Landscape(resolution=3).answer(replace(asked, kept=States(weights)), no_progress).path
    assert found is not None
    np.testing.assert_array_equal(found.steps, [0, 20, 40])
    gone = States(weights)
    del gone.states[0], gone.states[40]  # let go of between two questions
    assert Landscape(resolution=3).answer(replace(asked, kept=gone), no_progress).path is None


def test_too_short_a_path_has_no_directions_and_says_so() -> None:
    for steps, directions in (((20,), 1), ((10, 20), 2)):
        with pytest.raises(UnanswerableError, match=f"{directions + 1} that differ are needed"):
            Landscape(directions, resolution=3, along="path").answer(walked(steps=steps), no_progress)
    Landscape(1, resolution=3, along="path").answer(walked(steps=(10, 20)), no_progress)
    still = walked()
    same = {step: dict(still.network.parameters.items()) for step in (0, 10, 20, 30)}
    with pytest.raises(UnanswerableError, match="Train on"):
        Landscape(resolution=3, along="path").answer(replace(still, kept=States(same)), no_progress)
    with pytest.raises(UnanswerableError, match="too few kept states"):
        Landscape(resolution=3, along="path").answer(replace(still, kept=None), no_progress)


def test_working_out_a_path_can_be_cancelled_and_leaves_the_weights() -> None:
    asked = walked(dtype="float32")
    before = asked.network.parameters.vector.copy()

    def cancel(share: float) -> None:
        raise CancelledError

    for along in ("random", "path"):
        with pytest.raises(CancelledError):
            Landscape(resolution=3, along=along).answer(asked, cancel)  # type: ignore[arg-type]
        np.testing.assert_array_equal(asked.network.parameters.vector, before)


@pytest.mark.parametrize("places", [[0.0, 5.0], [-3.0, -1.0], [-1e-8, 2e-8], [-2.0, 7.0, 100.0]])
@pytest.mark.parametrize("count", [7, 11, 51])
def test_a_grid_spans_all_places_and_has_a_point_at_zero(places: list[float], count: int) -> None:
    found = spanning(np.array(places), count)
    assert len(found) == count
    assert (found == 0).sum() == 1
    assert found[0] < min(places)
    assert found[-1] > max(places)
    np.testing.assert_allclose(np.diff(found), np.diff(found)[0])
