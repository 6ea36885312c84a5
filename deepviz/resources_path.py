"""Where the files that travel with DeepViz lie: icons, examples, data sets, lessons.

An installed copy has them inside the package; in a checkout they are the folder `resources` beside it.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a bundled file or folder.

    Parameters
    ----------
    parts
        The steps below the resources folder, for instance `"datasets", "iris.npz"`.

    Returns
    -------
    Path
        The path, whether or not anything is there; opening a missing one raises FileNotFoundError as usual.
    """
    package = Path(str(files("deepviz")))
    installed = package / "resources"
    folder = installed if installed.is_dir() else package.parent / "resources"
    return folder.joinpath(*parts)
