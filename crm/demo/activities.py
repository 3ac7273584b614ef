"""What the reps noted: along every deal, after it, at old customers, and a good deal this week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from crm.demo import notes_en, notes_zh
from crm.demo.deals import Life
from crm.demo.notes_zh import Note
from crm.demo.products import COMPETITORS, COMPETITORS_ABROAD, PRODUCTS, Product
from crm.demo.world import Place, World
from crm.models import Activity, Contact, CustomerKind, OptionList, User

AT_OLD_CUSTOMERS = 130
# How often a stay has a first, second and third entry, in percent.
ENTRIES_PER_STAY = (40, 14, 4)
LATELY = range(6)  # days ago
WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class Entry(NamedTuple):
    """One activity before it is logged."""

    moment: datetime
    by: User
    place: Place
    contact: Contact
    note: Note
    product: Product
    life: Life | None


def log(world: World, lives: list[Life]) -> None:
    """Log everything in the order in which it happened."""
    entries = [*_along_deals(world, lives), *_at_old_customers(world), *_lately(world, lives)]
    for entry in sorted(entries, key=lambda entry: entry.moment):
        with world.at(entry.moment):
            _log(world, entry)


def _along_deals(world: World, lives: list[Life]) -> Iterator[Entry]:
    for life in lives:
        book = notes_en if life.place.is_abroad else notes_zh
        for stay in life.stays:
            notes = _some(world, book.BY_STAGE[stay.stage], *ENTRIES_PER_STAY)
            yield from _between(world, life, notes, stay.entered, stay.left or world.now)
        if life.closed is not None:
            after = book.AFTER_WON if life.won else _after_lost(book.AFTER_LOST, life)
            notes = _some(world, after, 60 if life.won else 34, 20 if life.won else 0)
            last = min(world.now, life.closed + timedelta(days=50))
            yield from _between(world, life, notes, life.closed, last)


def _after_lost(notes: dict[str, tuple[Note, ...]], life: Life) -> tuple[Note, ...]:
    """What fits the reason for which the deal was lost."""
    assert life.deal is not None
    assert life.deal.outcome is not None
    reason = life.deal.outcome.reason
    return notes.get(reason.label_zh if reason else "", notes[""])


def _some(world: World, notes: tuple[Note, ...], *chances: int) -> list[Note]:
    """Different notes, as many as the chances in percent allow, in the order of the book."""
    count = sum(world.chance(chance) for chance in chances)
    chosen = world.dice.sample(range(len(notes)), min(count, len(notes)))
    return [notes[index] for index in sorted(chosen)]


def _between(
    world: World, life: Life, notes: list[Note], first: datetime, last: datetime
) -> Iterator[Entry]:
    days = max(0, (last - first).days - 1)
    back = sorted((world.dice.randint(0, days) for _ in notes), reverse=True)
    for note, ago in zip(notes, back, strict=True):
        day = world.days_ago((world.today - last.date()).days + ago)
        moment = max(first + timedelta(minutes=20), world.moment(day))
        if moment < last:
            yield _entry(world, life, note, moment)


def _entry(world: World, life: Life, note: Note, moment: datetime) -> Entry:
    assert life.deal is not None
    owner, contact = life.place.customer.owner, life.deal.contact
    assert owner is not None
    assert contact is not None
    with_manager = note.kind in {"visit", "meeting"} and world.chance(8)
    by = (owner.superior() or owner) if with_manager else owner
    return Entry(moment, by, life.place, contact, note, life.product, life)


def _at_old_customers(world: World) -> Iterator[Entry]:
    """Calls and visits that no deal asked for."""
    old = [place for place in world.places if place.customer.kind is not CustomerKind.PROSPECT]
    for day in world.days_in_season(AT_OLD_CUSTOMERS, first=370, last=2):
        place = world.dice.choice(old)
        if place.customer.created_at.date() < day:
            notes = notes_en.AT_CUSTOMER if place.is_abroad else notes_zh.AT_CUSTOMER
            owner = place.customer.owner
            assert owner is not None
            yield Entry(world.moment(day), owner, place, world.dice.choice(place.contacts),
                        world.dice.choice(notes), world.dice.choice(PRODUCTS), None)  # fmt: skip


def _lately(world: World, lives: list[Life]) -> Iterator[Entry]:
    """What the daily reports of this week show: some entries a day from every rep."""
    for day in sorted({world.days_ago(ago) for ago in LATELY}):
        for rep in world.people.values():
            mine = [life for life in lives
                    if life.closed is None and life.place.customer.owner is rep
                    and life.stays[-1].entered.date() < day]  # fmt: skip
            for life in world.dice.sample(mine, min(len(mine), world.dice.randint(1, 3))):
                book = notes_en if life.place.is_abroad else notes_zh
                note = world.dice.choice(book.BY_STAGE[life.stays[-1].stage])
                yield _entry(world, life, note, world.moment(day))


def _log(world: World, entry: Entry) -> None:
    slots = _slots(world, entry)
    next_step = entry.note.next_step.format(**slots) or None
    deal = entry.life.deal if entry.life else None
    Activity.log(
        Activity(
            customer=entry.place.customer, contact=entry.contact, deal=deal,
            kind=world.option(OptionList.ACTIVITY_KIND, entry.note.kind),
            happened_at=entry.moment, summary=entry.note.summary.format(**slots),
            next_step=next_step, place=entry.place.city if entry.note.kind == "visit" else None,
        ),
        by=entry.by,
    )  # fmt: skip
    if deal is not None and next_step and entry.moment >= deal.stage_since:
        deal.next_step = next_step


def _slots(world: World, entry: Entry) -> dict[str, object]:
    """What the braces of a note stand for."""
    dice, life, abroad = world.dice, entry.life, entry.place.is_abroad
    trade = entry.place.trade
    return {
        "who": entry.place.address_of(entry.contact),
        "product": entry.product.en if abroad else entry.product.zh,
        "project": life.project if life else "",
        "medium": dice.choice(trade.media) if trade else "",
        "rival": life.rival if life else dice.choice(COMPETITORS_ABROAD if abroad else COMPETITORS),
        "n": life.quantity if life else dice.randint(2, 20),
        "dn": dice.choice((25, 40, 50, 80, 100, 150, 200, 300)),
        "bar": dice.choice(("0.6", "1.0", "1.6", "2.5", "4.0")),
        "temp": dice.choice((40, 60, 80, 105, 120, 150, 180)),
        "weeks": dice.randint(4, 10),
        "pct": dice.randint(3, 12),
        "day": dice.choice(WEEKDAYS_EN if abroad else WEEKDAYS_ZH),
    }
