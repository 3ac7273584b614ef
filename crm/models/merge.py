"""Merges: two records of one firm become one, and can become two again for 30 days.

What hung on the loser is found by the foreign keys that lead to it, so a table that comes later
is moved too. The journal keeps what was moved, so that undoing moves back exactly that, unless
somebody has moved it elsewhere since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, ColumnElement, ForeignKey, Select, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.approval import ApprovalRequest
from crm.models.attachment import Attachment
from crm.models.contact import Contact
from crm.models.customer import Customer, customer_collaborator
from crm.models.event import Action, Event
from crm.models.expense_claim import ExpenseClaim, ExpenseItem

if TYPE_CHECKING:
    from crm.models.user import User

# What tells of the loser itself.
STAYING = {"merge", "ownership", "pool_warning"}

UNDOABLE_FOR = timedelta(days=30)

# What can be taken from the loser, field by field.
MERGED_FIELDS = Customer.TRACKED


class MergeRefused(Exception):
    """The two cannot be merged, or a merge not undone; ``reason`` is a word the pages explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Merge(Base):
    __tablename__ = "merge"

    id: Mapped[Key]
    winner_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    # {"moved": {"deal.customer_id": [ids]}, "fields": {"owner_id": [before, after]},
    #  "helpers": [user ids], "primary": [contact ids], "external_id": text or None,
    #  "raised": id of the customer that stood between the two, or None}
    journal: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    winner: Mapped[Customer] = relationship(foreign_keys=[winner_id])
    loser: Mapped[Customer] = relationship(foreign_keys=[loser_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])

    @classmethod
    def of(cls, customer: Customer) -> Select[Merge]:
        """The merges into ``customer`` that can still be undone, newest first."""
        return (
            select(cls)
            .where(
                cls.winner_id == customer.id,
                cls.undone_at.is_(None),
                cls.at > clock.now() - UNDOABLE_FOR,
            )
            .order_by(cls.id.desc())
        )

    @classmethod
    def customers(
        cls, winner: Customer, loser: Customer, *, take: Iterable[str] = (), by: User
    ) -> Merge:
        """Move everything that hangs on ``loser`` to ``winner``; the loser goes to the trash.

        :param take: the fields, of ``MERGED_FIELDS``, whose values come from the loser.
        :raises MergeRefused: ``same`` customer twice, one of them is ``trashed``, or a field is
            ``unknown``.
        """
        wanted = set(take)
        if winner.id == loser.id:
            raise MergeRefused("same")
        if winner.is_trashed or loser.is_trashed:
            raise MergeRefused("trashed")
        if not wanted <= set(MERGED_FIELDS):
            raise MergeRefused("unknown")
        merge = cls(winner=winner, loser=loser, by_id=by.id, journal={})
        merge.journal = {
            "raised": _raise_above(winner, loser, by),
            "fields": _take_fields(winner, loser, wanted, by),
            "external_id": _take_external_id(winner, loser),
            "helpers": _share_helpers(winner, loser),
            "primary": _one_primary_contact(winner, loser),
            "moved": _move_all(winner.id, loser.id),
        }
        loser.trashed_at, loser.trashed_by_id = clock.now(), by.id
        db.session.add(merge)
        for subject, other in ((winner, loser), (loser, winner)):
            Event.record(
                Action.CUSTOMER_MERGED, subject, by=by, winner=winner.name, loser=loser.name,
                other=other.code,
            )  # fmt: skip
        db.session.flush()  # what was moved is read anew from here on
        db.session.expire_all()
        return merge

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and self.at > clock.now() - UNDOABLE_FOR

    def undo(self, *, by: User) -> None:
        """Make two of one again; undoing twice changes nothing.

        What was moved goes back, unless it was moved elsewhere since; a field gets its old value
        back, unless it was changed since.

        :raises MergeRefused: it is ``late``, or the winner is ``trashed``.
        """
        if self.undone_at is not None:
            return
        if not self.is_undoable:
            raise MergeRefused("late")
        if self.winner.is_trashed:
            raise MergeRefused("trashed")
        winner, loser = self.winner, self.loser
        self._put_back_fields(winner, loser, by)
        raised = db.session.get(Customer, self.journal["raised"] or 0)
        if raised is not None and raised.parent_id == loser.parent_id:
            raised.parent = loser
            raised.note_changes(by=by)
        loser.trashed_at, loser.trashed_by_id = None, None
        self._put_back_rows(winner, loser)
        self.undone_at, self.undone_by_id = clock.now(), by.id
        for subject in (winner, loser):
            Event.record(
                Action.CUSTOMER_MERGE_UNDONE, subject, by=by, winner=winner.name, loser=loser.name
            )
        db.session.flush()  # what was moved is read anew from here on
        db.session.expire_all()

    def _put_back_fields(self, winner: Customer, loser: Customer, by: User) -> None:
        for name, (before, after) in self.journal["fields"].items():
            column = Customer.__table__.c[name]
            if _plain(getattr(winner, name)) == after:
                setattr(winner, name, _typed(column, before))
        winner.note_changes(by=by)
        if (external_id := self.journal["external_id"]) and winner.external_id == external_id:
            winner.external_id = None
            db.session.flush()  # the id is unique: one lets go of it before the other takes it
            loser.external_id = external_id

    def _put_back_rows(self, winner: Customer, loser: Customer) -> None:
        db.session.flush()  # the statements below read the tables
        pending = _requests_that_agree(winner.id)
        for place, ids in self.journal["moved"].items():
            table_name, column_name = place.split(".")
            _move(Base.metadata.tables[table_name].c[column_name], ids, winner.id, loser.id)
        _bind_anew(pending)
        db.session.execute(
            delete(customer_collaborator).where(
                customer_collaborator.c.customer_id == winner.id,
                customer_collaborator.c.user_id.in_(self.journal["helpers"]),
            )
        )
        db.session.execute(
            update(Contact)
            .where(Contact.id.in_(self.journal["primary"]), Contact.customer_id == loser.id)
            .values(is_primary=True)
            .execution_options(synchronize_session=False)
        )


def _raise_above(winner: Customer, loser: Customer, by: User) -> int | None:
    """A winner in the loser's group stays in the group above: a firm is not its own parent.

    The id of the customer, directly below the loser, that was raised.
    """
    if not winner.belongs_to(loser):
        return None
    below = winner
    while below.parent is not None and below.parent.id != loser.id:
        below = below.parent
    below.parent = loser.parent
    below.note_changes(by=by)
    db.session.flush()  # the statements that move the rest read the table
    return below.id


def _take_fields(
    winner: Customer, loser: Customer, wanted: set[str], by: User
) -> dict[str, list[Any]]:
    """Copy the wanted fields; column → [before, after], as plain values."""
    taken: dict[str, list[Any]] = {}
    for name in sorted(wanted):
        column = name if name in Customer.__table__.c else f"{name}_id"
        before, after = getattr(winner, column), getattr(loser, column)
        if name == "parent" and loser.parent is not None and loser.parent.belongs_to(winner):
            continue  # a firm does not belong to itself
        if before != after:
            setattr(winner, name, getattr(loser, name))
            taken[column] = [_plain(before), _plain(after)]
    winner.note_changes(by=by)
    return taken


def _take_external_id(winner: Customer, loser: Customer) -> str | None:
    """What another system calls the loser, if it has no name for the winner."""
    external_id = loser.external_id
    if external_id is None or winner.external_id is not None:
        return None
    loser.external_id = None
    db.session.flush()  # the id is unique: one lets go of it before the other takes it
    winner.external_id = external_id
    return external_id


def _share_helpers(winner: Customer, loser: Customer) -> list[int]:
    """Whoever looked after the loser goes on seeing what hung on it: the ids of who is added."""
    known = {helper.id for helper in winner.collaborators} | {winner.owner_id}
    helpers = {helper.id for helper in loser.collaborators}
    if loser.owner is not None and loser.owner.is_active:
        helpers.add(loser.owner.id)
    added = sorted(helpers - known)
    for user_id in added:
        db.session.execute(
            insert(customer_collaborator).values(customer_id=winner.id, user_id=user_id)
        )
    return added


def _one_primary_contact(winner: Customer, loser: Customer) -> list[int]:
    """Where both have a primary contact the winner's stays: the ids of those that are not now."""
    has_one = select(Contact.id).where(
        Contact.customer_id == winner.id, Contact.is_primary, Contact.trashed_at.is_(None)
    )
    if db.session.scalar(has_one) is None:
        return []
    theirs = list(
        db.session.scalars(
            select(Contact.id).where(Contact.customer_id == loser.id, Contact.is_primary)
        )
    )
    db.session.execute(
        update(Contact)
        .where(Contact.id.in_(theirs))
        .values(is_primary=False)
        .execution_options(synchronize_session=False)
    )
    return theirs


def _move_all(winner_id: int, loser_id: int) -> dict[str, list[int]]:
    """Move every row that names the loser; ``table.column`` → ids of what was moved."""
    moved: dict[str, list[int]] = {}
    pending = _requests_that_agree(loser_id)
    for column in _columns_naming_a_customer():
        table = column.table
        ids = list(
            db.session.scalars(
                select(table.c.id)
                .where(column == loser_id, *_about_customers(column))
                .order_by(table.c.id)
            )
        )
        if ids:
            _move(column, ids, loser_id, winner_id)
            moved[f"{table.name}.{column.name}"] = ids
    _bind_anew(pending)
    return moved


def _move(column: Column[Any], ids: list[int], source_id: int, target_id: int) -> None:
    """Let the rows with these ids name the target, where they still name the source."""
    table = column.table
    for some in _few(ids):
        db.session.execute(
            update(table)
            .where(table.c.id.in_(some), column == source_id)
            .values({column.name: target_id})
        )


def _few(ids: list[int], most: int = 500) -> Iterator[list[int]]:
    """``ids`` in lists that a statement can hold."""
    return (ids[start : start + most] for start in range(0, len(ids), most))


def _columns_naming_a_customer() -> Iterator[Column[Any]]:
    """Every column that holds the id of a customer on which a row hangs."""
    key = cast(Column[Any], Customer.__table__.c.id)
    for table in Base.metadata.sorted_tables:
        if table.name in STAYING or "id" not in table.c:
            continue
        yield from (column for column in table.c if column.references(key))
    yield cast(Column[Any], Event.__table__.c.customer_id)
    yield cast(Column[Any], Attachment.__table__.c.record_id)


def _about_customers(column: Column[Any]) -> list[ColumnElement[bool]]:
    """What must hold where a column names records of several kinds."""
    kind = column.table.c.get("record_kind")
    return [] if kind is None else [kind == Customer.__tablename__]


def _requests_that_agree(customer_id: int) -> list[tuple[ApprovalRequest, ExpenseClaim]]:
    """The approval requests over costs of this customer whose claim is still what was shown."""
    claims = db.session.scalars(
        select(ExpenseClaim)
        .where(ExpenseClaim.items.any(ExpenseItem.customer_id == customer_id))
        .options(*ExpenseClaim.for_page())
    ).unique()
    return [
        (request, claim)
        for claim in claims
        if (request := claim.request) and request.content_hash == claim.content_hash()
    ]


def _bind_anew(pending: list[tuple[ApprovalRequest, ExpenseClaim]]) -> None:
    """The claims say the same as before, by the customer's other record: so do their requests."""
    for request, claim in pending:
        for item in claim.items:
            db.session.refresh(item, ["customer_id", "customer"])
        request.snapshot, request.content_hash = claim.snapshot(), claim.content_hash()


def _plain(value: Any) -> Any:
    """A field's value as JSON keeps it."""
    return value if value is None or isinstance(value, int) else str(value)


def _typed(column: Column[Any], value: Any) -> Any:
    """The value of ``column`` that JSON kept."""
    kind = column.type.python_type
    return value if value is None or isinstance(value, kind) else kind(value)
