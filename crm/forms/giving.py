"""Forms that give a record to somebody else, also where it stays with its owner."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Field, StringField, ValidationError

from crm.extensions import db
from crm.forms.fields import text
from crm.models import Deal
from crm.models.deal import OwnerLocked
from crm.refusals import locked_words


def reason_field() -> StringField:
    """Why a record changes hands: only where it would stay with its owner otherwise."""
    return text(_l("Why it changes hands"), 300, validators=[])


class GivesAway:
    """A mixin: a form with an ``owner``, and beside it an ``owner_reason``.

    The reason is asked for only where it is needed, of who may give the record away all the same.
    """

    owner: Field
    owner_reason: Field | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deal = self.locking_deal
        if deal is None or not deal.is_led_by(current_user):
            del self.owner_reason

    @property
    def locking_deal(self) -> Deal | None:
        """The deal for which the record stays with its owner, if there is one."""
        raise NotImplementedError

    def validate_owner(self, _field: Field) -> None:
        if not self.owner_reason:
            self._check_lock()

    def validate_owner_reason(self, _field: Field) -> None:
        self._check_lock()

    def give(self, record: Any) -> None:
        """Give ``record`` to whom the form says: last, since what else was changed is noted now."""
        if self.owner.data is not record.owner:
            record.give_to(self.owner.data, by=current_user, reason=self._reason)
            db.session.flush()  # noted once is enough

    @property
    def _reason(self) -> str | None:
        return self.owner_reason.data if self.owner_reason else None

    def _check_lock(self) -> None:
        deal = self.locking_deal
        if deal is None or self.owner.data is self.owner.object_data:
            return
        try:
            deal.require_release(by=current_user, reason=self._reason)
        except OwnerLocked as locked:
            raise ValidationError(locked_words(locked)) from locked
