"""safetensors: the format in which weights are shared on model hubs. Plain numbers, no code."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.exchange.exporter import ExportContent, Exporter


class Safetensors(Exporter):
    """safetensors file with one tensor for each parameter, readable from NumPy, PyTorch, JAX and others."""

    key: ClassVar[str] = "safetensors"
    label: ClassVar[str] = "safetensors"
    suffix: ClassVar[str] = ".safetensors"

    def to_bytes(self, content: ExportContent) -> bytes:
        from safetensors.numpy import save  # a heavy library, wanted only now

        arrays = {name: np.ascontiguousarray(array) for name, array in content.parameters.items()}
        return save(arrays, {"project": content.project.name})  # one entry: their order would differ from run to run
