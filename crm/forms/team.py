"""The team's form."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import Length

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.fields import RecordField, Required
from crm.forms.picker import PickerField
from crm.models import Team, User


class TeamForm(BaseForm):
    name = StringField(_l("Name"), validators=[Required(), Length(max=200)])
    parent = RecordField(_l("Part of"), empty=_l("Nothing: it stands at the top"))
    head = PickerField(
        _l("Head"), "user",
        description=_l("Decides over the members' expenses, if they have no manager of their own."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team: Team | None = kwargs.get("obj")
        self.parent.offer([team for team in db.session.scalars(Team.in_order())
                           if self.team is None or not team.is_within(self.team)])  # fmt: skip

    def validate_parent(self, field: RecordField) -> None:
        if self.team and field.data and field.data.is_within(self.team):
            raise ValidationError(_("A team cannot stand below itself."))

    def found(self, *, by: User) -> Team:
        """The new team that was typed."""
        team = Team.found(self.name.data, parent=self.parent.data, by=by)
        team.head = self.head.data
        return team

    def fill(self, team: Team) -> Team:
        """Give ``team`` what was typed."""
        self.plain_fields(team, "name", "head")
        team.move_below(self.parent.data)
        return team
