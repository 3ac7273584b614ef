"""The command palette: everything that is found, and the pages and actions that are called so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.filters.base import ListFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.facets import Person
from crm.filters.pickers import offered
from crm.folding import fold, search_text, words_of
from crm.models import Noun, User
from crm.models.access import reaches
from crm.nouns import noun_word
from crm.places import ADDING, EXPORTS, IMPORTS, PAGES, SIGN_OUT, SPEAKING, THEMES, Place, open_to
from crm.queries import search
from crm.queries.search import Hit

# More people of one name than that are found on the list of people.
OF_PEOPLE = 3


class Lead(NamedTuple):
    """A list of somebody's records."""

    icon: str
    name: str
    words: str
    url: str


@dataclass(frozen=True)
class Section:
    """A heading of the palette with what stands below it."""

    id: str
    title: str
    rank: int
    hits: Sequence[Hit] = ()
    places: Sequence[Place] = ()
    leads: Sequence[Lead] = ()
    # Where the rest is listed, if there is more.
    more: str = ""


def sections(
    q: str, user: User, *, theme: str, language: str, here: ListFilter | None = None
) -> list[Section]:
    """What the palette offers for ``q``, best first; without it, what was changed last and all.

    :param here: the list that one is looking at.
    """
    found = [
        Section(group.noun, noun_word(group.noun), group.rank, group.hits,
                more=group.list_url if group.has_more else "")
        for group in search.found(q, user)
    ]  # fmt: skip
    if not q and (hits := search.recent(user)):
        found.append(Section("recent", _("Changed last"), search.NAME, hits))
    if leads := leads_for(q, user):
        found.append(Section("people", _("People"), search.BEGINNING, leads=leads))
    for id, title, places in (
        ("actions", _("Actions"),
         actions_for(q, user, theme=theme, language=language, here=here)),
        ("pages", _("Pages"), pages_for(q, user)),
    ):  # fmt: skip
        if places:
            found.append(Section(id, title, _rank(places, q), places=places))
    return sorted(found, key=lambda section: section.rank)


def leads_for(q: str, user: User) -> list[Lead]:
    """What the colleagues look after who are called like ``q``, where ``user`` sees theirs."""
    if not words_of(q):
        return []
    return [
        Lead(icon, each.name, title, filter(owner=(Person(str(each.id)),)).url())
        for each in offered("user", q, user)[:OF_PEOPLE]
        for noun, icon, title, filter in (
            (Noun.CUSTOMERS, "building-2", _("Customers"), CustomerFilter),
            (Noun.DEALS, "handshake", _("Deals"), DealFilter),
        )
        if reaches(user, user.sees(noun), each)
    ]


def pages_for(q: str, user: User) -> list[Place]:
    """The pages that ``user`` may open and that are called like ``q``; all without it."""
    return _fitting(PAGES, q, user)


def actions_for(
    q: str, user: User, *, theme: str, language: str, here: ListFilter | None = None
) -> list[Place]:
    """What ``user`` may do that is called like ``q``: what adds something first."""
    themes = [place for name, place in THEMES.items() if name != theme]
    languages = [place for code, place in SPEAKING.items() if code != language]
    files = (*(_of_this_list(here) if here else ()), *((*EXPORTS, *IMPORTS.values()) if q else ()))
    return _fitting((*ADDING, *files, *themes, *languages, SIGN_OUT), q, user)


def _of_this_list(here: ListFilter) -> list[Place]:
    """The list that one is looking at as a file, with what narrows it and its columns."""
    export = next((each for each in EXPORTS if each.name == here.name()), None)
    if export is None:
        return []
    as_it_is = export._replace(query=tuple(here.from_start(view=None).args().items()))
    return [
        as_it_is._replace(label=_l("Export this list (Excel)")),
        as_it_is._replace(label=_l("Export this list (CSV)"), value="csv"),
    ]


def _fitting(places: Sequence[Place], q: str, user: User) -> list[Place]:
    words = words_of(q)
    if q and not words:
        return []
    return [place for place in open_to(user, places) if place.fits(words)]


def _rank(places: Sequence[Place], q: str) -> int:
    """A page that is called so comes before records that only hold the word."""
    called = any(f" {search_text(str(place.label))}".find(f" {fold(q)}") >= 0 for place in places)
    return search.BEGINNING if q and called else search.PART
