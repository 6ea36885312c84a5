"""safetensors: the format in which weights are shared on model hubs. Plain numbers, no code."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.exchange.exporter import Exporter, ExportContent


class Safetensors(Exporter):
    """safetensors file, one tensor for each parameter, readable from NumPy, PyTorch, JAX and others."""

    key: ClassVar[str] = "safetensors"
    label: ClassVar[str] = "safetensors"
    suffix: ClassVar[str] = ".safetensors"

    def to_bytes(self, content: ExportContent) -> bytes:
        from safetensors.numpy import save

        arrays = {name: np.ascontiguousarray(array) for name, array in content.parameters.items()}
        return save(arrays, {"made by": "DeepViz", "project": content.project.name})
