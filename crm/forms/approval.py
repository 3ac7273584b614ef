"""The form of a decision: what was shown, and why."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from crm.forms.base import BaseForm
from crm.forms.fields import Required, WordField
from crm.forms.picker import PickerField
from crm.models import ApprovalAssignment
from crm.models.approval import Decision


class DecisionForm(BaseForm):
    decision = WordField(_l("Decision"), Decision)
    content_hash = HiddenField()
    comment = TextAreaField(
        _l("Comment"), validators=[Length(max=2_000)],
        render_kw={"rows": 1, "placeholder": _l("Comment; needed to return or reject")},
    )  # fmt: skip

    def validate_comment(self, field: TextAreaField) -> None:
        if self.decision.data not in {None, Decision.APPROVED} and not field.data:
            raise ValidationError(_("Say why: the claimant reads this."))

    def validate_version(self, field: HiddenField) -> None:
        if not str(field.data or "").isdecimal() or len(str(field.data)) > 9:
            raise ValidationError(_("Reload the page and decide again."))


class CommentForm(BaseForm):
    text = TextAreaField(
        _l("Question or answer"), validators=[Required(), Length(max=2_000)],
        render_kw={"rows": 2},
    )  # fmt: skip


class ApproverForm(BaseForm):
    colleague = PickerField(_l("Colleague"), "user", validators=[Required()])
    comment = TextAreaField(_l("Why"), validators=[Length(max=2_000)], render_kw={"rows": 2})

    def may_add(self, assignment: ApprovalAssignment) -> bool:
        """Whether it names somebody who can decide beside the approver."""
        if not self.validate_on_submit():
            return False
        wrong = {
            assignment.approver_id: _("You are asked already."),
            assignment.request.claimant_id: _("The claimant decides nothing of their own."),
        }.get(self.colleague.data.id)
        if wrong:
            self.colleague.errors = [wrong]
        return wrong is None
