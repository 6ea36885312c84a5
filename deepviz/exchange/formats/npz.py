"""NumPy's own archive: one array for each parameter, and for each running mean."""

from __future__ import annotations

from typing import ClassVar

from deepviz.document.archive import npz_bytes
from deepviz.exchange.exporter import ExportContent, Exporter


class Npz(Exporter):
    """NumPy archive with one array for each parameter; `numpy.load(file)["dense_1/W"]` reads one."""

    key: ClassVar[str] = "npz"
    label: ClassVar[str] = "NumPy archive"
    suffix: ClassVar[str] = ".npz"

    def to_bytes(self, content: ExportContent) -> bytes:
        return npz_bytes(dict(sorted(content.parameters.items())))
