"""Another kind of optimizer keeps what was chosen by hand, and says what it does not keep."""

from __future__ import annotations

import pytest

from deepviz.document.optimizer_successor import chosen, succession, successor
from deepviz.engine import optimizers
from deepviz.engine.optimizer import Optimizer


def to(before: Optimizer, kind: type[Optimizer], last: Optimizer | None = None) -> Optimizer:
    return successor(before, kind, last, chosen(before, {}))


def test_clipping_stays_with_every_kind() -> None:
    for one in optimizers.registry.values():
        for other in optimizers.registry.values():
            assert to(one(global_clipnorm=1.0), other).global_clipnorm == 1.0
            after = to(one(clipvalue=0.5), other)
            assert (after.clipvalue, after.global_clipnorm) == (0.5, None)


def test_a_rate_of_ones_own_stays_and_a_default_becomes_the_default() -> None:
    assert to(optimizers.AdamW(), optimizers.SGD) == optimizers.SGD()
    assert to(optimizers.SGD(), optimizers.AdamW) == optimizers.AdamW()
    assert to(optimizers.AdamW(learning_rate=0.02), optimizers.SGD) == optimizers.SGD(learning_rate=0.02)


def test_a_chosen_rate_that_happens_to_be_the_default_comes_back() -> None:
    before = optimizers.AdamW(learning_rate=0.01)
    carried = chosen(before, {})
    between = successor(before, optimizers.SGD, None, carried)
    assert between == optimizers.SGD(), "0.01 is its default"
    assert successor(between, optimizers.AdamW, before, chosen(between, carried)) == before


def test_what_was_taken_back_meanwhile_stays_so() -> None:
    before = optimizers.AdamW(global_clipnorm=1.0, weight_decay=0.2)
    carried = chosen(before, {})
    between = successor(before, optimizers.SGD, None, carried).changed(global_clipnorm=None, weight_decay=0.0)
    assert successor(between, optimizers.AdamW, before, chosen(between, carried)) == optimizers.AdamW()


@pytest.mark.parametrize(
    ("before", "kind", "wanted"),
    [
        (optimizers.SGD(momentum=0.9), optimizers.RMSProp, optimizers.RMSProp(momentum=0.9)),
        (optimizers.AdamW(weight_decay=0.1), optimizers.SGD, optimizers.SGD(weight_decay=0.1)),
        (optimizers.SGD(weight_decay=0.1), optimizers.Lion, optimizers.Lion(weight_decay=0.1)),
        (optimizers.AdamW(), optimizers.SGD, optimizers.SGD()),
        (optimizers.Adam(beta_1=0.8), optimizers.AdamW, optimizers.AdamW(beta_1=0.8)),
    ],
)
def test_what_both_know_stays(before: Optimizer, kind: type[Optimizer], wanted: Optimizer) -> None:
    assert to(before, kind) == wanted


def test_what_only_one_knows_comes_back_with_it() -> None:
    last = optimizers.SGD(momentum=0.9, nesterov=True, learning_rate=3.0)
    assert to(optimizers.Adam(), optimizers.SGD, last) == optimizers.SGD(momentum=0.9, nesterov=True)


def test_the_words_tell_what_is_not_kept() -> None:
    before = optimizers.Adam()
    assert succession(before, optimizers.SGD()) == "Optimizer Adam → SGD, learning rate 0.001 → 0.01"
    assert succession(optimizers.AdamW(learning_rate=0.01), optimizers.SGD(weight_decay=0.004)) == (
        "Optimizer AdamW → SGD"
    )
    assert succession(optimizers.AdamW(learning_rate=0.01), optimizers.SGD()) == (
        "Optimizer AdamW → SGD, weight decay 0.004 → 0"
    )
