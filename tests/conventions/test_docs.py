"""What an operator can set or type is written down in docs/operations.md, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from crm import config
from crm.cli import crm

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


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
