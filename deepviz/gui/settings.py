"""What the window remembers from one start to the next: each setting declared once, with its type and default.

Values are kept as plain text in an INI file. Whatever cannot be read there counts as never having been set.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar, cast

from PySide6.QtCore import QSettings

Value = TypeVar("Value", bool, int, float, str, bytes, tuple[str, ...])

WORKSPACES = ("build", "train", "understand")
MOST_RECENT_FILES = 10
MOST_RECENT_LAYERS = 5


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """One thing that is remembered.

    Attributes
    ----------
    key
        Where it stands in the file, as `section/name`.
    default
        Its value until it is set; also says of which type it is.
    help
        What it does, in one sentence.
    choices
        The values allowed, if only some are.
    minimum, maximum
        The inclusive bounds of a number.
    """

    key: str
    default: Value
    help: str
    choices: tuple[Value, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


THEME = Setting("look/theme", "system", "Dark, light, or as the system is.", ("system", "dark", "light"))
MORE_SETTINGS = Setting("look/more_settings", False, "Whether forms show what few people change.")
MINIMAP = Setting("look/minimap", True, "Whether the minimap is shown while a part of the network is out of sight.")
BARS = Setting(
    "look/bars",
    "none",
    "What the bars beside the layers show.",
    ("none", "parameters", "macs", "stored", "outputs", "gradient"),
)
BARS_LOG = Setting("look/bars_log", False, "Whether the bars beside the layers are on a logarithmic scale.")
TEMPO = Setting(
    "training/steps_a_second",
    0.0,
    "How many steps a second are made at the most; 0 for as many as possible.",
    (0.0, 1000.0, 100.0, 10.0, 1.0),
)
SCHEDULE_LOG = Setting("look/schedule_log", False, "Whether the planned learning rate is drawn on a logarithmic axis.")
WORKSPACE = Setting("window/workspace", "train", "The workspace in front.", WORKSPACES)
LEFT_TAB = Setting("window/left_tab", "Layers", "What is in front on the left.", ("Layers", "Outline", "History"))
RIGHT_TAB = Setting("window/right_tab", "Layer", "What is in front on the right.", ("Layer", "Data", "Training"))
LAST_LOOK = Setting("window/last_look", "", "How the window and its canvas were looked at last.")
GEOMETRY = Setting("window/geometry", b"", "Where the window stood and how large it was.")
WINDOW_STATES = {
    name: Setting(f"window/state_{name}", b"", f"How the panels are arranged in the workspace {name.capitalize()}.")
    for name in WORKSPACES
}
RECENT_FILES: Setting[tuple[str, ...]] = Setting("files/recent", (), "Projects opened or saved lately, newest first.")
PROJECT_FOLDER = Setting("files/project_folder", "", "The folder a project was last opened from or saved to.")
EXPORT_FOLDER = Setting("files/export_folder", "", "The folder something was last exported to.")
DATA_FOLDER = Setting("files/data_folder", "", "The folder a data set was last opened from.")
REOPEN_LAST = Setting("files/reopen_last", True, "Whether the next start goes on where this one ended.")
PICTURE_FORMAT = Setting("picture/format", "svg", "What a picture is saved as.", ("svg", "png", "pdf"))
PICTURE_SCALE = Setting("picture/scale", 2, "Pixels of a PNG for each pixel of the screen.", (1, 2, 4))
PICTURE_THEME = Setting("picture/theme", "light", "The colours of a picture; light is for paper.", ("light", "dark"))
PICTURE_TRANSPARENT = Setting("picture/transparent", False, "Whether a picture has nothing behind the network.")
PICTURE_GRADIENTS = Setting("picture/gradients", True, "Whether a picture shows the gradients of the run.")
RECENT_LAYERS: Setting[tuple[str, ...]] = Setting("palette/recent", (), "Layers placed lately, newest first.")
CLOSED_CATEGORIES: Setting[tuple[str, ...]] = Setting(
    "palette/closed",
    ("activation", "attention", "loss", "merge and shape", "normalisation", "pooling", "recurrent"),
    "Groups of the palette that are closed. All headings are in sight at first, with the losses.",
)
GRADIENT_CURVES = Setting("views/gradient_norms", "parameters/l2/before", "Which gradients the curves show.")
GRADIENT_MAP = Setting("views/gradient_map", "parameters/l2/before", "Which gradients the map shows.")
GRADIENTS_ALIKE = Setting("views/gradients_alike", False, "Whether all views of gradients show the same magnitude.")
GRADIENTS_SHOWN = Setting("views/gradients_shown", "parameters/l2/before", "Which one that is.")
HISTOGRAM_OF = Setting(
    "views/histogram_of", "activations", "What histograms are of.", ("activations", "weights", "gradients")
)
HISTOGRAM_FORM = Setting("views/histogram_form", "ridge", "How histograms over time are drawn.", ("ridge", "map"))
HISTOGRAM_LOG = Setting("views/histogram_log", False, "Whether histograms show logarithms of their counts.")
ACTIVATION_FIGURE = Setting(
    "views/activation_figure",
    "mean",
    "What the curves of activations show.",
    ("mean", "spread", "zeros", "saturated", "dead"),
)
ACTIVATION_ALL = Setting("views/activation_all", False, "Whether activations are shown of layers that only pass on.")
PROJECTION_SAMPLES = Setting("views/projection_samples", 400, "Samples that are projected.", (200, 400, 1000, 2000))
LANDSCAPE_POINTS = Setting("views/landscape_points", 21, "Points along a direction.", (11, 21, 31, 51))
LANDSCAPE_REACH = Setting("views/landscape_reach", 1.0, "How far the landscape reaches.", (0.1, 0.25, 0.5, 1.0, 2.0))
LANDSCAPE_SAMPLES = Setting("views/landscape_samples", 512, "Samples the landscape is of.", (128, 512, 2048, 8192))
LANDSCAPE_FORM = Setting("views/landscape_form", "map", "One random direction, or two.", ("map", "curve"))
LANDSCAPE_ALONG = Setting("views/landscape_along", "random", "Directions of the landscape.", ("random", "path"))
LANDSCAPE_PATH = Setting("views/landscape_path", True, "Whether the landscape shows the path of training.")
LANDSCAPE_SCALE = Setting(
    "views/landscape_scale", "auto", "The loss, its logarithm, or by the losses.", ("auto", "linear", "log")
)
RATE_RANGE = Setting(
    "views/rate_range", "1e-6 to 10", "The learning rates that are tried.", ("1e-8 to 0.1", "1e-6 to 10", "1e-4 to 1e3")
)
RATE_STEPS = Setting("views/rate_steps", 300, "How many learning rates are tried.", (100, 300, 1000, 3000))
RATE_LOG = Setting("views/rate_log", False, "Whether the rate finder shows logarithms of the loss.")
PREDICTIONS_PART = Setting(
    "views/predictions_part",
    "",
    "Whose predictions are looked at; nothing is validation data if there are any.",
    ("", "train", "validation", "test"),
)
CONFUSION_SCALE = Setting(
    "views/confusion_scale", "count", "What the cells of a confusion matrix show.", ("count", "row", "column")
)
WRONG_ONLY = Setting("views/wrong_only", False, "Whether only samples whose class is wrong are listed as the worst.")
RESIDUALS_FORM = Setting(
    "views/residuals_form", "histogram", "How residuals are drawn.", ("histogram", "against predicted")
)
CENTRE_DRAWING = Setting("views/centre_drawing", True, "Whether a drawing is scaled and centred as the data were.")
PEN_WIDTH = Setting("views/pen_width", 10, "Width of the pen in hundredths of the pad.", minimum=1, maximum=30)
PLANE_RESOLUTION = Setting(
    "views/plane_resolution", 60, "How fine decisions and surfaces are computed.", (30, 60, 120, 240)
)
PLANE_PARTS: Setting[tuple[str, ...]] = Setting(
    "views/plane_parts", ("train",), "Of which parts of the data samples are drawn on decisions and fits."
)
NEURONS_SCALE = Setting("views/neurons_scale", "own", "By what the maps of neurons are coloured.", ("own", "layer"))
RESPONSES_ON_CARDS = Setting(
    "look/responses", True, "Whether cards show what their units answer to where data have one or two inputs."
)
RUNS_OF_ALL = Setting("runs/of_all", False, "Whether the list of runs shows those of all projects.")
RUNS_SORTED_BY = Setting("runs/sorted_by", "created", "The column that the list of runs is sorted by.")
RUNS_FALLING = Setting("runs/falling", True, "Whether the list of runs goes from large to small.")
RUNS_EQUAL_ROWS = Setting(
    "runs/equal_rows", False, "Whether the comparison of runs shows what is equal in all of them."
)
RUNS_NAMES_BEFORE: Setting[tuple[str, ...]] = Setting(
    "runs/names_before", (), "Names that projects had before they were saved under others, each as `[now, before]`."
)
RUNS_INSTEAD_OF: Setting[tuple[str, ...]] = Setting(
    "runs/instead_of", (), "Views that come back when the list of runs is closed, each as `workspace/key/width`."
)
RUNS_WITH: Setting[tuple[str, ...]] = Setting(
    "runs/with", (), "Views that stood beside the list of runs when it was closed, as `workspace/key/0`."
)
VIEWS_OFFERED: Setting[tuple[str, ...]] = Setting(
    "views/offered", (), "Views that were opened by themselves because they suited the data; each is once only."
)
LARGE_PLACES: Setting[tuple[str, ...]] = Setting(
    "views/large_places", (), "Where the large window of each view was left, as `key/left/top/width/height`."
)
HINTS_SHOWN = Setting("hints/shown", 0, "How many of the first hints have been seen.", minimum=0, maximum=100)
HINTS_ON = Setting("hints/on", True, "Whether the first hints are shown at all.")

SETTINGS: tuple[
    Setting[bool] | Setting[int] | Setting[float] | Setting[str] | Setting[bytes] | Setting[tuple[str, ...]], ...
] = (
    THEME,
    MORE_SETTINGS,
    MINIMAP,
    BARS,
    BARS_LOG,
    TEMPO,
    SCHEDULE_LOG,
    WORKSPACE,
    LEFT_TAB,
    RIGHT_TAB,
    LAST_LOOK,
    GEOMETRY,
    *WINDOW_STATES.values(),
    RECENT_FILES,
    PROJECT_FOLDER,
    EXPORT_FOLDER,
    DATA_FOLDER,
    REOPEN_LAST,
    PICTURE_FORMAT,
    PICTURE_SCALE,
    PICTURE_THEME,
    PICTURE_TRANSPARENT,
    PICTURE_GRADIENTS,
    RECENT_LAYERS,
    CLOSED_CATEGORIES,
    GRADIENT_CURVES,
    GRADIENT_MAP,
    GRADIENTS_ALIKE,
    GRADIENTS_SHOWN,
    HISTOGRAM_OF,
    HISTOGRAM_FORM,
    HISTOGRAM_LOG,
    ACTIVATION_FIGURE,
    ACTIVATION_ALL,
    PROJECTION_SAMPLES,
    LANDSCAPE_POINTS,
    LANDSCAPE_REACH,
    LANDSCAPE_SAMPLES,
    LANDSCAPE_FORM,
    LANDSCAPE_ALONG,
    LANDSCAPE_PATH,
    LANDSCAPE_SCALE,
    RATE_RANGE,
    RATE_STEPS,
    RATE_LOG,
    PREDICTIONS_PART,
    CONFUSION_SCALE,
    WRONG_ONLY,
    RESIDUALS_FORM,
    CENTRE_DRAWING,
    PEN_WIDTH,
    PLANE_RESOLUTION,
    PLANE_PARTS,
    NEURONS_SCALE,
    RESPONSES_ON_CARDS,
    RUNS_OF_ALL,
    RUNS_SORTED_BY,
    RUNS_FALLING,
    RUNS_EQUAL_ROWS,
    RUNS_NAMES_BEFORE,
    RUNS_INSTEAD_OF,
    RUNS_WITH,
    VIEWS_OFFERED,
    LARGE_PLACES,
    HINTS_SHOWN,
    HINTS_ON,
)
"""Every setting there is, in the order in which a preferences page lists them."""


class Settings:
    """The settings of one user.

    Parameters
    ----------
    path
        The INI file to keep them in; by default where the system wants the settings of an application.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            self._file = QSettings(str(path), QSettings.Format.IniFormat)
        else:
            self._file = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "DeepViz", "DeepViz")

    @property
    def path(self) -> Path:
        """The file they are kept in."""
        return Path(self._file.fileName())

    def get(self, setting: Setting[Value]) -> Value:
        """The value of a setting, or its default where it was never set or cannot be read."""
        stored = self._file.value(setting.key)
        if isinstance(stored, list):  # Qt splits unquoted text at commas, as someone may have typed it by hand
            stored = ", ".join(str(part) for part in stored)
        if not isinstance(stored, str):
            return setting.default
        try:
            value = _READERS[type(setting.default)](stored)
            _check(setting, value)
        except (ValueError, OverflowError, RecursionError):
            return setting.default
        return cast(Value, value)

    def set(self, setting: Setting[Value], value: Value) -> None:
        """Remember a value.

        Raises
        ------
        TypeError
            If the value is of another type than the setting.
        ValueError
            If the value is not among those allowed.
        """
        if type(value) is not type(setting.default):
            wanted = type(setting.default).__name__
            raise TypeError(f"The setting {setting.key} is of type {wanted}, not {type(value).__name__}.")
        _check(setting, value)
        self._file.setValue(setting.key, _written(value))

    def forget(self, setting: Setting[Value]) -> None:
        """Go back to the default."""
        self._file.remove(setting.key)

    def save(self) -> bool:
        """Write everything to the file now; says whether that worked. Qt also does so by itself, a little later."""
        self._file.sync()
        # A format error is one that Qt met while reading; it has written a sound file by now.
        return self._file.status() != QSettings.Status.AccessError

    def add_recent_file(self, path: Path) -> None:
        """Put a project at the head of the recent ones."""
        newest = str(path.resolve())
        others = [each for each in self.get(RECENT_FILES) if each != newest]
        self.set(RECENT_FILES, (newest, *others)[:MOST_RECENT_FILES])

    def add_recent_layer(self, key: str) -> None:
        """Put a kind of layer at the head of those placed lately."""
        others = [each for each in self.get(RECENT_LAYERS) if each != key]
        self.set(RECENT_LAYERS, (key, *others)[:MOST_RECENT_LAYERS])

    def forget_recent_file(self, path: Path) -> None:
        """Take a project off the recent ones."""
        self.set(RECENT_FILES, tuple(each for each in self.get(RECENT_FILES) if each != str(path)))


def _check(setting: Setting[Value], value: object) -> None:
    if setting.choices and value not in setting.choices:
        raise ValueError(f"The setting {setting.key} cannot be {value!r}.")
    if setting.minimum is not None and isinstance(value, int | float) and not value >= setting.minimum:
        raise ValueError(f"The setting {setting.key} cannot be below {setting.minimum:g}.")
    if setting.maximum is not None and isinstance(value, int | float) and not value <= setting.maximum:
        raise ValueError(f"The setting {setting.key} cannot be above {setting.maximum:g}.")


def _read_switch(text: str) -> bool:
    values = {"true": True, "false": False}
    if text.lower() not in values:
        raise ValueError(f"{text!r} is neither true nor false.")
    return values[text.lower()]


def _read_bytes(text: str) -> bytes:
    return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)


def _read_list(text: str) -> tuple[str, ...]:
    values = json.loads(text)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("It is not a list of texts.")
    return tuple(values)


_READERS: dict[type, Callable[[str], object]] = {
    bool: _read_switch,
    int: int,
    float: float,
    str: str,
    bytes: _read_bytes,
    tuple: _read_list,
}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return binascii.b2a_base64(value, newline=False).decode("ascii")
    if isinstance(value, tuple):
        return json.dumps(list(value))
    return str(value)
