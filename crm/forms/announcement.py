"""The form of an announcement."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from crm.extensions import db
from crm.forms.fields import DayField, RecordField, Required
from crm.forms.files import WithFiles
from crm.models import Announcement, Company, Team, User


class AnnouncementForm(WithFiles):
    title = StringField(_l("Title"), validators=[Required(), Length(max=200)])
    text = TextAreaField(
        _l("Text"), validators=[Required(), Length(max=20_000)], render_kw={"rows": 8}
    )
    team = RecordField(_l("For whom"), empty=_l("Everybody"))
    until = DayField(_l("Pinned until"), quick=("in_a_week", "in_a_month"))
    again = BooleanField(_l("Everybody is to read it again"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.announcement: Announcement | None = kwargs.get("obj")
        self.team.offer(_teams_of(current_user, self.announcement))
        if not current_user.is_administrator:
            self.team.empty = None  # one has to be chosen

    def validate_until(self, field: DayField) -> None:
        before = self.announcement.until if self.announcement else None
        if field.data and field.data != before and field.data < Company.current().today():
            raise ValidationError(_("This day is over."))

    def fill(self, announcement: Announcement) -> Announcement:
        """Give ``announcement`` what was typed."""
        self.plain_fields(announcement, "title", "text", "team", "until")
        return announcement


def _teams_of(user: User, announcement: Announcement | None) -> list[Team]:
    """To which ``user`` may announce something; that of the announcement among them."""
    known = db.session.scalars(Team.in_order())
    if user.is_administrator:
        return list(known)
    own = announcement.team if announcement else None
    return [team for team in known
            if team is own or (user.team is not None and team.is_within(user.team))]  # fmt: skip
