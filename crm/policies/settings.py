"""What administrators alone do: the settings, the people, and what goes for good."""

from __future__ import annotations

from typing import Any

from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    CustomField,
    Deal,
    ExchangeRate,
    ExpenseClaim,
    ExpenseRate,
    ExpenseRule,
    ImportRun,
    Option,
    Pipeline,
    ReminderRule,
    Task,
    Team,
    User,
)
from crm.models.approval import ApprovalFlow
from crm.policies.kinds import Predicates


def _administer(user: User, _record: Any) -> bool:
    return user.is_administrator


def _lead(user: User, _record: Any) -> bool:
    return user.leads


def _deactivate(user: User, leaver: User) -> bool:
    """Nobody shuts the door behind themselves."""
    return user.is_administrator and leaver.id != user.id


PREDICATES: Predicates = {
    ("edit", Company): _administer,
    ("create", User): _administer,
    ("edit", User): _administer,
    ("deactivate", User): _deactivate,
    ("create", Team): _administer,
    ("edit", Team): _administer,
    ("create", Pipeline): _administer,
    ("edit", Pipeline): _administer,
    ("create", ApprovalFlow): _administer,
    ("edit", ApprovalFlow): _administer,
    ("create", ExchangeRate): _administer,
    ("edit", ExchangeRate): _administer,
    ("create", ExpenseRate): _administer,
    ("edit", ExpenseRate): _administer,
    ("see", ReminderRule): _lead,
    ("create", ReminderRule): _administer,
    ("edit", ReminderRule): _administer,
    ("edit", ExpenseRule): _administer,
    ("edit", Option): _administer,
    ("create", CustomField): _administer,
    ("edit", CustomField): _administer,
    ("import", ImportRun): _administer,
    **{("purge", kind): _administer
       for kind in (Customer, Contact, Activity, Deal, Task, ExpenseClaim)},
}  # fmt: skip
