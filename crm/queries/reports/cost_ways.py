"""What the rows of reports of costs can be: people, teams, categories, months, customers, deals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.extensions import db
from crm.filters.expense_items import ItemGap
from crm.filters.reports import ReportFilter
from crm.models import Customer, Deal, ExpenseClaim, ExpenseItem, OptionList, User
from crm.queries.reports import ways
from crm.queries.reports.spans import spans
from crm.queries.reports.ways import Group, Way
from crm.wording.fields import FIELDS


def records(name: str, model: Any, column: Any, gap: ItemGap, nothing: Any) -> Way:
    """The records whose ids stand in ``column``, by name; ``nothing``: what has none is called.

    Who sees a cost knows by name what it was for.
    """

    def groups(_filter: ReportFilter, _user: User, ids: Iterable[Any]) -> list[Group]:
        found = set(ids)
        chosen = select(model.id, model.name).where(model.id.in_(found - {None}))
        named = [
            Group(str(id), label, frozenset({id}), {name: id})
            for id, label in db.session.execute(chosen.order_by(model.name, model.id))
        ]
        none = Group("", str(nothing), frozenset({None}), {"missing": (gap,)})
        return named + ([none] if None in found else [])

    return Way(name, FIELDS[name], lambda *_of: column, groups)


CLAIMANT = ways.people("claimant", _l("Claimant"), ExpenseClaim.claimant_id)
TEAM = ways.teams(ExpenseClaim.claimant_id, ItemGap.TEAM)
CATEGORY = ways.options(
    "category", OptionList.EXPENSE_CATEGORY, ExpenseItem.category_id, is_ordered=False
)
MONTH = spans("month", _l("Month"), 1, ExpenseItem.spent_on, "spent")
QUARTER = spans("quarter", _l("Quarter"), 3, ExpenseItem.spent_on, "spent")
CUSTOMER = records(
    "customer", Customer, ExpenseItem.customer_id, ItemGap.CUSTOMER, _l("No customer")
)
DEAL = records("deal", Deal, ExpenseItem.deal_id, ItemGap.DEAL, _l("No deal"))
