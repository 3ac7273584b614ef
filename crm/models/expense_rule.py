"""Rules of expenses: what an item may cost and what must come with it, in all or one category."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, stored_by_value
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.option import Option
    from crm.models.user import User


class RuleCheck(StrEnum):
    """What a rule looks at."""

    ITEM_LIMIT = "item_limit"
    PERSON_DAY_LIMIT = "person_day_limit"
    CUSTOMER_QUARTER_LIMIT = "customer_quarter_limit"
    RECEIPT_REQUIRED = "receipt_required"
    CUSTOMER_REQUIRED = "customer_required"

    @property
    def is_limit(self) -> bool:
        """Whether it is of an amount, which then must be given."""
        return self.value.endswith("limit")


# Limits that several claims can go beyond together.
SUMMING = (RuleCheck.PERSON_DAY_LIMIT, RuleCheck.CUSTOMER_QUARTER_LIMIT)


class RuleEffect(StrEnum):
    """What follows if a rule is broken."""

    WARN = "warn"
    FORBID = "forbid"


class RulePlan(NamedTuple):
    """What a rule is to be; without ``rule``, a new one."""

    category: Option | None
    check: RuleCheck
    amount: Decimal | None
    effect: RuleEffect
    active: bool
    rule: ExpenseRule | None = None

    def forbids_what(self, warning: RulePlan) -> bool:
        """Whether ``warning`` warns of nothing but what this forbids."""
        return (
            (self.effect, warning.effect) == (RuleEffect.FORBID, RuleEffect.WARN)
            and self.check is warning.check
            and self.category in (None, warning.category)
            and (self.amount or 0) <= (warning.amount or 0)
        )


class ExpenseRule(Base):
    __tablename__ = "expense_rule"
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount_not_negative"),
        CheckConstraint(
            "amount IS NOT NULL OR \"check\" IN ('receipt_required', 'customer_required')",
            name="limit_has_amount",
        ),
    )

    id: Mapped[Key]
    position: Mapped[int] = mapped_column(default=0)
    # Without one, of every category.
    category_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    check: Mapped[RuleCheck] = mapped_column(stored_by_value(RuleCheck))
    # In the base currency: what a limit allows, or up to which nothing is required.
    amount: Mapped[Decimal | None]
    effect: Mapped[RuleEffect] = mapped_column(stored_by_value(RuleEffect))
    # Since when nobody is held to it.
    retired_at: Mapped[datetime | None]

    category: Mapped[Option | None] = relationship()

    @classmethod
    def in_order(cls) -> Select[ExpenseRule]:
        """Every rule, those out of use too."""
        return select(cls).options(joinedload(cls.category)).order_by(cls.position, cls.id)

    @classmethod
    def in_force(cls) -> Select[ExpenseRule]:
        """The rules that hold now."""
        return cls.in_order().where(cls.retired_at.is_(None))

    @classmethod
    def hold_sums(cls) -> None:
        """Of those who are held to one sum, the second waits until it knows what the first adds.

        Who changes rules holds them too, and no claims besides: nobody waits in a circle.
        """
        forbidding = cls.effect == RuleEffect.FORBID, cls.check.in_(SUMMING)
        chosen = select(cls.id).where(cls.retired_at.is_(None), *forbidding).order_by(cls.id)
        db.session.execute(chosen.with_for_update())

    @classmethod
    def changes(cls) -> Select[Event]:
        """The events that changed the rules, newest first."""
        company = Company.current()
        return Event.about(company.__tablename__, company.id).where(
            Event.action == Action.EXPENSE_RULES_CHANGED
        )

    @property
    def is_active(self) -> bool:
        return self.retired_at is None

    @property
    def allowed(self) -> Decimal:
        """Up to how much nobody is held to it."""
        return self.amount or Decimal(0)

    def covers(self, category_id: int) -> bool:
        """Whether it is of costs of this category."""
        return self.category_id in (None, category_id)

    @classmethod
    def arrange(cls, plans: Sequence[RulePlan], *, by: User | None) -> None:
        """Let the rules be what ``plans`` say, in their order; who is not among them goes."""
        rules = list(db.session.scalars(cls.in_order().with_for_update(of=cls)))
        before = _written(rules)
        kept = {plan.rule.id for plan in plans if plan.rule}
        for rule in rules:
            if rule.id not in kept:
                db.session.delete(rule)
        after = [cls._planned(plan, number) for number, plan in enumerate(plans)]
        db.session.flush()  # new ones get their ids in the order of the list
        if _written(after) != before:
            changes = {"expense_rules": [before, _written(after)]}
            Event.record(Action.EXPENSE_RULES_CHANGED, Company.current(), by=by, changes=changes)

    @classmethod
    def _planned(cls, plan: RulePlan, position: int) -> ExpenseRule:
        rule = plan.rule or cls()
        rule.category, rule.check, rule.effect = plan.category, plan.check, plan.effect
        rule.amount, rule.position = plan.amount, position
        if plan.active != rule.is_active:
            rule.retired_at = None if plan.active else clock.now()
        db.session.add(rule)
        return rule


def _written(rules: Sequence[ExpenseRule]) -> str:
    """What a history keeps."""
    return json.dumps(
        [
            {
                "category": rule.category.both if rule.category else "",
                "check": rule.check,
                "amount": "" if rule.amount is None else str(rule.amount),
                "effect": rule.effect,
                "active": rule.is_active,
            }
            for rule in rules
        ],
        ensure_ascii=False,
    )
