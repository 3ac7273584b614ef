"""What was changed, field by field, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from flask import has_request_context
from flask_babel import gettext as _
from flask_login import current_user

from crm.cost_words import rule_words
from crm.extensions import LANGUAGES, db
from crm.formatting import (
    dated_term,
    day,
    demand_word,
    hour,
    label,
    language,
    moment,
    money,
    number,
)
from crm.models import (
    Action,
    Contact,
    Customer,
    CustomerKind,
    CustomField,
    CustomNoun,
    DecisionRole,
    Event,
    FieldKind,
    PoolClaimants,
    ReminderTaker,
    Role,
    Term,
)
from crm.models.expense_rule import RuleCheck, RuleEffect
from crm.once import once_a_request
from crm.recurrence import Rule
from crm.reminder_words import date_word
from crm.wording import COLOUR_WORDS, word_for
from crm.wording.fields import field_word
from crm.wording.recurrence import rule_word
from crm.wording.times import before_word, length_word


class Change(NamedTuple):
    """One changed field: what it is called, what it said and what it says."""

    field: str
    old: str
    new: str


def changes(event: Event) -> list[Change]:
    """What was changed, field by field, in the reader's language."""
    noun = event.action.split(":")[0]
    return [
        change
        for field, (old, new) in event.particulars["changes"].items()
        for change in _changes_of(noun, field, old, new)
    ]


def _changes_of(noun: str, field: str, old: str, new: str) -> list[Change]:
    if own := _own_field(noun, field):
        return [_own_change(own, old, new)]
    if field in LISTED:
        return _differing(field_word(noun, field), *LISTED[field], old, new)
    return [Change(field_word(noun, field), _value(field, old), _value(field, new))]


def _differing(
    called: str, between: str, say: Callable[[str], str], old: str, new: str
) -> list[Change]:
    """Of lists like ``2026-07: 400,000.00, 2026-08: …`` the lines in which they differ."""
    before, after = (
        dict(line.split(": ", 1) for line in text.split(between) if line) for text in (old, new)
    )
    return [
        Change(f"{called}, {say(key)}", before.get(key, ""), after.get(key, ""))
        for key in sorted(before | after)
        if before.get(key) != after.get(key)
    ]


def changed(event: Event) -> dict[str, Change]:
    """The same by the fields' names, with what was changed by a verb of its own."""
    particulars, by = event.particulars, event.by.name if event.by else ""
    match event.action:
        case Action.DEAL_MOVED | Action.DEAL_REROUTED:
            left, entered = (in_language(particulars, side) for side in ("from", "to"))
            return {"stage": Change(field_word("deal", "stage"), left, entered)}
        case Action.DEAL_GIVEN:
            given = particulars["from"], particulars["to"]
            return {"owner": Change(field_word("deal", "owner"), *given)}
        case Action.CUSTOMER_CLAIMED:
            return {"owner": Change(field_word("customer", "owner"), "", by)}
        case Action.CUSTOMER_RELEASED:
            return {"owner": Change(field_word("customer", "owner"), particulars["owner"], "")}
        case Action.CUSTOMER_TAKEN_BACK:
            return {"owner": Change(field_word("customer", "owner"), "", particulars["owner"])}
        case Action.CONTACT_MOVED if event.subject_kind == Contact.__tablename__:
            left, entered = firm(particulars["left"]), firm(particulars["entered"])
            return {"customer": Change(field_word("contact", "customer"), left, entered)}
    if "changes" not in particulars:
        return {}
    noun = event.action.split(":")[0]
    return {
        field: change
        for field, (old, new) in particulars["changes"].items()
        for change in _changes_of(noun, field, old, new)
    }


def _own_field(noun: str, key: str) -> CustomField | None:
    """The field of the firm's own with this key, also one that is out of use."""
    if not key.startswith("custom_"):
        return None
    return next((each for each in CustomField.known(CustomNoun(noun)) if each.key == key), None)


def _own_change(field: CustomField, old: str, new: str) -> Change:
    say = OWN_VALUES.get(field.kind, str)
    return Change(label(field), *(say(text) if text else "" for text in (old, new)))


def _value(field: str, text: str) -> str:
    """What ``text``, the value of ``field`` in a history, is called."""
    return VALUES[field](text) if text and field in VALUES else text


def firm(name: str) -> str:
    """A customer in a history, kept by its name: told to who sees one that is called so."""
    if not has_request_context() or not name:
        return name

    def is_seen() -> bool:
        if not current_user.is_authenticated:
            return False
        named = Customer.visible_to(current_user).where(Customer.name == name)
        return bool(db.session.scalar(named.with_only_columns(Customer.id).limit(1)))

    return name if once_a_request(f"customer {name} seen", is_seen) else _("another customer")


def own_line(text: str) -> str:
    """Of a name in both languages, Chinese first, the reader's."""
    lines = text.split("\n")
    return lines[0] if language() == "zh" else lines[-1]


def written_day(text: str) -> str:
    return day(date.fromisoformat(text))


def _term(code: str) -> str:
    """``August 2026`` of ``2026-08``."""
    return next(dated_term(term) for term in Term.of_year(int(code[:4])) if term.code == code)


def _demands(text: str) -> str:
    return _(", ").join(map(demand_word, text.split(", ")))


def _number(text: str) -> str:
    return number(Decimal(text))


def _circle(text: str) -> str:
    """Names, each with the role in the decision where one was chosen."""
    said = []
    for each in text.split("; "):
        name, _bar, role = each.rpartition(" | ")
        is_role = role in DecisionRole.__members__.values()
        said.append(f"{name} ({word_for(DecisionRole(role))})" if is_role else each)
    return "; ".join(said)


def _rules(text: str) -> str:
    """Rules of expenses, each with what follows from it."""
    return "; ".join(
        _(", ").join(
            [
                rule_words(
                    own_line(rule["category"]), RuleCheck(rule["check"]), _decimal(rule["amount"])
                ),
                word_for(RuleEffect(rule["effect"])),
                *([] if rule["active"] else [_("out of use")]),
            ]
        )
        for rule in json.loads(text)
    )


def _budget(text: str) -> str:
    """What a budget is for, and its amount; its customer is told to who sees them."""
    kept = json.loads(text)
    named = (firm(kept["customer"]), kept["deal"], kept["team"], own_line(kept["category"]))
    name = " · ".join(each for each in (*named, kept["term"]) if each)
    return f"{name}: {money(Decimal(kept['amount']))}"


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _yes_or_no(text: str) -> str:
    return _("yes") if text == "True" else _("no")


# The same of fields of the firm's own.
OWN_VALUES: dict[FieldKind, Callable[[str], str]] = {
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: lambda text: money(Decimal(text)),
    FieldKind.DAY: written_day,
    FieldKind.YES_NO: _yes_or_no,
    FieldKind.CHOICE: own_line,
    FieldKind.CHOICES: own_line,
}


def word_of_colour(colour: str) -> str:
    return str(COLOUR_WORDS.get(colour, colour))


# Fields kept as lists of ``key: value``: what stands between two, and how a key is said.
LISTED: dict[str, tuple[str, Callable[[str], str]]] = {
    "quotas": (", ", _term),
    "grants": ("; ", lambda key: _("from %(day)s", day=written_day(key))),
}

# How the values that histories keep as text are written; the others are what people typed.
VALUES: dict[str, Callable[[str], str]] = {
    "parent": firm,
    **dict.fromkeys(
        (
            "grade",
            "industry",
            "region",
            "source",
            "category",
            "expense_rate",
            "items",
            "stages",
            "stage",
            "pipeline",
            "pipelines",
            "flows",
            "checklist",
            "options",
            "label",
            "section",
            "tags",
            "default",
        ),
        own_line,
    ),
    **dict.fromkeys(
        ("amount", "base_amount", "approval_limit", "quantity", "annual_revenue", "employees"),
        _number,
    ),
    **dict.fromkeys(("expected_close", "due_on", "birthday", "spent_on", "needed_on"), written_day),
    **dict.fromkeys(
        ("urgent", "important", "is_primary", "required", "offered", "locks_owner", "yearly"),
        _yes_or_no,
    ),
    **dict.fromkeys(("demanded_to_enter", "demanded_to_leave"), _demands),
    "due_time": lambda text: hour(time.fromisoformat(text)),
    "rule": lambda text: rule_word(Rule.parse(text)),
    "minutes": lambda text: length_word(int(text)),
    "colours": lambda text: _(", ").join(map(word_of_colour, text.split(", "))),
    "kind": lambda text: own_line(text) if "\n" in text else word_for(CustomerKind(text)),
    "happened_at": lambda text: moment(datetime.fromisoformat(text)),
    "field_kind": lambda text: word_for(FieldKind(text)),
    "pool_claimants": lambda text: word_for(PoolClaimants(text)),
    "pool_rules": own_line,
    "days_by_grade": own_line,
    "activity_kind": own_line,
    "date_field": date_word,
    "taker": lambda text: word_for(ReminderTaker(text)),
    "taker_role": lambda text: word_for(Role(text)),
    "remind_before": lambda text: _(", ").join(before_word(int(each)) for each in text.split(", ")),
    "expense_rules": _rules,
    "budget": _budget,
    "decision_role": lambda text: word_for(DecisionRole(text)),
    "circle": _circle,
    "probability": lambda text: f"{text}%",
    "language": lambda text: LANGUAGES[text],
    "roles": lambda text: ", ".join(word_for(Role(role)) for role in text.split(", ")),
}


def in_language(particulars: dict[str, Any], name: str) -> str:
    return str(particulars[f"{name}_{language()}"])
