"""The form of a decision: what was shown, and why."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import WordField
from crm.models.approval import Decision


class DecisionForm(BaseForm):
    decision = WordField(_l("Decision"), Decision)
    content_hash = HiddenField()
    comment = TextAreaField(
        _l("Comment"), validators=[Length(max=2_000)],
        render_kw={"rows": 1, "placeholder": _l("Comment; needed to reject")},
    )  # fmt: skip

    def validate_comment(self, field: TextAreaField) -> None:
        if self.decision.data is Decision.REJECTED and not field.data:
            raise ValidationError(_("Say why you reject it: the claimant reads this."))

    def validate_version(self, field: HiddenField) -> None:
        if not str(field.data or "").isdecimal() or len(str(field.data)) > 9:
            raise ValidationError(_("Reload the page and decide again."))
