"""The pages that are called by name: the rail, the palette, "New" and the settings lead to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext as _l

from crm.extensions import LANGUAGES
from crm.folding import search_text
from crm.models import (
    Announcement,
    Contact,
    Customer,
    Deal,
    Noun,
    OptionList,
    PaymentBatch,
    Role,
    Scope,
    User,
)
from crm.nouns import NOUNS, record_url
from crm.policies import may
from crm.wording import REPORTS, WORDS


def _everybody(_user: User) -> bool:
    return True


def _administrator(user: User) -> bool:
    return user.is_administrator


def _leads(user: User) -> bool:
    return user.is_administrator or user.has_role(Role.MANAGER)


def _changes(noun: Noun) -> Callable[[User], bool]:
    return lambda user: bool(user.changes(noun))


def _sees(noun: Noun) -> Callable[[User], bool]:
    return lambda user: bool(user.sees(noun))


def _exports(noun: Noun) -> Callable[[User], bool]:
    return lambda user: user.exports(noun)


class Place(NamedTuple):
    """A page, or with ``field`` a form that is sent: what it is called, and who may."""

    endpoint: str
    icon: str
    label: Any  # lazy, in the reader's language
    may: Callable[[User], bool] = _everybody
    field: str = ""
    value: str = ""
    name: str = ""  # an argument of its address
    query: tuple[tuple[str, str], ...] = ()  # what else stands in it
    is_file: bool = False  # it answers with a file, and the page stays
    around: tuple[str, ...] = ()  # whose pages belong to it, besides those of its own blueprint
    is_at_hand: bool = False  # on a phone it stands in the bar, not behind "More"

    @property
    def url(self) -> str:
        return url_for(self.endpoint, name=self.name or None, **dict(self.query))  # type: ignore[arg-type]

    def has(self, blueprint: str) -> bool:
        """Whether the pages of ``blueprint`` belong to it."""
        return blueprint in (self.endpoint.partition(".")[0], *self.around)

    def fits(self, words: list[str]) -> bool:
        """Whether each word occurs in the label, in pinyin, by initials, or in its English name."""
        text = search_text(str(self.label), self.endpoint, self.name, self.value)
        return all(word in text for word in words)


# What is set by an administrator, each on a page of its own.
AREAS = (
    Place("company.edit", "building-2", _l("Company"), _administrator),
    Place("users.index", "users", _l("People"), _administrator),
    Place("teams.index", "list", _l("Teams"), _administrator),
    Place("pipelines.index", "square-kanban", _l("Pipelines"), _administrator, around=("stages",)),
    Place(
        "custom_fields.index", "columns-3", _l("Fields of our own"), _administrator, name="customer"
    ),
    Place("flows.index", "stamp", _l("Approval flows"), _administrator),
    Place("exchange_rates.index", "banknote", _l("Exchange rates"), _administrator),
    Place(
        "expense_rates.index",
        "wallet",
        _l("Expense rates"),
        _administrator,
        around=("rate_grants",),
    ),
    Place("expense_rules.edit", "list", _l("Expense rules"), _administrator),
    Place(
        "reminder_rules.index",
        "clock",
        _l("Reminder rules"),
        _leads,
        around=("reminder_rule_switches",),
    ),
    Place("pool.edit", "refresh-cw", _l("Public pool"), _administrator),
    Place(
        "import_runs.index",
        "upload",
        _l("Import"),
        _administrator,
        around=("import_mappings", "import_values", "import_undoings"),
    ),
    Place("background.show", "refresh-cw", _l("Background work"), _administrator),
)
OPTION_LISTS = tuple(
    Place("options.edit", "list", words, _administrator, name=which.value)
    for which, words in WORDS[OptionList].items()
)
RAIL = (
    Place("today.show", "house", _l("Today"), is_at_hand=True),
    Place("customers.index", NOUNS["customer"].icon, _l("Customers"), is_at_hand=True,
          around=("contacts", "trash", "duplicates", "merges", "data_quality",
                  "option_statistics")),
    Place("board.show", NOUNS["deal"].icon, _l("Deals"), is_at_hand=True,
          around=("deals", "forecast", "close_moves", "deal_moves", "deal_outcomes")),
    Place("tasks.index", NOUNS["task"].icon, _l("Tasks"),
          around=("task_quadrants", "task_priorities", "task_assignees", "task_notes",
                  "task_postponements", "calendar", "calendar_moves")),
    Place("claims.index", NOUNS["claim"].icon, _l("Expenses"),
          around=("expense_items", "item_limits", "splits", "quick_items", "quick_item_limits",
                  "advances", "advance_payments", "repayments", "counter_entries",
                  "payment_batches", "books", "account_codes", "budgets")),
    Place("requests.index", "stamp", _l("Approvals"), is_at_hand=True,
          around=("decisions", "decision_batches", "decided_requests", "others_requests",
                  "added_approvers")),
    Place("reports.index", "chart-column", _l("Reports"), _sees(Noun.DEALS),
          around=("daily_reports", "quotas", "quota_copies", "source_costs")),
    Place("areas.index", "settings", _l("Settings"), _administrator,
          around=("company", "users", "user_links", "teams", "pipelines", "stages",
                  "pipeline_retirements", "stage_retirements", "options", "custom_fields", "flows",
                  "exchange_rates", "expense_rates", "rate_grants", "expense_rules",
                  "reminder_rules", "reminder_rule_switches", "pool",
                  "import_runs", "import_mappings", "import_values", "import_undoings")),
)  # fmt: skip
REPORT_PAGES = tuple(
    Place("reports.show", "chart-column", words, _sees(Noun.DEALS), query=(("report", name),))
    for name, words in REPORTS.items()
)
TODAY, CUSTOMERS, _board, TASKS, EXPENSES, APPROVALS, REPORTS_PAGE, SETTINGS = RAIL
PAGES = (
    TODAY,
    Place("board.show", "square-kanban", _l("Board")),
    Place("forecast.index", "calendar", _l("Forecast")),
    Place("deals.index", NOUNS["deal"].icon, _l("Deals")),
    CUSTOMERS,
    Place("contacts.index", "users", _l("Contacts")),
    Place("duplicates.index", "users", _l("Duplicates"), _leads),
    Place("option_statistics.show", "chart-column", _l("Statistics"), _leads, name="source"),
    Place("data_quality.show", "chart-column", _l("Data quality"), _leads),
    Place("daily_reports.index", "calendar", _l("Daily report"), _sees(Noun.DEALS)),
    Place("quotas.index", "target", _l("Quotas"), _sees(Noun.DEALS)),
    Place("source_costs.index", "banknote", _l("Costs of sources"),
          lambda user: user.leads or user.sees(Noun.DEALS) is Scope.ALL),
    TASKS,
    Place("calendar.show", "calendar", _l("Calendar")),
    EXPENSES,
    Place("budgets.index", "wallet", _l("Budgets"),
          lambda user: user.leads or user.sees(Noun.CLAIMS) is Scope.ALL),
    Place("advances.index", "banknote", _l("Advances"), _sees(Noun.CLAIMS)),
    Place("payment_batches.index", "banknote", _l("Payments"), PaymentBatch.are_seen_by),
    Place("books.edit", "lock", _l("Closing of the books"), PaymentBatch.are_seen_by),
    Place("account_codes.edit", "list", _l("Account codes"), PaymentBatch.are_seen_by),
    APPROVALS, REPORTS_PAGE, *REPORT_PAGES, SETTINGS, *AREAS, *OPTION_LISTS,
    Place("announcements.index", "bookmark", _l("Announcements")),
    Place("profile.edit", "user", _l("My settings")),
    Place("delegations.index", "calendar", _l("While I am away")),
    Place("devices.index", "monitor-smartphone", _l("My devices")),
    Place("calendar_feeds.edit", "monitor-smartphone", _l("Calendar on the phone")),
    Place("passwords.new", "key-round", _l("Password")),
    Place("trash.index", "trash-2", _l("Trash")),
)  # fmt: skip
# What adds a record.
ADDING = (
    Place("customers.new", NOUNS["customer"].icon, _l("New customer"), _changes(Noun.CUSTOMERS)),
    Place("deals.new", NOUNS["deal"].icon, _l("New deal"), _changes(Noun.DEALS)),
    Place("tasks.new", NOUNS["task"].icon, _l("New task"), _changes(Noun.TASKS)),
    Place("claims.new", NOUNS["claim"].icon, _l("New expense claim"), _changes(Noun.CLAIMS)),
    Place("quick_items.new", "camera", _l("Quick expense"), _changes(Noun.CLAIMS)),
    Place("advances.new", "banknote", _l("Ask for an advance"), _changes(Noun.CLAIMS)),
    Place(
        "announcements.new",
        "bookmark",
        _l("New announcement"),
        lambda user: may("create", Announcement),
    ),
)
NEW_CONTACT = Place("contacts.new", "user", _l("New contact"), _changes(Noun.CUSTOMERS))
# What takes a list out as a file.
EXPORTS = tuple(
    Place("exports.create", "download", words, _exports(noun), field="format", value="xlsx",
          name=name, is_file=True)
    for name, noun, words in (
        ("customers", Noun.CUSTOMERS, _l("Export customers")),
        ("contacts", Noun.CUSTOMERS, _l("Export contacts")),
        ("deals", Noun.DEALS, _l("Export deals")),
        ("tasks", Noun.TASKS, _l("Export tasks")),
        ("claims", Noun.CLAIMS, _l("Export expense claims")),
    )
)  # fmt: skip
# What brings a list in from a file.
IMPORTS = {
    noun: Place("import_runs.new", "upload", words, _administrator, query=(("noun", noun),))
    for noun, words in (
        ("customers", _l("Import customers")),
        ("contacts", _l("Import contacts")),
        ("deals", _l("Import deals")),
    )
}
THEMES = {
    "dark": Place("preferences.update", "moon", _l("Dark colours"), field="theme", value="dark"),
    "light": Place("preferences.update", "sun", _l("Light colours"), field="theme", value="light"),
    "auto": Place("preferences.update", "monitor-smartphone", _l("Colours of the device"),
                  field="theme", value="auto"),
}  # fmt: skip
SPEAKING = {
    code: Place("preferences.update", "languages", name, field="language", value=code)
    for code, name in LANGUAGES.items()
}
SIGN_OUT = Place("sessions.destroy", "log-out", _l("Sign out"), field="sign_out", value="1")


def open_to(user: User, places: Sequence[Place]) -> list[Place]:
    """Those of ``places`` that are for ``user``."""
    return [place for place in places if place.may(user)]


def adding_at(user: User, area: str, record: Any = None) -> list[Place]:
    """What ``user`` may add, what fits the page first: what belongs to ``record``, else its noun.

    :param area: the blueprint of the page.
    """
    if isinstance(record, Customer | Contact | Deal):
        known = _about(record)
        fitting = [
            place._replace(query=known[place.endpoint])
            for place in ADDING
            if place.endpoint in known
        ]
        if isinstance(record, Customer) and may("edit", record):
            fitting.insert(1, NEW_CONTACT._replace(query=(("customer_id", str(record.id)),)))
        fitting += [place for place in ADDING if place.endpoint not in known]
    else:
        fitting = sorted(ADDING, key=lambda place: not place.has(area))
    return open_to(user, fitting)


def _about(record: Customer | Contact | Deal) -> dict[str, tuple[tuple[str, str], ...]]:
    """What each new record is about, if it is begun on the page of ``record``."""
    back = ("next", record_url(record))
    if isinstance(record, Deal):
        return {"tasks.new": (("deal", str(record.id)), back)}
    customer = str(record.id if isinstance(record, Customer) else record.customer_id)
    about = ("customer", customer)
    return {"deals.new": (about,), "tasks.new": (about, back)}
