"""What people are told of by itself, and how each kind reaches who has not chosen otherwise.

What each kind is called stands in ``crm/wording``, what it says in
``crm/sentences/notifications.py``.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from crm.models.outgoing_mail import MailKind

# What comes so soon after each other goes into one mail.
GATHERED = timedelta(minutes=3)


class Way(StrEnum):
    """How a notification reaches its reader; it stands in their list in any case."""

    LIST = "list"  # only there
    AT_ONCE = "at_once"  # a mail, as soon as their quiet hours let it
    DIGEST = "digest"  # in the mail of the morning


class NotificationKind(StrEnum):
    """Everything that somebody is told of; each stands in ``KINDS``."""

    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_COMMENTED = "approval_commented"
    REQUEST_DECIDED = "request_decided"
    CLAIM_PAID = "claim_paid"
    ADVANCE_PAID = "advance_paid"
    DAILY_REPORT = "daily_report"
    DAILY_REPORT_COMMENTED = "daily_report_commented"
    ANNOUNCED = "announced"
    CUSTOMER_GIVEN = "customer_given"
    CUSTOMER_SHARED = "customer_shared"
    CUSTOMER_RELEASED = "customer_released"
    POOL_WARNING = "pool_warning"
    DEAL_GIVEN = "deal_given"
    DEAL_SHARED = "deal_shared"
    STUCK_DEALS = "stuck_deals"
    TASK_GIVEN = "task_given"
    TASK_SHARED = "task_shared"
    TASK_DUE = "task_due"
    TASK_DONE = "task_done"
    IMPORT_FINISHED = "import_finished"


class Kind(NamedTuple):
    """How a kind is told of where its reader chose nothing."""

    way: Way = Way.DIGEST
    # The mail that says it in full, where it is the only thing that a mail tells.
    letter: MailKind | None = None
    # Whether its mail waits a moment for others that come soon after.
    gathers: bool = True
    # Its mail is needed to act: it is sent though it was read in the list.
    is_pressing: bool = False


KINDS: dict[NotificationKind, Kind] = {
    NotificationKind.APPROVAL_REQUESTED: Kind(
        Way.AT_ONCE, MailKind.APPROVAL_REQUESTED, gathers=False, is_pressing=True
    ),
    NotificationKind.APPROVAL_REMINDER: Kind(
        Way.AT_ONCE, MailKind.APPROVAL_REMINDER, gathers=False, is_pressing=True
    ),
    NotificationKind.APPROVAL_COMMENTED: Kind(
        Way.AT_ONCE, MailKind.APPROVAL_COMMENTED, gathers=False
    ),
    NotificationKind.REQUEST_DECIDED: Kind(Way.AT_ONCE, MailKind.REQUEST_DECIDED, gathers=False),
    NotificationKind.CLAIM_PAID: Kind(Way.AT_ONCE, MailKind.CLAIM_PAID),
    NotificationKind.ADVANCE_PAID: Kind(Way.AT_ONCE, MailKind.ADVANCE_PAID),
    NotificationKind.DAILY_REPORT: Kind(Way.AT_ONCE, MailKind.DAILY_REPORT, gathers=False),
    NotificationKind.DAILY_REPORT_COMMENTED: Kind(Way.AT_ONCE, MailKind.DAILY_REPORT_COMMENTED),
    NotificationKind.ANNOUNCED: Kind(Way.AT_ONCE, MailKind.ANNOUNCED),
    NotificationKind.CUSTOMER_GIVEN: Kind(Way.AT_ONCE),
    NotificationKind.CUSTOMER_SHARED: Kind(),
    NotificationKind.CUSTOMER_RELEASED: Kind(),
    NotificationKind.POOL_WARNING: Kind(Way.AT_ONCE, MailKind.POOL_WARNING, gathers=False),
    NotificationKind.DEAL_GIVEN: Kind(Way.AT_ONCE),
    NotificationKind.DEAL_SHARED: Kind(),
    NotificationKind.STUCK_DEALS: Kind(Way.AT_ONCE, MailKind.STUCK_DEALS, gathers=False),
    NotificationKind.TASK_GIVEN: Kind(Way.AT_ONCE),
    NotificationKind.TASK_SHARED: Kind(Way.AT_ONCE),
    NotificationKind.TASK_DUE: Kind(Way.AT_ONCE, MailKind.TASK_REMINDER, gathers=False),
    NotificationKind.TASK_DONE: Kind(Way.LIST),
    NotificationKind.IMPORT_FINISHED: Kind(Way.LIST),
}

# What asks for a decision: settled with it.
ASKING = (NotificationKind.APPROVAL_REQUESTED, NotificationKind.APPROVAL_REMINDER)
