"""Quotas: what a person, a team or the company is to win in a month, a quarter or a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.amounts import TOO_MUCH, TooLarge
from crm.base import Base, Key, Timestamped, Versioned, half_up
from crm.extensions import db
from crm.models.company import Company
from crm.models.event import Action, Event
from crm.models.team import Team
from crm.models.termed import Termed
from crm.models.user import User
from crm.terms import Span, Term

__all__ = ["Holder", "Quota", "Span", "Term", "key_of"]

# Who can have a quota.
Holder = User | Team | Company


def key_of(holder: Holder) -> tuple[type[Holder], int]:
    """Kind and id, by which quotas are kept apart; who is signed in is a proxy of its class."""
    return holder.__class__, holder.id


def _one(name: str, columns: tuple[str, ...], condition: str) -> Index:
    """One quota for whom it is set, and for which term."""
    where = text(condition)
    return Index(
        f"uq_quota_{name}", *columns, "span", "first", unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip


class Quota(Termed, Versioned, Timestamped, Base):
    __tablename__ = "quota"
    __table_args__ = (
        CheckConstraint("user_id IS NULL OR team_id IS NULL", name="of_one"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        _one("user", ("user_id",), "user_id IS NOT NULL"),
        _one("team", ("team_id",), "team_id IS NOT NULL"),
        _one("company", (), "user_id IS NULL AND team_id IS NULL"),
    )

    id: Mapped[Key]
    # Of a person, of a team, or, without either, of the company.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    # In the base currency.
    amount: Mapped[Decimal]

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()

    @classmethod
    def held_by(cls, holder: Holder) -> ColumnElement[bool]:
        """The condition that it is that of ``holder``."""
        if isinstance(holder, User):
            return cls.user_id == holder.id
        if isinstance(holder, Team):
            return cls.team_id == holder.id
        return cls.user_id.is_(None) & cls.team_id.is_(None)

    @classmethod
    def typed_for(cls, holder: Holder, year: int) -> dict[Term, Decimal]:
        """What was set for ``holder`` in the year itself and in its quarters and months."""
        chosen = select(cls).where(cls.held_by(holder), cls.in_year(year))
        return {quota.term: quota.amount for quota in db.session.scalars(chosen)}

    @classmethod
    def typed_in(cls, year: int) -> dict[tuple[type[Holder], int], dict[Term, Decimal]]:
        """The same of everybody who has one: by kind and id of the holder."""
        typed: dict[tuple[type[Holder], int], dict[Term, Decimal]] = {}
        for quota in db.session.scalars(select(cls).where(cls.in_year(year))):
            typed.setdefault(quota.holder_key, {})[quota.term] = quota.amount
        return typed

    @property
    def holder_key(self) -> tuple[type[Holder], int]:
        """Kind and id of whom it is set for."""
        if self.user_id is not None:
            return User, self.user_id
        return (Company, 1) if self.team_id is None else (Team, self.team_id)

    @classmethod
    def in_year(cls, year: int) -> ColumnElement[bool]:
        """The condition that it is for the year, or for a part of it."""
        return cls.first.between(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def is_set_in(cls, year: int) -> bool:
        """Whether anybody has one in the year."""
        return db.session.scalar(select(cls.id).where(cls.in_year(year)).limit(1)) is not None

    @classmethod
    def set_for(
        cls, holder: Holder, year: int, amounts: Mapping[Term, Decimal], *, by: User | None
    ) -> None:
        """From now on ``holder`` has just these quotas in ``year``; nothing changes if they are so.

        :param amounts: in the base currency; terms that are not among them have no quota.
        """
        chosen = select(cls).where(cls.held_by(holder), cls.in_year(year))
        held = {quota.term: quota for quota in db.session.scalars(chosen)}
        before = {term: quota.amount for term, quota in held.items()}
        if before == dict(amounts):
            return
        for term in held.keys() - amounts.keys():
            db.session.delete(held[term])
        for term, amount in amounts.items():
            quota = held.get(term) or cls._new(holder, term)
            quota.amount = amount
        changes = {"quotas": [_written(before), _written(amounts)]}
        Event.record(Action.QUOTA_CHANGED, holder, by=by, changes=changes)

    @classmethod
    def copy_year(
        cls, holders: Iterable[Holder], year: int, percent: int, *, by: User | None
    ) -> int:
        """Give those of ``holders`` that have no quota in ``year`` that of the year before.

        :param percent: how much more it is, or less; whole units of the currency come out.
        :returns: how many got one.
        :raises TooLarge: one of them would be more than any amount that is kept.
        """
        copied = cls.left_to_copy(holders, year)
        for holder, typed in copied.items():
            amounts = {
                term.a_year_later: half_up(amount * (100 + percent) / 100)
                for term, amount in typed.items()
            }
            if max(amounts.values()) >= TOO_MUCH:
                raise TooLarge(holder)
            cls.set_for(holder, year, amounts, by=by)
        return len(copied)

    @classmethod
    def left_to_copy(
        cls, holders: Iterable[Holder], year: int
    ) -> dict[Holder, dict[Term, Decimal]]:
        """What those of ``holders`` had the year before who have nothing in ``year``."""
        before, now = cls.typed_in(year - 1), cls.typed_in(year)
        keys = {holder: key_of(holder) for holder in holders}
        return {each: before[key] for each, key in keys.items() if key in before.keys() - now}

    @classmethod
    def _new(cls, holder: Holder, term: Term) -> Quota:
        quota = cls(
            user=holder if isinstance(holder, User) else None,
            team=holder if isinstance(holder, Team) else None,
            span=term.span, first=term.first,
        )  # fmt: skip
        db.session.add(quota)
        return quota


def _written(amounts: Mapping[Term, Decimal]) -> str:
    """``2026: 1,200,000.00, 2026-Q1: …``: what a history keeps."""
    terms = sorted(amounts, key=lambda term: (term.code[:4], term.code))
    return ", ".join(f"{term.code}: {amounts[term]:,.2f}" for term in terms)
