"""What an operator can set or type is written down in docs/operations.md, and nothing else is.

The words of every table stand in docs/words.md, and documents lead to what is there.
"""

from __future__ import annotations

import re
from pathlib import Path

from crm import config
from crm.base import Base
from crm.cli import crm

HOUSE = Path(__file__).parents[2]
OPERATIONS = (HOUSE / "docs" / "operations.md").read_text()
WORDS = (HOUSE / "docs" / "words.md").read_text()


def rows_under(heading: str) -> dict[str, str]:
    """The table below a heading: its first column, and the rest of each row."""
    section = OPERATIONS.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \|(.*)\|$", section, re.MULTILINE))


def test_every_setting_is_documented() -> None:
    assert list(rows_under("All settings")) == [setting.variable for setting in config.SETTINGS]


def test_every_default_is_documented() -> None:
    rows = rows_under("All settings")
    for setting in config.SETTINGS:
        if setting.default:
            assert f"`{setting.default}`" in rows[setting.variable], setting.variable


def test_every_command_is_documented() -> None:
    assert set(rows_under("All commands")) == {f"crm {name}" for name in crm.commands}


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = {setting.variable for setting in config.SETTINGS}
    named = set(re.findall(r"\bCRM_[A-Z_]*[A-Z]\b", OPERATIONS))
    assert named - known == set()


def test_every_model_has_its_word_and_no_word_lacks_its_model() -> None:
    told = re.findall(r"^\| `(\w+)` \|", WORDS, re.MULTILINE)
    assert sorted(told) == sorted(mapper.class_.__name__ for mapper in Base.registry.mappers)


def test_links_of_documents_lead_to_files_that_are_there() -> None:
    for document in [*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
