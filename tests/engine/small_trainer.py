"""A small network with 23 samples for tests of training: an epoch is four batches of 5 and one of 3."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepviz.engine import Network, Trainer, layers, losses, optimizers
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.trainer import TrainerState

SAMPLES, BATCH, PER_EPOCH = 23, 5, 5


def samples() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((SAMPLES, 4)), rng.integers(0, 3, SAMPLES)


def network(seed: int = 0, dtype: str = "float32") -> Network:
    chain = [layers.Input(shape=(4,)), layers.Dense(units=6), layers.Tanh(), layers.Dense(units=3)]
    return Network.sequential(chain, seed=seed, dtype=dtype)


def trainer(optimizer: Optimizer | None = None, net: Network | None = None, **changes: Any) -> Trainer:
    settings: dict[str, Any] = {"batch_size": BATCH, "epochs": 4, "seed": 3} | changes
    optimizer = optimizer or optimizers.Adam(learning_rate=0.01)
    return Trainer(net or network(), losses.SoftmaxCrossEntropy(), optimizer, samples(), **settings)


def one_weight(x: float, weight: float, optimizer: Optimizer, target: float = 0.0) -> Trainer:
    """``y = weight x`` against a target, from a single sample."""
    net = Network.sequential([layers.Input(shape=(1,)), layers.Dense(units=1, use_bias=False)])
    net.parameters["dense_1/W"][...] = weight
    data = np.array([[x]], np.float32), np.array([[target]], np.float32)
    return Trainer(net, losses.MeanSquaredError(), optimizer, data, epochs=10)


def made(trainer: Trainer, count: int) -> Trainer:
    """The trainer, after some steps."""
    for _ in zip(range(count), trainer.steps(), strict=False):
        pass
    return trainer


def numbers_of(state: TrainerState) -> dict[str, Any]:
    """Every number of a state in a form that can be compared, to the bit."""
    course, best = state.course, state.course.best
    arrays = {**state.parameters, **{f"kept {name}": array for name, array in state.network_state.items()}}
    for vector, named in state.optimizer_vectors.items():
        arrays |= {f"{vector} of {name}": array for name, array in named.items()}
    if best is not None:
        arrays |= {f"best {name}": array for name, array in best.weights.items()}
    plain = {
        "counts": (state.step, course.epoch_samples),
        "place": state.place,
        "ages": dict(state.ages),
        "optimizer": None if state.optimizer is None else state.optimizer.to_json() | {"learning_rate": None},
        "floats": (state.learning_rate, course.epoch_total, course.seconds),
        "schedule": dict(course.schedule),
        "stopping": {rule: dict(memory) for rule, memory in course.stopping.items()},
        "stopped_by": course.stopped_by,
        "best": None if best is None else (best.step, best.value, best.epoch),
    }
    return plain | {name: (array.dtype, array.shape, array.tobytes()) for name, array in arrays.items()}
