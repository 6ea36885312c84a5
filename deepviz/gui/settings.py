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
SCHEDULE_LOG = Setting("look/schedule_log", False, "Whether the planned learning rate is drawn on a logarithmic axis.")
WORKSPACE = Setting("window/workspace", "train", "The workspace in front.", WORKSPACES)
LEFT_TAB = Setting("window/left_tab", "Layers", "What is in front on the left.", ("Layers", "Outline", "History"))
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
HINTS_SHOWN = Setting("hints/shown", 0, "How many of the first hints have been seen.", minimum=0, maximum=100)
HINTS_ON = Setting("hints/on", True, "Whether the first hints are shown at all.")

SETTINGS: tuple[Setting[bool] | Setting[int] | Setting[str] | Setting[bytes] | Setting[tuple[str, ...]], ...] = (
    THEME,
    MORE_SETTINGS,
    MINIMAP,
    BARS,
    BARS_LOG,
    SCHEDULE_LOG,
    WORKSPACE,
    LEFT_TAB,
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
