"""The arena: one vector, named views of it, twins of one layout, and what is refused when weights are loaded."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.alignment import ALIGNMENT
from deepviz.engine.arena import Arena

SHAPES = {"a/W": (3, 5), "a/b": (5,), "b/W": (5, 2), "c/scale": ()}


def arena() -> Arena:
    made = Arena(SHAPES, np.dtype(np.float32))
    for number, view in enumerate(made.values()):
        view[...] = number + 1
    return made


def test_views_are_the_vector() -> None:
    made = arena()
    assert {name: view.shape for name, view in made.items()} == SHAPES
    assert all(np.shares_memory(view, made.vector) for view in made.values())
    assert made.count == 15 + 5 + 10 + 1
    assert made.vector.sum() == 15 * 1 + 5 * 2 + 10 * 3 + 4, "what lies between the arrays is zero"
    made.vector[...] = 9
    assert all((view == 9).all() for view in made.values())


def test_every_layer_starts_at_a_cache_line_and_none_overlaps() -> None:
    made = arena()
    assert all(made[name].ctypes.data % ALIGNMENT == 0 for name in ("a/W", "b/W", "c/scale"))
    assert made["a/b"].ctypes.data == made["a/W"].ctypes.data + made["a/W"].nbytes, "biases follow the weights"
    assert [int(view.reshape(-1)[0]) for view in made.values()] == [1, 2, 3, 4], "no view was overwritten by the next"


def test_a_twin_has_the_layout_and_memory_of_its_own() -> None:
    made = arena()
    twin = made.twin()
    assert not twin.vector.any()
    assert twin.vector.shape == made.vector.shape
    twin.vector[...] = made.vector
    assert all(np.array_equal(twin[name], made[name]) for name in made)
    twin["a/W"][...] = -1
    assert (made["a/W"] == 1).all()


def test_a_slice_spans_arrays_that_lie_next_to_each_other() -> None:
    made = arena()
    piece = made.vector[made.slice_of(["a/W", "a/b"])]
    assert piece.sum() == 15 * 1 + 5 * 2
    assert made.vector[made.slice_of(["b/W"])].sum() == 10 * 3


def test_copies_are_copies() -> None:
    made = arena()
    copied = made.copied()
    made.vector[...] = 0
    assert (copied["b/W"] == 3).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a/b": None}, "a/b is missing"),
        ({"z/W": np.zeros(3)}, "z/W does not belong to this network"),
        ({"b/W": np.zeros((2, 5))}, r"b/W is \(2, 5\); the network has \(5, 2\)"),
        ({"c/scale": np.nan}, "c/scale are not all finite"),
        ({"c/scale": 1e300}, "c/scale are not all finite"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(change: dict[str, np.ndarray | None], message: str) -> None:
    made, given = arena(), {name: np.full(shape, 7.0) for name, shape in SHAPES.items()}
    given = {name: values for name, values in (given | change).items() if values is not None}
    with pytest.raises(ValueError, match=message):
        made.load(given)
    assert np.array_equal(made.vector, arena().vector)


def test_loading_takes_over_every_number() -> None:
    made, rng = arena(), np.random.default_rng(0)
    given = {name: rng.standard_normal(shape) for name, shape in SHAPES.items()}
    made.load(given)
    assert all(np.array_equal(made[name], given[name].astype(np.float32)) for name in SHAPES)


def test_a_vector_is_cut_into_named_arrays_and_put_together_again() -> None:
    made, rng = arena(), np.random.default_rng(0)
    given = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in SHAPES.items()}
    vector = made.vector_of(given)
    assert np.array_equal(vector[made.slice_of(["b/W"])], given["b/W"].reshape(-1))
    cut = made.named(vector)
    vector[:] = 0
    assert all(np.array_equal(cut[name], given[name]) for name in SHAPES), "a copy, and of the same numbers"
    assert np.array_equal(made.vector, arena().vector), "what the arena itself holds stays"
    with pytest.raises(ValueError, match="a/W is missing"):
        made.vector_of({name: given[name] for name in SHAPES if name != "a/W"})


def test_an_arena_of_nothing() -> None:
    made = Arena({}, np.dtype(np.float32))
    assert made.vector.size == 0
    assert made.count == len(made) == 0
    made.load({})
