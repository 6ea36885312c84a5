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
        rows.append(
            {
                "name": name,
                "data": project.data.source.label,
                "layers": sum(not node.is_loss for node in project.graph.nodes),
                "parameters": check(project).total_parameters,
                "epochs": project.plan.run.epochs,
                "needs_files": type(project.data.source).needs_files,
            }
        )
    if options.json:
        print(json.dumps({"examples": rows}, ensure_ascii=False))
        return
    for row in rows:
        own = "  wants --data" if row["needs_files"] else ""
        print(f"{row['name']:<14} {row['data']:<18} {row['layers']:>2} layers  {row['parameters']:>7,} parameters{own}")
