"""Draw the icons for home screens, crm/static/icons/*.png, from crm/static/icon.svg.

Run by hand when the drawing changes: ``python tools/app_icons.py``. Systems cut a maskable icon
and Apple's into shapes of their own: those two fill the square, with the drawing in its middle.
"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parent.parent / "crm" / "static"
# name: size, whether it fills the square
ICONS = {"192": (192, False), "512": (512, False), "maskable": (512, True), "touch": (180, True)}
COLOURS = 32


def main() -> None:
    """Write every icon anew."""
    drawing = (STATIC / "icon.svg").read_text()
    # To the edge, without round corners, and with room for whatever shape is cut out.
    filling = drawing.replace('viewBox="0 0 32 32"', 'viewBox="-5 -5 42 42"').replace(
        '<rect width="32" height="32" rx="7"', '<rect x="-5" y="-5" width="42" height="42"'
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page()
        for name, (size, fills) in ICONS.items():
            page.set_viewport_size({"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}</style>{filling if fills else drawing}")
            small(page.screenshot(omit_background=True)).save(STATIC / "icons" / f"{name}.png")
        chromium.close()


def small(picture: bytes) -> Image.Image:
    """The picture with few colours: it has two, and their mixtures along the edges."""
    return Image.open(io.BytesIO(picture)).quantize(COLOURS, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    main()
