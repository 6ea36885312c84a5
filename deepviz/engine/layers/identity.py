"""Identity: passes everything on unchanged. A place for a name, or for a layer yet to be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from deepviz.engine.layer import Activation, Kept
from deepviz.engine.tape import Tape, Tensor


class Identity(Activation):
    """Passes its input on unchanged.

    ``y = x``; ``dL/dx = dL/dy``. It costs nothing.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("linear", "pass through", "nothing", "no op", "placeholder")
    formula: ClassVar[str] = "y = x"

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        return inputs[0], None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [grad]
