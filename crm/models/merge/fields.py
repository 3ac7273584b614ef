"""What two customers say: what the winner of a merge takes from the loser, and gives back.

What is taken is returned as the journal of the merge keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from crm.extensions import db
from crm.models.contact import Contact
from crm.models.customer import Customer
from crm.models.plain import CUSTOM, plain_of, put_back

if TYPE_CHECKING:
    from crm.models.user import User

# What can be taken from the loser, field by field, besides the firm's own fields.
MERGED_FIELDS = Customer.TRACKED


def own_fields_of(*customers: Customer) -> set[str]:
    """The firm's own fields in which one of them says something, by their keys."""
    return {CUSTOM + number for customer in customers for number in customer.custom}


def raise_above(winner: Customer, loser: Customer, by: User) -> int | None:
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


def lower(loser: Customer, raised_id: int | None, by: User) -> None:
    """What was raised above the loser stands below it again, unless it was moved since."""
    raised = db.session.get(Customer, raised_id or 0)
    if raised is not None and raised.parent_id == loser.parent_id:
        raised.parent = loser
        raised.note_changes(by=by)


def take_fields(winner: Customer, loser: Customer, wanted: Iterable[str]) -> dict[str, list[Any]]:
    """Copy the wanted fields, as far as no firm comes to belong to itself: [before, after]."""
    taken: dict[str, list[Any]] = {}
    for name in sorted(wanted):
        is_column = name in Customer.__table__.c or name.startswith(CUSTOM)
        column = name if is_column else f"{name}_id"
        before, after = plain_of(winner, column), plain_of(loser, column)
        if before != after and put_back(winner, column, after):
            taken[column] = [before, after]
    return taken


def give_fields_back(
    winner: Customer, taken: dict[str, list[Any]], *, is_locked: bool
) -> list[str]:
    """The winner says again what it said: returns the columns that stay as they are.

    They were changed since, or name what is gone or stands below the winner by now; and its owner
    stays where it ``is_locked``: a deal there stays with them in its stage.
    """
    return [
        column
        for column, (before, after) in taken.items()
        if plain_of(winner, column) != after or (is_locked and column == "owner_id")
        or not put_back(winner, column, before)
    ]  # fmt: skip


def take_names(winner: Customer, loser: Customer) -> list[str | None]:
    """Whoever looks for the loser, by code or name, finds the winner: [before, after]."""
    before = winner.also_known_as
    known = (before, loser.code, loser.name, loser.also_known_as)
    winner.also_known_as = "\n".join(filter(None, known))
    return [before, winner.also_known_as]


def give_names_back(winner: Customer, names: list[str | None] | None) -> None:
    before, after = names or (None, None)
    if names and winner.also_known_as == after:
        winner.also_known_as = before


def take_external_id(winner: Customer, loser: Customer) -> str | None:
    """What another system calls the loser, if it has no name for the winner."""
    external_id = loser.external_id
    if external_id is None or winner.external_id is not None:
        return None
    _hand_over(external_id, loser, winner)
    return external_id


def give_external_id_back(winner: Customer, loser: Customer, taken: str | None) -> None:
    if taken and winner.external_id == taken:
        _hand_over(taken, winner, loser)


def _hand_over(external_id: str, giver: Customer, taker: Customer) -> None:
    giver.external_id = None
    db.session.flush()  # the id is unique: one lets go of it before the other takes it
    taker.external_id = external_id


def take_tags(winner: Customer, loser: Customer) -> list[int]:
    """The winner carries the tags of both: the ids of those it gained."""
    gained = [tag for tag in loser.tags if tag not in winner.tags]
    winner.tag_as([*winner.tags, *gained])
    return [tag.id for tag in gained]


def take_helpers(winner: Customer, loser: Customer, by: User) -> list[int]:
    """Whoever looked after the loser goes on seeing what hung on it: the ids of who is added."""
    wanted = {*loser.collaborators}
    if loser.owner is not None and loser.owner.is_active:
        wanted.add(loser.owner)
    known = {winner.owner, *winner.collaborators}
    added = sorted(wanted - known, key=lambda helper: helper.id)
    for helper in added:
        winner.let_help(helper, by=by)
    return [helper.id for helper in added]


def give_helpers_back(winner: Customer, added: list[int], by: User) -> None:
    for helper in [each for each in winner.collaborators if each.id in added]:
        winner.let_go(helper, by=by)


def one_primary_contact(winner: Customer, loser: Customer, by: User) -> list[int]:
    """Where both have a primary contact the winner's stays: the ids of those that are not now."""
    primary = select(Contact).where(Contact.is_primary)
    there = primary.where(Contact.customer_id == winner.id, Contact.trashed_at.is_(None))
    if db.session.scalar(there.limit(1)) is None:
        return []
    theirs = db.session.scalars(primary.where(Contact.customer_id == loser.id)).all()
    for contact in theirs:
        contact.is_primary = False
        contact.note_changes(by=by)
    return [contact.id for contact in theirs]


def primary_again(loser: Customer, ids: list[int], by: User) -> None:
    """Those are primary again that came back, and are the only one."""
    theirs = select(Contact).where(Contact.customer_id == loser.id)
    if db.session.scalar(theirs.where(Contact.is_primary, Contact.trashed_at.is_(None)).limit(1)):
        return
    for contact in db.session.scalars(theirs.where(Contact.id.in_(ids))):
        contact.is_primary = True
        contact.note_changes(by=by)
