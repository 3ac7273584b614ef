"""Why verbs are refused, in both languages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from crm.models.expense_claim.states import MOST_ITEMS

# By the reason of an AdvanceRefused.
ADVANCE_REFUSALS: dict[str, str] = {
    "changed": _l("The advance is not what was approved; it cannot be handed out."),
    "state": _l("The advance has changed in the meantime: look at it as it is now."),
    "too_much": _l("This is more than is still to be accounted for."),
    "day": _l("This is before the money was there, or a day to come."),
}
# By the reason of a ClaimRefused, PoolRefused or MergeRefused.
REFUSALS: dict[str, str] = {
    "empty": _l("A claim needs at least one item."),
    "many": _l(
        "A claim holds up to %(most)s costs: begin another one for the rest.", most=MOST_ITEMS
    ),
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


def refusal_word(reason: str) -> str:
    """Why a verb does not fit a record as it is now."""
    return str(REFUSALS[reason])
