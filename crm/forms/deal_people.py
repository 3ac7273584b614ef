"""The forms of who has to do with a deal: colleagues, contacts, competitors."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, ValidationError

from crm.forms.deal_rows import DealRow, DealRowsForm
from crm.forms.fields import WholeNumberField, WordField, text
from crm.forms.picker import PickerField
from crm.forms.rows_field import RowsField
from crm.models import Customer, DecisionRole, User
from crm.models.deal.collaborator import Collaborator
from crm.models.deal.competitor import DealCompetitor, folded_name
from crm.models.deal.deal_contact import DealContact
from crm.policies import sees
from crm.wording import word_for

MOST_PEOPLE = 20


class CollaboratorRow(DealRow):
    NAMED_BY = "helper"

    helper = PickerField(_l("Colleague"), "user")
    split = WholeNumberField(_l("Share in %"), 0, 100)

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        return f"{cls.called(row)} · {row['split'] or 0}%"


class CollaboratorsForm(DealRowsForm):
    KEPT_AS = "collaborators"
    MOST = MOST_PEOPLE

    rows = RowsField(FormField(CollaboratorRow), max_entries=MOST_PEOPLE)

    @property
    def records(self) -> list[Collaborator]:
        return sorted(self.deal.sharing, key=lambda each: (-each.split, each.user.id))

    def row_of(self, record: Collaborator) -> dict[str, Any]:
        return {"id": record.user.id, "helper": record.user, "split": record.split}

    def told_apart(self, row: CollaboratorRow) -> Any:
        return row.helper.data

    def validate_rows(self, field: FieldList) -> None:
        super().validate_rows(field)
        if any(row.helper.data == self.deal.owner for row in self.filled):
            raise ValidationError(_("The owner gets the rest, and needs no row."))
        if sum(row.split.data or 0 for row in self.filled) > 100:
            raise ValidationError(_("Together they have more than 100%."))

    def save(self, *, by: User) -> bool:
        splits = {row.helper.data: row.split.data or 0 for row in self.filled}
        self.deal.share_with(splits, by=by)
        return True


class CompetitorRow(DealRow):
    name = text(_l("Name"), 200, render_kw={"list": "rivals"})
    note = text(_l("Note"), 500)

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        return " · ".join(filter(None, (cls.called(row), row["note"])))


class CompetitorsForm(DealRowsForm):
    KEPT_AS, DEMANDED_AS = "competitors", "competitor"
    MOST = MOST_PEOPLE

    rows = RowsField(FormField(CompetitorRow), max_entries=MOST_PEOPLE)

    @property
    def records(self) -> list[DealCompetitor]:
        return self.deal.competitors

    def row_of(self, record: DealCompetitor) -> dict[str, Any]:
        return {"id": record.id, "name": record.name, "note": record.note}

    def told_apart(self, row: CompetitorRow) -> Any:
        return folded_name(row.name.data)

    def save(self, *, by: User) -> bool:
        rivals = {row.name.data: row.note.data for row in self.filled}
        self.deal.compete_with(rivals, by=by)
        return True


class CircleRow(DealRow):
    NAMED_BY = "contact"

    contact = PickerField(_l("Contact"), "contact")
    decision_role = WordField(_l("Role in the decision"), DecisionRole, empty=_l("As at the firm"))

    def __init__(self, *args: Any, at_customer: Customer | None = None, **kwargs: Any) -> None:
        self.at_customer = at_customer
        super().__init__(*args, **kwargs)

    @classmethod
    def said(cls, row: dict[str, Any]) -> str:
        role = word_for(row["decision_role"]) or _("As at the firm")
        return f"{cls.called(row)} · {role}"


class CircleForm(DealRowsForm):
    KEPT_AS = "circle"
    MOST = MOST_PEOPLE

    rows = RowsField(FormField(CircleRow), max_entries=MOST_PEOPLE)

    @property
    def records(self) -> list[DealContact]:
        return self.deal.circle_in_order

    def row_of(self, record: DealContact) -> dict[str, Any]:
        return {"id": record.contact.id, "contact": record.contact,
                "decision_role": record.decision_role, **self.new_row()}  # fmt: skip

    def new_row(self) -> dict[str, Any]:
        """They are looked for at the deal's customer first, if who fills it in knows that one."""
        customer = self.deal.customer
        return {"at_customer": customer} if customer and sees(customer) else {}

    def proposed(self) -> dict[str, Any]:
        """Whom one talks to, if who fills it in knows them."""
        contact = self.deal.contact
        return {"contact": contact} if contact and sees(contact) else {}

    def told_apart(self, row: CircleRow) -> Any:
        return row.contact.data

    def save(self, *, by: User) -> bool:
        members = {row.contact.data: row.decision_role.data for row in self.filled}
        self.deal.be_decided_by(members, by=by)
        return True
