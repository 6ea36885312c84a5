"""Fonts in an SVG that every reader finds: Qt names one family, which may be known on this machine alone.

`Sans Serif`, what Qt calls the usual font of some desktops, is no family of CSS; some readers then drop the words.
"""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

from PySide6.QtGui import QFont, QFontInfo

from deepviz.gui.theme import NUMBER_FAMILIES

FAMILIES = ("DejaVu Sans", "Segoe UI", "Helvetica", "Arial")
NAMESPACES = {"": "http://www.w3.org/2000/svg", "xlink": "http://www.w3.org/1999/xlink"}


def with_font_families(svg: bytes) -> bytes:
    """The SVG with several families for each text, the last of them a generic one of CSS.

    Parameters
    ----------
    svg
        As Qt's generator writes it.
    """
    for prefix, name in NAMESPACES.items():
        ElementTree.register_namespace(prefix, name)
    root = ElementTree.fromstring(svg)
    known: dict[str, str] = {}
    for element in root.iter():
        family = element.get("font-family")
        if family is not None:
            if family not in known:
                known[family] = families_for(family)
            element.set("font-family", known[family])
    written = BytesIO()
    ElementTree.ElementTree(root).write(written, encoding="utf-8", xml_declaration=True)
    return written.getvalue()


def families_for(family: str) -> str:
    """What stands in a file in place of a family: the font that was found for it, others like it, and a generic one."""
    font = QFontInfo(QFont(family))
    is_even = family in NUMBER_FAMILIES or font.fixedPitch()
    others = NUMBER_FAMILIES if is_even else (*FAMILIES, "sans-serif")
    names = dict.fromkeys((font.family(), *others))
    return ", ".join(name if "-" in name or name.isalpha() else f"'{name}'" for name in names)
