"""The words of both languages for values in code: states, roles, kinds, fields."""

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
    OptionList,
    OutcomeKind,
    PoolClaimants,
    ReachKind,
    Role,
    Sharing,
    User,
)
from crm.models.approval import (
    ApproverKind,
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
        Why.DELEGATE: _l("decides for somebody who is away"),
        Why.ESCALATED: _l("escalated"),
        Why.LEFT: _l("decides for somebody who has left"),
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

# The fields of records, as histories, conflicts and imports name them.
FIELDS: dict[str, str] = {
    "name": _l("Name"),
    "kind": _l("Kind"),
    "parent": _l("Belongs to"),
    "owner": _l("Owner"),
    "collaborators": _l("Collaborators"),
    "grade": _l("Grade"),
    "industry": _l("Industry"),
    "region": _l("Region"),
    "source": _l("Source"),
    "tags": _l("Tags"),
    "phone": _l("Phone"),
    "mobile": _l("Mobile"),
    "email": _l("E-mail"),
    "reaches": _l("More numbers and addresses"),
    "mobile_2": _l("Mobile 2"),
    "phone_2": _l("Phone 2"),
    "email_2": _l("E-mail 2"),
    "mobile_3": _l("Mobile 3"),
    "phone_3": _l("Phone 3"),
    "email_3": _l("E-mail 3"),
    "wechat": _l("WeChat"),
    "website": _l("Website"),
    "address": _l("Address"),
    "employees": _l("Employees"),
    "annual_revenue": _l("Annual revenue"),
    "note": _l("Note"),
    "title": _l("Title"),
    "birthday": _l("Birthday"),
    "decision_role": _l("Role in the decision"),
    "is_primary": _l("Primary contact"),
    "customer": _l("Customer"),
    "contact": _l("Contact"),
    "deal": _l("Deal"),
    "amount": _l("Amount"),
    "base_amount": _l("Total"),
    "currency": _l("Currency"),
    "probability": _l("Probability"),
    "expected_close": _l("Expected close"),
    "product": _l("Product"),
    "probability_reason": _l("Why this probability"),
    "lines": _l("Product lines"),
    "competitors": _l("Competitors"),
    "competitor": _l("Competitor"),
    "circle": _l("Contacts in the decision"),
    "next_step": _l("Next step"),
    "summary": _l("What happened"),
    "happened_at": _l("When"),
    "place": _l("Place"),
    "files": _l("Files"),
    "correction": _l("Correction"),
    "due_on": _l("Due"),
    "urgent": _l("Urgent"),
    "important": _l("Important"),
    "assignee": _l("Assigned to"),
    "category": _l("Category"),
    "spent_on": _l("Spent on"),
    "purpose": _l("Purpose"),
    "items": _l("Items"),
    "receipts": _l("Receipts"),
    "payee": _l("Payee"),
    "quantity": _l("Quantity"),
    "expense_rate": _l("Expense rate"),
    "grants": _l("What it grants"),
    "label_zh": _l("Name (中文)"),
    "label_en": _l("Name (English)"),
    "reason": _l("Reason"),
    "base_currency": _l("Base currency"),
    "timezone": _l("Time zone"),
    "username": _l("User name"),
    "bank_name": _l("Bank"),
    "bank_account": _l("Account number"),
    "team": _l("Team"),
    "manager": lazy_pgettext("user", "Manager"),
    "roles": _l("Roles"),
    "language": _l("Language"),
    "head": _l("Head"),
    "stage": _l("Stage"),
    "stages": _l("Stages"),
    "quotas": _l("Quotas"),
    # Of pipelines and their stages.
    "pipeline": _l("Pipeline"),
    "pipelines": _l("Pipelines"),
    "flows": _l("Approval flows"),
    "approval_limit": _l("Approval limit"),
    "colours": _l("Colour"),
    "days_to_rot": _l("Days"),
    "guidance_zh": _l("Guidance (中文)"),
    "guidance_en": _l("Guidance (English)"),
    "demanded_to_enter": _l("Needed to enter"),
    "demanded_to_leave": _l("Needed to leave"),
    "checklist": _l("Checklist"),
    "locks_owner": _l("Deals stay with their owner"),
    "costs": _l("Costs"),
    "expense_rules": _l("Expense rules"),
    "budget": _l("Budget"),
    "label": _l("Name"),
    "field_kind": _l("Kind"),
    "section": _l("Section"),
    "required": _l("Required"),
    "offered": _l("In use"),
    "default": _l("Preset"),
    "options": _l("List"),
    "account_codes": _l("Account codes"),
    "approval_link_limit": _l("Limit for approval by link"),
    "trash_days": _l("Days in the trash"),
    "pool_limit": _l("Customers a person may own"),
    "pool_rest_days": _l("Days of rest"),
    "pool_claimants": _l("Who may claim"),
    "pool_rules": _l("Days without contact, by grade"),
}


# Where one English word is two Chinese ones: people have another kind of name than firms.
FIELDS_OF: dict[tuple[str, str], str] = {
    ("contact", "name"): lazy_pgettext("contact", "Name"),
    ("contact", "title"): lazy_pgettext("contact", "Title"),
    ("user", "name"): lazy_pgettext("contact", "Name"),
    ("team", "parent"): _l("Part of"),
}


# Why a verb is refused, by the reason of a ClaimRefused, PoolRefused or MergeRefused.
ADVANCE_REFUSALS: dict[str, str] = {
    "changed": _l("The advance is not what was approved; it cannot be handed out."),
    "state": _l("The advance has changed in the meantime: look at it as it is now."),
    "too_much": _l("This is more than is still to be accounted for."),
}
REFUSALS: dict[str, str] = {
    "empty": _l("A claim needs at least one item."),
    "zero": _l("The items add up to nothing."),
    "nobody": _l("Nobody can decide this: give the claimant a manager, or add an administrator."),
    "rules": _l("Rules forbid it."),
    "changed": _l("The claim is not what was approved; it cannot be paid."),
    "paid": _l("It is paid already."),
    "not approved": _l("It is not approved, or not any more."),
    "own": _l("It is your own: a colleague pays it."),
    "closed": _l("The books are closed for that day. Finance can open them again."),
    "share": _l("The amount is too small for so many shares."),
    "state": _l("The claim has changed in the meantime: look at it as it is now."),
    "off": _l("There is no public pool."),
    "taken": _l("Somebody else was quicker: it is not in the pool any more."),
    "limit": _l("You own as many customers as the pool allows. Give one up first."),
    "resting": _l("You gave it up or lost it a short while ago: others come first."),
    "locked": _l("A deal here stays with its owner in its stage, and so does the customer."),
    "late": _l("It is too late to undo this."),
    "same": _l("This is one and the same customer."),
    "trashed": _l("One of them is in the trash, or was merged into another one since."),
    "unknown": _l("There is no such field."),
}

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
    "contacts": _l("Contacts by stage"),
    "forecast": _l("Forecast against quota"),
    "forecast_then": _l("Forecast as it stood"),
    "attainment": _l("Quota attainment"),
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


def field_word(noun: str, field: str) -> str:
    """What ``field`` of a ``noun`` is called."""
    return str(FIELDS_OF.get((noun, field)) or FIELDS.get(field, field))


def document_word(kind: str) -> str:
    """What documents of a kind that is approved are called."""
    return str(DOCUMENT_WORDS[kind])


def refusal_word(reason: str) -> str:
    """Why a verb does not fit a record as it is now."""
    return str(REFUSALS[reason])


def _shared_names() -> set[str]:
    """What several people are called, asked of the database once a request."""
    return once_a_request("shared names", User.shared_names)
