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
    CLAIM_CHANGED = "claim:changed"
    CLAIM_SUBMITTED = "claim:submitted"
    CLAIM_WITHDRAWN = "claim:withdrawn"
    CLAIM_APPROVED = "claim:approved"
    CLAIM_REJECTED = "claim:rejected"
    CLAIM_PAID = "claim:paid"
    CLAIM_TRASHED = "claim:trashed"
    CLAIM_RESTORED = "claim:restored"
    LINK_REFUSED = "approval_link:refused"
    USER_SIGNED_IN = "user:signed_in"
    USER_PASSWORD_CHANGED = "user:password_changed"  # noqa: S105
    USER_JOINED = "user:joined"
    USER_INVITED = "user:invited"
    USER_CHANGED = "user:changed"
    USER_ROLES_CHANGED = "user:roles_changed"
    USER_DEACTIVATED = "user:deactivated"
    USER_REACTIVATED = "user:reactivated"
    USER_SESSION_ENDED = "user:session_ended"
    TEAM_FOUNDED = "team:founded"
    TEAM_CHANGED = "team:changed"
    TEAM_DISSOLVED = "team:dissolved"
    COMPANY_CHANGED = "company:changed"
    COMPANY_SET_UP = "company:set_up"
    STAGES_CHANGED = "pipeline:changed"
    STAGE_RETIRED = "stage:retired"
    QUOTA_CHANGED = "quota:changed"
    SOURCE_COST_CHANGED = "source_cost:changed"
    OPTIONS_CHANGED = "option:changed"
    FIELD_CREATED = "custom_field:created"
    FIELD_CHANGED = "custom_field:changed"
    RATE_ENTERED = "exchange_rate:entered"
    IMPORT_FINISHED = "import:finished"
    IMPORT_UNDONE = "import:undone"
    EXPORT_MADE = "export:made"
    TRASH_PURGED = "trash:purged"


_CHANGES = frozenset({"changes"})
_NAME = frozenset({"name"})
_DECISION = frozenset({"amount", "currency", "comment", "by_link"})

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
    Action.TASK_CHANGED: _CHANGES | _NAME,
    Action.TASK_COMPLETED: _NAME,
    Action.TASK_REOPENED: _NAME,
    Action.TASK_TRASHED: _NAME,
    Action.TASK_RESTORED: _NAME,
    Action.CLAIM_CREATED: _NAME,
    Action.CLAIM_CHANGED: _CHANGES,
    Action.CLAIM_SUBMITTED: frozenset({"amount", "currency", "approver"}),
    Action.CLAIM_WITHDRAWN: frozenset(),
    Action.CLAIM_APPROVED: _DECISION,
    Action.CLAIM_REJECTED: _DECISION,
    Action.CLAIM_PAID: frozenset({"amount", "currency", "reference"}),
    Action.CLAIM_TRASHED: _NAME,
    Action.CLAIM_RESTORED: _NAME,
    Action.LINK_REFUSED: frozenset({"approver", "reason"}),
    Action.USER_SIGNED_IN: frozenset({"address", "device"}),
    Action.USER_PASSWORD_CHANGED: frozenset(),
    Action.USER_JOINED: _NAME,
    Action.USER_INVITED: _NAME,
    Action.USER_CHANGED: _CHANGES,
    Action.USER_ROLES_CHANGED: _CHANGES,
    Action.USER_DEACTIVATED: frozenset(),
    Action.USER_REACTIVATED: frozenset(),
    Action.USER_SESSION_ENDED: frozenset({"device"}),
    Action.TEAM_FOUNDED: _NAME,
    Action.TEAM_CHANGED: _CHANGES | _NAME,
    Action.TEAM_DISSOLVED: _NAME,
    Action.COMPANY_CHANGED: _CHANGES,
    Action.COMPANY_SET_UP: frozenset(),
    Action.STAGES_CHANGED: _CHANGES,
    Action.STAGE_RETIRED: frozenset({"from_zh", "from_en", "to_zh", "to_en", "count", "stage"}),
    Action.QUOTA_CHANGED: _CHANGES,
    Action.SOURCE_COST_CHANGED: _CHANGES,
    Action.OPTIONS_CHANGED: _CHANGES | {"list"},
    Action.FIELD_CREATED: _NAME,
    Action.FIELD_CHANGED: _CHANGES | _NAME,
    Action.RATE_ENTERED: frozenset({"currency", "day", "rate"}),
    Action.IMPORT_FINISHED: frozenset({"noun", "file", "created", "updated"}),
    Action.TRASH_PURGED: _NAME | {"noun"},
    Action.IMPORT_UNDONE: frozenset({"noun", "file", "trashed", "restored"}),
    Action.EXPORT_MADE: frozenset({"list", "filter", "format", "count"}),
}
