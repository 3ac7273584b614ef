"""A form with a field of every kind, and a list with a column of every kind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    MultipleFileField,
    PasswordField,
    TelField,
    TextAreaField,
    URLField,
)

from crm.filters import facets
from crm.filters.columns import Column, Kind
from crm.filters.customers import CustomerFilter
from crm.forms.base import BaseForm
from crm.forms.fields import (
    CurrencyField,
    DayField,
    MoneyField,
    Required,
    WholeNumberField,
    WordField,
    text,
)
from crm.forms.picker import PickerField
from crm.models import (
    Customer,
    CustomerKind,
    Option,
)
from crm.wording.fields import FIELDS

AMOUNT = Decimal("186000.00")


class FieldsForm(BaseForm):
    """One field of every kind."""

    name = text(FIELDS["name"], validators=[Required()])
    note = TextAreaField(FIELDS["note"])
    phone = text(FIELDS["phone"], kind=TelField)
    email = text(FIELDS["email"], kind=EmailField)
    website = text(FIELDS["website"], kind=URLField)
    password = PasswordField(_l("Password"))
    amount = MoneyField(FIELDS["amount"])
    base_amount = MoneyField(FIELDS["base_amount"])
    currency = CurrencyField()
    probability = WholeNumberField(FIELDS["probability"], 0, 100)
    due_on = DayField(FIELDS["due_on"], quick=("today", "tomorrow", "next_week"))
    kind = WordField(FIELDS["kind"], CustomerKind)
    customer = PickerField(FIELDS["customer"], "customer")
    urgent = BooleanField(FIELDS["urgent"])
    receipts = MultipleFileField(FIELDS["receipts"])


# What stands in a column of each kind, and what the column is called.
CELLS: dict[Kind, tuple[str, Any]] = {
    Kind.TITLE: ("name", "大连西格玛流体控制有限公司"),
    Kind.CODE: ("product", "HC-200"),
    Kind.TEXT: ("region", "辽宁"),
    Kind.LONG: ("address", "大连市甘井子区华北路 88 号海创大厦 3 号楼 1201 室"),
    Kind.LINK: ("parent", Customer(id=1, name="沪东船舶集团")),
    Kind.NUMBER: ("employees", 12_500),
    Kind.PERCENT: ("probability", 60),
    Kind.MONEY: ("amount", AMOUNT),
    Kind.DAY: ("expected_close", date(2026, 8, 31)),
    Kind.DAYS: ("stages", 12),
    Kind.BADGE: ("kind", CustomerKind.DEALER),
    Kind.BADGES: (
        "options",
        [
            Option(label_zh="水", label_en="Water", colour="blue"),
            Option(label_zh="蒸汽", label_en="Steam", colour="orange"),
        ],
    ),
    Kind.PERSON: ("owner", SimpleNamespace(name="王芳")),
    Kind.TELEPHONE: ("phone", "0411-8765 4321"),
    Kind.MAIL: ("email", "liu@example.com"),
    Kind.WEB: ("website", "example.com"),
    Kind.YES: ("is_primary", True),
}


def _column(kind: Kind) -> Column:
    name, value = CELLS[kind]
    return Column(
        name, FIELDS[name], lambda _record: value, kind, sort=(Customer.id,),
        tone=(lambda _record: "teal") if kind is Kind.BADGE else None,
    )  # fmt: skip


class CellsFilter(CustomerFilter):
    """A list with a column of each kind; how it is narrowed is asked of no database."""

    COLUMNS: ClassVar[tuple[Column, ...]] = tuple(map(_column, Kind))
    FACETS: ClassVar[tuple[facets.Facet, ...]] = (
        facets.states("kind", FIELDS["kind"], CustomerKind),
    )
    DEFAULT_SORT: ClassVar[str] = "-name"

    @classmethod
    def has_own_fields(cls) -> bool:
        return False
