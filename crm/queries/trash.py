"""The trash: what of each noun can still be restored."""

from __future__ import annotations

from crm.extensions import db
from crm.models import Contact, Customer, Deal, ExpenseClaim, Task, User

Trashed = Customer | Contact | Deal | Task | ExpenseClaim

MODELS: dict[str, type[Trashed]] = {
    "customer": Customer, "contact": Contact, "deal": Deal, "task": Task, "claim": ExpenseClaim,
}  # fmt: skip
SHOWN = 100


def trash_of(user: User) -> dict[str, list[Trashed]]:
    """By noun: the newest records in the trash that ``user`` may see."""
    return {
        noun: list(db.session.scalars(model.trash_of(user).limit(SHOWN)))
        for noun, model in MODELS.items()
    }
