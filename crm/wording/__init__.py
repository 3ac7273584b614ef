"""The words of both languages for values in code: states, roles, kinds, documents, reports."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from crm.likenesses import LikenessKind
from crm.models import (
    AdvanceState,
    ClaimState,
    CustomerKind,
    DecisionRole,
    FieldKind,
    ImportState,
    ItemKind,
    MailKind,
    NotificationKind,
    OptionList,
    OutcomeKind,
    PoolClaimants,
    ReachKind,
    ReminderKind,
    ReminderTaker,
    Role,
    Sharing,
    User,
    Way,
)
from crm.models.approval import (
    ApproverKind,
    CameBy,
    Closure,
    Decision,
    Mode,
    OwnRule,
    Release,
    Skip,
    Test,
    Why,
)
from crm.models.expense_rule import RuleCheck, RuleEffect
from crm.once import once_a_request
from crm.reported_days import Stretch

WORDS: dict[type[StrEnum], dict[StrEnum, str]] = {
    CustomerKind: {
        CustomerKind.PROSPECT: _l("Prospect"),
        CustomerKind.CUSTOMER: lazy_pgettext("kind", "Customer"),
        CustomerKind.DEALER: _l("Dealer"),
    },
    DecisionRole: {
        DecisionRole.DECIDER: _l("Decides"),
        DecisionRole.INFLUENCER: _l("Influences"),
        DecisionRole.USER: _l("Uses it"),
        DecisionRole.PURCHASER: _l("Buys"),
        DecisionRole.GATEKEEPER: _l("Gatekeeper"),
    },
    ReachKind: {
        ReachKind.PHONE: _l("Phone"),
        ReachKind.EMAIL: _l("E-mail"),
    },
    NotificationKind: {
        NotificationKind.APPROVAL_REQUESTED: _l("Something waits for my decision"),
        NotificationKind.APPROVAL_REMINDER: _l("It waits for long"),
        NotificationKind.APPROVAL_COMMENTED: _l("Comments on what I handed in or decide"),
        NotificationKind.REQUEST_DECIDED: _l("What I handed in is decided"),
        NotificationKind.CLAIM_PAID: _l("My expense claim is paid"),
        NotificationKind.ADVANCE_PAID: _l("My advance is paid"),
        NotificationKind.DAILY_REPORT: _l("The daily report of my people"),
        NotificationKind.DAILY_REPORT_COMMENTED: _l("Comments on a daily report"),
        NotificationKind.ANNOUNCED: _l("Announcements"),
        NotificationKind.CUSTOMER_GIVEN: _l("A customer is given to me"),
        NotificationKind.CUSTOMER_SHARED: _l("I am to help with a customer"),
        NotificationKind.CUSTOMER_RELEASED: _l("A customer of mine goes to the public pool"),
        NotificationKind.POOL_WARNING: _l("A customer of mine will go to the public pool"),
        NotificationKind.DEAL_GIVEN: _l("A deal is given to me"),
        NotificationKind.DEAL_SHARED: _l("I am to help with a deal"),
        NotificationKind.STUCK_DEALS: _l("Deals stall, every morning"),
        NotificationKind.TASK_GIVEN: _l("A task is given to me"),
        NotificationKind.TASK_SHARED: _l("I am to take part in a task"),
        NotificationKind.TASK_DUE: _l("A task of mine is due"),
        NotificationKind.TASK_DONE: _l("A task that I gave is done"),
        NotificationKind.IMPORT_FINISHED: _l("My import is through"),
    },
    MailKind: {
        MailKind.ADVANCE_PAID: _l("Advance paid"),
        MailKind.APPROVAL_COMMENTED: _l("Comment on an approval"),
        MailKind.APPROVAL_REMINDER: _l("Reminder to decide"),
        MailKind.APPROVAL_REQUESTED: _l("Request to decide"),
        MailKind.CLAIM_PAID: _l("Expense claim paid"),
        MailKind.DAILY_REPORT: _l("Daily report"),
        MailKind.DAILY_REPORT_COMMENTED: _l("Comment on a daily report"),
        MailKind.ANNOUNCED: _l("Announcement"),
        MailKind.DECISION_RECEIPT: _l("Receipt of a decision"),
        MailKind.INVITATION: _l("Invitation"),
        MailKind.NOTIFICATIONS: _l("Several notifications"),
        MailKind.POOL_WARNING: _l("Warning about the public pool"),
        MailKind.REQUEST_DECIDED: _l("Decision"),
        MailKind.STUCK_DEALS: _l("Deals that stand still"),
        MailKind.TASK_REMINDER: _l("Reminder of a task"),
    },
    Way: {
        Way.LIST: _l("Only in the list"),
        Way.AT_ONCE: _l("By mail, at once"),
        Way.DIGEST: _l("In the morning digest"),
    },
    Stretch: {
        Stretch.DAY: lazy_pgettext("stretch", "Day"),
        Stretch.WEEK: lazy_pgettext("stretch", "Week"),
        Stretch.MONTH: lazy_pgettext("stretch", "Month"),
    },
    OutcomeKind: {
        OutcomeKind.WON: _l("Won"),
        OutcomeKind.LOST: _l("Lost"),
    },
    AdvanceState: {
        AdvanceState.SUBMITTED: _l("Waiting for approval"),
        AdvanceState.RETURNED: _l("Returned"),
        AdvanceState.REJECTED: _l("Rejected"),
        AdvanceState.WITHDRAWN: _l("Withdrawn"),
        AdvanceState.APPROVED: _l("Approved"),
        AdvanceState.PAID: _l("Handed out"),
        AdvanceState.SETTLED: _l("Accounted for"),
    },
    ClaimState: {
        ClaimState.DRAFT: _l("Draft"),
        ClaimState.SUBMITTED: _l("Waiting for approval"),
        ClaimState.APPROVED: _l("Approved"),
        ClaimState.REJECTED: _l("Rejected"),
        ClaimState.RETURNED: _l("Returned"),
        ClaimState.PAID: _l("Paid"),
    },
    RuleCheck: {
        RuleCheck.ITEM_LIMIT: _l("Limit per item"),
        RuleCheck.PERSON_DAY_LIMIT: _l("Limit per person and day"),
        RuleCheck.CUSTOMER_QUARTER_LIMIT: _l("Limit per customer and quarter"),
        RuleCheck.RECEIPT_REQUIRED: _l("Receipt required"),
        RuleCheck.CUSTOMER_REQUIRED: _l("Customer required"),
    },
    RuleEffect: {
        RuleEffect.WARN: _l("Warns"),
        RuleEffect.FORBID: _l("Forbids"),
    },
    ItemKind: {
        ItemKind.RECEIPT: _l("Receipt"),
        ItemKind.MILEAGE: _l("Mileage"),
        ItemKind.ALLOWANCE: _l("Allowance"),
    },
    Role: {
        Role.REP: _l("Rep"),
        Role.MANAGER: _l("Manager"),
        Role.FINANCE: _l("Finance"),
        Role.ADMINISTRATOR: _l("Administrator"),
        Role.READER: _l("Read-only"),
        Role.EXPORTER: _l("May export"),
    },
    ReminderKind: {
        ReminderKind.SILENCE: _l("No contact for so long"),
        ReminderKind.ACTIVITY: _l("After an activity"),
        ReminderKind.DATE: _l("Before a date"),
        ReminderKind.FIRST_CONTACT: _l("A new customer"),
    },
    ReminderTaker: {
        ReminderTaker.OWNER: _l("The owner"),
        ReminderTaker.SUPERIOR: _l("The owner's superior"),
        ReminderTaker.ROLE: _l("Somebody with a role"),
        ReminderTaker.PERSON: _l("One person"),
    },
    Sharing: {
        Sharing.NOBODY: _l("Only me"),
        Sharing.TEAM: _l("My team"),
        Sharing.EVERYONE: _l("Everyone"),
    },
    PoolClaimants: {
        PoolClaimants.SALES: _l("Everybody in sales"),
        PoolClaimants.MANAGERS: _l("Managers"),
    },
    LikenessKind: {
        LikenessKind.NAME: _l("Same name"),
        LikenessKind.PHONE: _l("Same telephone number"),
        LikenessKind.DOMAIN: _l("Same mail or web domain"),
        LikenessKind.SOUND: _l("Similar name"),
    },
    OptionList: {
        OptionList.SOURCE: _l("Sources"),
        OptionList.INDUSTRY: _l("Industries"),
        OptionList.REGION: _l("Regions"),
        OptionList.GRADE: _l("Grades"),
        OptionList.LOST_REASON: _l("Reasons for losing"),
        OptionList.EXPENSE_CATEGORY: _l("Expense categories"),
        OptionList.ACTIVITY_KIND: _l("Kinds of activity"),
        OptionList.TAG: _l("Tags"),
    },
    FieldKind: {
        FieldKind.TEXT: lazy_pgettext("field", "Text"),
        FieldKind.LONG_TEXT: _l("Long text"),
        FieldKind.NUMBER: lazy_pgettext("field", "Number"),
        FieldKind.MONEY: _l("Amount of money"),
        FieldKind.DAY: lazy_pgettext("field", "Date"),
        FieldKind.YES_NO: _l("Yes or no"),
        FieldKind.CHOICE: _l("One choice"),
        FieldKind.CHOICES: _l("Several choices"),
        FieldKind.LINK: _l("Link"),
        FieldKind.PERSON: _l("Person of the firm"),
    },
    ImportState: {
        ImportState.MAPPING: _l("Begun"),
        ImportState.CHECKING: _l("Being checked"),
        ImportState.CHECKED: _l("Checked"),
        ImportState.WRITING: _l("Being written"),
        ImportState.DONE: _l("Done"),
        ImportState.UNDOING: _l("Being undone"),
        ImportState.UNDONE: _l("Undone"),
        ImportState.FAILED: _l("Failed"),
    },
    Decision: {
        Decision.APPROVED: _l("Approved"),
        Decision.REJECTED: _l("Rejected"),
        Decision.RETURNED: _l("Returned"),
    },
    Closure: {
        Closure.APPROVED: _l("Approved"),
        Closure.REJECTED: _l("Rejected"),
        Closure.RETURNED: _l("Returned"),
        Closure.WITHDRAWN: _l("Withdrawn"),
    },
    Release: {
        Release.SETTLED: _l("No longer needed"),
        Release.HANDED_ON: _l("Handed on"),
        Release.ESCALATED: _l("Escalated"),
    },
    Skip: {
        Skip.CONDITION: _l("its condition does not hold"),
        Skip.CLAIMANT: _l("the claimant would decide"),
        Skip.DECIDED: _l("who decides it has agreed before"),
    },
    Why: {
        Why.STEP: _l("by the flow"),
        Why.ABOVE_CLAIMANT: _l("above the claimant"),
        Why.ADMINISTRATOR: _l("administrator, because nobody else was found"),
        Why.ADDED: _l("added by an approver"),
    },
    CameBy: {
        CameBy.DELEGATE: _l("decides for somebody who is away"),
        CameBy.ESCALATED: _l("escalated"),
        CameBy.LEFT: _l("decides for somebody who has left"),
        CameBy.ROLE: _l("decides for somebody who lost the role"),
    },
    ApproverKind: {
        ApproverKind.MANAGER: _l("Superior"),
        ApproverKind.NTH_MANAGER: _l("Superior further up"),
        ApproverKind.TEAM_HEAD: _l("Head of a team"),
        ApproverKind.ROLE: _l("Everybody with a role"),
        ApproverKind.NAMED: _l("Named people"),
        ApproverKind.CLIMB: _l("Superior whose limit reaches the amount"),
    },
    Mode: {
        Mode.ANY: _l("One of them"),
        Mode.ALL: _l("All of them"),
        Mode.IN_TURN: _l("One after the other"),
    },
    OwnRule: {
        OwnRule.UP: _l("The claimant's superior decides"),
        OwnRule.SKIP: _l("The step is skipped"),
    },
    Test: {
        Test.AT_LEAST: lazy_pgettext("condition", "is at least"),
        Test.BELOW: lazy_pgettext("condition", "is below"),
        Test.ANY_OF: lazy_pgettext("condition", "is one of"),
        Test.NONE_OF: lazy_pgettext("condition", "is none of"),
        Test.YES: lazy_pgettext("condition", "yes"),
        Test.NO: lazy_pgettext("condition", "no"),
    },
}

# The kinds of documents that are approved, and what conditions of their flows compare.
DOCUMENT_WORDS: dict[str, str] = {
    "expense_claim": _l("Expense claims"),
    "advance": _l("Advances"),
}
FACT_WORDS: dict[str, str] = {
    "amount": _l("Amount"),
    "category": _l("Category"),
    "team": _l("Team"),
    "grade": _l("Grade of the customer"),
    "over_budget": _l("Over budget"),
    "outstanding": _l("Not yet accounted for"),
}

# The palette, as forms offer it.
COLOUR_WORDS: dict[str, str] = {
    "blue": _l("Blue"), "teal": _l("Teal"), "green": _l("Green"), "amber": _l("Amber"),
    "orange": _l("Orange"), "red": _l("Red"), "pink": _l("Pink"), "violet": _l("Violet"),
    "grey": _l("Grey"),
}  # fmt: skip

# The files of payments, and for whom they are (exporters/payments.py).
PAYMENT_FILES: dict[str, str] = {
    "bank": _l("For the bank"),
    "bookkeeping": _l("For the bookkeeper"),
}

# What reports are called, in the order of their page (queries/reports).
REPORTS: dict[str, str] = {
    "funnel": _l("Funnel"),
    "movement": _l("Movement"),
    "stays": _l("Time in stage"),
    "cycle": _l("Cycle time"),
    "winning": _l("Win rate"),
    "losses": _l("Lost deals"),
    "sources": _l("Sources and costs"),
    "stuck": _l("Stalled deals"),
    "load": _l("Load"),
    "forecast": _l("Forecast against quota"),
    "forecast_then": _l("Forecast as it stood"),
    "attainment": _l("Quota attainment"),
    "activities": _l("Activities and customers"),
    "contacts": _l("Contacts by stage"),
    "costs": _l("Costs"),
    "cost_kinds": _l("Kinds of cost"),
    "customer_costs": _l("Costs against sales"),
    "deal_costs": _l("Cost of won and lost deals"),
    "approving": _l("Time to approve"),
    "budgets": _l("Budget use"),
}


def word_for(value: StrEnum | None) -> str:
    """What a state, a role or a kind is called."""
    return "" if value is None else str(WORDS[type(value)][value])


def person_word(user: User) -> str:
    """``王芳``, or ``王芳 (wangfang2)`` where somebody else is called 王芳, too."""
    return f"{user.name} ({user.username})" if user.name in _shared_names() else user.name


def document_word(kind: str) -> str:
    """What documents of a kind that is approved are called."""
    return str(DOCUMENT_WORDS[kind])


def _shared_names() -> set[str]:
    """What several people are called, asked of the database once a request."""
    return once_a_request("shared names", User.shared_names)
