"""What a hand has dragged is told by its end, and everything else as it was."""

from __future__ import annotations

from deepviz.training.movements import movements, since_words, without_stops

MARKS = [
    (100, "learning rate 0.1 → 0.2"),
    (1_234_600, f"learning rate 0.2 → 0.5{since_words(1_234_500)}"),
    (1_300_000, "batch size 16 → 32"),
]


def test_movements_are_known_by_their_marks() -> None:
    assert movements(MARKS) == [(1_234_500, 1_234_600)]
    assert MARKS[1][1].endswith("(bit by bit since step 1\u202f234\u202f500)")


def test_stops_of_a_drag_give_way_to_its_end() -> None:
    course = [(100, 0.2), (1_234_500, 0.3), (1_234_550, 0.4), (1_234_600, 0.5), (1_400_000, 0.6)]
    assert without_stops(course, MARKS) == [
        (100, 0.2, None),
        (1_234_600, 0.5, 1_234_500),
        (1_400_000, 0.6, None),
    ]
    assert without_stops(course, []) == [(*each, None) for each in course], "nothing tells that it was one movement"
