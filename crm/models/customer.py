"""Customers: the firms that are sold to, directly or as dealers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    and_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Mapped,
    WriteOnlyMapped,
    joinedload,
    mapped_column,
    query_expression,
    relationship,
    selectinload,
)

from crm.base import Base, Key, Name, Timestamped, Versioned, stored_by_value
from crm.extensions import db
from crm.models.access import Noun, Scope, Seen, another, is_among, is_one_of_all, owned_within
from crm.models.company import Company
from crm.models.custom_field import CustomNoun
from crm.models.custom_field.customized import Customized
from crm.models.event import Action, Event, changes_of
from crm.models.looking_after import LookedAfter
from crm.models.named import Named
from crm.models.passage import NamedOrNoted
from crm.models.pool import Pooled
from crm.models.tag import Tagged
from crm.models.trashable import Trashable

if TYPE_CHECKING:
    from crm.models.contact import Contact
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.task import Task
    from crm.models.user import User


# More people than the largest employer has: a larger number is a slip of the pen.
MOST_EMPLOYEES = 10_000_000


class CustomerKind(StrEnum):
    """How far the firm has come with us."""

    PROSPECT = "prospect"
    CUSTOMER = "customer"
    DEALER = "dealer"


customer_collaborator = Table(
    "customer_collaborator",
    Base.metadata,
    Column("customer_id", ForeignKey("customer.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)


_IN_USE = text("trashed_at IS NULL")


class Customer(
    Seen, LookedAfter, Pooled, Tagged, Customized, Versioned, Trashable, Named, NamedOrNoted,
    Timestamped, Base,
):  # fmt: skip
    __tablename__ = "customer"
    __table_args__ = (
        Index(None, "name"),
        Index(None, "sort_name", "id"),
        Index(None, "created_at"),
        # Every index has the ids on SQLite; on PostgreSQL those that a rep's records are found by.
        Index(None, "owner_id", postgresql_include=["id"]),
        # Whose customers there are, and how many, without reading them.
        # (SQLite reads what a partial index is partial by, though nothing else can stand in it.)
        Index("ix_customer_in_use", "owner_id", "id", "trashed_at",
              sqlite_where=_IN_USE, postgresql_where=_IN_USE),
    )  # fmt: skip

    SEEN_AS = Noun.CUSTOMERS
    TRASHED, RESTORED = Action.CUSTOMER_TRASHED, Action.CUSTOMER_RESTORED
    CUSTOM_NOUN = CustomNoun.CUSTOMER
    SEARCHED, LETTER = ("name", "code", "external_id", "phone", "also_known_as"), "C"
    TRACKED = (
        "name", "kind", "parent", "owner", "grade", "industry", "region", "source", "phone",
        "website", "address", "employees", "annual_revenue", "note",
    )  # fmt: skip

    id: Mapped[Key]
    name: Mapped[Name]
    kind: Mapped[CustomerKind] = mapped_column(
        stored_by_value(CustomerKind), default=CustomerKind.PROSPECT
    )
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    grade_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    industry_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("option.id"))
    phone: Mapped[str | None] = mapped_column(String(60))
    website: Mapped[str | None] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(String(300))
    employees: Mapped[int | None]
    annual_revenue: Mapped[Decimal | None]
    note: Mapped[str | None]
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    # Codes and names of customers that were merged into it, one a line: it is found by them, too.
    also_known_as: Mapped[str | None]

    parent: Mapped[Customer | None] = relationship(active_history=True, remote_side="Customer.id")
    owner: Mapped[User | None] = relationship(active_history=True, foreign_keys=[owner_id])
    grade: Mapped[Option | None] = relationship(active_history=True, foreign_keys=[grade_id])
    industry: Mapped[Option | None] = relationship(active_history=True, foreign_keys=[industry_id])
    region: Mapped[Option | None] = relationship(active_history=True, foreign_keys=[region_id])
    source: Mapped[Option | None] = relationship(active_history=True, foreign_keys=[source_id])
    collaborators: Mapped[list[User]] = relationship(secondary=customer_collaborator)
    contacts: WriteOnlyMapped[Contact] = relationship(back_populates="customer")
    # What is to be done, the first thing first.
    open_tasks: Mapped[list[Task]] = relationship(
        primaryjoin="and_(Task.customer_id == Customer.id, Task.done_at.is_(None),"
        " Task.trashed_at.is_(None))",
        order_by="Task.due_on.is_(None), Task.due_on, Task.id", viewonly=True,
    )  # fmt: skip
    # Its owner's open deals in stages in which deals stay with their owner.
    locked_deals: Mapped[list[Deal]] = relationship(
        primaryjoin="and_(Deal.customer_id == Customer.id, Deal.owner_id == Customer.owner_id,"
        " Deal.closed_at.is_(None), Deal.trashed_at.is_(None),"
        " Deal.stage_id.in_(select(Stage.id).where(Stage.locks_owner)))",
        order_by="Deal.id", viewonly=True,
    )  # fmt: skip
    # Read where a list shows them, of what its reader may see (filters/customers.py).
    last_contact: Mapped[datetime | None] = query_expression()
    open_amount: Mapped[Decimal | None] = query_expression()

    @classmethod
    def known_to(cls, user: User) -> ColumnElement[bool]:
        """Owned within scope, helped at, or the customer of an own deal: its people are known, too.

        Of what lies in the pool only the firm is seen; its people are not to be harvested.
        """
        return or_(*cls._ways_to_know(user, cls))

    @classmethod
    def all_known_to(cls, user: User) -> ColumnElement[bool]:
        """The same, to read all of them."""
        scope = user.sees(Noun.CUSTOMERS)
        return is_one_of_all(cls, scope, lambda seen: cls._ways_to_know(user, seen))

    @classmethod
    def _ways_to_see(cls, user: User, seen: Any) -> tuple[ColumnElement[bool], ...]:
        """Known to ``user``, or lying in the pool."""
        ways = cls._ways_to_know(user, seen)
        in_reach = user.sees(Noun.CUSTOMERS) in (Scope.OWN, Scope.TEAM)
        return (*ways, seen.owner_id.is_(None)) if in_reach and Company.current().has_pool else ways

    @classmethod
    def _ways_to_know(cls, user: User, seen: Any) -> tuple[ColumnElement[bool], ...]:
        from crm.models.deal import Deal

        scope = user.sees(Noun.CUSTOMERS)
        mine = owned_within(user, scope, seen.owner_id)
        if scope in (Scope.ALL, Scope.NONE):
            return (mine,)
        deal = another(Deal)  # the query around this may join the deals themselves
        dealt_with = select(deal.customer_id).where(
            deal.customer_id.is_not(None), deal.trashed_at.is_(None),
            owned_within(user, scope, deal.owner_id),
        )  # fmt: skip
        return (
            mine,
            seen.id.in_(cls.ids_collaborated_by(user)),
            is_among(seen.id, dealt_with, scope),
        )

    @classmethod
    def in_trash(cls) -> ColumnElement[bool]:
        """As of any record; but a merged customer comes back by undoing that (``merge.py``)."""
        return and_(super().in_trash(), ~cls.is_merged())

    @classmethod
    def is_merged(cls) -> ColumnElement[bool]:
        """The condition that it was merged into another customer, and still is."""
        from crm.models.merge import Merge

        merges = select(Merge.id).where(Merge.loser_id == cls.id, Merge.undone_at.is_(None))
        return merges.correlate(cls).exists()

    @classmethod
    def ids_collaborated_by(cls, user: User) -> Select[int]:
        """The ids of the customers on which ``user`` helps."""
        return select(customer_collaborator.c.customer_id).where(
            customer_collaborator.c.user_id == user.id
        )

    @classmethod
    def looked_after_by(
        cls, user: User, customer_id: InstrumentedAttribute[Any]
    ) -> ColumnElement[bool]:
        """The condition that ``user`` owns within scope, or helps on, the customer with this id.

        Who looks after a customer sees what hangs on it.
        """
        scope = user.sees(Noun.CUSTOMERS)
        customer = another(cls)  # the query around this may join the customers themselves
        owned = select(customer.id).where(owned_within(user, scope, customer.owner_id))
        helped = cls.ids_collaborated_by(user)
        if scope <= Scope.OWN:  # each by its own index: PostgreSQL would read all for an "or"
            return customer_id.in_(union_all(owned, helped))
        return or_(is_among(customer_id, owned, scope), customer_id.in_(helped))

    @classmethod
    def for_list(cls) -> tuple:
        """Loading options for a list of customers: no query per row."""
        return (joinedload(cls.owner), joinedload(cls.grade), joinedload(cls.industry),
                joinedload(cls.region))  # fmt: skip

    @classmethod
    def for_changes(cls) -> tuple:
        """Loading options for many that are to be changed: who may is asked of each."""
        from crm.models.user import User

        return (joinedload(cls.owner).joinedload(User.team), joinedload(cls.grade),
                selectinload(cls.collaborators), selectinload(cls.locked_deals),
                selectinload(cls.tags))  # fmt: skip

    @property
    def code(self) -> str:
        """``C-000123``: how people name a customer on paper."""
        return f"C-{self.id:06d}" if self.id else ""

    @property
    def customer(self) -> Customer:
        """Itself: what events and tasks call the customer they are about."""
        return self

    def belongs_to(self, group: Customer) -> bool:
        """Whether ``group`` is this customer, or stands somewhere above it."""
        above: Customer | None = self
        seen: set[int] = set()
        while above is not None and above.id not in seen:
            if above.id == group.id:
                return True
            seen.add(above.id)
            above = above.parent
        return False

    @classmethod
    def register(cls, customer: Customer, *, by: User | None, historic: bool = False) -> Customer:
        """Take a new customer into the books."""
        if customer.custom is None:  # no form asked
            customer.set_defaults()
        db.session.add(customer)
        if customer.id is None:
            db.session.flush()  # the code, by which it is found, is made of the id
            customer.search_text = ""
        Event.record(
            Action.CUSTOMER_CREATED, customer, by=by, historic=historic, name=customer.name
        )
        return customer

    def set_option(self, name: str, option: Option | None, *, by: User) -> None:
        """Set its grade, industry, region or source; ``None``: none of them."""
        setattr(self, name, option)
        self.note_changes(by=by)

    def note_changes(
        self, *, by: User | None, historic: bool = False,
        beside: dict[str, list[str]] | None = None,
    ) -> None:  # fmt: skip
        """Record the pending changes, if there are any.

        :param beside: what is said with them: old and new.
        """
        changes = changes_of(self, self.TRACKED) | self.custom_changes() | self.tag_changes()
        if changes := changes | (beside or {}):
            Event.record(Action.CUSTOMER_CHANGED, self, by=by, historic=historic, changes=changes)

    def __str__(self) -> str:
        return self.name
