"""The forms of the import wizard: the file, what its columns mean, how to begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from crm.forms.base import BaseForm
from crm.forms.import_choices import choice_of, choices_among
from crm.importers import IMPORTERS, Importer, Mapping, Refused, uploads
from crm.importers.amounts import scale_of
from crm.importers.catalogue import OFFERED
from crm.importers.fields import Field, OneOf
from crm.importers.matching import Meanings
from crm.importers.plan import FAMILY, GIVEN, Mode, Plan
from crm.importers.uploads import Glance
from crm.models import ImportRun, ImportTemplate, User
from crm.nouns import list_word
from crm.wording.fields import field_word

KEYS = {
    "code": _l("Code"), "external_id": _l("Number in the other system"), "name": _l("Name"),
    "phone": _l("Phone"), "mobile": _l("Mobile"), "email": _l("E-mail"),
}  # fmt: skip
MODES = {
    Mode.BOTH: _l("Add new ones, change those here"),
    Mode.CREATE: _l("Only add new ones"),
    Mode.UPDATE: _l("Only change those that are here"),
}
FILLING = {
    "": _l("The file replaces what is there"), "yes": _l("Only fill in what is empty"),
}  # fmt: skip
# How many a column of amounts counts at a time.
SCALES = ("1000", "10000", "1000000", "100000000")
DAY_ORDERS = {
    "": _l("Day and month are clear"), "mdy": _l("Month/day/year"), "dmy": _l("Day/month/year"),
}  # fmt: skip
BESIDES = {
    "external_id": _l("Number in the other system"), "code": _l("Code"),
    "created_at": _l("Created on"), "closed_at": _l("Closed on"), "outcome": _l("Outcome"),
    "competitor": _l("Competitor"), "stage": _l("Stage"),
    "contact_name": _l("Contact"), "contact_title": _l("Contact: title"),
    "contact_mobile": _l("Contact: mobile"), "contact_phone": _l("Contact: phone"),
    "contact_email": _l("Contact: e-mail"), "contact_wechat": _l("Contact: WeChat"),
}  # fmt: skip


def import_field_word(noun: str, field: Field) -> str:
    """What a field of an import is called: ``noun`` in the plural."""
    return field.label or str(BESIDES.get(field.name) or field_word(noun[:-1], field.name))


def import_word(noun: str, name: str) -> str:
    """What the field of an import with this ``name`` is called, one of the firm's own too."""
    fields = {field.name: field for field in IMPORTERS[noun].all_fields()}
    return import_field_word(noun, fields[name]) if name in fields else name


class ImportForm(BaseForm):
    noun = RadioField(_l("What stands in it"), default=OFFERED[0])
    file = FileField(
        _l("File"), render_kw={"accept": ".csv,.txt,.tsv,.xlsx", "required": True},
        description=_l("Excel (.xlsx) or CSV, up to 20 MB and 200 columns; the first row says what "
                       "the columns are."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noun.choices = [SelectChoice(name, list_word(name)) for name in OFFERED]

    def validate_file(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Choose a file."))

    def begin(self, *, by: User) -> ImportRun | None:
        """The run over the file; ``None``, with the reason, if it is no table."""
        content = self.file.data.stream.read()
        importer = IMPORTERS[self.noun.data]
        try:
            return uploads.begin(self.file.data.filename, content, importer, by=by)
        except Refused as error:
            self.file.errors = [str(error)]
            return None


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file: its name, what stands in it, and the choice of its field."""

    name: str
    samples: list[str]
    field: SelectField
    # Of a column of numbers: how many it counts at a time.
    scale: SelectField | None


class MappingForm(BaseForm):
    """What the columns mean; a field for each column is added by ``mapping_form``."""

    key = choice_of(_l("A row is found by"))
    mode = choice_of(_l("What is done"), MODES.items())
    fills_only = choice_of(_l("Of those that are here"), FILLING.items())
    day_order = choice_of(_l("Days like 3/4/2026"), DAY_ORDERS.items())
    makes_options = BooleanField(
        _l("Put what is missing into the lists"),
        description=_l(
            "A grade, industry, region, source or tag that is in no list yet is added to it."
        ),
    )
    keep_as = StringField(
        _l("Keep for next time as"), validators=[Optional(), Length(max=80)],
        description=_l("A template that everybody who imports is offered for such files; one "
                       "that is called so already is replaced."),
    )  # fmt: skip

    importer: type[Importer]
    glance: Glance
    # What values stand for, as far as it was said.
    meanings: Meanings

    @property
    def rows(self) -> Iterator[ColumnRow]:
        """The columns that have a name."""
        for at, name in enumerate(self.glance.header):
            if name:
                scale = self._fields.get(f"scale_{at}")
                yield ColumnRow(name, self.glance.samples(name), self[f"column_{at}"], scale)

    @property
    def constants(self) -> list[Any]:
        """The fields that can be the same for all rows."""
        return [self[f"constant_{each.name}"] for each in self.importer.constant_fields()]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().validate(*args, **kwargs)) and self._is_whole()

    def plan(self) -> Plan:
        """What was chosen; a key that no column fills gives way to the surest that one does."""
        columns = {row.field.data: row.name for row in self.rows if row.field.data}
        constants = {
            each.name: self[f"constant_{each.name}"].data
            for each in self.importer.constant_fields()
            if self[f"constant_{each.name}"].data
        }
        plan = Plan(
            columns, constants, mode=Mode(self.mode.data), fills_only=bool(self.fills_only.data),
            meanings=self.meanings, scales=self._scales(), day_order=self.day_order.data or None,
            makes_options=self.makes_options.data,
        )  # fmt: skip
        return replace(plan, key=_key(self.importer, plan.mapping, self.key.data or ""))

    def _scales(self) -> dict[str, int]:
        """How many the columns of amounts count at a time."""
        amounts = {field.name for field in self.importer.all_fields() if field.is_money}
        return {
            row.field.data: int(row.scale.data)
            for row in self.rows
            if row.scale is not None and row.scale.data and row.field.data in amounts
        }

    def keep_template(self, run: ImportRun, *, by: User) -> None:
        """Keep the plan under the name that was typed, if one was."""
        if self.keep_as.data:
            ImportTemplate.keep(run.noun, self.keep_as.data, self.plan().stored, by=by)

    def _is_whole(self) -> bool:
        """Whether no field is filled twice, and every needed one once."""
        chosen: dict[str, str] = {}
        for row in self.rows:
            if row.field.data and row.field.data in chosen:
                other = chosen[row.field.data]
                row.field.errors = [_("The column %(name)s fills this already.", name=other)]
            chosen.setdefault(row.field.data, row.name)
        plan = self.plan()
        fields = {field.name: field for field in self.importer.all_fields()}
        required = self.importer.needed(plan.mode, plan.key)
        missing = [
            import_field_word(self.importer.noun, fields[name])
            for name in plan.mapping.lacks(list(fields.values()), required)
        ]
        if missing:
            row = next((row for row in self.rows if not row.field.data), next(self.rows))
            row.field.errors = [
                _("No column fills: %(names)s. Choose it where it stands.",
                  names=_(", ").join(missing))
            ]  # fmt: skip
        return not self.errors


def mapping_form(run: ImportRun, glance: Glance, plan: Plan) -> MappingForm:
    """The form over the columns of ``run``, filled in with ``plan``."""
    importer = IMPORTERS[run.noun]
    choices = [("", _("— not read —")), *_field_choices(importer)]
    filled = {column: name for name, column in plan.columns.items()}
    fields: dict[str, Any] = {
        f"column_{at}": choice_of(name, choices) for at, name in enumerate(glance.header) if name
    }
    for field in importer.constant_fields():
        assert isinstance(field.parse, OneOf)
        label, choices = import_field_word(run.noun, field), choices_among(field.parse.among)
        fields[f"constant_{field.name}"] = choice_of(label, [("", "—"), *choices])
    amounts = {field.name for field in importer.all_fields() if field.is_money}
    fields |= {
        f"scale_{at}": choice_of(_("%(column)s counts", column=name), _scales())
        for at, name in enumerate(glance.header)
        if name
        and (scale_of(name) > 1 or glance.is_numeric(name) or filled.get(name) in plan.scales)
        if amounts
    }
    data: dict[str, Any] = {
        f"column_{at}": filled.get(name, "") for at, name in enumerate(glance.header) if name
    }
    data |= {
        f"scale_{at}": _scale(name, filled.get(name, ""), plan, amounts)
        for at, name in enumerate(glance.header)
    }
    data |= {f"constant_{name}": text for name, text in plan.constants.items()}
    data |= {
        "key": _key(importer, plan.mapping, plan.key), "mode": plan.mode.value,
        "fills_only": "yes" if plan.fills_only else "",
        "day_order": plan.day_order or "", "makes_options": plan.makes_options,
    }  # fmt: skip
    form: MappingForm = type("MappingFormOfRun", (MappingForm,), fields)(data=data)
    form.importer, form.glance, form.meanings = importer, glance, plan.meanings
    form.key.choices = [SelectChoice(name, KEYS[name]) for name in importer.keys]
    return form


def _scales() -> list[tuple[str, str]]:
    return [("", "× 1"), *((scale, f"× {int(scale):,}") for scale in SCALES)]


def _scale(column: str, field: str, plan: Plan, amounts: set[str]) -> str:
    """How many a column counts: as the plan says, else as its title does, should it be chosen."""
    counts = plan.scales.get(field, 1) if field in amounts else scale_of(column)
    return str(counts) if counts > 1 else ""


def _key(importer: type[Importer], mapping: Mapping, wanted: str) -> str:
    """What rows are found by: as it is wanted, if that is filled, else by the surest that is."""
    return wanted if wanted and mapping.fills(wanted) else importer.key_for(mapping) or "name"


def _field_choices(importer: type[Importer]) -> Iterator[tuple[str, str]]:
    for field in importer.all_fields():
        word = import_field_word(importer.noun, field)
        yield field.name, word
        if field.person:
            yield field.name + FAMILY, _("%(field)s: family name", field=word)
            yield field.name + GIVEN, _("%(field)s: given name", field=word)
