"""An array that grows gives back the rows it was given, in their own precision."""

from __future__ import annotations

import numpy as np

from deepviz.training.growing_array import GrowingArray


def test_rows_come_back_in_order_across_many_enlargements():
    array = GrowingArray(np.float32, (2,))
    rows = np.arange(2000, dtype=np.float32).reshape(1000, 2)
    for start in range(0, 1000, 3):
        array.extend(rows[start : start + 3])
    np.testing.assert_array_equal(array.view, rows)
    assert array.view.dtype == np.float32
    assert array.nbytes <= 2 * rows.nbytes


def test_more_rows_at_once_than_doubling_would_give():
    array = GrowingArray(np.int64)
    array.extend(np.arange(1000))
    assert len(array) == 1000
    assert array.view[-1] == 999


def test_a_wider_type_is_taken_on_without_losing_the_rows():
    array = GrowingArray(np.float32)
    array.extend(np.array([0.5], np.float32))
    array.extend(np.array([0.1]))
    assert array.view.tolist() == [0.5, 0.1]


def test_a_view_keeps_its_values_when_the_array_moves():
    array = GrowingArray(np.float64)
    array.extend([1.0, 2.0])
    view = array.view
    array.extend(np.zeros(100))
    assert view.tolist() == [1.0, 2.0]


def test_rows_that_take_the_place_of_others_leave_what_was_handed_out_alone():
    array = GrowingArray(np.int64)
    array.extend(np.arange(10))
    before = array.view
    array.replace(np.array([7, 9]))
    assert array.view.tolist() == [7, 9]
    array.extend([11])
    assert array.view.tolist() == [7, 9, 11]
    assert before.tolist() == list(range(10))


def test_the_last_row_can_be_dropped():
    array = GrowingArray(np.int64)
    array.extend(np.arange(3))
    array.drop_last()
    array.extend([5, 6])
    assert array.view.tolist() == [0, 1, 5, 6]
