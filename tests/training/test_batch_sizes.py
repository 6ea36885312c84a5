"""Where a run is in its samples when its batches have changed size: by the trainer itself, and by counting."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.training.batch_sizes import BatchSizes

COUNT = 50


def trainer(epochs: int) -> Trainer:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(COUNT, 3)).astype(np.float32), rng.integers(0, 2, COUNT)
    network = Network.sequential([layers.Input(shape=(3,)), layers.Dense(units=2)], seed=0)
    loss, optimizer = losses.SoftmaxCrossEntropy(), optimizers.SGD(learning_rate=0.1)
    return Trainer(network, loss, optimizer, (x, y), batch_size=16, epochs=epochs)


@pytest.mark.parametrize("changes", [{}, {3: 7}, {4: 7}, {2: 50, 3: 1}, {1: 7, 2: 11, 30: 64}])
def test_every_place_and_the_length_are_those_of_a_trainer_whose_batches_change(changes: dict[int, int]) -> None:
    made = trainer(epochs=9)
    sizes = BatchSizes(COUNT, ((0, 16), *changes.items()))
    begins, seen, batches = [0, *changes], 0, []
    for _ in made.steps():
        batches.append(made.samples_seen - seen)
        seen = made.samples_seen
        if made.step in changes:
            made.batch_size = changes[made.step]
        known = BatchSizes(COUNT, tuple(each for each in sizes.sizes if each[0] <= made.step))
        place = known.place(made.step)
        assert place.epoch == made.epochs_done
        assert place.epoch * COUNT + place.seen == made.samples_seen
        assert known.epochs_after(made.step) == made.samples_seen / COUNT
        assert known.total_steps(9) == made.total_steps
    assert begins[-1] < made.step == sizes.total_steps(9)
    assert sizes.samples_of(np.arange(1, made.step + 1)).tolist() == batches
    assert sizes.samples_of(np.array([made.step, 1])).tolist() == [batches[-1], batches[0]]


def test_by_hand() -> None:
    """50 samples: three batches of 16 leave 2, which one batch of 7 takes; then 8 batches an epoch."""
    sizes = BatchSizes(COUNT, ((0, 16), (3, 7)))
    assert [tuple(sizes.place(step)) for step in (0, 2, 3, 4, 5, 12)] == [
        (0, 0), (0, 32), (0, 48), (1, 0), (1, 7), (2, 0)]  # fmt: skip
    assert sizes.total_steps(3) == 4 + 8 + 8
    assert sizes.samples_of(np.arange(1, 14)).tolist() == [16, 16, 16, 2, 7, 7, 7, 7, 7, 7, 7, 1, 7]
    seen_share = (48 + 2 + 7) / 150
    assert sizes.progress(5, 3).step / sizes.progress(5, 3).total_steps == pytest.approx(seen_share)
