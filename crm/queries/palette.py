"""The command palette: everything that is found, and the pages and actions that are called so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.extensions import LANGUAGES
from crm.folding import fold, search_text, words_of
from crm.models import Noun, User
from crm.queries import search
from crm.queries.search import Hit
from crm.wording import noun_word


class Place(NamedTuple):
    """A page, or with ``field`` a form that is sent: what it is called, and who may."""

    endpoint: str
    icon: str
    label: str
    may: Callable[[User], bool]
    field: str = ""
    value: str = ""

    def fits(self, words: list[str]) -> bool:
        """Whether each word occurs in the label, in pinyin, by initials, or in its English name."""
        text = search_text(str(self.label), self.endpoint, self.value)
        return all(word in text for word in words)


def _everybody(_user: User) -> bool:
    return True


def _administrator(user: User) -> bool:
    return user.is_administrator


def _changes(noun: Noun) -> Callable[[User], bool]:
    return lambda user: bool(user.changes(noun))


PAGES = (
    Place("today.show", "house", _l("Today"), _everybody),
    Place("board.show", "square-kanban", _l("Board"), _everybody),
    Place("deals.index", "handshake", _l("Deals"), _everybody),
    Place("customers.index", "building-2", _l("Customers"), _everybody),
    Place("contacts.index", "users", _l("Contacts"), _everybody),
    Place("tasks.index", "square-check", _l("Tasks"), _everybody),
    Place("claims.index", "receipt-text", _l("Expenses"), _everybody),
    Place("requests.index", "stamp", _l("Approvals"), _everybody),
    Place("areas.index", "settings", _l("Settings"), _administrator),
    Place("company.edit", "building-2", _l("Company"), _administrator),
    Place("users.index", "users", _l("People"), _administrator),
    Place("teams.index", "list", _l("Teams"), _administrator),
    Place("stages.edit", "square-kanban", _l("Stages"), _administrator),
    Place("customer_imports.new", "upload", _l("Import customers"), _administrator),
    Place("exchange_rates.index", "banknote", _l("Exchange rates"), _administrator),
    Place("profile.edit", "user", _l("My settings"), _everybody),
    Place("devices.index", "monitor-smartphone", _l("My devices"), _everybody),
    Place("passwords.new", "key-round", _l("Password"), _everybody),
    Place("trash.index", "trash-2", _l("Trash"), _everybody),
)
ACTIONS = (
    Place("customers.new", "plus", _l("New customer"), _changes(Noun.CUSTOMERS)),
    Place("deals.new", "plus", _l("New deal"), _changes(Noun.DEALS)),
    Place("tasks.new", "plus", _l("New task"), _changes(Noun.TASKS)),
    Place("claims.new", "plus", _l("New expense claim"), _changes(Noun.CLAIMS)),
)
THEMES = {
    "dark": Place("preferences.update", "moon", _l("Dark colours"), _everybody, "theme", "dark"),
    "light": Place("preferences.update", "sun", _l("Light colours"), _everybody, "theme", "light"),
    "auto": Place("preferences.update", "monitor-smartphone", _l("Colours of the device"),
                  _everybody, "theme", "auto"),
}  # fmt: skip
SIGN_OUT = Place("sessions.destroy", "log-out", _l("Sign out"), _everybody, "sign_out", "1")


@dataclass(frozen=True)
class Section:
    """A heading of the palette with what stands below it."""

    id: str
    title: str
    rank: int
    hits: Sequence[Hit] = ()
    places: Sequence[Place] = ()
    # Where the rest is listed, if there is more.
    more: str = ""


def sections(q: str, user: User, *, theme: str, language: str) -> list[Section]:
    """What the palette offers for ``q``, best first; without it, what was changed last and all."""
    found = [
        Section(group.noun, noun_word(group.noun), group.rank, group.hits,
                more=group.list_url if group.has_more else "")
        for group in search.found(q, user)
    ]  # fmt: skip
    if not q and (hits := search.recent(user)):
        found.append(Section("recent", _("Changed last"), search.NAME, hits))
    for id, title, places in (
        ("actions", _("Actions"), actions_for(q, user, theme=theme, language=language)),
        ("pages", _("Pages"), pages_for(q, user)),
    ):
        if places:
            found.append(Section(id, title, _rank(places, q), places=places))
    return sorted(found, key=lambda section: section.rank)


def pages_for(q: str, user: User) -> list[Place]:
    """The pages that ``user`` may open and that are called like ``q``; all without it."""
    return _fitting(PAGES, q, user)


def actions_for(q: str, user: User, *, theme: str, language: str) -> list[Place]:
    """What ``user`` may do that is called like ``q``: what adds something first."""
    themes = [place for name, place in THEMES.items() if name != theme]
    languages = [
        Place("preferences.update", "languages", name, _everybody, "language", code)
        for code, name in LANGUAGES.items() if code != language
    ]  # fmt: skip
    return _fitting((*ACTIONS, *themes, *languages, SIGN_OUT), q, user)


def _fitting(places: Sequence[Place], q: str, user: User) -> list[Place]:
    words = words_of(q)
    if q and not words:
        return []
    return [place for place in places if place.may(user) and place.fits(words)]


def _rank(places: Sequence[Place], q: str) -> int:
    """A page that is called so comes before records that only hold the word."""
    called = any(f" {search_text(str(place.label))}".find(f" {fold(q)}") >= 0 for place in places)
    return search.BEGINNING if q and called else search.PART
