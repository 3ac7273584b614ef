"""Merges: two records of one firm become one, and can become two again for 30 days.

The journal keeps what was moved (``moving.py``) and what the winner took over (``fields.py``), so
that undoing moves back exactly that, unless it was moved or changed since. ``journal.py`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Key
from crm.extensions import db
from crm.models.customer import Customer
from crm.models.event import Action, Event
from crm.models.merge import fields
from crm.models.merge.fields import MERGED_FIELDS
from crm.models.merge.journal import HELPERS, TAGS, Journal
from crm.models.merge.moving import move_all, move_back
from crm.models.verb_refused import VerbRefused

if TYPE_CHECKING:
    from crm.models.user import User

__all__ = ["MERGED_FIELDS", "Merge", "MergeRefused"]

UNDOABLE_FOR = timedelta(days=30)


class MergeRefused(VerbRefused):
    """The two cannot be merged, or a merge not undone; ``reason`` is a word the pages explain."""


class Merge(Base):
    __tablename__ = "merge"

    id: Mapped[Key]
    winner_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    # {"moved": {"deal.customer_id": [ids]}, "fields": {"owner_id": [before, after]},
    #  "shared": {"customer_collaborator": [user ids], "customer_tag": [option ids]},
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
        cls, winner: Customer, loser: Customer, *, take: Iterable[str] = (), by: User,
        reason: str | None = None,
    ) -> Merge:  # fmt: skip
        """Move everything that hangs on ``loser`` to ``winner``; the loser goes to the trash.

        :param take: the fields, of ``MERGED_FIELDS`` or as ``CustomField.key`` calls them, whose
            values come from the loser.
        :param reason: why a customer changes hands that stays with its owner otherwise.
        :raises MergeRefused: ``same`` customer twice, one of them is ``trashed``, or a field is
            ``unknown``.
        :raises crm.models.deal.OwnerLocked: one of them stays with its owner, for a deal there.
        """
        wanted = set(take)
        if winner.id == loser.id:
            raise MergeRefused("same")
        if winner.is_trashed or loser.is_trashed:
            raise MergeRefused("trashed")
        if not wanted <= {*MERGED_FIELDS, *fields.own_fields_of(winner, loser)}:
            raise MergeRefused("unknown")
        owner = loser.owner if "owner" in wanted else winner.owner
        released = [customer for customer in (winner, loser)
                    if customer.is_released_to(owner, by=by, reason=reason)]  # fmt: skip
        merge = cls(winner=winner, loser=loser, by_id=by.id, journal={})
        raised = fields.raise_above(winner, loser, by)
        with db.session.no_autoflush:  # what changes is recorded before it is written
            merge.journal = {
                "raised": raised,
                "known_as": fields.take_names(winner, loser),
                "fields": fields.take_fields(winner, loser, wanted),
                "shared": {TAGS: fields.take_tags(winner, loser)},
            }
            for customer in (winner, loser):
                why = {"reason": ["", reason or ""]} if customer in released else {}
                customer.note_changes(by=by, beside=why)
        db.session.flush()  # whoever it belongs to now needs no place among the helpers
        merge.journal["shared"][HELPERS] = fields.take_helpers(winner, loser, by)
        merge.journal |= {
            "external_id": fields.take_external_id(winner, loser),
            "primary": fields.one_primary_contact(winner, loser, by),
        }
        db.session.flush()  # the statements that move the rest read the tables
        merge.journal["moved"] = move_all(loser.id, winner.id)
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
    def is_told_in_full(self) -> bool:
        """Whether the journal says everything that undoing needs; earlier versions noted less."""
        return Journal.read(self.journal).is_whole

    @property
    def is_undoable(self) -> bool:
        return self.undone_at is None and self.at > clock.now() - UNDOABLE_FOR

    def undo(self, *, by: User) -> list[str]:
        """Make two of one again; undoing twice changes nothing.

        What was moved goes back, unless it was moved elsewhere since; a field gets its old value
        back, unless it was changed since or cannot have it any more: those columns are returned.
        What the journal does not tell of stays as it is (``is_told_in_full``).

        :raises MergeRefused: it is ``late``, or the winner is ``trashed``.
        """
        if self.undone_at is not None:
            return []
        if not self.is_undoable:
            raise MergeRefused("late")
        if self.winner.is_trashed:
            raise MergeRefused("trashed")
        winner, loser = self.winner, self.loser
        stays = self._give_back(winner, loser, by)
        loser.trashed_at, loser.trashed_by_id = None, None
        self.undone_at, self.undone_by_id = clock.now(), by.id
        for subject in (winner, loser):
            Event.record(
                Action.CUSTOMER_MERGE_UNDONE, subject, by=by, winner=winner.name, loser=loser.name
            )
        db.session.flush()  # what was moved is read anew from here on
        db.session.expire_all()
        return stays

    def _give_back(self, winner: Customer, loser: Customer, by: User) -> list[str]:
        journal = Journal.read(self.journal)
        with db.session.no_autoflush:  # what changes is recorded before it is written
            gone = journal.moved.get("deal.customer_id", [])
            is_locked = any(deal.id not in gone for deal in winner.locking_deals)
            stays = fields.give_fields_back(winner, journal.fields, is_locked=is_locked)
            fields.give_names_back(winner, journal.known_as)
            winner.tag_as(tag for tag in winner.tags if tag.id not in journal.tags)
            winner.note_changes(by=by)
        fields.give_helpers_back(winner, journal.helpers, by)
        fields.give_external_id_back(winner, loser, journal.external_id)
        fields.lower(loser, journal.raised, by)
        db.session.flush()  # the statements that move the rest read the tables
        move_back(journal.moved, winner.id, loser.id)
        db.session.flush()  # what was moved is read anew from here on
        db.session.expire_all()
        fields.primary_again(loser, journal.primary, by)
        if loser.parent is not None and loser.parent.belongs_to(loser):
            loser.parent = None  # the group was turned around meanwhile
            loser.note_changes(by=by)
        return stays
