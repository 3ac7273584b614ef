"""The form over the values of a file that are not known here: what each of them stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectField

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.import_choices import called, choice_of, offered_among, texts_of
from crm.forms.imports import import_word
from crm.importers import IMPORTERS
from crm.importers.fields import Field, OneOf
from crm.importers.matching import (
    MEANS,
    MOST_LISTED,
    Instead,
    Meanings,
    alike,
    is_near,
    meaning,
    same_person,
    value_key,
)
from crm.importers.plan import Mode, Plan
from crm.models import ImportRun, ImportTemplate, OptionList, User


@dataclass(frozen=True)
class ValueRow:
    """One value: whose it is, how often it stands there, and the choice of what it is."""

    name: str
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
        plan, chosen = Plan.of(self.run.plan), self._chosen()
        self.run.learn(chosen)
        for template in db.session.scalars(ImportTemplate.of(self.run.noun)):
            if Plan.of(template.plan).reads_as(plan):
                template.learn(chosen)

    def _chosen(self) -> Meanings:
        """What was chosen, and of which it was taken back."""
        said = Plan.of(self.run.plan).meanings
        chosen: Meanings = {}
        for row in self.rows:
            key = value_key(row.text)
            if row.choice.data or key in said.get(row.name, {}):
                chosen.setdefault(row.name, {})[key] = row.choice.data or ""
        return chosen


def values_form(run: ImportRun) -> ValuesForm:
    """The form over what the check of ``run`` did not know, with what is proposed for it."""
    plan, fields = Plan.of(run.plan), _fields(run)
    # A field of the firm's own may be out of use since.
    values = [value for value in run.report["values"] if value[0] in fields]
    names = dict.fromkeys(name for name, *_rest in values)
    whose = {name: import_word(run.noun, name) for name in names}
    offered = {name: offered_among(fields[name].parse.among) for name in names}
    inputs, data, rows = {}, {}, []
    for at, (name, text, count, is_here) in enumerate(values):
        said = _said(plan.meanings.get(name, {}).get(value_key(text), ""), offered[name])
        likely = None if said or is_here else _likely(text, offered[name])
        choices = [
            *_whatever(fields[name], plan, is_here=is_here),
            *_existing(offered[name], likely),
        ]
        inputs[f"value_{at}"] = choice_of(text, choices)
        data[f"value_{at}"] = said if said and said in dict(choices) else _preset(text, likely)
        rows.append((name, text, f"value_{at}", _said_of(whose[name], count)))
    form: ValuesForm = type("ValuesFormOfRun", (ValuesForm,), inputs)(data=data)
    form.run = run
    form.rows = [ValueRow(name, text, form[place], words) for name, text, place, words in rows]
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


def _existing(offered: list[Any], likely: Any) -> Iterator[tuple[str, str]]:
    for thing in offered:
        label = called(thing)
        yield meaning(thing), _("%(name)s (proposed)", name=label) if thing is likely else label


def _said(kept: str, offered: list[Any]) -> str:
    """What was chosen; what was kept before choices had ids names one by a text."""
    texts = {MEANS + text: meaning(thing) for thing in offered for text in texts_of(thing)}
    return texts.get(kept, kept)


def _likely(text: str, offered: list[Any]) -> Any:
    """The one that the value most likely stands for; ``None`` if it is like none."""
    if isinstance(offered[0] if offered else None, User):
        names = [user.name for user in offered]
        same = same_person(text, names)
        return offered[names.index(same)] if same else None
    labels = {name: thing for thing in offered for name in (*texts_of(thing), called(thing))}
    return labels.get(alike(text, list(labels)))


def _preset(text: str, likely: Any) -> str:
    """The choice that is made beforehand: of one that is all but written so; else it is asked."""
    if likely is None:
        return ""
    is_sure = isinstance(likely, User) or any(is_near(text, name) for name in texts_of(likely))
    return meaning(likely) if is_sure else ""
