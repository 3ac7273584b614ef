"""Gather the texts of code and templates into the catalogues, and say what is not translated.

Run by ``make translations``. New texts are added empty and those no longer used are dropped, so
what is left to do is to fill in each ``msgstr`` that it names. The catalogues hold no dates and no
line numbers: they change only when a text does.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "crm" / "translations"
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["_l", "lazy_gettext", "lazy_pgettext:1c,2"])


def main() -> None:
    """Bring every catalogue up to date; exit 1 if a text is not translated."""
    texts = gather()
    missing = []
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        catalogue = read(path)
        catalogue.update(texts, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        write(catalogue, path)
        missing += [f"{path.relative_to(ROOT)}: {message.id!r}" for message in empty(catalogue)]
    if missing:
        sys.exit("not translated:\n" + "\n".join(missing))


def gather() -> Catalog:
    """Every text of the program, with the files it stands in."""
    catalogue = Catalog()
    with (ROOT / "babel.cfg").open() as file:
        method_map, options_map = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, method_map, options_map, keywords=KEYWORDS)
    for name, line, message, _comments, context in found:
        catalogue.add(message, None, [(Path(name).as_posix(), line)], context=context)
    return catalogue


def empty(catalogue: Catalog) -> Iterator[Message]:
    """The texts of ``catalogue`` that have no translation, or not every plural form."""
    for message in catalogue:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not all(forms):
            yield message


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def write(catalogue: Catalog, path: Path) -> None:
    """Write ``catalogue`` sorted by text, if it is not what ``path`` holds already."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, sort_output=True, omit_header=True, include_lineno=False)
    content = (
        HEADER.format(language=catalogue.locale, plurals=catalogue.plural_forms).encode()
        + file.getvalue().rstrip()
        + b"\n"
    )
    if not path.exists() or content != path.read_bytes():
        path.write_bytes(content)


HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {plurals}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""


if __name__ == "__main__":
    main()
