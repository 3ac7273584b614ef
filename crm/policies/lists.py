"""Who may change the views of a list, and take it out as a file."""

from __future__ import annotations

from crm.models import (
    Contact,
    Customer,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    Noun,
    SavedView,
    Sharing,
    Task,
    User,
)
from crm.policies.kinds import Predicate, Predicates


def _edit_view(user: User, view: SavedView) -> bool:
    return view.owner_id == user.id


def _delete_view(user: User, view: SavedView) -> bool:
    """An administrator clears away what stands above everybody's lists, its owner long gone."""
    shared = view.shared_with is not Sharing.NOBODY
    return _edit_view(user, view) or (user.is_administrator and shared)


def _export(noun: Noun) -> Predicate:
    return lambda user, _kind: user.exports(noun)


PREDICATES: Predicates = {
    ("edit", SavedView): _edit_view,
    ("delete", SavedView): _delete_view,
    ("export", Customer): _export(Noun.CUSTOMERS),
    ("export", Contact): _export(Noun.CUSTOMERS),
    ("export", Deal): _export(Noun.DEALS),
    ("export", Task): _export(Noun.TASKS),
    ("export", ExpenseClaim): _export(Noun.CLAIMS),
    ("export", ExpenseItem): _export(Noun.CLAIMS),
}
