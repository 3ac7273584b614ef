"""Expectations: what an open deal promised, from when to when.

Forecasts as they stood on a day of the past read these rows. They are written in the same flush as
the deal, whatever changed it: a form, a move, an import, a handover. What changes many deals in one
statement calls ``Expectation.renew``. Nothing is known of the days before the first row.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    and_,
    event,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, UTCDateTime
from crm.extensions import db
from crm.models.beside import write_beside
from crm.models.deal import Deal
from crm.models.pipeline import Stage

if TYPE_CHECKING:
    from crm.models.user import User

_IN_FORCE = text("until_at IS NULL")
# What a deal promises follows from these of its columns.
FOLLOWED = ("owner_id", "stage_id", "base_amount", "probability", "expected_close", "closed_at",
            "trashed_at")  # fmt: skip


class Expectation(Base):
    __tablename__ = "expectation"
    __table_args__ = (
        Index("uq_expectation_in_force", "deal_id", unique=True,
              sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
        Index(None, "expected_close", "from_at"),
        Index(None, "until_at"),
    )  # fmt: skip

    id: Mapped[Key]
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"), index=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    base_amount: Mapped[Decimal | None]
    # In percent: the deal's own, else its stage's at that time.
    chance: Mapped[int] = mapped_column(SmallInteger)
    expected_close: Mapped[date | None] = mapped_column(Date)

    deal: Mapped[Deal] = relationship()
    owner: Mapped[User] = relationship()
    stage: Mapped[Stage] = relationship()

    @classmethod
    def in_force(cls, at: datetime) -> ColumnElement[bool]:
        """The condition that it stood at this moment."""
        return and_(cls.from_at <= at, (cls.until_at.is_(None)) | (cls.until_at > at))

    @classmethod
    def renew(cls, which: ColumnElement[bool]) -> None:
        """Write down anew what those of the deals promise that ``which`` holds for.

        For what changed many deals, or the chance of their stages, in one statement.
        """
        now = clock.now()
        theirs = cls.deal_id.in_(select(Deal.id).where(which)), cls.until_at.is_(None)
        db.session.execute(update(cls).where(*theirs).values(until_at=now))
        promised = (
            select(
                Deal.id, literal(now, UTCDateTime()), Deal.owner_id, Deal.pipeline_id,
                Deal.stage_id, Deal.base_amount, Deal.chance, Deal.expected_close,
            )
            .join(Stage, Stage.id == Deal.stage_id)
            .where(which, Deal.closed_at.is_(None), Deal.trashed_at.is_(None))
        )  # fmt: skip
        names = ["deal_id", "from_at", "owner_id", "pipeline_id", "stage_id", "base_amount",
                 "chance", "expected_close"]  # fmt: skip
        db.session.execute(insert(cls).from_select(names, promised))


@event.listens_for(Deal, "after_insert")
def _begin(_mapper: Mapper[Any], _connection: Connection, deal: Deal) -> None:
    if not deal.is_open or deal.is_trashed:
        return
    promised = {
        "deal_id": deal.id, "from_at": clock.now(), "owner_id": deal.owner_id,
        "pipeline_id": deal.pipeline_id, "stage_id": deal.stage_id,
        "base_amount": deal.base_amount, "chance": deal.chance,
        "expected_close": deal.expected_close,
    }  # fmt: skip
    write_beside(deal, Expectation, [promised])


@event.listens_for(Deal, "after_update")
def _follow(mapper: Mapper[Any], connection: Connection, deal: Deal) -> None:
    attributes = inspect(deal).attrs
    if not any(attributes[name].history.has_changes() for name in FOLLOWED):
        return
    mine = Expectation.deal_id == deal.id, Expectation.until_at.is_(None)
    connection.execute(update(Expectation).where(*mine).values(until_at=clock.now()))
    _begin(mapper, connection, deal)
