"""Who may do what to customers, their people and what happened with them."""

from __future__ import annotations

from typing import Any

from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Merge,
    Noun,
    PoolClaimants,
    Scope,
    User,
)
from crm.policies.kinds import Predicates, changes_shared


def _create_customer(user: User, _kind: Any) -> bool:
    return user.changes(Noun.CUSTOMERS) > Scope.NONE


def edit_customer(user: User, customer: Customer) -> bool:
    return changes_shared(user, Noun.CUSTOMERS, customer)


def _claim_customer(user: User, _customer: Any) -> bool:
    company = Company.current()
    if not company.has_pool or user.changes(Noun.CUSTOMERS) is Scope.NONE:
        return False
    return company.pool_claimants is PoolClaimants.SALES or user.leads


def _release_customer(user: User, customer: Customer) -> bool:
    return Company.current().has_pool and edit_customer(user, customer)


def _give_customer(user: User, customer: Customer) -> bool:
    """What lies in the pool is claimed, within its limit; only who leads gives it to somebody."""
    return edit_customer(user, customer) and (not customer.lies_in_pool or user.leads)


def _merge_customer(user: User, customer: Any) -> bool:
    """Who leads merges what their people own, and what nobody owns; given the class, some of it."""
    if not user.leads or isinstance(customer, type):
        return user.leads
    return customer.owner_id is None or edit_customer(user, customer)


def _undo_merge(user: User, merge: Merge) -> bool:
    return _merge_customer(user, merge.winner)


def _oversee_customers(user: User, _kind: Any) -> bool:
    return user.leads


def _work_with_customer(user: User, customer: Customer) -> bool:
    """Whoever sees a customer and works in sales may note what happened there."""
    return user.changes(Noun.CUSTOMERS) > Scope.NONE


def _edit_contact(user: User, contact: Contact) -> bool:
    return edit_customer(user, contact.customer)


def _remind_of_contact(user: User, contact: Contact) -> bool:
    return _work_with_customer(user, contact.customer)


def edit_activity(user: User, activity: Activity) -> bool:
    """Its author, for a day."""
    return _is_author(user, activity) and activity.is_fresh


def _correct_activity(user: User, activity: Activity) -> bool:
    """Its author, once it cannot be changed any more."""
    return _is_author(user, activity) and not activity.is_fresh


def _restore_activity(user: User, activity: Activity) -> bool:
    """Its author, however old it is; an administrator, where that one has left."""
    return _is_author(user, activity) or user.is_administrator


def _is_author(user: User, activity: Activity) -> bool:
    return activity.by_id == user.id and _work_with_customer(user, activity.customer)


PREDICATES: Predicates = {
    ("create", Customer): _create_customer,
    ("edit", Customer): edit_customer,
    ("work_with", Customer): _work_with_customer,
    ("add_files", Customer): _work_with_customer,
    ("remind", Customer): _work_with_customer,
    ("remind", Contact): _remind_of_contact,
    ("claim", Customer): _claim_customer,
    ("release", Customer): _release_customer,
    ("take_back", Customer): _work_with_customer,
    ("give", Customer): _give_customer,
    ("merge", Customer): _merge_customer,
    ("undo", Merge): _undo_merge,
    ("oversee", Customer): _oversee_customers,
    ("edit", Contact): _edit_contact,
    ("edit", Activity): edit_activity,
    ("correct", Activity): _correct_activity,
    ("restore", Activity): _restore_activity,
}
