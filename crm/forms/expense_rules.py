"""The form of the rules of expenses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, ValidationError

from crm.cost_words import rule_words
from crm.extensions import db
from crm.formatting import label
from crm.forms.doubts import AsksAgain
from crm.forms.fields import MoneyField, OptionField, WordField
from crm.forms.rows import MOST_ROWS, BareRow, RowsForm, fingerprint
from crm.forms.rows_field import RowsField
from crm.models import ExpenseRule, OptionList, User
from crm.models.expense_rule import RuleCheck, RuleEffect, RulePlan
from crm.wording import word_for

# Rules that hold, each with the number of its row.
Numbered = Sequence[tuple[int, RulePlan]]


class ExpenseRuleRow(BareRow):
    category = OptionField(_l("Category"), OptionList.EXPENSE_CATEGORY, empty=_l("All categories"))
    check = WordField(_l("Rule"), RuleCheck)
    amount = MoneyField(_l("Above"), in_base=True)
    effect = WordField(_l("Effect"), RuleEffect)
    active = BooleanField(_l("In use"))

    def validate_amount(self, field: MoneyField) -> None:
        if field.process_errors:
            return  # something was typed; what is wrong with it is said already
        if field.data is None and self.check.data and self.check.data.is_limit:
            raise ValidationError(_("A limit needs an amount."))

    @property
    def plan(self) -> RulePlan:
        """What the row says, of a new rule."""
        return RulePlan(
            self.category.data, self.check.data, self.amount.data, self.effect.data,
            self.active.data,
        )  # fmt: skip

    @classmethod
    def called(cls, row: dict[str, Any]) -> str:
        return rule_words(label(row["category"]), row["check"], row["amount"])

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        active = _("In use") if row["active"] else _("out of use")
        return f"{cls.called(row)} · {word_for(row['effect'])} · {active}"


class ExpenseRulesForm(AsksAgain, RowsForm):
    MAY_BE_EMPTY = True

    rows = RowsField(FormField(ExpenseRuleRow), max_entries=MOST_ROWS)

    @classmethod
    def of_now(cls) -> ExpenseRulesForm:
        """The form as the rules are now."""
        rows = shown()
        return cls(data={"rows": rows, "version": version_of(rows)})

    def validate_rows(self, field: FieldList) -> None:
        told = [(row.form.category.chosen, row.form.check.data, row.form.effect.data)
                for row in field]  # fmt: skip
        if len(told) != len(set(told)):
            raise ValidationError(_("Two rules say the same: of each, keep one."))

    def doubted(self) -> list[str]:
        plans = [(number, row.form.plan) for number, row in enumerate(self.rows, 1)
                 if row.form.active.data]  # fmt: skip
        return [*_allowing_nothing(plans), *_never_heard(plans)]

    def arrange(self, *, by: User) -> None:
        """Let the rules be what was typed."""
        known = {str(rule.id): rule for rule in db.session.scalars(ExpenseRule.in_order())}
        plans = [
            entry.form.plan._replace(rule=known.get(entry.form.id.data or ""))
            for entry in self.rows
        ]
        ExpenseRule.arrange(plans, by=by)


def _allowing_nothing(plans: Numbered) -> Iterator[str]:
    for number, plan in plans:
        if plan.check.is_limit and not plan.amount:
            yield _("Row %(number)s has a limit of 0: every cost is above it.", number=number)


def _never_heard(plans: Numbered) -> Iterator[str]:
    """A warning of what is forbidden already: nobody ever reads it."""
    for number, warning in plans:
        for other, plan in plans:
            if plan.forbids_what(warning):
                yield _(
                    "Row %(number)s never warns: row %(other)s forbids as much already.",
                    number=number, other=other,
                )  # fmt: skip


def shown() -> list[dict[str, Any]]:
    """The rules as the form's rows."""
    return [
        {"id": rule.id, "category": rule.category, "check": rule.check, "amount": rule.amount,
         "effect": rule.effect, "active": rule.is_active}
        for rule in db.session.scalars(ExpenseRule.in_order())
    ]  # fmt: skip


def version_of(rows: list[dict[str, Any]]) -> str:
    """What changes whenever one of the rules does."""
    return fingerprint([row | {"category": row["category"] and row["category"].id} for row in rows])
