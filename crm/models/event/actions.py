"""What is recorded, and what each record of it carries."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Everything that is recorded; ``PARTICULARS`` says what each one carries."""

    CUSTOMER_CREATED = "customer:created"
    CUSTOMER_CHANGED = "customer:changed"
    CUSTOMER_TRASHED = "customer:trashed"
    CUSTOMER_RESTORED = "customer:restored"
    CUSTOMER_CLAIMED = "customer:claimed"
    CUSTOMER_RELEASED = "customer:released"
    CUSTOMER_TAKEN_BACK = "customer:taken_back"
    CUSTOMER_MERGED = "customer:merged"
    CUSTOMER_MERGE_UNDONE = "customer:merge_undone"
    CONTACT_CREATED = "contact:created"
    CONTACT_CHANGED = "contact:changed"
    CONTACT_MOVED = "contact:moved"
    CONTACT_TRASHED = "contact:trashed"
    CONTACT_RESTORED = "contact:restored"
    ACTIVITY_LOGGED = "activity:logged"
    ACTIVITY_CHANGED = "activity:changed"
    ACTIVITY_CORRECTED = "activity:corrected"
    ACTIVITY_TRASHED = "activity:trashed"
    ACTIVITY_RESTORED = "activity:restored"
    FILE_ADDED = "file:added"
    FILE_TRASHED = "file:trashed"
    FILE_RESTORED = "file:restored"
    DEAL_CREATED = "deal:created"
    DEAL_CHANGED = "deal:changed"
    DEAL_MOVED = "deal:moved"
    DEAL_WON = "deal:won"
    DEAL_LOST = "deal:lost"
    DEAL_REOPENED = "deal:reopened"
    DEAL_TRASHED = "deal:trashed"
    DEAL_RESTORED = "deal:restored"
    DEAL_GIVEN = "deal:given"
    DEAL_REROUTED = "deal:rerouted"
    DEAL_CLONED = "deal:cloned"
    DEAL_SNOOZED = "deal:snoozed"
    DEAL_WOKEN = "deal:woken"
    DEAL_TICKED = "deal:ticked"
    DEAL_UNTICKED = "deal:unticked"
    TASK_CREATED = "task:created"
    TASK_CHANGED = "task:changed"
    TASK_COMPLETED = "task:completed"
    TASK_REOPENED = "task:reopened"
    TASK_TRASHED = "task:trashed"
    TASK_RESTORED = "task:restored"
    CLAIM_CREATED = "claim:created"
    CLAIM_COPIED = "claim:copied"
    CLAIM_CHANGED = "claim:changed"
    CLAIM_SUBMITTED = "claim:submitted"
    CLAIM_WITHDRAWN = "claim:withdrawn"
    CLAIM_APPROVED = "claim:approved"
    CLAIM_REJECTED = "claim:rejected"
    CLAIM_RETURNED = "claim:returned"
    CLAIM_PAID = "claim:paid"
    CLAIM_TRASHED = "claim:trashed"
    CLAIM_RESTORED = "claim:restored"
    ADVANCE_SUBMITTED = "advance:submitted"
    ADVANCE_CHANGED = "advance:changed"
    ADVANCE_WITHDRAWN = "advance:withdrawn"
    ADVANCE_APPROVED = "advance:approved"
    ADVANCE_REJECTED = "advance:rejected"
    ADVANCE_RETURNED = "advance:returned"
    ADVANCE_PAID = "advance:paid"
    ADVANCE_SETTLED = "advance:settled"
    ADVANCE_REPAID = "advance:repaid"
    ADVANCE_REPAYMENT_TAKEN_BACK = "advance:repayment_taken_back"
    APPROVAL_OPENED = "approval:opened"
    APPROVAL_SKIPPED = "approval:skipped"
    APPROVAL_ASKED = "approval:asked"
    APPROVAL_DECIDED = "approval:decided"
    APPROVAL_RELEASED = "approval:released"
    APPROVAL_ADDED = "approval:added"
    APPROVAL_ESCALATED = "approval:escalated"
    APPROVAL_REMINDED = "approval:reminded"
    APPROVAL_COMMENTED = "approval:commented"
    APPROVAL_CLOSED = "approval:closed"
    DAILY_REPORT_COMMENTED = "daily_report:commented"
    ANNOUNCEMENT_MADE = "announcement:made"
    ANNOUNCEMENT_CHANGED = "announcement:changed"
    ANNOUNCEMENT_REMINDED = "announcement:reminded"
    ANNOUNCEMENT_TAKEN_DOWN = "announcement:taken_down"
    ANNOUNCEMENT_PUT_UP = "announcement:put_up"
    FLOW_REVISED = "approval_flow:revised"
    FLOW_CHANGED = "approval_flow:changed"
    FLOW_RETIRED = "approval_flow:retired"
    FLOW_RESTORED = "approval_flow:restored"
    DELEGATION_BEGUN = "delegation:begun"
    DELEGATION_ENDED = "delegation:ended"
    LINK_REFUSED = "approval_link:refused"
    USER_SIGNED_IN = "user:signed_in"
    USER_PASSWORD_CHANGED = "user:password_changed"  # noqa: S105
    USER_JOINED = "user:joined"
    USER_INVITED = "user:invited"
    USER_CHANGED = "user:changed"
    USER_ROLES_CHANGED = "user:roles_changed"
    USER_BANK_CHANGED = "user:bank_changed"
    USER_DEACTIVATED = "user:deactivated"
    USER_REACTIVATED = "user:reactivated"
    USER_SESSION_ENDED = "user:session_ended"
    USER_CALENDAR_SHARED = "user:calendar_shared"
    USER_CALENDAR_WITHDRAWN = "user:calendar_withdrawn"
    TEAM_FOUNDED = "team:founded"
    TEAM_CHANGED = "team:changed"
    TEAM_DISSOLVED = "team:dissolved"
    COMPANY_CHANGED = "company:changed"
    COMPANY_SET_UP = "company:set_up"
    BOOKS_CLOSED = "company:books_closed"
    STAGES_CHANGED = "pipeline:changed"
    STAGE_RETIRED = "stage:retired"
    QUOTA_CHANGED = "quota:changed"
    SOURCE_COST_CHANGED = "source_cost:changed"
    EXPENSE_RULES_CHANGED = "expense_rule:changed"
    BUDGET_CHANGED = "budget:changed"
    REMINDER_RULE_CREATED = "reminder_rule:created"
    REMINDER_RULE_CHANGED = "reminder_rule:changed"
    REMINDER_RULE_SWITCHED_ON = "reminder_rule:switched_on"
    REMINDER_RULE_SWITCHED_OFF = "reminder_rule:switched_off"
    REMINDER_RULE_TRASHED = "reminder_rule:trashed"
    REMINDER_RULE_RESTORED = "reminder_rule:restored"
    REMINDERS_STOPPED = "reminder_rule:stopped"
    REMINDERS_RESUMED = "reminder_rule:resumed"
    OPTIONS_CHANGED = "option:changed"
    FIELD_CREATED = "custom_field:created"
    FIELD_CHANGED = "custom_field:changed"
    EXPENSE_RATE_CHANGED = "expense_rate:changed"
    RATE_ENTERED = "exchange_rate:entered"
    RATE_REMOVED = "exchange_rate:removed"
    IMPORT_FINISHED = "import:finished"
    IMPORT_UNDONE = "import:undone"
    EXPORT_MADE = "export:made"
    TRASH_PURGED = "trash:purged"


_CHANGES = frozenset({"changes"})
_NAME = frozenset({"name"})
_PART = frozenset({"assignment", "name"})
_RATE = frozenset({"currency", "day", "rate"})
_STEP = frozenset({"step_zh", "step_en"})
_DECISION = frozenset({"amount", "currency", "comment", "by_link"})
# What an advance comes to in its own currency, beside the base one; older events do not say.
_ASKED_FOR = frozenset({"asked", "asked_in"})

PARTICULARS: dict[Action, frozenset[str]] = {
    Action.CUSTOMER_CREATED: _NAME,
    Action.CUSTOMER_CHANGED: _CHANGES,
    Action.CUSTOMER_TRASHED: _NAME,
    Action.CUSTOMER_RESTORED: _NAME,
    Action.CUSTOMER_CLAIMED: _NAME,
    Action.CUSTOMER_RELEASED: frozenset({"owner", "silent_days"}),
    Action.CUSTOMER_TAKEN_BACK: frozenset({"owner"}),
    Action.CUSTOMER_MERGED: frozenset({"winner", "loser", "other"}),
    Action.CUSTOMER_MERGE_UNDONE: frozenset({"winner", "loser"}),
    Action.CONTACT_CREATED: _NAME,
    Action.CONTACT_CHANGED: _CHANGES | _NAME,
    Action.CONTACT_MOVED: _NAME | {"left", "entered"},
    Action.CONTACT_TRASHED: _NAME,
    Action.CONTACT_RESTORED: _NAME,
    Action.ACTIVITY_LOGGED: frozenset({"kind", "kind_zh", "kind_en", "summary", "contact"}),
    Action.ACTIVITY_CHANGED: _CHANGES,
    Action.ACTIVITY_CORRECTED: _NAME | _CHANGES,
    Action.ACTIVITY_TRASHED: _NAME,
    Action.ACTIVITY_RESTORED: _NAME,
    Action.FILE_ADDED: frozenset({"names", "ids"}),
    Action.FILE_TRASHED: _NAME,
    Action.FILE_RESTORED: _NAME,
    Action.DEAL_CREATED: _NAME,
    Action.DEAL_CHANGED: _CHANGES | _NAME,
    Action.DEAL_MOVED: _NAME | {"from_zh", "from_en", "to_zh", "to_en"},
    Action.DEAL_WON: _NAME | {"amount", "currency"},
    Action.DEAL_LOST: _NAME | {"reason_zh", "reason_en", "competitor", "note"},
    Action.DEAL_REOPENED: _NAME | {"outcome"},
    Action.DEAL_TRASHED: _NAME,
    Action.DEAL_RESTORED: _NAME,
    # From one owner to the next, out of a stage that locks it: with the manager's reason.
    Action.DEAL_GIVEN: _NAME | {"from", "to", "reason"},
    # "Pipeline · stage", in both languages.
    Action.DEAL_REROUTED: _NAME | {"from_zh", "from_en", "to_zh", "to_en"},
    Action.DEAL_CLONED: _NAME | {"source"},
    Action.DEAL_SNOOZED: _NAME | {"until", "reason"},
    Action.DEAL_WOKEN: _NAME,
    Action.DEAL_TICKED: _NAME | {"item_zh", "item_en"},
    Action.DEAL_UNTICKED: _NAME | {"item_zh", "item_en"},
    Action.TASK_CREATED: _NAME,
    # ``comment``: what was said to whoever it was given to; older events do not say.
    Action.TASK_CHANGED: _CHANGES | _NAME | {"comment"},
    Action.TASK_COMPLETED: _NAME,
    Action.TASK_REOPENED: _NAME,
    Action.TASK_TRASHED: _NAME,
    Action.TASK_RESTORED: _NAME,
    Action.CLAIM_CREATED: _NAME,
    Action.CLAIM_COPIED: _NAME | {"source"},
    Action.CLAIM_CHANGED: _CHANGES,
    Action.CLAIM_SUBMITTED: frozenset({"amount", "currency", "approver"}),
    Action.CLAIM_WITHDRAWN: frozenset(),
    Action.CLAIM_APPROVED: _DECISION,
    Action.CLAIM_REJECTED: _DECISION,
    Action.CLAIM_RETURNED: _DECISION,
    # ``covered``: what of the amount advances covered, so that it was not paid out.
    Action.CLAIM_PAID: frozenset({"amount", "currency", "reference", "covered"}),
    Action.CLAIM_TRASHED: _NAME,
    Action.CLAIM_RESTORED: _NAME,
    Action.ADVANCE_SUBMITTED: _ASKED_FOR | {"amount", "currency", "approver"},
    Action.ADVANCE_CHANGED: _CHANGES,
    Action.ADVANCE_WITHDRAWN: frozenset(),
    Action.ADVANCE_APPROVED: _DECISION | _ASKED_FOR,
    Action.ADVANCE_REJECTED: _DECISION | _ASKED_FOR,
    Action.ADVANCE_RETURNED: _DECISION | _ASKED_FOR,
    Action.ADVANCE_PAID: _ASKED_FOR | {"amount", "currency", "reference"},
    # By a claim's number; what came back was told by it, too, with its reference or none.
    Action.ADVANCE_SETTLED: frozenset({"amount", "currency", "by_what"}),
    Action.ADVANCE_REPAID: frozenset({"amount", "currency", "reference", "day"}),
    # ``day``: that of the repayment.
    Action.ADVANCE_REPAYMENT_TAKEN_BACK: frozenset({"amount", "currency", "comment", "day"}),
    # Of a request: its trail. ``assignment`` is the id of the part that somebody has in it.
    Action.APPROVAL_OPENED: frozenset({"flow_zh", "flow_en", "version"}),
    Action.APPROVAL_SKIPPED: _STEP | {"step", "why"},
    Action.APPROVAL_ASKED: _PART | _STEP | {"why", "in_place_of"},
    Action.APPROVAL_DECIDED: frozenset(
        {"assignment", "decision", "comment", "by_link", "in_place_of"}
    ),
    Action.APPROVAL_RELEASED: _PART | {"release"},
    Action.APPROVAL_ADDED: _PART | {"comment"},
    Action.APPROVAL_ESCALATED: _PART | {"to"},
    Action.APPROVAL_REMINDED: _PART,
    Action.APPROVAL_COMMENTED: frozenset({"comment", "text"}),
    Action.APPROVAL_CLOSED: frozenset({"closure"}),
    # ``name``: of the rep on whose day it is.
    Action.DAILY_REPORT_COMMENTED: _NAME | {"text"},
    Action.ANNOUNCEMENT_MADE: _NAME,
    # ``again``: whether those who have read it are to read it again.
    Action.ANNOUNCEMENT_CHANGED: _NAME | _CHANGES | {"again"},
    Action.ANNOUNCEMENT_REMINDED: _NAME,
    Action.ANNOUNCEMENT_TAKEN_DOWN: _NAME,
    Action.ANNOUNCEMENT_PUT_UP: _NAME,
    Action.FLOW_REVISED: frozenset({"name_zh", "name_en", "version"}),
    Action.FLOW_CHANGED: _CHANGES | {"name_zh", "name_en"},
    Action.FLOW_RETIRED: frozenset({"name_zh", "name_en"}),
    Action.FLOW_RESTORED: frozenset({"name_zh", "name_en"}),
    Action.DELEGATION_BEGUN: _NAME | {"delegate", "first", "last"},
    Action.DELEGATION_ENDED: _NAME | {"delegate"},
    Action.LINK_REFUSED: frozenset({"approver", "reason"}),
    Action.USER_SIGNED_IN: frozenset({"address", "device"}),
    Action.USER_PASSWORD_CHANGED: frozenset(),
    Action.USER_JOINED: _NAME,
    Action.USER_INVITED: _NAME,
    Action.USER_CHANGED: _CHANGES,
    Action.USER_ROLES_CHANGED: _CHANGES,
    Action.USER_BANK_CHANGED: _CHANGES,
    Action.USER_DEACTIVATED: frozenset(),
    Action.USER_REACTIVATED: frozenset(),
    Action.USER_SESSION_ENDED: frozenset({"device"}),
    Action.USER_CALENDAR_SHARED: frozenset(),
    Action.USER_CALENDAR_WITHDRAWN: frozenset(),
    Action.TEAM_FOUNDED: _NAME,
    Action.TEAM_CHANGED: _CHANGES | _NAME,
    Action.TEAM_DISSOLVED: _NAME,
    Action.COMPANY_CHANGED: _CHANGES,
    Action.COMPANY_SET_UP: frozenset(),
    # Days as ISO 8601 writes them; empty: the books are open.
    Action.BOOKS_CLOSED: frozenset({"until", "before"}),
    Action.STAGES_CHANGED: _CHANGES,
    Action.STAGE_RETIRED: frozenset({"from_zh", "from_en", "to_zh", "to_en", "count", "stage"}),
    Action.QUOTA_CHANGED: _CHANGES,
    Action.SOURCE_COST_CHANGED: _CHANGES,
    Action.EXPENSE_RULES_CHANGED: _CHANGES,
    Action.BUDGET_CHANGED: _CHANGES,
    Action.REMINDER_RULE_CREATED: _NAME,
    Action.REMINDER_RULE_CHANGED: _CHANGES | _NAME,
    # ``also_due``: whether what was due before makes tasks, too.
    Action.REMINDER_RULE_SWITCHED_ON: _NAME | {"also_due"},
    Action.REMINDER_RULE_SWITCHED_OFF: _NAME,
    Action.REMINDER_RULE_TRASHED: _NAME,
    Action.REMINDER_RULE_RESTORED: _NAME,
    # Of a record: ``name`` is the rule's.
    Action.REMINDERS_STOPPED: _NAME,
    Action.REMINDERS_RESUMED: _NAME,
    Action.OPTIONS_CHANGED: _CHANGES | {"list"},
    Action.FIELD_CREATED: _NAME,
    Action.FIELD_CHANGED: _CHANGES | _NAME,
    Action.EXPENSE_RATE_CHANGED: _CHANGES | _NAME,
    # ``replaced``: the rate of the same day, if there was one; older events do not say.
    Action.RATE_ENTERED: _RATE | {"replaced"},
    Action.RATE_REMOVED: _RATE,
    Action.IMPORT_FINISHED: frozenset({"noun", "file", "created", "updated"}),
    Action.TRASH_PURGED: _NAME | {"noun"},
    Action.IMPORT_UNDONE: frozenset({"noun", "file", "trashed", "restored"}),
    Action.EXPORT_MADE: frozenset({"list", "filter", "format", "count"}),
}
