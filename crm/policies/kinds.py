"""What a predicate is: whether somebody may do a verb to a record, or to a new one of its class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.models import Customer, Deal, Noun, Scope, User
from crm.models.access import reaches

Predicate = Callable[[Any, Any], bool]
# By verb and class.
Predicates = dict[tuple[str, type], Predicate]


def changes_shared(user: User, noun: Noun, record: Customer | Deal) -> bool:
    """Whether ``user`` changes what somebody owns and others help with: as far as their right on
    ``noun`` reaches to its owner, or, with any right, as one who helps."""
    scope = user.changes(noun)
    if reaches(user, scope, record.owner):
        return True
    return scope > Scope.NONE and any(helper.id == user.id for helper in record.collaborators)
