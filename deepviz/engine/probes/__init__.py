"""The probes, one file each. A new file here is a new figure for `Trainer(probes=...)`."""

from __future__ import annotations

from deepviz.engine.probe import Probe
from deepviz.registry import Registry

registry: Registry[Probe] = Registry(__name__, Probe)
