"""What a record lacks, and what is hardly meant as it stands: conditions by which lists narrow.

They are SQL that both databases read alike: the pages that count, that of a single customer, and
the lists that are mended from them cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ColumnElement, func, or_, select, true, type_coerce

from crm.extensions import db
from crm.models import Company, Contact, Customer, ReachKind
from crm.telephones import FEWEST_DIGITS, MOST_DIGITS
from crm.wording.fields import FIELDS, FIELDS_OF

EARLIEST_BIRTHDAY = date(1905, 1, 1)
# What people type to see whether it works. A firm may well be called Testo or 测试技术.
TRIALS = (
    "test", "test1", "test2", "test customer", "test company", "asdf", "asdfgh", "qwer", "qwerty",
    "abc", "aaa", "xxx", "111", "123", "1234", "12345", "123456", "demo", "n/a", "none", "null",
    "测试", "测试1", "测试2", "测试客户", "测试公司", "测试联系人", "无", "无名", "未知", "待定",
)  # fmt: skip


class Gap(StrEnum):
    """What a customer lacks."""

    PHONE = "phone"  # its own and that of everybody there
    CONTACT = "contact"
    GRADE = "grade"
    INDUSTRY = "industry"
    REGION = "region"
    SOURCE = "source"
    ADDRESS = "address"
    WEBSITE = "website"
    OWNER = "owner"


class ContactGap(StrEnum):
    """What a contact lacks."""

    PHONE = "phone"  # none at all, neither mobile nor a further one
    EMAIL = "email"
    TITLE = "title"
    DECISION_ROLE = "decision_role"


class Doubt(StrEnum):
    """What is hardly meant as it stands at a customer."""

    SHORT = "short"
    TRIAL = "trial"
    PHONE = "phone"
    WEBSITE = "website"


class ContactDoubt(StrEnum):
    """What is hardly meant as it stands at a contact."""

    SHORT = "short"
    TRIAL = "trial"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"


def gaps_of(customer: Customer) -> list[Gap]:
    """Which of ``COUNTED`` it lacks."""
    lacks = select(*(GAPS[gap]() for gap in COUNTED)).where(Customer.id == customer.id)
    found = db.session.execute(lacks.select_from(Customer)).one()
    return [gap for gap, lacking in zip(COUNTED, found, strict=True) if lacking]


def completeness(lacking: int, customers: int = 1) -> int:
    """How much of what is ``COUNTED`` is known of so many ``customers``, in percent.

    :param lacking: how often one of them lacks one of these.
    """
    wanted = customers * len(COUNTED)
    return percent(wanted - lacking, wanted)


def percent(part: int, whole: int) -> int:
    """Rounded down, so that 100 means all; nothing is whole."""
    return 100 * part // whole if whole else 100


def one_of_these(
    conditions: Mapping[Any, Callable[[], ColumnElement[bool]]], chosen: Sequence[StrEnum]
) -> tuple[ColumnElement[bool], ...]:
    """The condition that one of the ``chosen`` is so; without any none."""
    return (or_(*(conditions[each]() for each in chosen)),) if chosen else ()


def _contact():  # type: ignore[no-untyped-def]
    """The people at the customer."""
    here = Contact.customer_id == Customer.id, Contact.trashed_at.is_(None)
    return select(Contact.id).where(*here).correlate(Customer)


def _is_empty(column: Any) -> ColumnElement[bool]:
    return func.coalesce(column, "") == ""


def _is_no(column: Any, form: str) -> ColumnElement[bool]:
    """Something stands there, and it has not this form, or has a gap in it."""
    return (func.coalesce(column, "") != "") & (~column.like(form) | column.like("% %"))


def _is_no_address(column: Any) -> ColumnElement[bool]:
    return or_(_is_no(column, "%_@%_._%"), column.like("%@%@%"))


def _is_no_number(column: Any) -> ColumnElement[bool]:
    """Something stands there, with too few digits for a telephone, or too many."""
    rest: Any = column
    for digit in "0123456789":
        rest = func.replace(rest, digit, "")
    count = func.length(column) - func.length(rest)
    return (func.coalesce(column, "") != "") & ~count.between(FEWEST_DIGITS, MOST_DIGITS)


def _is_trial(name: Any) -> ColumnElement[bool]:
    return func.lower(func.trim(name)).in_(TRIALS)


def _is_short(name: Any) -> ColumnElement[bool]:
    return func.length(func.trim(name)) < 2


def _further(kind: ReachKind, is_so: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Of one of the contact's further numbers, or addresses, it is so."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    rows = func.json_array_elements if is_postgresql else func.json_each
    each = rows(Contact.reaches).table_valued("value")
    reach = type_coerce(each.c.value, JSON)
    is_meant = reach["kind"].as_string() == kind.value, is_so(reach["value"].as_string())
    return select(true()).select_from(each).where(*is_meant).correlate(Contact).exists()


def _nobody_is_reached() -> ColumnElement[bool]:
    somebody = _contact().where(Contact.can_be_reached_by(ReachKind.PHONE))
    return _is_empty(Customer.phone) & ~somebody.exists()


def _is_no_birthday() -> ColumnElement[bool]:
    born = Contact.birthday
    return or_(born > Company.current().today(), born < EARLIEST_BIRTHDAY)


GAP_WORDS: dict[Gap, Any] = {
    Gap.PHONE: _l("Any telephone number"),
    Gap.CONTACT: FIELDS["contact"],
    **{gap: FIELDS[gap.value] for gap in Gap if gap not in (Gap.PHONE, Gap.CONTACT)},
}
CONTACT_GAP_WORDS: dict[ContactGap, Any] = {
    ContactGap.PHONE: _l("Any telephone number"),
    ContactGap.EMAIL: FIELDS["email"],
    ContactGap.TITLE: FIELDS_OF["contact", "title"],
    ContactGap.DECISION_ROLE: FIELDS["decision_role"],
}
DOUBT_WORDS: dict[Doubt, Any] = {
    Doubt.SHORT: _l("Name of one character"),
    Doubt.TRIAL: _l("Name that looks like a test"),
    Doubt.PHONE: _l("Telephone number that cannot be one"),
    Doubt.WEBSITE: _l("Website that cannot be one"),
}
CONTACT_DOUBT_WORDS: dict[ContactDoubt, Any] = {
    ContactDoubt.SHORT: DOUBT_WORDS[Doubt.SHORT],
    ContactDoubt.TRIAL: DOUBT_WORDS[Doubt.TRIAL],
    ContactDoubt.PHONE: DOUBT_WORDS[Doubt.PHONE],
    ContactDoubt.EMAIL: _l("E-mail address that cannot be one"),
    ContactDoubt.BIRTHDAY: _l("Birthday that cannot be one"),
}
# Each is made when it is asked for: some depend on the day.
GAPS: dict[Gap, Callable[[], ColumnElement[bool]]] = {
    Gap.PHONE: _nobody_is_reached,
    Gap.CONTACT: lambda: ~_contact().exists(),
    Gap.GRADE: lambda: Customer.grade_id.is_(None),
    Gap.INDUSTRY: lambda: Customer.industry_id.is_(None),
    Gap.REGION: lambda: Customer.region_id.is_(None),
    Gap.SOURCE: lambda: Customer.source_id.is_(None),
    Gap.ADDRESS: lambda: _is_empty(Customer.address),
    Gap.WEBSITE: lambda: _is_empty(Customer.website),
    Gap.OWNER: lambda: Customer.owner_id.is_(None),
}
CONTACT_GAPS: dict[ContactGap, Callable[[], ColumnElement[bool]]] = {
    ContactGap.PHONE: lambda: ~Contact.can_be_reached_by(ReachKind.PHONE),
    ContactGap.EMAIL: lambda: ~Contact.can_be_reached_by(ReachKind.EMAIL),
    ContactGap.TITLE: lambda: _is_empty(Contact.title),
    ContactGap.DECISION_ROLE: lambda: Contact.decision_role.is_(None),
}
# What makes a customer complete; an owner is none of its facts: those in the pool have none.
COUNTED = tuple(gap for gap in Gap if gap is not Gap.OWNER)
DOUBTS: dict[Doubt, Callable[[], ColumnElement[bool]]] = {
    Doubt.SHORT: lambda: _is_short(Customer.name),
    Doubt.TRIAL: lambda: _is_trial(Customer.name),
    Doubt.PHONE: lambda: _is_no_number(Customer.phone),
    Doubt.WEBSITE: lambda: _is_no(Customer.website, "%_._%"),
}
CONTACT_DOUBTS: dict[ContactDoubt, Callable[[], ColumnElement[bool]]] = {
    ContactDoubt.SHORT: lambda: _is_short(Contact.name),
    ContactDoubt.TRIAL: lambda: _is_trial(Contact.name),
    ContactDoubt.PHONE: lambda: or_(
        _is_no_number(Contact.phone),
        _is_no_number(Contact.mobile),
        _further(ReachKind.PHONE, _is_no_number),
    ),
    ContactDoubt.EMAIL: lambda: or_(
        _is_no_address(Contact.email), _further(ReachKind.EMAIL, _is_no_address)
    ),
    ContactDoubt.BIRTHDAY: _is_no_birthday,
}
