"""A deal's form narrowed to what it lacks for a step: fields to fill in, and a list to tick."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.fields import Field

from crm.extensions import db
from crm.forms.deal import DealForm
from crm.forms.fields import RecordsField, text
from crm.models import Deal, User
from crm.models.deal import Missing


class TicksField(RecordsField):
    """What of a list is done by now; what somebody else ticked meanwhile is left out."""

    def pre_validate(self, form: Any) -> None:
        """Whatever was sent, only what is still open can be ticked."""


class AskingForm(DealForm):
    """Made of the deal's own form: whatever a stage demands is asked for as it is there.

    All other fields keep the deal's values, whatever was sent.

    :param missing: what is asked for.
    :param besides: the names of further fields that are.
    """

    competitor = text(_l("Competitor"), 200, render_kw={"list": "competitors"})
    done = TicksField(_l("Checklist"))

    def __init__(self, deal: Deal, missing: Missing, *besides: str, **kwargs: Any) -> None:
        self.missing = missing
        typed = {*missing.fields, *besides, "done", "version", "csrf_token"}
        super().__init__(obj=deal, typed=typed, **kwargs)
        self.amount.currency = deal.currency
        self.done.offer(missing.items)

    @property
    def asked(self) -> list[Field]:
        """What the deal lacks, filled in by now or not, and what was typed wrongly."""
        names = {*self.missing.fields, *(["done"] if self.missing.items else [])}
        return [field for field in self if field.name in names or field.errors]

    def take(self, deal: Deal, *, by: User) -> bool:
        """Give ``deal`` what was typed and ticked; ``False`` if it cannot be used."""
        if not self.fill_or_explain(deal):
            return False
        deal.note_changes(by=by)
        db.session.flush()  # noted once is enough
        if "competitor" in self.missing.fields and self.competitor.data:
            deal.compete_with({self.competitor.data: None}, by=by)
        for item in self.done.data:
            deal.tick(item, by=by)
        return True

    def fill_or_explain(self, deal: Deal) -> bool:
        is_filled = super().fill_or_explain(deal)
        # The currency is not asked for: what is wrong with it is said at the amount.
        self.amount.errors = [*self.amount.errors, *self.currency.errors]
        self.currency.errors = []
        return is_filled
