"""What the texts of a rule's tasks say of the record that they are about."""

from __future__ import annotations

from crm.models import Company, ReminderRule, User
from crm.models.reminder_rule.texts import filled
from crm.queries.reminder_rules.causes import Cause

# As long as the title of a task may be, and its note.
LONGEST, LONGEST_NOTE = 200, 10_000


def known_of(cause: Cause, owner: User | None) -> dict[str, str]:
    """What a text may name of ``cause``; the days are those between its day and today."""
    away = abs((Company.current().today() - cause.day).days)
    return {
        "name": str(cause.record),
        "customer": str(cause.customer or cause.record),
        "owner": str(owner or ""),
        "date": cause.day.isoformat(),
        "days": str(away),
    }


def title_of(rule: ReminderRule, known: dict[str, str]) -> str:
    """What the task is called, in one line and as long as a title may be; as the rule where
    nothing is known."""
    said = " ".join(filled(rule.title, known).splitlines())
    return said.strip()[:LONGEST] or rule.name


def note_of(rule: ReminderRule, known: dict[str, str]) -> str | None:
    """What stands in the task's note, as long as one may be."""
    return filled(rule.note, known)[:LONGEST_NOTE] if rule.note else None
