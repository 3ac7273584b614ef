"""A calendar as phones read it: iCalendar, RFC 5545.

What has a time is told in UTC, what has only a day as that day. Each day of what comes again is an
event of its own, not a rule: the next task is made when the one before is done, may be put off or
changed alone, and days that are over are not caught up with; no rule tells that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from icalendar import Calendar, Event, vText

from crm import clock
from crm.filters.calendar import EntryKind
from crm.links import link
from crm.models import Company, User
from crm.nouns import page_of
from crm.queries.calendar.entries import Entry

PRODUCT = "-//Kaidan//Calendar//EN"
# How often a phone may look again.
REFRESHED = timedelta(hours=1)


def calendar_file(entries: Iterable[Entry], user: User) -> bytes:
    """The file of ``entries``, in the language that is set; the same entries give the same file."""
    company = Company.current()
    file = Calendar()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    name = vText(f"{company.name or 'Kaidan'} · {user.name}")  # escaped; of these it does not know
    file.add("name", name)
    file.add("x-wr-calname", name)
    file.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "PT1H")
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "kaidan"
    for entry in entries:
        file.add_component(_event(entry, host))
    return bytes(file.to_ical())


def _event(entry: Entry, host: str) -> Event:
    record, event = entry.record, Event()
    address = _address(entry)
    event.add("uid", f"{_name(entry)}@{host}")
    # When it was changed last: so the file is the same until something is.
    for name in ("dtstamp", "last-modified"):
        event.add(name, record.updated_at.replace(microsecond=0))
    event.add("created", record.created_at.replace(microsecond=0))
    event.add("sequence", record.version - 1)
    event.add("summary", _summary(entry))
    event.add("description", "\n".join([*_about(entry), address]))
    event.add("url", address)
    _add_times(event, entry)
    return event


def _add_times(event: Event, entry: Entry) -> None:
    """An appointment takes its time; what has a day is on that day, and keeps nobody busy."""
    if entry.at is None:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return
    starts: datetime = clock.moment_of(entry.day, entry.at, Company.current().timezone)
    event.add("dtstart", starts)
    if minutes := entry.told.minutes:
        event.add("dtend", starts + timedelta(minutes=minutes))


def _name(entry: Entry) -> str:
    """What the entry is called among all of them, for good."""
    if entry.is_planned:
        return f"series-{entry.record.series_id}-{entry.day:%Y%m%d}"
    if entry.kind is EntryKind.BIRTHDAY:
        return f"birthday-{entry.record.id}-{entry.day.year}"
    return f"{entry.record.__tablename__}-{entry.record.id}"


def _summary(entry: Entry) -> str:
    if entry.kind is EntryKind.BIRTHDAY:
        return _("Birthday: %(name)s", name=entry.record.name)
    if entry.kind is EntryKind.CLOSE:
        return _("Expected close: %(name)s", name=entry.record.name)
    return f"✓ {entry.told.title}" if entry.is_done else str(entry.told.title)


def _about(entry: Entry) -> list[str]:
    """The customer, and of a task the deal: by name."""
    deal = entry.told.deal if entry.kind in (EntryKind.TASK, EntryKind.APPOINTMENT) else None
    return [about.name for about in (entry.told.customer, deal) if about is not None]


def _address(entry: Entry) -> str:
    endpoint, values = page_of(entry.record.__tablename__, entry.record.id)
    return link(endpoint, **values)
