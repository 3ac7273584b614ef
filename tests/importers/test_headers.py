"""What a list exports is recognised when it is imported: each title, in both languages.

A code is known by what it looks like, not by its title (``Field.looks``).
"""

from __future__ import annotations

import pytest
from flask import g

from crm.filters.base import ListFilter
from crm.filters.contacts import ContactFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.importers.contacts import Contacts
from crm.importers.customers import Customers
from crm.importers.deals import Deals
from crm.importers.importer import Importer
from crm.importers.mapping import Mapping
from tests.cast import Cast

# Columns that fill a field of another name.
FILLS = {
    "created": "created_at", "role": "decision_role", "primary": "is_primary",
    "chance": "probability", "expected": "expected_close", "closed": "closed_at",
}  # fmt: skip
# What is worked out of other things, and so cannot be brought in.
WORKED_OUT = {
    CustomerFilter: {"open_amount", "last_contact", "next_task", "updated"},
    ContactFilter: {"owner", "updated"},
    DealFilter: {"stage_since", "snoozed_until", "weighted", "updated", "contact", "last_contact",
                 "sharing"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("filter", "importer"),
    [(CustomerFilter, Customers), (ContactFilter, Contacts), (DealFilter, Deals)],
)
def test_every_column_is_recognised_by_its_title(
    cast: Cast, filter: type[ListFilter], importer: type[Importer], language: str
) -> None:
    g.language = language
    left_out = {*WORKED_OUT[filter], "code"}
    columns = [one for one in filter.COLUMNS if one.name not in left_out]
    header = [str(column.title) for column in columns]
    found = Mapping.of(importer.fields, header).columns
    assert found == {FILLS.get(column.name, column.name): str(column.title) for column in columns}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("filter", "importer"),
    [(CustomerFilter, Customers), (ContactFilter, Contacts), (DealFilter, Deals)],
)
def test_what_is_worked_out_is_taken_for_nothing_else(
    cast: Cast, filter: type[ListFilter], importer: type[Importer], language: str
) -> None:
    g.language = language
    header = [str(column.title) for column in filter.COLUMNS if column.name != "code"]
    unread = Mapping.of(importer.fields, header).unread(header)
    names = {str(column.title): column.name for column in filter.COLUMNS}
    assert {names[title] for title in unread} == WORKED_OUT[filter]
