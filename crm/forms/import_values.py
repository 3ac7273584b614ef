"""The form over the values of a file that are not known here: what each of them stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectField

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.import_choices import Choices, choice_of, choices_among
from crm.forms.imports import import_word
from crm.importers import IMPORTERS
from crm.importers.fields import Field, OneOf
from crm.importers.known import key_of
from crm.importers.matching import MEANS, MOST_LISTED, Instead, Meanings, alike
from crm.importers.plan import Mode, Plan
from crm.models import ImportRun, ImportTemplate, OptionList


@dataclass(frozen=True)
class ValueRow:
    """One value: whose it is, how often it stands there, and the choice of what it is."""

    text: str
    choice: SelectField
    # What it fills, in how many rows.
    said_of: str


class ValuesForm(BaseForm):
    """What the values stand for; a field for each is added by ``values_form``."""

    run: ImportRun
    rows: list[ValueRow]
    most_listed = MOST_LISTED

    @property
    def cut(self) -> list[str]:
        """The fields of which not every value is listed."""
        return [import_word(self.run.noun, name) for name in self.run.report["values_cut"]]

    def keep(self) -> None:
        """Write what was chosen into the plan, and into the templates that read like it."""
        plan = Plan.of(self.run.plan)
        meanings: Meanings = {name: dict(said) for name, said in plan.meanings.items()}
        for (name, text, *_rest), row in zip(self.run.report["values"], self.rows, strict=True):
            meanings.setdefault(name, {})[key_of(text)] = row.choice.data or ""
        self.run.plan = replace(plan, meanings=meanings).stored
        for template in db.session.scalars(ImportTemplate.of(self.run.noun)):
            if Plan.of(template.plan).reads_as(plan):
                template.plan = {**template.plan, "meanings": meanings}


def values_form(run: ImportRun) -> ValuesForm:
    """The form over what the check of ``run`` did not know, with what is proposed for it."""
    plan, fields = Plan.of(run.plan), _fields(run)
    names = dict.fromkeys(name for name, *_rest in run.report["values"])
    called = {name: import_word(run.noun, name) for name in names}
    offered = {name: choices_among(fields[name].parse.among) for name in names}
    inputs, data = {}, {}
    for at, (name, text, _rows, is_here) in enumerate(run.report["values"]):
        said = plan.meanings.get(name, {}).get(key_of(text), "")
        likely = "" if said or is_here else _likely(text, offered[name])
        whatever = _whatever(fields[name], plan, is_here=is_here)
        choices = [*whatever, *_existing(offered[name], likely)]
        inputs[f"value_{at}"] = choice_of(text, choices)
        data[f"value_{at}"] = said if said and said in dict(choices) else likely
    form: ValuesForm = type("ValuesFormOfRun", (ValuesForm,), inputs)(data=data)
    form.run = run
    form.rows = [
        ValueRow(text, form[f"value_{at}"], _said_of(called[name], rows))
        for at, (name, text, rows, _is_here) in enumerate(run.report["values"])
    ]
    return form


def _said_of(field: str, rows: int) -> str:
    """``Owner · 2 rows``."""
    count = ngettext("%(count)s row", "%(count)s rows", rows, count=f"{rows:,}")
    return f"{field} · {count}"


def _fields(run: ImportRun) -> dict[str, Any]:
    return {field.name: field for field in IMPORTERS[run.noun].all_fields()}


def _whatever(field: Field, plan: Plan, *, is_here: bool) -> Iterator[tuple[str, str]]:
    """What can be done with a value that is none of ours, first what is done unless one says so."""
    assert isinstance(field.parse, OneOf)
    can_be_added = isinstance(field.parse.among, OptionList)
    if is_here:
        yield "", _("Leave it as it is")
    elif can_be_added and plan.makes_options:
        yield "", _("Add it to the list")
    else:
        yield "", _("Refuse these rows")
    if can_be_added and not plan.makes_options:
        yield Instead.ADD, _("Add it to the list")
    if not field.never_empty and not (field.required and plan.mode is not Mode.UPDATE):
        yield Instead.EMPTY, _("Leave it empty")
    if is_here or (can_be_added and plan.makes_options):
        yield Instead.REFUSE, _("Refuse these rows")


def _existing(offered: Choices, likely: str) -> Iterator[tuple[str, str]]:
    for text, label in offered:
        choice = MEANS + text
        yield choice, _("%(name)s (proposed)", name=label) if choice == likely else label


def _likely(text: str, offered: Choices) -> str:
    """The choice that the value is most like; "" if there is none."""
    called = {name: text for text, label in offered for name in (text, label)}
    like = alike(text, list(called))
    return MEANS + called[like] if like else ""
