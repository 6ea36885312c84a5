"""The two looks of the window, dark and light: named colours, fonts, and how they are put on an application.

Widgets are coloured by one style sheet filled in from these names; whatever paints itself asks the `Theme` it is given.
"""

from __future__ import annotations

import colorsys
from dataclasses import asdict, dataclass
from functools import lru_cache
from string import Template
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from deepviz.resources_path import resource

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BODY_SIZE = 13
SMALL_SIZE = 12
TITLE_SIZE = 15
FIELD_HEIGHT = 26
NUMBER_FAMILIES = ("DejaVu Sans Mono", "SF Mono", "Menlo", "Cascadia Mono", "Consolas", "Liberation Mono", "monospace")

CHOICES = ("system", "dark", "light")

CATEGORY_HUES = {
    "input and output": "#8b93a3",
    "core": "#4c9ffe",
    "convolution": "#b07cf0",
    "activation": "#e8a33d",
    "pooling": "#3fb6a8",
    "normalisation": "#e0709b",
    "recurrent": "#7cc06a",
    "attention": "#d6c24e",
    "merge and shape": "#7d8897",
    "group": "#9aa7ff",
    "loss": "#e5654f",
}
"""The hue of each category, in the order in which categories are listed."""

OKABE_ITO = ("#56b4e9", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442")
DASHES: tuple[tuple[float, ...], ...] = ((), (6.0, 3.0), (2.0, 2.5), (8.0, 3.0, 2.0, 3.0))


@dataclass(frozen=True)
class Curve:
    """How one of several curves is told from the others.

    Attributes
    ----------
    color
        Colour of the line, at least 3 : 1 against a panel.
    ink
        Colour of its label, at least 4.5 : 1 against a panel.
    dashes
        Lengths of strokes and gaps in pen widths; empty for an unbroken line.
    """

    color: str
    ink: str
    dashes: tuple[float, ...]


@dataclass(frozen=True)
class Theme:
    """The named colours of one look, as `#rrggbb`.

    `faint` does not reach 3 : 1 against panels in the light theme, nor 4.5 : 1 in the dark one: it is for grids,
    disabled controls and other decoration, never for words that have to be read. `good`, `warning` and `bad` are for
    marks (3 : 1); words in these colours use `ink`.
    """

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    selected: str
    line: str
    outline: str
    text: str
    dim: str
    faint: str
    accent: str
    accent_fill: str
    accent_hover: str
    on_accent: str
    good: str
    warning: str
    bad: str

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return luminance(self.text) > luminance(self.panel)

    def category(self, category: str) -> str:
        """The hue of a category's band; categories nobody has thought of yet get that of `Merge and shape`."""
        return CATEGORY_HUES.get(category.casefold(), CATEGORY_HUES["merge and shape"])

    def category_ink(self, category: str) -> str:
        """The hue of a category for icons and thin lines: at least 3 : 1 against a field or list row."""
        return self.ink(self.category(category), ratio=3.0)

    def ink(self, color: str, ratio: float = 4.5) -> str:
        """`color`, made darker or lighter until it stands out from panels, fields and hovered rows by `ratio`."""
        return readable(color, self.hover, ratio)

    def curve(self, index: int) -> Curve:
        """Colour and dashes of the curve with this number; 28 of them differ from each other."""
        color = OKABE_ITO[index % len(OKABE_ITO)]
        return Curve(readable(color, self.panel, 3.0), self.ink(color), DASHES[index % len(DASHES)])


DARK = Theme(
    name="dark",
    window="#14171c",
    panel="#1b1f26",
    raised="#232831",
    hover="#2b313c",
    selected="#23344d",
    line="#303743",
    outline="#3d4554",
    text="#e7eaf0",
    dim="#9099a8",
    faint="#5d6675",
    accent="#4c9ffe",
    accent_fill="#2474dc",
    accent_hover="#1f6bd0",
    on_accent="#ffffff",
    good="#3fb68b",
    warning="#e8a33d",
    bad="#e5654f",
)
LIGHT = Theme(
    name="light",
    window="#f3f5f8",
    panel="#ffffff",
    raised="#f7f9fb",
    hover="#edf1f6",
    selected="#dfebfb",
    line="#d9dee6",
    outline="#c3cad5",
    text="#1c2430",
    dim="#5d6878",
    faint="#9aa4b2",
    accent="#1769d6",
    accent_fill="#1769d6",
    accent_hover="#125cbf",
    on_accent="#ffffff",
    good="#1f8a63",
    warning="#b06f00",
    bad="#c2412c",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb` as WCAG 2 defines it, from 0 (black) to 1 (white)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _channels(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours as WCAG 2 defines it, from 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=512)
def readable(color: str, background: str, ratio: float) -> str:
    """`color` with its lightness moved away from `background` just far enough to reach a contrast of `ratio`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(color))
    step = 0.005 if luminance(background) < 0.18 else -0.005
    while contrast(color, background) < ratio and 0.0 < lightness < 1.0:
        lightness = min(1.0, max(0.0, lightness + step))
        color = "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))
    return color


def _channels(color: str) -> tuple[float, float, float]:
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


@lru_cache(maxsize=1)
def viridis() -> npt.NDArray[np.uint8]:
    """The colours of the viridis map from low to high: a read-only array of shape (256, 3)."""
    import numpy as np

    rows = resource("themes", "viridis.txt").read_text(encoding="ascii").splitlines()
    table = np.frombuffer(bytes.fromhex(" ".join(row for row in rows if not row.startswith("#"))), dtype=np.uint8)
    return table.reshape(256, 3)


def body_font(size: int = BODY_SIZE) -> QFont:
    """The application's font at a size in pixels."""
    font = QFont(QApplication.font())
    font.setPixelSize(size)
    return font


def number_font(size: int = SMALL_SIZE) -> QFont:
    """A font whose figures are all of one width, at a size in pixels."""
    font = QFont()
    font.setFamilies(list(NUMBER_FAMILIES))
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(size)
    return font


def style_sheet(theme: Theme) -> str:
    """The style sheet of every stock widget, filled in with the colours of `theme`."""
    names = {key: value for key, value in asdict(theme).items() if key != "name"}
    extra = {
        "theme": theme.name,
        "good_ink": theme.ink(theme.good),
        "warning_ink": theme.ink(theme.warning),
        "bad_ink": theme.ink(theme.bad),
        "small": f"{SMALL_SIZE}px",
        "title": f"{TITLE_SIZE}px",
        "field": f"{FIELD_HEIGHT - 2}px",
        "number_families": ", ".join(f'"{family}"' for family in NUMBER_FAMILIES),
    }
    return Template(resource("themes", "deepviz.qss").read_text(encoding="utf-8")).substitute(names | extra)


def qt_palette(theme: Theme) -> QPalette:
    """The colours of `theme` in the roles that Qt knows, for what the style sheet does not reach."""
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, color in (
        ((role.Window, role.Base, role.ToolTipBase), theme.panel),
        ((role.Button, role.AlternateBase), theme.raised),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), theme.text),
        ((role.PlaceholderText,), theme.dim),
        ((role.BrightText,), theme.on_accent),
        ((role.Highlight,), theme.accent_fill),
        ((role.HighlightedText,), theme.on_accent),
        ((role.Accent, role.Link), theme.accent),
        ((role.LinkVisited,), theme.accent),
        ((role.Light, role.Midlight), theme.hover),
        ((role.Mid, role.Dark), theme.line),
        ((role.Shadow,), theme.window),
    ):
        for each in roles:
            palette.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.faint))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return palette


def apply(app: QApplication, theme: Theme) -> None:
    """Put `theme` on every widget of `app`, present and to come."""
    QDir.setSearchPaths("themes", [str(resource("themes"))])
    if app.property("theme") is None:
        app.setStyle("Fusion")
        app.setFont(body_font())
    app.setProperty("theme", theme.name)
    app.setPalette(qt_palette(theme))
    sheet = style_sheet(theme)
    if app.styleSheet() != sheet:  # Qt would dress every widget there is anew, for half a second
        app.setStyleSheet(sheet)


class ThemeSwitch(QObject):
    """Keeps the application in the theme that the user chose, or in that of the system.

    Parameters
    ----------
    app
        The application to dress; it is dressed at once.
    choice
        "dark", "light", or "system" to follow the system. A system that does not say which it is in gets dark.

    Raises
    ------
    ValueError
        If there is no such choice.
    """

    changed = Signal(object)
    """Sent with the new `Theme` after it has been applied."""

    def __init__(self, app: QApplication, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._choice = ""
        self._current: Theme | None = None
        app.styleHints().colorSchemeChanged.connect(self._settle)
        self.choose(choice)

    @property
    def current(self) -> Theme:
        """The theme in use."""
        return cast(Theme, self._current)

    @property
    def choice(self) -> str:
        """What the user chose: "system", "dark" or "light"."""
        return self._choice

    def choose(self, name: str) -> None:
        """Use the theme called `name`, or follow the system.

        Raises
        ------
        ValueError
            If there is no such choice.
        """
        if name not in CHOICES:
            raise ValueError(f"There is no theme called {name!r}; choose one of {', '.join(CHOICES)}.")
        self._choice = name
        hints = self._app.styleHints()
        # Where the platform allows it, this also turns the title bar and native dialogs dark or light.
        if name == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light)
        self._settle()

    def toggle(self) -> None:
        """Change to the other of the two themes, whatever it was that decided on the present one."""
        self.choose("light" if self.current.is_dark else "dark")

    def _settle(self) -> None:
        wanted = THEMES.get(self._choice)
        if wanted is None:
            is_light = self._app.styleHints().colorScheme() == Qt.ColorScheme.Light
            wanted = LIGHT if is_light else DARK
        if wanted is not self._current:
            self._current = wanted
            apply(self._app, wanted)
            self.changed.emit(wanted)
