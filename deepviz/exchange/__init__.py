"""Exported files for other programs, one format a file."""

from __future__ import annotations

from deepviz.exchange.exporter import ExchangeError, ExportContent, Exporter, export, exporter_for, registry

__all__ = ["ExchangeError", "ExportContent", "Exporter", "export", "exporter_for", "registry"]
