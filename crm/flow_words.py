"""What approval flows say, in the reader's language: facts, conditions, steps, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import pgettext

from crm.extensions import db
from crm.formatting import label, money, number
from crm.models import CustomField, FieldKind, Option, OptionList, Role, Team, User
from crm.models.approval import (
    DOCUMENTS,
    ApprovalStep,
    ApproverKind,
    Condition,
    FactKind,
    OwnRule,
)
from crm.once import once_a_request
from crm.wording import FACT_WORDS, person_word, word_for
from crm.wording.fields import field_word

# Of the firm's own fields, those that can be compared.
OWN_KINDS = {
    FieldKind.NUMBER: FactKind.NUMBER,
    FieldKind.MONEY: FactKind.NUMBER,
    FieldKind.YES_NO: FactKind.YES_NO,
    FieldKind.CHOICE: FactKind.CHOICES,
    FieldKind.CHOICES: FactKind.CHOICES,
}
# Which of our own facts are amounts in the base currency.
MONEY = {"amount", "outstanding"}
# Who is found by these may be several.
SEVERAL = (ApproverKind.ROLE, ApproverKind.NAMED)


class Fact(NamedTuple):
    """Something that conditions compare."""

    name: str
    words: str
    kind: FactKind
    # What can be chosen of it, and what could once.
    records: Sequence[Any] = ()
    is_money: bool = False
    in_use: bool = True


class Difference(NamedTuple):
    """One thing that two versions say differently."""

    what: str
    before: str
    after: str


def facts_of(kind: str) -> Mapping[str, Fact]:
    """What conditions of flows for documents of ``kind`` can compare, by name."""
    return once_a_request(f"facts of {kind}", lambda: _facts_of(kind))


def known_facts() -> Mapping[str, Fact]:
    """What conditions of any flow can compare."""
    return {name: fact for kind in DOCUMENTS for name, fact in facts_of(kind).items()}


def all_teams() -> Sequence[Team]:
    """Every team, each followed by those below it."""
    return once_a_request("teams in order", lambda: db.session.scalars(Team.in_order()).all())


def condition_words(condition: Condition) -> str:
    """``Amount is at least ¥5,000.00``."""
    fact = known_facts().get(condition.fact)
    if fact is None:
        return _("A field that is no longer there")
    test = word_for(condition.test)
    if fact.kind is FactKind.YES_NO:
        return _("%(name)s: %(value)s", name=fact.words, value=test)
    return pgettext("condition", "%(fact)s %(test)s %(value)s") % {
        "fact": fact.words, "test": test, "value": _value_words(fact, condition.value),
    }  # fmt: skip


def conditions_words(written: Iterable[Mapping[str, Any]]) -> str:
    """All of them in one line; nothing where there are none."""
    return _("; ").join(condition_words(Condition.read(each)) for each in written)


def approver_words(step: ApprovalStep) -> str:
    """Who decides the step: ``Finance: one of them``."""
    who = _who(step)
    if step.approver not in SEVERAL:
        return who
    return _("%(name)s: %(value)s", name=who, value=word_for(step.mode).lower())


def step_words(step: ApprovalStep) -> str:
    """All that a step says, in one line."""
    parts = [approver_words(step)]
    if step.own is OwnRule.SKIP:
        parts.append(_("skipped where it would ask the claimant"))
    if step.remind_hours:
        parts.append(_("reminds after %(hours)s h", hours=step.remind_hours))
    if step.escalate_hours:
        parts.append(_("goes up after %(hours)s h", hours=step.escalate_hours))
    if step.conditions:
        parts.append(_("only if: %(conditions)s", conditions=conditions_words(step.conditions)))
    return " · ".join(parts)


def lines_of(
    conditions: Iterable[Mapping[str, Any]], steps: Sequence[ApprovalStep]
) -> dict[str, str]:
    """A version as it is compared with another: what it is for, its steps, and their order.

    Of steps of one name, the second is told as ``Superior (2)``.
    """
    lines = {_("Taken if"): conditions_words(conditions) or _("always")}
    lines[_("Steps")] = " → ".join(label(step) for step in steps)
    named = Counter(list(lines))
    for step in steps:
        name = label(step)
        named[name] += 1
        lines[name if named[name] == 1 else f"{name} ({named[name]})"] = step_words(step)
    return lines


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """What two versions say differently, line by line."""
    return [
        Difference(what, before.get(what, "—"), after.get(what, "—"))
        for what in {**before, **after}
        if before.get(what) != after.get(what)
    ]


def _facts_of(kind: str) -> dict[str, Fact]:
    document = DOCUMENTS[kind]
    facts = {
        name: Fact(name, str(FACT_WORDS[name]), fact, _records(name), name in MONEY)
        for name, fact in document.facts.items()
    }
    for noun in document.own_fields_of:
        for field in CustomField.known(noun):
            if field.kind in OWN_KINDS:
                words = f"{field_word('', noun.value)} · {label(field)}"
                facts[field.key] = Fact(
                    field.key, words, OWN_KINDS[field.kind], field.choices,
                    field.kind is FieldKind.MONEY, field.active,
                )  # fmt: skip
    return facts


def _records(fact: str) -> Sequence[Any]:
    read: dict[str, Callable[[], Sequence[Any]]] = {
        "category": lambda: Option.known(OptionList.EXPENSE_CATEGORY),
        "grade": lambda: Option.known(OptionList.GRADE),
        "team": all_teams,
    }
    return read[fact]() if fact in read else ()


def _value_words(fact: Fact, value: Any) -> str:
    if fact.kind is FactKind.NUMBER:
        amount = Decimal(value) if value else None
        return money(amount) if fact.is_money else number(amount)
    chosen = [record for record in fact.records if record.id in (value or ())]
    return _(", ").join(_record_words(record) for record in chosen) or "—"


def _record_words(record: Any) -> str:
    return record.name if isinstance(record, Team) else label(record)


def _who(step: ApprovalStep) -> str:
    if step.approver is ApproverKind.NTH_MANAGER:
        return _("Superior, %(level)s up", level=step.level)
    if step.approver is ApproverKind.TEAM_HEAD:
        return _head(step)
    if step.approver is ApproverKind.ROLE:
        return word_for(Role(step.role)) if step.role else "—"
    if step.approver is ApproverKind.NAMED:
        named = {
            user.id: user
            for user in db.session.scalars(User.active().where(User.id.in_(step.user_ids)))
        }
        return _(", ").join(person_word(named[id]) for id in step.user_ids if id in named) or "—"
    return word_for(step.approver)


def _head(step: ApprovalStep) -> str:
    team = next((team for team in all_teams() if team.id == step.team_id), None)
    if team is not None:
        return _("Head of %(team)s", team=team.name)
    if step.level > 1:
        return _("Head of the team %(level)s above the claimant's", level=step.level - 1)
    return _("Head of the claimant's team")
