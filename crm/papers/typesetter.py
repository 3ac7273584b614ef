"""A program of its own: sets a paper with its receipts as PDF, within limits.

``setting.py`` starts it and says what it wants as JSON on its standard input; the PDF goes to
standard output. Nothing of ours is imported here: what a receipt from outside makes its reader do,
it does where nothing but that receipt is in reach.

What people wrote comes as data (``sys.inputs``), so it is text and never markup. Pages of PDF
receipts are drawn like pictures: what else is in such a file, scripts, forms, links, stays behind.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst
from pypdf import PdfReader

PDF = "application/pdf"
# So many pages of one receipt, and of all of them, are set; more are named.
MOST_OF_ONE, MOST_PAGES = 40, 300
# A receipt alone, to see whether typst can draw it.
ALONE = b"""
#let page = json(bytes(sys.inputs.data))
#image(page.path, format: page.format, ..if page.format == "pdf" { (page: page.page) })
"""


def main() -> None:
    """Answer what was asked."""
    logging.disable()  # pypdf tells of every oddity in a file
    asked = json.load(sys.stdin)
    for name, most in asked["limits"].items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    sys.stdout.buffer.write(Typesetter(asked).set())


class Typesetter:
    """Sets one paper."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.template = asked["template"]
        self.data = asked["data"]
        self.files = Path(asked["files"])
        # Without any receipt there is no folder of files yet, and typst wants one that is there.
        self.root = self.files if self.files.is_dir() else Path(self.template).parent
        self.fonts = asked["fonts"]
        self.reads_pdf = asked["reads_pdf"]
        self.pages_left = MOST_PAGES

    def set(self) -> bytes:
        """The PDF."""
        for receipt in self.data["receipts"]:
            pages = list(self._pages_of(receipt))
            if not all(map(self._can_be_drawn, pages)):
                receipt["wrong"] = "broken"
            receipt["pages"] = [] if "wrong" in receipt else pages
        source = Path(self.template).read_bytes()
        paper, warnings = self._compile(source, self.data)
        if warnings:  # a font that is missing, for example: the paper would be empty there
            raise RuntimeError("; ".join(str(warning) for warning in warnings))
        return paper

    def _pages_of(self, receipt: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What is drawn of a receipt: nothing where it cannot be; then the paper says so."""
        path = "/{}/{}".format(receipt["digest"][:2], receipt["digest"])
        if not (self.files / path[1:]).is_file():
            receipt["wrong"] = "missing"
        elif receipt["type"] != PDF:
            yield {"path": path, "format": "jpg", "page": 1}
        elif not self.reads_pdf:
            receipt["wrong"] = "too much"
        else:
            yield from self._pages_of_pdf(receipt, path)

    def _pages_of_pdf(self, receipt: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
        try:
            reader = PdfReader(self.files / path[1:])
            if reader.is_encrypted:
                receipt["wrong"] = "encrypted"
                return
            count = len(reader.pages)
        except Exception:  # what a damaged file makes pypdf raise is not documented
            receipt["wrong"] = "broken"
            return
        if count > min(MOST_OF_ONE, self.pages_left):
            receipt["wrong"] = "too long"
            return
        self.pages_left -= count
        for page in range(count):
            yield {"path": path, "format": "pdf", "page": page + 1}

    def _can_be_drawn(self, page: dict[str, Any]) -> bool:
        try:
            self._compile(ALONE, page)
        except BaseException as error:  # typst's own faults are no Exceptions
            if isinstance(error, MemoryError | KeyboardInterrupt):
                raise
            return False
        return True

    def _compile(self, source: bytes, data: Any) -> tuple[bytes, list[Any]]:
        paper, warnings = typst.compile_with_warnings(
            source, root=str(self.root), font_paths=[self.fonts], ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data)}, format="pdf",
        )  # fmt: skip
        return paper, warnings


if __name__ == "__main__":
    main()
