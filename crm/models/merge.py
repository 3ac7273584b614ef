"""Merges: two records of one firm become one, and can become two again for 30 days.

What hung on the loser is found by the foreign keys that lead to it, and by the kind and id of a
record where a table serves several nouns; so a table that comes later is moved too. The journal
keeps what was moved, so that undoing moves back exactly that, unless it was moved elsewhere since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Select,
    Table,
    delete,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.approval import ApprovalRequest
from crm.models.contact import Contact
from crm.models.customer import Customer, customer_collaborator
from crm.models.event import Action, Event
from crm.models.expense_claim import ExpenseClaim, ExpenseItem

if TYPE_CHECKING:
    from crm.models.user import User

# What tells of the loser itself.
STAYING = {"merge", "ownership", "pool_warning", "distinction", "likeness"}

UNDOABLE_FOR = timedelta(days=30)

# What can be taken from the loser, field by field, besides the firm's own fields.
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
    #  "custom": {field id: [before, after]}, "shared": {"customer_collaborator": [[user id]]},
    #  "primary": [contact ids], "external_id": text or None, "known_as": [before, after],
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
    def for_list(cls) -> tuple[Any, ...]:
        """Loading options: what a page says of a merge."""
        return (joinedload(cls.loser), joinedload(cls.by), joinedload(cls.undone_by))

    @property
    def undoable_until(self) -> datetime:
        """The last moment at which it can be undone."""
        return self.at + UNDOABLE_FOR

    @classmethod
    def visible_to(cls, user: User) -> Select[Merge]:
        """The merges into customers that ``user`` may see."""
        return select(cls).join(cls.winner).where(Customer.trashed_at.is_(None),
                                                  Customer.seen_by(user))  # fmt: skip

    @classmethod
    def winner_over(cls, customer_id: int) -> int | None:
        """The id of the customer that the one with this id was merged into, if it was."""
        winner_id, seen = customer_id, set[int]()
        while winner_id not in seen:
            seen.add(winner_id)
            into = select(cls.winner_id).where(cls.loser_id == winner_id, cls.undone_at.is_(None))
            winner_id = db.session.scalar(into.order_by(cls.id.desc()).limit(1)) or winner_id
        return winner_id if winner_id != customer_id else None

    @classmethod
    def customers(
        cls, winner: Customer, loser: Customer, *, take: Iterable[str] = (), by: User
    ) -> Merge:
        """Move everything that hangs on ``loser`` to ``winner``; the loser goes to the trash.

        :param take: the fields, of ``MERGED_FIELDS`` or as ``CustomField.key`` calls them, whose
            values come from the loser.
        :raises MergeRefused: ``same`` customer twice, one of them is ``trashed``, or a field is
            ``unknown``.
        """
        wanted = set(take)
        if winner.id == loser.id:
            raise MergeRefused("same")
        if winner.is_trashed or loser.is_trashed:
            raise MergeRefused("trashed")
        own = {f"custom_{id}": id for id in {*winner.custom, *loser.custom}}
        if not wanted <= {*MERGED_FIELDS, *own}:
            raise MergeRefused("unknown")
        merge = cls(winner=winner, loser=loser, by_id=by.id, journal={})
        merge.journal = {
            "raised": _raise_above(winner, loser, by),
            "custom": _take_custom(winner, loser, [own[name] for name in wanted & own.keys()]),
            "known_as": _take_names(winner, loser),
            "fields": _take_fields(winner, loser, wanted - own.keys(), by),
            "external_id": _take_external_id(winner, loser),
            "shared": _share_helpers(winner, loser) | _share_rows(winner, loser),
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
        custom = dict(winner.custom)
        for id, (before, after) in self.journal["custom"].items():
            if custom.get(id) == after:
                custom[id] = before
        winner.custom = {id: value for id, value in custom.items() if value is not None}
        before, after = self.journal["known_as"]
        if winner.also_known_as == after:
            winner.also_known_as = before
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
        for table_name, rows in self.journal["shared"].items():
            _unshare(Base.metadata.tables[table_name], rows, winner)
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


def _take_custom(winner: Customer, loser: Customer, ids: list[str]) -> dict[str, list[Any]]:
    """Copy the values of the firm's own fields with these ids; id → [before, after]."""
    taken = {
        id: [winner.custom.get(id), loser.custom.get(id)]
        for id in sorted(ids)
        if winner.custom.get(id) != loser.custom.get(id)
    }
    merged = {**winner.custom, **{id: after for id, (_, after) in taken.items()}}
    winner.custom = {id: value for id, value in merged.items() if value is not None}
    return taken


def _take_names(winner: Customer, loser: Customer) -> list[str | None]:
    """Whoever looks for the loser, by code or name, finds the winner: [before, after]."""
    before = winner.also_known_as
    known = (before, loser.code, loser.name, loser.also_known_as)
    winner.also_known_as = "\n".join(filter(None, known))
    return [before, winner.also_known_as]


def _share_rows(winner: Customer, loser: Customer) -> dict[str, list[list[int]]]:
    """What several customers have together, such as tags, the winner has of both; what it gained.

    Tables that only join two others have no id of their own.
    """
    shared: dict[str, list[list[int]]] = {}
    for table, key, others in _joining_tables():
        if table is customer_collaborator:
            continue
        has, gains = (
            {tuple(row) for row in db.session.execute(select(*others).where(key == customer.id))}
            for customer in (winner, loser)
        )
        for row in sorted(gains - has):
            values = dict(zip((column.name for column in others), row, strict=True))
            db.session.execute(insert(table).values({key.name: winner.id, **values}))
            shared.setdefault(table.name, []).append(list(row))
    return shared


def _unshare(table: Table, rows: list[list[int]], winner: Customer) -> None:
    """Take from ``winner`` what ``_share_rows`` gave it."""
    _, key, others = next(each for each in _joining_tables() if each.table is table)
    for row in rows:
        same = (column == value for column, value in zip(others, row, strict=True))
        db.session.execute(delete(table).where(key == winner.id, *same))


class Joining(NamedTuple):
    """A table that joins customers to something else, and its columns."""

    table: Table
    key: Column[Any]
    others: list[Column[Any]]


def _joining_tables() -> Iterator[Joining]:
    customer_id = cast(Column[Any], Customer.__table__.c.id)
    for table in Base.metadata.sorted_tables:
        keys = [column for column in table.c if column.references(customer_id)]
        if "id" not in table.c and len(keys) == 1:
            yield Joining(table, keys[0], [column for column in table.c if column is not keys[0]])


def _share_helpers(winner: Customer, loser: Customer) -> dict[str, list[list[int]]]:
    """Whoever looked after the loser goes on seeing what hung on it; who is added."""
    known = {helper.id for helper in winner.collaborators} | {winner.owner_id}
    helpers = {helper.id for helper in loser.collaborators}
    if loser.owner is not None and loser.owner.is_active:
        helpers.add(loser.owner.id)
    added = sorted(helpers - known)
    for user_id in added:
        db.session.execute(
            insert(customer_collaborator).values(customer_id=winner.id, user_id=user_id)
        )
    return {customer_collaborator.name: [[user_id] for user_id in added]}


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
    for column, which in _columns_naming_a_customer():
        table = column.table
        named = select(table.c.id).where(column == loser_id, which)
        ids = list(db.session.scalars(named.order_by(table.c.id)))
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


def _columns_naming_a_customer() -> Iterator[tuple[Column[Any], ColumnElement[bool]]]:
    """Every column that holds the id of a customer on which a row hangs, and in which rows."""
    key = cast(Column[Any], Customer.__table__.c.id)
    for table in Base.metadata.sorted_tables:
        if table.name in STAYING or "id" not in table.c:
            continue
        yield from ((column, true()) for column in table.c if column.references(key))
        if {"record_kind", "record_id"} <= {*table.c.keys()}:
            yield table.c.record_id, table.c.record_kind == Customer.__tablename__
    yield cast(Column[Any], Event.__table__.c.customer_id), true()


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
