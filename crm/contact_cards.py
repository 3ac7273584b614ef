"""Contacts as vCards, and vCards as contacts."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm.models import Contact, Customer, Reach, ReachKind
from crm.models.contact import MOST_REACHES
from crm.vcards import Card

# How cards call the number that is carried along, and the one on the desk.
MOBILE = re.compile(r"cell|mobile|iphone|手机|移动", re.IGNORECASE)
DESK = re.compile(r"(work|office|main|工作|公司|单位|办公|办公室|座机)(电话)?", re.IGNORECASE)


class Reached(NamedTuple):
    """How somebody is reached, as a contact keeps it."""

    mobile: Reach | None
    phone: Reach | None
    email: Reach | None
    further: list[Reach]
    # What is no number or address, or more than a contact keeps.
    left_out: list[Reach]


def reached(card: Card) -> Reached:
    """What ``card`` tells of it; the mobile and the number at work have fields."""
    told = [Reach(ReachKind.PHONE, *pair) for pair in card.phones]
    told += [Reach(ReachKind.EMAIL, *pair) for pair in card.emails]
    possible = [each for each in told if each.is_possible]
    phones = [each for each in possible if each.kind is ReachKind.PHONE]
    phone = _first([each for each in phones if DESK.fullmatch(each.label)])
    rest = [each for each in phones if each != phone]
    mobile = _first([each for each in rest if MOBILE.search(each.label)]) or _first(rest)
    email = _first([each for each in possible if each.kind is ReachKind.EMAIL])
    further = [each for each in possible if each not in (mobile, phone, email)][:MOST_REACHES]
    kept = (mobile, phone, email, *further)
    return Reached(mobile, phone, email, further, [each for each in told if each not in kept])


def contact_of(card: Card, customer: Customer) -> Contact:
    """A new contact with what ``card`` tells."""
    mobile, phone, email, further, _left_out = reached(card)
    contact = Contact(
        customer=customer, name=card.name, title=card.title or None, wechat=card.wechat or None,
        birthday=card.birthday, note=card.note or None, mobile=mobile and mobile.value,
        phone=phone and phone.value, email=email and email.value,
    )  # fmt: skip
    contact.further = further
    return contact


def card_of(contact: Contact) -> Card:
    """``contact`` as others take it."""
    own = [(label, number) for label, number in (("CELL", contact.mobile), ("WORK", contact.phone))
           if number]  # fmt: skip
    further = {
        kind: [(each.label, each.value) for each in contact.further if each.kind is kind]
        for kind in ReachKind
    }
    return Card(
        name=contact.name, firm=contact.customer.name, title=contact.title or "",
        phones=own + further[ReachKind.PHONE],
        emails=[*([("", contact.email)] if contact.email else []), *further[ReachKind.EMAIL]],
        wechat=contact.wechat or "", birthday=contact.birthday, note=contact.note or "",
    )  # fmt: skip


def _first(reaches: list[Reach]) -> Reach | None:
    return reaches[0] if reaches else None
