"""One sentence for each action: pages, mails and feeds say the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.formatting import in_both, money, number
from crm.models import Action, Event, OptionList
from crm.nouns import BY_LIST, BY_TABLE, NOUNS, OTHER_LISTS, list_word
from crm.sentences.approvals import APPROVALS
from crm.sentences.changes import Change, changed, changes, firm, in_language, own_line, written_day
from crm.wording import PAYMENT_FILES, REPORTS, word_for

__all__ = ["Change", "address_of", "changed", "changes", "event_icon", "origin", "sentence"]

ICONS: dict[str, str] = {
    **{noun.name: noun.icon for noun in NOUNS.values()},
    "activity": "message-circle", "file": "paperclip", "approval_link": "triangle-alert",
    "advance": "banknote",    "approval": "stamp", "approval_flow": "stamp", "delegation": "users",
    "export": "download", "user": "user", "team": "users", "pipeline": "square-kanban",
    "option": "list", "custom_field": "columns-3", "company": "settings",
    "exchange_rate": "banknote", "quota": "target", "source_cost": "banknote",
    "expense_rule": "list", "expense_rate": "banknote", "budget": "wallet",
    "reminder_rule": "clock", "stage": "square-kanban", "announcement": "bookmark",
    "daily_report": "calendar", "import": "upload", "trash": "trash-2",
}  # fmt: skip
SPECIAL_ICONS: dict[Action, str] = {
    Action.DEAL_WON: "trophy",
    Action.DEAL_LOST: "circle-x",
    Action.DEAL_MOVED: "arrow-right",
    Action.DEAL_REROUTED: "arrow-right",
    Action.DEAL_TICKED: "check",
    Action.CLAIM_APPROVED: "check",
    Action.CLAIM_REJECTED: "x",
    Action.CLAIM_RETURNED: "undo-2",
    Action.CLAIM_PAID: "banknote",
    Action.ADVANCE_APPROVED: "check",
    Action.ADVANCE_REJECTED: "x",
    Action.ADVANCE_RETURNED: "undo-2",
    Action.ADVANCE_REPAYMENT_TAKEN_BACK: "undo-2",
}
# By the code of the activity's kind; kinds that a firm adds have none.
ACTIVITY_ICONS: dict[str, str] = {
    "call": "phone", "visit": "map-pin", "mail": "mail", "meeting": "users",
    "message": "message-circle", "note": "sticky-note",
}  # fmt: skip


def sentence(event: Event, cost: Decimal | None = None) -> str:
    """What happened, in the reader's language.

    :param cost: what the claim of the event costs the record on whose page it is told, in the base
        currency: of the claim's other costs nothing is said there.
    """
    if cost is not None:
        return EXPENSES[event.action](money(cost))
    return SENTENCES[event.action](event.particulars)


def origin(event: Event) -> str:
    """The file with whose import it came, or went when that was undone; the rule that made it."""
    if file := event.particulars.get("imported"):
        return _("Import: %(file)s", file=file)
    if file := event.particulars.get("undone"):
        return _("Import undone: %(file)s", file=file)
    if rule := event.particulars.get("rule"):
        return _("Rule: %(name)s", name=rule)
    return ""


def address_of(event: Event) -> str | None:
    """The page to look at for it: that of its record, else of the deal or customer it is about."""
    if noun := BY_TABLE.get(event.subject_kind):
        return noun.url(event.subject_id)
    if event.deal_id:
        return NOUNS["deal"].url(event.deal_id)
    return NOUNS["customer"].url(event.customer_id) if event.customer_id else None


def event_icon(event: Event) -> str:
    """The icon that stands beside the sentence."""
    if event.action is Action.ACTIVITY_LOGGED:
        return ACTIVITY_ICONS.get(event.particulars.get("kind", ""), ICONS["activity"])
    return SPECIAL_ICONS.get(event.action) or ICONS[event.action.split(":")[0]]


def _cloned(name: str, source: str) -> str:
    """A copy is often called as what it was copied from: that is said once."""
    if name == source:
        return _("Copied from %(source)s", source=source)
    return _("Copied from %(source)s: %(name)s", name=name, source=source)


def _amount(particulars: dict[str, Any]) -> str:
    """What it came to, of an advance first in the currency in which it was asked for."""
    if not particulars["amount"]:
        return _("no amount")
    base = Decimal(particulars["amount"]), particulars["currency"]
    if "asked" not in particulars:
        return money(*base)
    return in_both((Decimal(particulars["asked"]), particulars["asked_in"]), base)


SENTENCES: dict[Action, Callable[[dict[str, Any]], str]] = {
    Action.CUSTOMER_CREATED: lambda p: _("Customer added"),
    Action.CUSTOMER_CHANGED: lambda p: _("Customer changed"),
    Action.CUSTOMER_TRASHED: lambda p: _("Customer moved to the trash"),
    Action.CUSTOMER_RESTORED: lambda p: _("Customer restored"),
    Action.CUSTOMER_CLAIMED: lambda p: _("Customer claimed from the pool"),
    Action.CUSTOMER_RELEASED: lambda p: (
        _("To the pool after %(days)s days without contact; before: %(owner)s",
          days=p["silent_days"], owner=p["owner"])
        if p["silent_days"]
        else _("Given to the pool; before: %(owner)s", owner=p["owner"])
    ),
    Action.CUSTOMER_TAKEN_BACK: lambda p: _(
        "Taken back from the pool by %(owner)s", owner=p["owner"]
    ),
    Action.CUSTOMER_MERGED: lambda p: _(
        "%(loser)s was merged into %(winner)s", loser=p["loser"], winner=p["winner"]
    ),
    Action.CUSTOMER_MERGE_UNDONE: lambda p: _(
        "%(loser)s and %(winner)s are two customers again", loser=p["loser"], winner=p["winner"]
    ),
    Action.CONTACT_CREATED: lambda p: _("Contact added: %(name)s", name=p["name"]),
    Action.CONTACT_CHANGED: lambda p: _("Contact changed: %(name)s", name=p["name"]),
    Action.CONTACT_MOVED: lambda p: _(
        "%(name)s went from %(left)s to %(entered)s",
        name=p["name"], left=firm(p["left"]), entered=firm(p["entered"]),
    ),
    Action.CONTACT_TRASHED: lambda p: _("Contact moved to the trash: %(name)s", name=p["name"]),
    Action.CONTACT_RESTORED: lambda p: _("Contact restored: %(name)s", name=p["name"]),
    Action.ACTIVITY_LOGGED: lambda p: _(
        "%(name)s: %(value)s", name=in_language(p, "kind"), value=p["summary"]
    ),
    Action.ACTIVITY_CHANGED: lambda p: _("Activity changed"),
    Action.ACTIVITY_CORRECTED: lambda p: (
        _("Correction: %(name)s", name=p["name"]) if "name" in p else _("Activity corrected")
    ),
    Action.ACTIVITY_TRASHED: lambda p: _("Activity deleted: %(name)s", name=p["name"]),
    Action.ACTIVITY_RESTORED: lambda p: _("Activity restored: %(name)s", name=p["name"]),
    Action.FILE_ADDED: lambda p: _("Added: %(names)s", names=p["names"]),
    Action.FILE_TRASHED: lambda p: _("File deleted: %(name)s", name=p["name"]),
    Action.FILE_RESTORED: lambda p: _("File restored: %(name)s", name=p["name"]),
    Action.DEAL_CREATED: lambda p: _("Deal opened: %(name)s", name=p["name"]),
    Action.DEAL_CHANGED: lambda p: _("Deal changed: %(name)s", name=p["name"]),
    Action.DEAL_MOVED: lambda p: _(
        "%(name)s: from %(left)s to %(entered)s",
        name=p["name"], left=in_language(p, "from"), entered=in_language(p, "to"),
    ),
    Action.DEAL_WON: lambda p: _("Won: %(name)s, %(amount)s", name=p["name"], amount=_amount(p)),
    Action.DEAL_LOST: lambda p: _(
        "Lost: %(name)s, %(reason)s", name=p["name"],
        reason=in_language(p, "reason") or _("no reason given"),
    ),
    Action.DEAL_REOPENED: lambda p: _("Reopened: %(name)s", name=p["name"]),
    Action.DEAL_TRASHED: lambda p: _("Deal moved to the trash: %(name)s", name=p["name"]),
    Action.DEAL_RESTORED: lambda p: _("Deal restored: %(name)s", name=p["name"]),
    Action.DEAL_GIVEN: lambda p: _(
        "%(name)s: from %(left)s to %(entered)s, because: %(reason)s",
        name=p["name"], left=p["from"], entered=p["to"], reason=p["reason"],
    ),
    Action.DEAL_REROUTED: lambda p: _(
        "%(name)s: from %(left)s to %(entered)s",
        name=p["name"], left=in_language(p, "from"), entered=in_language(p, "to"),
    ),
    Action.DEAL_CLONED: lambda p: _cloned(p["name"], p["source"]),
    Action.DEAL_SNOOZED: lambda p: _(
        "%(name)s is snoozed until %(day)s: %(reason)s",
        name=p["name"], day=written_day(p["until"]), reason=p["reason"],
    ),
    Action.DEAL_WOKEN: lambda p: _("%(name)s counts as stalled again", name=p["name"]),
    Action.DEAL_TICKED: lambda p: _(
        "Ticked: %(item)s, %(name)s", name=p["name"], item=in_language(p, "item")
    ),
    Action.DEAL_UNTICKED: lambda p: _(
        "No longer ticked: %(item)s, %(name)s", name=p["name"], item=in_language(p, "item")
    ),
    Action.TASK_CREATED: lambda p: _("Task: %(name)s", name=p["name"]),
    Action.TASK_CHANGED: lambda p: _("Task changed: %(name)s", name=p["name"]),
    Action.TASK_COMPLETED: lambda p: _("Task done: %(name)s", name=p["name"]),
    Action.TASK_REOPENED: lambda p: _("Task reopened: %(name)s", name=p["name"]),
    Action.TASK_TRASHED: lambda p: _("Task deleted: %(name)s", name=p["name"]),
    Action.TASK_RESTORED: lambda p: _("Task restored: %(name)s", name=p["name"]),
    Action.CLAIM_CREATED: lambda p: _("Claim started: %(name)s", name=p["name"]),
    Action.CLAIM_COPIED: lambda p: _cloned(p["name"], p["source"]),
    Action.CLAIM_CHANGED: lambda p: _("Claim changed"),
    Action.CLAIM_SUBMITTED: lambda p: _(
        "Handed in: %(amount)s, %(approver)s is asked", amount=_amount(p), approver=p["approver"]
    ),
    Action.CLAIM_WITHDRAWN: lambda p: _("Withdrawn"),
    Action.CLAIM_APPROVED: lambda p: _approved(p),
    Action.CLAIM_REJECTED: lambda p: _("Rejected: %(amount)s", amount=_amount(p)),
    Action.CLAIM_RETURNED: lambda p: _("Returned: %(amount)s", amount=_amount(p)),
    Action.CLAIM_PAID: lambda p: _paid(p),
    Action.CLAIM_TRASHED: lambda p: _("Claim deleted: %(name)s", name=p["name"]),
    Action.CLAIM_RESTORED: lambda p: _("Claim restored: %(name)s", name=p["name"]),
    **APPROVALS,
    Action.ADVANCE_SUBMITTED: lambda p: _(
        "Asked for: %(amount)s, %(approver)s is to decide",
        amount=_amount(p), approver=p["approver"],
    ),
    Action.ADVANCE_CHANGED: lambda p: _("Advance changed"),
    Action.ADVANCE_WITHDRAWN: lambda p: _("Withdrawn"),
    Action.ADVANCE_APPROVED: lambda p: _approved(p),
    Action.ADVANCE_REJECTED: lambda p: _("Rejected: %(amount)s", amount=_amount(p)),
    Action.ADVANCE_RETURNED: lambda p: _("Returned: %(amount)s", amount=_amount(p)),
    Action.ADVANCE_PAID: lambda p: _("Handed out: %(amount)s", amount=_amount(p)),
    Action.ADVANCE_SETTLED: lambda p: (
        _("Accounted for: %(amount)s by %(what)s", amount=_amount(p), what=p["by_what"])
        if p["by_what"]
        else _("Given back: %(amount)s", amount=_amount(p))
    ),
    Action.ADVANCE_REPAID: lambda p: _(
        "Given back on %(day)s: %(amount)s", day=written_day(p["day"]), amount=_amount(p)
    ),
    Action.ADVANCE_REPAYMENT_TAKEN_BACK: lambda p: _(
        "What was given back on %(day)s is taken back: %(amount)s",
        day=written_day(p["day"]), amount=_amount(p),
    ),
    Action.DAILY_REPORT_COMMENTED: lambda p: _(
        "On the day of %(name)s: %(text)s", name=p["name"], text=p["text"]
    ),
    Action.ANNOUNCEMENT_MADE: lambda p: _("Announced: %(name)s", name=p["name"]),
    Action.ANNOUNCEMENT_CHANGED: lambda p: (
        _("Announcement changed, to be read again: %(name)s", name=p["name"])
        if p["again"]
        else _("Announcement changed: %(name)s", name=p["name"])
    ),
    Action.ANNOUNCEMENT_REMINDED: lambda p: _("Reminded of an announcement: %(name)s",
                                              name=p["name"]),
    Action.ANNOUNCEMENT_TAKEN_DOWN: lambda p: _("Announcement taken down: %(name)s",
                                                name=p["name"]),
    Action.ANNOUNCEMENT_PUT_UP: lambda p: _("Announcement put up again: %(name)s",
                                            name=p["name"]),
    Action.LINK_REFUSED: lambda p: _(
        "A link for %(approver)s was refused: another user was signed in", approver=p["approver"]
    ),
    Action.USER_SIGNED_IN: lambda p: _("Signed in from %(address)s", address=p["address"]),
    Action.USER_PASSWORD_CHANGED: lambda p: _("Password changed"),
    Action.USER_JOINED: lambda p: _("%(name)s joined", name=p["name"]),
    Action.USER_INVITED: lambda p: _("%(name)s was sent a link to set a password", name=p["name"]),
    Action.USER_CHANGED: lambda p: _("User changed"),
    Action.USER_ROLES_CHANGED: lambda p: _("Roles changed"),
    Action.USER_BANK_CHANGED: lambda p: _("Bank account changed"),
    Action.USER_DEACTIVATED: lambda p: _("User deactivated"),
    Action.USER_REACTIVATED: lambda p: _("User came back"),
    Action.USER_SESSION_ENDED: lambda p: _("Signed out"),
    Action.USER_CALENDAR_SHARED: lambda p: _("Made a private address of the calendar"),
    Action.USER_CALENDAR_WITHDRAWN: lambda p: _("Private address of the calendar withdrawn"),
    Action.TEAM_FOUNDED: lambda p: _("Team added: %(name)s", name=p["name"]),
    Action.TEAM_CHANGED: lambda p: _("Team changed: %(name)s", name=p["name"]),
    Action.TEAM_DISSOLVED: lambda p: _("Team removed: %(name)s", name=p["name"]),
    Action.COMPANY_CHANGED: lambda p: _("Settings changed"),
    Action.COMPANY_SET_UP: lambda p: _("Set-up finished"),
    Action.BOOKS_CLOSED: lambda p: _books_closed(p["until"], p["before"]),
    Action.STAGES_CHANGED: lambda p: _("Stages changed"),
    Action.STAGE_RETIRED: lambda p: _(
        "Stage %(left)s retired into %(entered)s with %(count)s deals",
        left=in_language(p, "from"), entered=in_language(p, "to"), count=p["count"],
    ),
    Action.QUOTA_CHANGED: lambda p: _("Quota changed"),
    Action.SOURCE_COST_CHANGED: lambda p: _("Costs of sources changed"),
    Action.EXPENSE_RULES_CHANGED: lambda p: _("Expense rules changed"),
    Action.BUDGET_CHANGED: lambda p: _("Budget changed"),
    Action.REMINDER_RULE_CREATED: lambda p: _("Reminder rule added: %(name)s", name=p["name"]),
    Action.REMINDER_RULE_CHANGED: lambda p: _("Reminder rule changed: %(name)s", name=p["name"]),
    Action.REMINDER_RULE_SWITCHED_ON: lambda p: (
        _("Reminder rule switched on, also for what was due already: %(name)s", name=p["name"])
        if p["also_due"]
        else _("Reminder rule switched on: %(name)s", name=p["name"])
    ),
    Action.REMINDER_RULE_SWITCHED_OFF: lambda p: _(
        "Reminder rule switched off: %(name)s", name=p["name"]
    ),
    Action.REMINDER_RULE_TRASHED: lambda p: _("Reminder rule deleted: %(name)s", name=p["name"]),
    Action.REMINDER_RULE_RESTORED: lambda p: _("Reminder rule restored: %(name)s", name=p["name"]),
    Action.REMINDERS_STOPPED: lambda p: _("Enough of reminders by: %(name)s", name=p["name"]),
    Action.REMINDERS_RESUMED: lambda p: _("Reminders again by: %(name)s", name=p["name"]),
    Action.OPTIONS_CHANGED: lambda p: _(
        "List changed: %(name)s", name=word_for(OptionList(p["list"]))
    ),
    Action.FIELD_CREATED: lambda p: _("Field added: %(name)s", name=own_line(p["name"])),
    Action.FIELD_CHANGED: lambda p: _("Field changed: %(name)s", name=own_line(p["name"])),
    Action.EXPENSE_RATE_CHANGED: lambda p: _(
        "Expense rate changed: %(name)s", name=own_line(p["name"])
    ),
    Action.RATE_ENTERED: lambda p: _rate_entered(p),
    Action.RATE_REMOVED: lambda p: _(
        "Exchange rate removed: %(currency)s from %(day)s, %(rate)s",
        currency=p["currency"], day=written_day(p["day"]), rate=number(Decimal(p["rate"])),
    ),
    Action.IMPORT_FINISHED: lambda p: _(
        "Imported %(file)s: %(created)s new, %(updated)s changed",
        file=p["file"], created=p["created"], updated=p["updated"],
    ),
    Action.IMPORT_UNDONE: lambda p: _(
        "Import of %(file)s undone: %(trashed)s in the trash, %(restored)s as before",
        file=p["file"], trashed=p["trashed"], restored=p["restored"],
    ),
    Action.EXPORT_MADE: lambda p: _(
        "Exported as %(format)s: %(list)s, %(count)s rows",
        format=p["format"].upper(), list=_exported(p["list"]), count=p["count"],
    ),
    Action.TRASH_PURGED: lambda p: _("Deleted for good: %(name)s", name=p["name"]),
}  # fmt: skip


# What became of a claim, on the page of a customer or a deal that it is about.
EXPENSES: dict[Action, Callable[[str], str]] = {
    Action.CLAIM_SUBMITTED: lambda amount: _("Expenses handed in: %(amount)s", amount=amount),
    Action.CLAIM_APPROVED: lambda amount: _("Expenses approved: %(amount)s", amount=amount),
    Action.CLAIM_REJECTED: lambda amount: _("Expenses rejected: %(amount)s", amount=amount),
    Action.CLAIM_RETURNED: lambda amount: _("Expenses returned: %(amount)s", amount=amount),
    Action.CLAIM_PAID: lambda amount: _("Expenses paid: %(amount)s", amount=amount),
}


def _paid(particulars: dict[str, Any]) -> str:
    """What was paid out, and what of the claim advances covered; older events do not say."""
    amount, covered = Decimal(particulars["amount"]), Decimal(particulars.get("covered") or 0)
    if not covered:
        return _("Paid: %(amount)s", amount=_amount(particulars))
    currency = particulars["currency"]
    if covered == amount:
        return _("Accounts for advances: %(amount)s", amount=money(covered, currency))
    return _("Paid out: %(paid)s; covered by advances: %(covered)s",
             paid=money(amount - covered, currency), covered=money(covered, currency))  # fmt: skip


def _exported(name: str) -> str:
    """A list of ours, a report, or the statistics of one of the firm's."""
    if name in BY_LIST or name in OTHER_LISTS:
        return list_word(name)
    if name in REPORTS:
        return str(REPORTS[name])
    if name in PAYMENT_FILES:
        return str(PAYMENT_FILES[name])
    return _("Statistics: %(name)s", name=word_for(OptionList(name)))


def _books_closed(until: str, before: str) -> str:
    """Closed further, opened for the last days, or opened for all; the days as they are kept."""
    if not until:
        return _("Books opened again; before closed up to %(day)s", day=written_day(before))
    if until < before:
        return _("Books opened again after %(day)s; before closed up to %(before)s",
                 day=written_day(until), before=written_day(before))  # fmt: skip
    return _("Books closed up to %(day)s", day=written_day(until))


def _rate_entered(particulars: dict[str, Any]) -> str:
    """What was entered, and what it replaced; older events do not say that."""
    said = {
        "currency": particulars["currency"], "day": written_day(particulars["day"]),
        "rate": number(Decimal(particulars["rate"])),
    }  # fmt: skip
    if before := particulars.get("replaced"):
        return _("Exchange rate of %(currency)s from %(day)s: %(rate)s; before: %(before)s",
                 before=number(Decimal(before)), **said)  # fmt: skip
    return _("Exchange rate of %(currency)s from %(day)s: %(rate)s", **said)


def _approved(particulars: dict[str, Any]) -> str:
    if particulars["by_link"]:
        return _("Approved by the link in the mail: %(amount)s", amount=_amount(particulars))
    return _("Approved: %(amount)s", amount=_amount(particulars))
