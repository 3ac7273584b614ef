"""Conditions as rows: each asks for what its fact can be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, HiddenField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from crm.base import shortly
from crm.flow_words import Fact, known_facts
from crm.forms.fields import MoneyField, NumberField, RecordsField, Required
from crm.forms.rows import BareRow
from crm.models.approval import Condition, FactKind, Test
from crm.models.approval.conditions import TESTS
from crm.wording import word_for

MOST_CONDITIONS = 10


class ConditionRow(BareRow):
    """One comparison. Its fact was chosen when it was added; the other fields follow from it."""

    fact = HiddenField()
    test = SelectField(_l("Comparison"), coerce=lambda value: Test(value) if value else None)

    compared: Fact | None = None

    def process(
        self, formdata: Any = None, obj: Any = None, data: Any = None, **kwargs: Any
    ) -> None:
        sent = formdata.get(f"{self._prefix}fact") if formdata else None
        self.compared = known_facts().get(sent or kwargs.get("fact") or "")
        self.test.choices = []
        if self.compared is not None:
            tests = TESTS[self.compared.kind]
            self.test.choices = [SelectChoice(test.value, word_for(test)) for test in tests]
            self._ask_for_value(self.compared)
        super().process(formdata, obj, data, **kwargs)
        if self.compared and (value := self.value) and isinstance(value, RecordsField):
            value.offer([
                record for record in self.compared.records
                if getattr(record, "active", True) or str(record.id) in value.ticked
            ])  # fmt: skip

    @property
    def value(self) -> Any:
        """The field of what is compared with, where there is one."""
        return self._fields.get("value")

    @property
    def condition(self) -> Condition | None:
        """What was typed, as far as it can be read and the comparison fits the fact."""
        if self.compared is None or self.test.data not in TESTS[self.compared.kind]:
            return None
        value = self.value.data if self.value else None
        if isinstance(value, Decimal):
            value = shortly(value)
        elif isinstance(value, list):
            value = [record.id for record in value]
        return Condition(self.compared.name, self.test.data, value)

    def validate_test(self, field: SelectField) -> None:
        if self.compared is None:
            raise ValidationError(_("This cannot be compared any more: remove the condition."))

    def _ask_for_value(self, fact: Fact) -> None:
        if fact.kind is FactKind.YES_NO:
            return
        # A label as the fact's: what is wrong is named by it.
        if fact.kind is FactKind.CHOICES:
            asked: Any = RecordsField(fact.words, validators=[Required()])
        elif fact.is_money:
            asked = MoneyField(fact.words, in_base=True, validators=[Required()])
        else:
            asked = NumberField(fact.words, validators=[Required()])
        options = {"name": "value", "prefix": self._prefix}
        self._fields["value"] = self.meta.bind_field(self, asked, options)


def shown(written: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Conditions of a flow or step as the form's rows."""
    facts = known_facts()
    rows = []
    for condition in map(Condition.read, written):
        fact, value = facts.get(condition.fact), condition.value
        if fact is not None and fact.kind is FactKind.NUMBER:
            value = Decimal(value) if value else None
        elif fact is not None and fact.kind is FactKind.CHOICES:
            value = [record for record in fact.records if record.id in (value or ())]
        rows.append({"fact": condition.fact, "test": condition.test, "value": value})
    return rows


def written(rows: FieldList) -> list[dict[str, Any]]:
    """The conditions that were typed, as flows and steps keep them."""
    return [each.written for row in rows if (each := row.form.condition)]


def check(rows: FieldList, offered: Mapping[str, Fact]) -> None:
    """Refuse what documents of this kind never say, and what can never hold.

    :param offered: the facts of this kind of documents.
    :raises ValidationError: with the reason.
    """
    conditions = [each for row in rows if (each := row.form.condition)]
    if any(each.fact not in offered for each in conditions):
        raise ValidationError(_("This cannot be compared any more: remove the condition."))
    for fact in {each.fact for each in conditions if each.value and each.test is Test.AT_LEAST}:
        least = [Decimal(each.value) for each in conditions
                 if each.fact == fact and each.test is Test.AT_LEAST and each.value]  # fmt: skip
        below = [Decimal(each.value) for each in conditions
                 if each.fact == fact and each.test is Test.BELOW and each.value]  # fmt: skip
        if below and max(least) >= min(below):
            raise ValidationError(
                _("%(fact)s cannot be both: these conditions never hold together.",
                  fact=offered[fact].words)
            )  # fmt: skip
