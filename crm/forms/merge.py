"""The form that merges two customers: which stays, and whose value each field takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice

from crm.filters.columns import words
from crm.formatting import custom_words, number, whole_money
from crm.forms.base import BaseForm, Conflict
from crm.forms.giving import reason_field
from crm.models import Customer, CustomField, Deal, Merge, User
from crm.models.deal import OwnerLocked
from crm.models.merge import MERGED_FIELDS
from crm.policies import sees
from crm.refusals import locked_words
from crm.wording.fields import field_word


@dataclass(frozen=True)
class Line:
    """A field, and what each of the customers says in it."""

    name: str
    title: str
    values: Sequence[Any]
    said: Sequence[str]

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to choose."""
        return all(value == self.values[0] for value in self.values)

    @property
    def preset(self) -> int:
        """Which of them is proposed: the first that says anything."""
        return next((place for place, text in enumerate(self.said) if text), 0)


def lines_of(customers: Sequence[Customer]) -> list[Line]:
    """Every field, the firm's own ones last."""
    lines = []
    for name in MERGED_FIELDS:
        values = [getattr(customer, name) for customer in customers]
        said = [_said(name, value) for value in values]
        lines.append(Line(name, field_word("customer", name), values, said))
    for field in CustomField.in_use(Customer.CUSTOM_NOUN):
        kept = [customer.custom.get(str(field.id)) for customer in customers]
        said = [custom_words(field, customer.custom_value(field)) for customer in customers]
        lines.append(Line(field.key, words(field), kept, said))
    return lines


def _said(name: str, value: Any) -> str:
    """``value`` in the reader's language; empty where there is nothing."""
    if value is None or value == "":
        return ""
    if name == "parent" and not sees(value):
        return _("(one that you do not see)")
    if name == "annual_revenue":
        return whole_money(value)
    return number(value) if isinstance(value, int) else words(value)


class MergeForm(BaseForm):
    """Made by ``merge_form``: a choice for each field in which the two differ."""

    winner: RadioField
    # Where deals keep one of them with its owner.
    owner_reason: StringField | None = None
    customers: Sequence[Customer]
    lines: Sequence[Line]

    @property
    def differing(self) -> list[Line]:
        """The fields between which one chooses."""
        return [line for line in self.lines if not line.is_same]

    @property
    def same(self) -> list[Line]:
        """The fields in which both say the same, and anything at all."""
        return [line for line in self.lines if line.is_same and line.said[0]]

    @property
    def seen(self) -> str:
        """The version of each: what both said when one was chosen."""
        return " ".join(f"{customer.id}.{customer.version}" for customer in self.customers)

    def may_merge(self) -> bool:
        """Whether what was chosen is complete, and both are still as they were shown."""
        return self.may_save(self, version=self.seen)

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the fields themselves: what stays with its owner does, or it says why not."""
        is_complete = super().validate(extra_validators)
        if is_complete and self.owner_reason:
            winner, loser, chosen = self._chosen()
            owner = loser.owner if "owner" in chosen else winner.owner
            try:
                for customer in (winner, loser):
                    customer.is_released_to(
                        owner, by=current_user, reason=self.owner_reason.data or None
                    )
            except OwnerLocked as locked:
                self.owner_reason.errors = [locked_words(locked)]
                is_complete = False
        return is_complete

    @property
    def locking_deals(self) -> list[Deal]:
        """The deals that keep one of the two with its owner."""
        return [deal for customer in self.customers for deal in customer.locking_deals]

    def conflicts_with(self, record: Any) -> list[Conflict]:
        """None by name: the table stands there as it is now, what differs by now included."""
        return []

    def merge(self, *, by: User) -> Merge:
        """Merge as chosen.

        :raises MergeRefused: they are the same one, one is in the trash, or a field is unknown.
        """
        winner, loser, chosen = self._chosen()
        reason = self.owner_reason.data if self.owner_reason else None
        return Merge.customers(winner, loser, take=chosen, by=by, reason=reason)

    def _chosen(self) -> tuple[Customer, Customer, list[str]]:
        """Which stays, which goes, and the fields that come from that one."""
        by_id = {str(customer.id): customer for customer in self.customers}
        winner = by_id.pop(self.winner.data)
        (loser,) = by_id.values()
        taken = [line.name for line in self.differing if self[line.name].data == str(loser.id)]
        return winner, loser, taken


def merge_form(customers: Sequence[Customer]) -> MergeForm:
    """The form for these two; the first stays unless somebody chooses otherwise."""
    lines = lines_of(customers)
    choices = [SelectChoice(str(customer.id), customer.name) for customer in customers]
    first = choices[0].value
    fields: dict[str, Any] = {
        "winner": RadioField(_("This one stays"), choices=choices, default=first)
    }
    for line in lines:
        if not line.is_same:
            proposed = choices[line.preset].value
            fields[line.name] = RadioField(line.title, choices=choices, default=proposed)
    if "owner" in fields and any(customer.locking_deals for customer in customers):
        fields["owner_reason"] = reason_field()
    form: MergeForm = type("ThisMergeForm", (MergeForm,), fields)()
    form.customers, form.lines = customers, lines
    if not form.is_submitted():
        form.version.data = form.seen
    return form
