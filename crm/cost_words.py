"""What rules of expenses and budgets say, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from flask import Flask
from flask_babel import gettext as _

from crm.formatting import dated_term, day, label, money, short_day
from crm.models.budget import Budget
from crm.models.expense_claim import ClaimRefused, ExpenseItem
from crm.models.expense_claim.checking import Breach, RulesBroken
from crm.models.expense_claim.filling import BooksClosed
from crm.models.expense_rule import ExpenseRule, RuleCheck
from crm.wording.refusals import refusal_word


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(budget_name=budget_name)


def rule_words(category: str, check: RuleCheck, amount: Decimal | None) -> str:
    """``Travel: at most ¥500.00 an item``; without a category, of all.

    :param category: what it is called.
    """
    return _(
        "%(category)s: %(rule)s",
        category=category or _("All categories"), rule=_demanded(check, amount),
    )  # fmt: skip


def rule_line(rule: ExpenseRule) -> str:
    """What a rule says."""
    return rule_words(label(rule.category), rule.check, rule.amount)


def breach_words(breach: Breach) -> str:
    """``Taxi to Dalian: ¥620.00``: which items break a rule, and what they come to."""
    items = _(", ").join(item.purpose for item in breach.items)
    if breach.total is None:
        return items
    total = money(breach.total)
    if breach.day:
        return _("%(items)s: %(total)s in all on %(day)s",
                 items=items, total=total, day=short_day(breach.day))  # fmt: skip
    if breach.customer and breach.quarter:
        return _(
            "%(items)s: %(total)s in all for %(customer)s in %(quarter)s", items=items,
            total=total, customer=breach.customer.name, quarter=dated_term(breach.quarter),
        )  # fmt: skip
    return _("%(name)s: %(value)s", name=items, value=total)


def breach_line(breach: Breach) -> str:
    """The same, and the rule."""
    return _("%(what)s (%(why)s)", what=breach_words(breach), why=rule_line(breach.rule))


def refused_words(refused: ClaimRefused) -> str:
    """Why a verb does not fit a claim; of broken rules, which and by what."""
    if isinstance(refused, BooksClosed):
        return _(
            "The books are closed up to %(until)s: %(items)s. Finance can open them again.",
            until=day(refused.until), items=_(", ").join(_on_days(refused.days)),
        )  # fmt: skip
    if isinstance(refused, RulesBroken):
        broken = "; ".join(map(breach_line, refused.breaches))
        return _("Not handed in, because rules forbid it. %(broken)s", broken=broken)
    return refusal_word(refused.reason)


def closed_lines(days: Mapping[ExpenseItem, date], until: date) -> list[str]:
    """``Taxi to Dalian: Jun 10 (the books are closed up to Jun 12, 2026)``: which items."""
    why = _("the books are closed up to %(until)s", until=day(until))
    return [_("%(what)s (%(why)s)", what=each, why=why) for each in _on_days(days)]


def _on_days(days: Mapping[ExpenseItem, date]) -> list[str]:
    """Each item and its day; the shares of one bill once."""
    told = (_("%(name)s: %(value)s", name=item.purpose, value=short_day(spent))
            for item, spent in days.items())  # fmt: skip
    return list(dict.fromkeys(told))


def budget_name(budget: Budget) -> str:
    """``Q3 2026 · Dalian Sigma · Travel``: what a budget is for."""
    named = [record.name for record in (budget.customer, budget.deal, budget.team) if record]
    named += [label(budget.category)] if budget.category else []
    return " · ".join([dated_term(budget.term), *(named or [_("All expenses")])])


def _demanded(check: RuleCheck, amount: Decimal | None) -> str:
    match check:
        case RuleCheck.ITEM_LIMIT:
            return _("at most %(amount)s an item", amount=money(amount))
        case RuleCheck.PERSON_DAY_LIMIT:
            return _("at most %(amount)s a person and day", amount=money(amount))
        case RuleCheck.CUSTOMER_QUARTER_LIMIT:
            return _("at most %(amount)s on a customer in a quarter", amount=money(amount))
        case RuleCheck.RECEIPT_REQUIRED if amount:
            return _("above %(amount)s a receipt is needed", amount=money(amount))
        case RuleCheck.RECEIPT_REQUIRED:
            return _("a receipt is needed")
        case RuleCheck.CUSTOMER_REQUIRED if amount:
            return _("above %(amount)s a customer is needed", amount=money(amount))
    return _("a customer is needed")
