"""The form of how somebody wants to be told: the way of each kind, and the hours of mails."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TimeField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField
from wtforms.validators import Optional

from crm.extensions import db
from crm.forms.base import BaseForm
from crm.forms.fields import Required
from crm.models import MailHours, NotificationChoice, NotificationKind, User, Way
from crm.models.notification import KINDS
from crm.wording import WORDS


class NotificationForm(BaseForm):
    """A field for each kind, called as the kind is."""

    digest_at = TimeField(_l("The morning digest comes at"), validators=[Required()])
    quiet_from = TimeField(_l("Quiet from"), validators=[Optional()])
    quiet_to = TimeField(
        _l("Quiet to"), validators=[Optional()],
        description=_l("Mails of these hours come when they end, as one. Empty: at any time."),
    )  # fmt: skip
    quiet_weekends = BooleanField(_l("Quiet on Saturdays and Sundays"))

    @classmethod
    def of(cls, user: User) -> NotificationForm:
        """The form, with what holds for ``user``."""
        ways = NotificationChoice.ways_of(user)
        return cls(obj=MailHours.of(user), data={kind.value: way for kind, way in ways.items()})

    @property
    def kinds(self) -> list[Any]:
        """The fields of the kinds."""
        return [self[kind.value] for kind in KINDS]

    def validate_quiet_to(self, field: TimeField) -> None:
        if self.quiet_from.data == field.data and field.data is not None:
            raise ValidationError(_("The quiet hours would end when they begin."))

    def validate_quiet_from(self, field: TimeField) -> None:
        if (field.data is None) != (self.quiet_to.data is None):
            raise ValidationError(_("Say both from when and to when, or neither."))

    def save(self, user: User) -> None:
        """From now on ``user`` is told so."""
        NotificationChoice.choose(
            user, {NotificationKind(field.name): Way(field.data) for field in self.kinds}
        )
        hours = MailHours.of(user)
        self.plain_fields(hours, "digest_at", "quiet_from", "quiet_to", "quiet_weekends")
        db.session.add(hours)


for _kind in NotificationKind:
    setattr(
        NotificationForm, _kind.value,
        SelectField(
            WORDS[NotificationKind][_kind],
            choices=[SelectChoice(way.value, WORDS[Way][way]) for way in Way],
        ),
    )  # fmt: skip
