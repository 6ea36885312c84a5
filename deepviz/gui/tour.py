"""The tour: everything a person does first, done by itself without a screen, and put into a folder to look at.

It builds an example by the same edits, trains it in the same thread, and takes screenshots of the same window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.canvas.picture import write_picture
from deepviz.gui.plots.picture import curves_picture
from deepviz.gui.workbench import Workbench

Step = tuple[str, Callable[[Project], Project]]

SCREENSHOT_SIZE = (1440, 900)

FILES = (
    "build.png",
    "train.png",
    "network.svg",
    "curves.png",
    "weights.npz",
    "weights.safetensors",
    "project.deepviz",
)


def building_steps(example: Project) -> list[Step]:
    """The edits by which a person builds a chain like the example's from an empty canvas: append, set, append, ..."""
    steps: list[Step] = [
        ("Choose data", partial(edits.set_data, choice=example.data)),
        ("Choose training", partial(edits.set_plan, plan=example.plan)),
        ("Rename", partial(edits.rename, name=example.name)),
    ]
    order, _ = example.graph.in_order()
    for node_id in order:
        layer = example.graph.node(node_id).layer
        steps.append((f"Add {layer.label}", partial(edits.append, layer=edits.new_layer(layer.key))))
        steps.append((f"Change {node_id}", partial(edits.set_layer, node_id=node_id, layer=layer)))
    steps.append(("Arrange", partial(edits.arrange, columns=4)))
    return steps


def take_tour(bench: Workbench, example: Project, folder: Path) -> list[Path]:
    """Build, train, look, and write what there is to see.

    Parameters
    ----------
    bench
        A window with an empty project.
    example
        What to build: a chain of layers.
    folder
        Where the files go; made if it is not there.

    Returns
    -------
    The files: screenshots of building and training, the network's picture, the curves, the weights, the project.

    Raises
    ------
    OSError
        If a file cannot be written.
    RuntimeError
        If training fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for label, edit in building_steps(example):
        bench.editor.apply(label, edit)
    window = bench.window
    window.resize(*SCREENSHOT_SIZE)
    window.show_workspace("train")
    window.show()
    bench.canvas.fit()
    _settle()
    files = [folder / name for name in FILES]
    built, trained, picture, curves, *weights, project = files
    _grabbed(bench, built)

    loop = QEventLoop()
    bench.controller.status_changed.connect(
        lambda status: loop.quit() if status in ("finished", "diverged", "failed") else None
    )
    bench.controller.run()
    if bench.controller.is_running:
        loop.exec()
    if bench.controller.status != "finished":
        raise RuntimeError(bench.notice.text or "Training did not finish.")
    bench.canvas.select(("dense_2",))
    _settle()
    _grabbed(bench, trained)
    theme = bench.themes.current
    write_picture(bench.editor.project.graph, bench.editor.report, theme, picture)
    curves_picture(bench.controller.history, theme, curves)
    for path in weights:
        if not bench.files.export_to(path):
            raise RuntimeError(bench.notice.text)
    if not bench.files.save_to(project):
        raise RuntimeError(bench.notice.text)
    return files


def _settle() -> None:
    """Let layouts and paint events happen."""
    loop = QEventLoop()
    QTimer.singleShot(150, loop.quit)
    loop.exec()


def _grabbed(bench: Workbench, path: Path) -> None:
    if not bench.window.grab().save(str(path)):
        raise OSError(f"Could not write {path}.")
