"""Made-up runs whose every number is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from deepviz.training.history import History


@dataclass(frozen=True)
class Record:
    step: int
    epoch: int = 1
    values: dict[str, object] = field(default_factory=dict)


MakeHistory = Callable[..., History]


@pytest.fixture
def make_history() -> MakeHistory:
    """Builds a history: loss is 2/step unless given, and validated every tenth step (an epoch) with 3/step."""

    def make(
        steps: int = 50,
        *,
        norms: npt.ArrayLike | None = None,
        loss: Sequence[float] | None = None,
        layers: int = 2,
        first_step: int = 1,
        accuracy: bool = True,
        skipped: Sequence[int] = (),
        history: History | None = None,
    ) -> History:
        numbers = np.arange(first_step, first_step + steps)
        table = np.asarray(norms, np.float64) if norms is not None else np.ones((steps, layers))
        history = History([f"dense_{number + 1}" for number in range(table.shape[1])]) if history is None else history
        records = []
        for row, step in enumerate(numbers.tolist()):
            values: dict[str, object] = {"loss": 2 / step if loss is None else loss[row]}
            if accuracy:
                values["accuracy"] = 1 - 1 / step
            if step not in skipped:
                values["gradient_norm"] = table[row]
            if step % 10 == 0:
                values["validation_loss"] = 3 / step
                if accuracy:
                    values["validation_accuracy"] = 1 - 2 / step
            records.append(Record(step, (step - 1) // 10 + 1, values))
        history.append(records)
        return history

    return make
