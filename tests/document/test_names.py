"""Names that are not taken yet."""

from __future__ import annotations

from deepviz.document.names import free_name, free_names, id_stem
from deepviz.engine.layers import Dense
from deepviz.engine.losses import MeanSquaredError


def test_a_name_gets_the_first_number_that_is_free() -> None:
    assert free_name("dense", ()) == "dense_1"
    assert free_name("dense", {"dense_1", "dense_3", "relu_2"}) == "dense_2"
    assert free_name("Group", {"Group 1"}, joint=" ") == "Group 2"


def test_many_names_at_once_are_free_and_all_different() -> None:
    stems = {"x": "dense", "y": "dense", "z": "relu"}
    assert free_names(stems, {"dense_1", "dense_3"}) == {"x": "dense_2", "y": "dense_4", "z": "relu_1"}


def test_all_losses_are_called_loss() -> None:
    assert (id_stem(Dense()), id_stem(MeanSquaredError())) == ("dense", "loss")
