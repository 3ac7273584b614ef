"""What asks "Perhaps here already": the forms by which customers and contacts are entered.

While somebody types, the page shows who is alike (``blueprints/contacts/likely_twins.py``), and the
form says which of them its writer has seen. Whoever was not shown is asked about once; sending the
form again is the answer. Nobody is kept from saving.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask_login import current_user
from wtforms import HiddenField

from crm.filters.twins import Here, Typed, here_already
from crm.models import Customer

# The fields that hold a number or an address, of whichever form, and the rows of a contact's.
REACHED_BY = re.compile(r"phone|mobile|contact_mobile|email|rows-\d+-value")


class AsksForTwins:
    """A mixin for a form that creates."""

    seen_twins = HiddenField()

    if TYPE_CHECKING:
        __iter__: Any

    # At whom a contact is entered.
    twins_at: Customer | None = None
    here = Here()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Complete, and whoever is alike was seen."""
        if not super().validate(*args, **kwargs):  # type: ignore[misc]
            return False
        self.here = here_already(typed_in(self.typed(), at=self.twins_at), current_user)
        seen = (self.seen_twins.data or "").split(",")
        return not set(filter(None, self.here.ids.split(","))) - set(seen)

    def typed(self) -> dict[str, Any]:
        """What was typed, as the page sends it while that is being done."""
        return {field.name: field.data for field in self}


def typed_in(values: Any, *, at: Customer | None = None) -> Typed:
    """What ``values``, of a form or an address, say of a customer or a contact."""

    def said(name: str) -> str:
        return str(values.get(name) or "").replace("\0", "").strip()[:200]

    reached_by = [value for name in values if REACHED_BY.fullmatch(name) and (value := said(name))]
    emails = tuple(each for each in reached_by if "@" in each)
    phones = tuple(each for each in reached_by if "@" not in each)
    return Typed(said("name"), phones, emails, said("website"), at)
