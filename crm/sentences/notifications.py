"""What each kind of notification says, and where it leads.

The kinds and how they reach people by default stand in ``crm/models/notification/kinds.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.formatting import reported_days
from crm.links import link
from crm.models import ImportState, Notification, NotificationKind
from crm.models.approval import Decision
from crm.nouns import BY_TABLE, page_of
from crm.reported_days import ReportedDays, Stretch
from crm.wording import person_word


class Words(NamedTuple):
    """The words for one kind."""

    # What happened, of a notification.
    said: Callable[[Notification], str]
    # Where the record is only who reads it: what it is about, and its page.
    title: Any = ""
    page: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class Notice:
    """A notification as it is shown: what it is about, what happened, and its one link."""

    row: Notification
    title: str
    page: tuple[str, dict[str, Any]]

    @property
    def said(self) -> str:
        return WORDS[self.row.kind].said(self.row)

    @property
    def url(self) -> str:
        endpoint, values = self.page
        return url_for(endpoint, **values)

    @property
    def link(self) -> str:
        """The full address, for mails."""
        endpoint, values = self.page
        return link(endpoint, **values)

    @property
    def icon(self) -> str:
        noun = BY_TABLE.get(self.row.record_kind)
        return noun.icon if noun else ICONS[self.row.record_kind]


ICONS = {
    "advance": "banknote", "announcement": "bookmark", "approval_assignment": "stamp",
    "import_run": "upload", "daily_report_comment": "calendar", "user": "info",
}  # fmt: skip


def notice(row: Notification, record: Any) -> Notice:
    """``row`` with what ``record``, which it is about, is called."""
    words = WORDS[row.kind]
    if words.page:
        return Notice(row, str(words.title), words.page)
    if row.kind is NotificationKind.DAILY_REPORT:
        days = ReportedDays(Stretch.DAY, date.fromordinal(row.particulars["day"]))
        return Notice(row, reported_days(days), _page_of_report(days))
    if row.record_kind == "daily_report_comment":
        title = _("%(rep)s, %(days)s", rep=person_word(record.rep),
                  days=reported_days(record.days))  # fmt: skip
        return Notice(row, title, _page_of_report(record.days))
    if row.record_kind == "approval_assignment":
        return Notice(row, record.request.snapshot["title"],
                      ("requests.show", {"assignment_id": record.id}))  # fmt: skip
    if row.record_kind == "import_run":
        return Notice(row, record.file, ("import_runs.show", {"run_id": record.id}))
    return Notice(row, str(record), page_of(row.record_kind, record.id))


def _page_of_report(days: ReportedDays) -> tuple[str, dict[str, Any]]:
    return "daily_reports.show", {"stretch": days.stretch.value, "day": str(days.first)}


def _name(row: Notification) -> str:
    return person_word(row.by) if row.by else _("The system")


def _said(text: Any) -> Callable[[Notification], str]:
    """A sentence that names who did it, if it names anybody."""
    return lambda row: str(text) % {"name": _name(row)}


def _decided(row: Notification) -> str:
    match row.particulars["decision"]:
        case Decision.APPROVED:
            return _("Approved by %(name)s.", name=_name(row))
        case Decision.REJECTED:
            return _("Rejected by %(name)s.", name=_name(row))
    return _("Returned by %(name)s: correct it and hand it in again.", name=_name(row))


def _released(row: Notification) -> str:
    if row.by is not None:
        return _("%(name)s gave your customer to the public pool.", name=_name(row))
    return _("Nobody was in touch for too long: it went to the public pool.")


def _imported(row: Notification) -> str:
    match row.particulars["state"]:
        case ImportState.CHECKED:
            return _("The file is checked: look at what would happen, and import it.")
        case ImportState.DONE:
            return _("The import is finished.")
        case ImportState.UNDONE:
            return _("The import is undone.")
    return _("The import failed.")


def _commented(row: Notification) -> str:
    return _("%(name)s: %(value)s", name=_name(row), value=row.particulars["text"])


def _announced(row: Notification) -> str:
    if row.particulars["again"]:
        return _("Please read it: %(name)s waits for that.", name=_name(row))
    return _("%(name)s announces something.", name=_name(row))


def _task_given(row: Notification) -> str:
    if text := row.particulars.get("text"):
        return _("%(name)s gave you this task: %(text)s", name=_name(row), text=text)
    return _("%(name)s gave you this task.", name=_name(row))


WORDS: dict[NotificationKind, Words] = {
    NotificationKind.APPROVAL_REQUESTED: Words(_said(_l("%(name)s asks you to decide."))),
    NotificationKind.APPROVAL_REMINDER: Words(_said(_l("It still waits for your decision."))),
    NotificationKind.APPROVAL_COMMENTED: Words(_commented),
    NotificationKind.REQUEST_DECIDED: Words(_decided),
    NotificationKind.CLAIM_PAID: Words(_said(_l("%(name)s has paid your claim."))),
    NotificationKind.ADVANCE_PAID: Words(_said(_l("%(name)s has paid your advance."))),
    NotificationKind.DAILY_REPORT: Words(_said(_l("The daily report of your people is there."))),
    NotificationKind.DAILY_REPORT_COMMENTED: Words(_commented),
    NotificationKind.ANNOUNCED: Words(_announced),
    NotificationKind.CUSTOMER_GIVEN: Words(_said(_l("%(name)s gave you this customer."))),
    NotificationKind.CUSTOMER_SHARED: Words(
        _said(_l("%(name)s wants you to help with this customer."))),
    NotificationKind.CUSTOMER_RELEASED: Words(_released),
    NotificationKind.POOL_WARNING: Words(
        _said(_l("They go to the public pool unless somebody gets in touch.")),
        _l("Customers that nobody was in touch with"), ("today.show", {})),
    NotificationKind.DEAL_GIVEN: Words(_said(_l("%(name)s gave you this deal."))),
    NotificationKind.DEAL_SHARED: Words(_said(_l("%(name)s wants you to help with this deal."))),
    NotificationKind.STUCK_DEALS: Words(
        _said(_l("They have been in their stage for longer than they should.")),
        _l("Stalled deals"), ("deals.index", {"stuck": 1})),
    NotificationKind.TASK_GIVEN: Words(_task_given),
    NotificationKind.TASK_SHARED: Words(
        _said(_l("%(name)s wants you to take part in this task."))),
    NotificationKind.TASK_DUE: Words(_said(_l("This task is due."))),
    NotificationKind.TASK_DONE: Words(_said(_l("%(name)s has done this task."))),
    NotificationKind.IMPORT_FINISHED: Words(_imported),
}  # fmt: skip
