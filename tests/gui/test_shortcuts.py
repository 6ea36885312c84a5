"""The list of shortcuts: nothing that a key does is missing, and nothing is listed twice."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from PySide6.QtGui import QKeySequence

from deepviz.gui.actions import MENUS, ROWS
from deepviz.gui.canvas.keyboard import FIXED_KEYS, KEYS
from deepviz.gui.shortcuts import CANVAS, OUTLINE, POINTER, VIEW, Shortcut, native, shortcuts


def found(text: str) -> Shortcut:
    return next(one for one in shortcuts() if one.text == text)


def test_every_key_of_the_menus_and_of_the_canvas_is_listed() -> None:
    listed = {key for one in shortcuts() for key in one.keys}
    for row in ROWS:
        assert listed >= set(native(row.shortcuts)), row.key
    for keys in (*(row.keys for row in KEYS), *(keys for keys, _text in FIXED_KEYS)):
        assert listed >= set(native(keys))


def test_nothing_is_listed_twice() -> None:
    texts = Counter((one.heading, one.text) for one in shortcuts())
    assert [text for text, count in texts.items() if count > 1] == []
    for one in shortcuts():
        assert len(set(one.keys)) == len(one.keys), one


def test_no_two_rows_of_the_canvas_want_the_same_key() -> None:
    keys = Counter(QKeySequence(key).toString() for row in KEYS for key in row.keys)
    assert "" not in keys, "a key is written so that Qt does not understand it"
    assert [key for key, count in keys.items() if count > 1] == []


def test_what_menu_and_canvas_both_do_is_one_row_with_all_keys() -> None:
    assert found("Zoom in").heading == "View"
    assert found("Keyboard shortcuts").keys == ("F1", "Ctrl+/", "?")
    assert found("Go to the card in that direction") == Shortcut(
        CANVAS, "Go to the card in that direction", ("Left", "Right", "Up", "Down")
    )


def test_headings_stand_together_in_the_order_of_the_menus() -> None:
    headings = [heading for heading, _ in groupby(shortcuts(), key=lambda one: one.heading)]
    assert headings == [*(menu for menu in MENUS if menu in headings), CANVAS, OUTLINE, VIEW, POINTER]
