"""Deals: possible sales on their way through the stages of a pipeline."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    String,
    func,
    select,
    text,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Mapped,
    joinedload,
    mapped_column,
    query_expression,
    relationship,
    selectinload,
)

from crm import clock
from crm.base import Base, Currency, Key, Name, Rate, Timestamped, Versioned
from crm.extensions import db
from crm.models.access import Noun, Scope, Seen, owned_within
from crm.models.company import Company
from crm.models.custom_field import CustomNoun
from crm.models.custom_field.customized import Customized
from crm.models.customer import Customer
from crm.models.deal.checking import Checking, Missing, require_none
from crm.models.deal.circle import Circle
from crm.models.deal.cloning import Cloning
from crm.models.deal.closing import AmountStands, Closing
from crm.models.deal.collaborator import Collaborator
from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.line import DealLine
from crm.models.deal.moving import Moving, StageChanged, hold_in_use
from crm.models.deal.owning import OwnerLocked, Owning
from crm.models.deal.pricing import AmountFollowsLines, AmountTooLarge, LinePlan, Pricing
from crm.models.deal.rerouting import Rerouting
from crm.models.deal.rivals import Rivals
from crm.models.deal.sharing import Sharing, SplitTooLarge
from crm.models.deal.snooze import Snooze
from crm.models.deal.snoozing import Snoozing
from crm.models.deal.tick import ChecklistTick
from crm.models.event import Action, Event, changes_of
from crm.models.named import Named
from crm.models.passage import NamedOrNoted
from crm.models.stage_stay import StageStay
from crm.models.tag import Tagged
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.contact import Contact
    from crm.models.option import Option
    from crm.models.outcome import Outcome
    from crm.models.pipeline import Pipeline, Stage
    from crm.models.user import User

__all__ = ["AmountFollowsLines", "AmountStands", "AmountTooLarge", "Collaborator", "Deal",
           "LinePlan", "Missing", "OwnerLocked", "SplitTooLarge", "StageChanged"]  # fmt: skip

_OPEN = text("closed_at IS NULL AND trashed_at IS NULL")


class Deal(
    Seen,
    Checking,
    Moving,
    Rerouting,
    Closing,
    Owning,
    Cloning,
    Snoozing,
    Pricing,
    Sharing,
    Rivals,
    Circle,
    Tagged,
    Customized,
    Versioned,
    Trashable,
    Named,
    NamedOrNoted,
    Timestamped,
    Base,
):
    __tablename__ = "deal"
    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability_percent"),
        # The board reads open deals only: its columns in order, their sums from the index alone.
        Index("ix_deal_open_stage", "stage_id", "stage_since", "id",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_deal_open_sums", "stage_id", "owner_id", "customer_id", "id", "base_amount",
              "probability", "stage_since", "snoozed_until",
              "closed_at", "trashed_at",  # SQLite reads its condition from it too
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        # The forecast reads open deals by the month they are expected in.
        Index("ix_deal_open_close", "expected_close", "stage_id", "owner_id", "customer_id", "id",
              "base_amount", "probability", "closed_at", "trashed_at",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "owner_id", "closed_at"),
        # Whose deals make customers known to them is read from the index alone.
        Index(None, "owner_id", "customer_id", "trashed_at", postgresql_include=["id"]),
        Index(None, "customer_id", postgresql_include=["id"]),
        Index(None, "sort_name", "id"),
        Index(None, "created_at"),
    )  # fmt: skip

    SEEN_AS = Noun.DEALS
    TRASHED, RESTORED = Action.DEAL_TRASHED, Action.DEAL_RESTORED
    CUSTOM_NOUN = CustomNoun.DEAL
    SEARCHED, LETTER = ("name", "product", "external_id"), "D"
    NOTED = ("next_step",)
    TRACKED = ("name", "customer", "contact", "owner", "amount", "currency", "probability",
               "probability_reason", "expected_close", "source", "product",
               "next_step")  # fmt: skip

    id: Mapped[Key]
    name: Mapped[Name]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipeline.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    # When it entered its stage: the open stay's entered_at, kept here for the board's order.
    stage_since: Mapped[datetime]
    # The chance in percent if it differs from the stage's, and why it does.
    probability: Mapped[int | None] = mapped_column(SmallInteger)
    probability_reason: Mapped[str | None]
    amount: Mapped[Decimal | None]
    currency: Mapped[Currency]
    rate: Mapped[Rate]
    base_amount: Mapped[Decimal | None]
    expected_close: Mapped[date | None] = mapped_column(Date)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    product: Mapped[str | None] = mapped_column(String(200))
    next_step: Mapped[str | None]
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    # The outcome's moment, kept here so that one partial index knows the open deals.
    closed_at: Mapped[datetime | None]
    # The snooze's last day, kept here so that what stands still is read from the index alone.
    snoozed_until: Mapped[date | None] = mapped_column(Date)
    # Read where a list shows it, of what its reader may see (filters/deals/columns.py).
    last_contact: Mapped[datetime | None] = query_expression()

    customer: Mapped[Customer | None] = relationship(active_history=True)
    contact: Mapped[Contact | None] = relationship(active_history=True)
    owner: Mapped[User] = relationship(active_history=True, foreign_keys=[owner_id])
    pipeline: Mapped[Pipeline] = relationship()
    stage: Mapped[Stage] = relationship()
    source: Mapped[Option | None] = relationship(active_history=True)
    outcome: Mapped[Outcome | None] = relationship(
        back_populates="deal", cascade="all, delete-orphan", single_parent=True
    )
    stays: Mapped[list[StageStay]] = relationship(
        back_populates="deal", order_by="StageStay.entered_at, StageStay.id"
    )
    sharing: Mapped[list[Collaborator]] = relationship(
        back_populates="deal", cascade="all, delete-orphan"
    )
    collaborators: AssociationProxy[list[User]] = association_proxy(
        "sharing", "user", creator=lambda user: Collaborator(user=user)
    )
    lines: Mapped[list[DealLine]] = relationship(
        back_populates="deal", order_by="DealLine.position, DealLine.id",
        cascade="all, delete-orphan",
    )  # fmt: skip
    competitors: Mapped[list[DealCompetitor]] = relationship(
        back_populates="deal", order_by="DealCompetitor.id", cascade="all, delete-orphan"
    )
    # Who takes part in the decision; ``contact`` is whom one talks to first.
    circle: Mapped[list[DealContact]] = relationship(
        back_populates="deal", cascade="all, delete-orphan"
    )
    ticks: Mapped[list[ChecklistTick]] = relationship(
        back_populates="deal", cascade="all, delete-orphan"
    )
    snoozes: Mapped[list[Snooze]] = relationship(
        back_populates="deal", order_by="Snooze.at, Snooze.id", cascade="all, delete-orphan"
    )

    @classmethod
    def _ways_to_see(cls, user: User, seen: Any) -> tuple[ColumnElement[bool], ...]:
        """Owned within scope, helped with, or at a customer looked after."""
        scope = user.sees(Noun.DEALS)
        mine = owned_within(user, scope, seen.owner_id)
        if scope in (Scope.ALL, Scope.NONE):
            return (mine,)
        helped = select(Collaborator.deal_id).where(Collaborator.user_id == user.id)
        return mine, seen.id.in_(helped), Customer.looked_after_by(user, seen.customer_id)

    @classmethod
    def open_at(cls, customer: Customer, user: User) -> Select[Deal]:
        """The open deals of one customer that ``user`` sees, the newest first."""
        visible = cls.visible_to(user).where(cls.customer_id == customer.id)
        return visible.where(cls.closed_at.is_(None)).order_by(cls.created_at.desc())

    @classmethod
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options for lists and cards: no query per row."""
        return (
            joinedload(cls.customer),
            joinedload(cls.owner),
            joinedload(cls.stage),
            joinedload(cls.outcome),
        )

    @classmethod
    def for_changes(cls) -> tuple[Any, ...]:
        """Loading options for cards and batches, where who may change them is asked of each."""
        from crm.models.user import User

        owner = joinedload(cls.owner)
        sharing = selectinload(cls.sharing).joinedload(Collaborator.user)
        return (*cls.for_list(), owner.joinedload(User.team), sharing, selectinload(cls.tags))

    @classmethod
    def open(
        cls, deal: Deal, stage: Stage, *, by: User | None, at: datetime | None = None,
        historic: bool = False,
    ) -> Deal:  # fmt: skip
        """Begin a deal in ``stage``: its first stay begins with it.

        :param at: when it began, for deals brought in from elsewhere; default: now.
        :raises Missing: the stage demands fields that are empty (not for historic deals).
        :raises StageChanged: the stage is out of use.
        """
        at = at or clock.now()
        if deal.currency is None:
            deal.set_amount(deal.amount, Company.current().base_currency)
        if deal.custom is None:  # no form asked
            deal.set_defaults()
        if not historic:  # an import holds every stage as it begins
            hold_in_use(stage)
        deal._stand_in(stage, at)
        if not historic:
            require_none(deal.missing_for(stage))
        db.session.add(deal)
        deal._enter(stage, by, at)
        Event.record(Action.DEAL_CREATED, deal, by=by, at=at, historic=historic, name=deal.name)
        return deal

    @property
    def code(self) -> str:
        """``D-000345``: how people name a deal on paper."""
        return f"D-{self.id:06d}" if self.id else ""

    @property
    def deal(self) -> Deal:
        """Itself: what events and tasks call the deal they are about."""
        return self

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_overdue(self, today: date) -> bool:
        """Open, and expected to be decided before ``today``."""
        return self.is_open and self.expected_close is not None and self.expected_close < today

    @hybrid_property
    def chance(self) -> int:
        """The chance in percent: the deal's own, else its stage's. In SQL of deals with stages."""
        return self.stage.probability if self.probability is None else self.probability

    @chance.inplace.expression
    @classmethod
    def _chance(cls) -> ColumnElement[int]:
        from crm.models.pipeline import Stage

        return func.coalesce(cls.probability, Stage.probability)

    def expect_close_on(self, day: date | None, *, by: User) -> None:
        """Say when it is expected to be decided; without ``day`` that nobody knows.

        :raises Missing: its stage demands the day.
        """
        if day is None and "expected_close" in self.stage.required:
            raise Missing(["expected_close"])
        self.expected_close = day
        self.note_changes(by=by)

    def trash(self, *, by: User) -> None:
        """Move to the trash; what comes back from there counts as standing still again."""
        self._end_snooze(by, clock.now())
        super().trash(by=by)

    def note_changes(self, *, by: User | None, historic: bool = False, **beside: list[str]) -> None:
        """Record the pending changes, if there are any.

        :param beside: what tables of its own say otherwise now: old and new.
        """
        changes = changes_of(self, self.TRACKED) | self.custom_changes() | self.tag_changes()
        if changes := changes | self.owner_helps_no_more() | beside:
            Event.record(Action.DEAL_CHANGED, self, by=by, historic=historic,
                         name=self.name, changes=changes)  # fmt: skip

    def __str__(self) -> str:
        return self.name
