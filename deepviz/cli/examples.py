"""`deepviz examples`: the built-in projects."""

from __future__ import annotations

import argparse
import json

from deepviz.document import examples
from deepviz.document.shapes import check


def run(options: argparse.Namespace) -> None:
    """Carry out the command."""
    rows = []
    for name in examples.names():
        project = examples.open_example(name)
        layers = [node.layer.label for node in project.graph.nodes if not node.is_loss]
        report = check(project)
        rows.append(
            {
                "name": name,
                "data": project.data.source.label,
                "layers": len(layers),
                "parameters": report.total_parameters,
                "needs_data": type(project.data.source).needs_files,
            }
        )
    if options.json:
        print(json.dumps({"examples": rows}))
        return
    for row in rows:
        own = "  (wants --data FILE ...)" if row["needs_data"] else ""
        print(f"{row['name']:<14} {row['data']:<22} {row['layers']:>2} layers {row['parameters']:>8,} parameters{own}")
