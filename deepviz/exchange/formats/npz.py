"""NumPy's own archive: one array for each parameter."""

from __future__ import annotations

from typing import ClassVar

from deepviz.document.file_format import npz_bytes
from deepviz.exchange.exporter import Exporter, ExportContent


class Npz(Exporter):
    """NumPy archive, one array for each parameter; `numpy.load(file)["dense_1/W"]` reads it.

    Names keep their slash, so inside the zip an array is the file ``dense_1/W.npy``.
    """

    key: ClassVar[str] = "npz"
    label: ClassVar[str] = "NumPy archive"
    suffix: ClassVar[str] = ".npz"

    def to_bytes(self, content: ExportContent) -> bytes:
        return npz_bytes(content.parameters)
