"""Copy what the browser loads from node_modules into crm/static/vendor, and draw the icon sprite;
the fonts of papers go to crm/fonts.

Run by the Makefile after ``npm ci``. The icons are those that tools/icons.txt names; a page shows
one with ``<svg><use href="…/icons.svg#house"></svg>``.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "crm" / "static" / "vendor"
# What papers are set in (crm/papers): no browser loads it.
FONTS = ROOT / "crm" / "fonts"
ICON_NAMES = Path(__file__).parent / "icons.txt"

# Our name for each file, and where its package keeps it.
COPIES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "sortable.esm.js": "sortablejs/modular/sortable.esm.js",
    "sortable.LICENSE": "sortablejs/LICENSE",
    "icons.LICENSE": "lucide-static/LICENSE",
}
_NOTO = "@expo-google-fonts/noto-sans-sc"
FONT_COPIES = {
    "NotoSansSC-Regular.ttf": f"{_NOTO}/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": f"{_NOTO}/700Bold/NotoSansSC_700Bold.ttf",
    "NotoSansSC.LICENSE": f"{_NOTO}/LICENSE_FONT",
}
SPRITE = "icons.svg"
ICONS = "lucide-static/icons"

_DRAWING = re.compile(r"<svg\b([^>]*)>(.*)</svg>", re.DOTALL)
_KEPT = re.compile(r"\b(?:viewBox|fill|stroke[\w-]*)=\"[^\"]*\"")


class VendorError(Exception):
    """Something is missing in node_modules; the message says what and what to do."""


def main() -> None:
    """Fill the folders anew."""
    try:
        files = {name: read(source) for name, source in COPIES.items()}
        files[SPRITE] = sprite(icon_names(ICON_NAMES.read_text())).encode()
        fill(VENDOR, files)
        fill(FONTS, {name: read(source) for name, source in FONT_COPIES.items()})
    except VendorError as error:
        sys.exit(f"tools/vendor.py: {error}")


def fill(folder: Path, files: dict[str, bytes]) -> None:
    """Let just these files stand in ``folder``, by their names."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def read(source: str) -> bytes:
    """The bytes of a file in node_modules.

    :raises VendorError: it is not there.
    """
    try:
        return (MODULES / source).read_bytes()
    except FileNotFoundError as error:
        raise VendorError(f"node_modules/{source} is missing: run npm ci") from error


def icon_names(text: str) -> list[str]:
    """The names in a list with one a line; ``#`` begins a comment; doubles count once."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def sprite(names: list[str]) -> str:
    """One SVG with a ``<symbol>`` for each icon.

    :raises VendorError: there is no icon with that name.
    """
    unknown = [name for name in names if not (MODULES / ICONS / f"{name}.svg").is_file()]
    if unknown:
        raise VendorError(f"tools/icons.txt: lucide-static has no icon {', '.join(unknown)}")
    symbols = "\n".join(symbol(name, read(f"{ICONS}/{name}.svg").decode()) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def symbol(name: str, drawing: str) -> str:
    """The icon's drawing as a symbol that keeps how its lines are drawn.

    :raises VendorError: the file holds no drawing.
    """
    found = _DRAWING.search(drawing)
    if found is None:
        raise VendorError(f"the icon {name} is not an SVG")
    kept = " ".join(_KEPT.findall(found[1]))
    shapes = "".join(line.strip() for line in found[2].splitlines())
    return f'<symbol id="{name}" {kept}>{shapes}</symbol>'


if __name__ == "__main__":
    main()
