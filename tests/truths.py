"""What is true of everything that is approved, whatever was done to it: played machines ask it.

Each truth is worked out from rows and events alone, by none of the code that it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import inf

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.extensions import db
from crm.models import (
    Action,
    Advance,
    ApprovalAssignment,
    ApprovalRequest,
    ApprovalStep,
    Company,
    Event,
    ExpenseClaim,
    MailKind,
    OutgoingMail,
)
from crm.models.approval import Closure, Decision, Mode, Release, Why

Document = ExpenseClaim | Advance

# What a state is called after each event that changes one; settled is paid, and accounted for.
STATES = {
    Action.CLAIM_CREATED: "draft", Action.CLAIM_WITHDRAWN: "draft",
    Action.CLAIM_SUBMITTED: "submitted", Action.CLAIM_PAID: "paid",
    Action.CLAIM_APPROVED: "approved", Action.CLAIM_REJECTED: "rejected",
    Action.CLAIM_RETURNED: "returned",
    Action.ADVANCE_SUBMITTED: "submitted", Action.ADVANCE_WITHDRAWN: "withdrawn",
    Action.ADVANCE_APPROVED: "approved", Action.ADVANCE_REJECTED: "rejected",
    Action.ADVANCE_RETURNED: "returned", Action.ADVANCE_PAID: "paid",
}  # fmt: skip
# What of an advance is accounted for by each event, in how many times its amount.
SETTLED = {Action.ADVANCE_SETTLED: 1, Action.ADVANCE_REPAID: 1,
           Action.ADVANCE_REPAYMENT_TAKEN_BACK: -1}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A document, and everything that was ever asked and told about it."""

    document: Document

    @cached_property
    def requests(self) -> list[ApprovalRequest]:
        chosen = ApprovalRequest.of(self.document.KIND, self.document.id)
        loaded = chosen.options(
            selectinload(ApprovalRequest.assignments).joinedload(ApprovalAssignment.step)
        )
        return list(db.session.scalars(loaded))

    @property
    def parts(self) -> Iterator[ApprovalAssignment]:
        return (part for request in self.requests for part in request.assignments)

    @cached_property
    def state(self) -> str:
        word = self.document.state.value
        return "paid" if word == "settled" else word

    @cached_property
    def told(self) -> list[Event]:
        """What happened to the document itself, latest first."""
        return list(db.session.scalars(Event.about(self.document.__tablename__, self.document.id)))


def broken(document: Document) -> list[str]:
    """Which truths do not hold for ``document``: what they say."""
    story = Story(document)
    return [str(holds.__doc__) for holds in TRUTHS if not holds(story)]


# What is claimed, decided and paid


def sum_of_its_items(story: Story) -> bool:
    """The total of a claim is the sum of its items."""
    document = story.document
    if isinstance(document, Advance):
        return True
    return document.base_amount == sum((item.base_amount for item in document.items), Decimal(0))


def nobody_decided_their_own(story: Story) -> bool:
    """Nobody is asked about, has decided or has paid what they claim themselves."""
    payment, claimant = story.document.payment, story.document.claimant_id
    return (payment is None or payment.by_id != claimant) and all(
        part.approver_id != claimant for part in story.parts if part.asked_at or part.decided_at
    )


def approved_as_it_is(story: Story) -> bool:
    """What is approved or paid is just what the last step agreed to."""
    if story.state not in {"approved", "paid"}:
        return True
    last = story.requests[-1] if story.requests else None
    return (
        last is not None
        and last.closure is Closure.APPROVED
        and last.content_hash == story.document.content_hash()
        and any(part.decision is Decision.APPROVED for part in last.assignments)
    )


def asked_while_submitted(story: Story) -> bool:
    """Somebody is asked about it if and only if it is handed in, in one request."""
    running = [request for request in story.requests if request.closed_at is None]
    if story.state != "submitted":
        return not running
    return len(running) == 1 and any(_is_asked(part) for part in running[0].assignments)


# How a request runs


def one_end_for_each_part(story: Story) -> bool:
    """A part is decided or released, never both, and not while its turn has not come."""
    return all(
        not (part.decided_at and part.released_at)
        and (part.asked_at is not None or part.decided_at is None)
        for part in story.parts
    )


def one_decision_for_each_version(story: Story) -> bool:
    """Nobody decides twice about the same version, and no version is asked about twice."""
    deciders = [[part.approver_id for part in request.assignments if part.decided_at]
                for request in story.requests]  # fmt: skip
    versions = [request.document_version for request in story.requests]
    return all(len(set(each)) == len(each) for each in [*deciders, versions])


def over_when_agreed(story: Story) -> bool:
    """A step is over as soon as those have agreed whom it needs, and not before."""
    return all(
        _is_over(request, step) == _is_agreed(request, step)
        for request in story.requests
        if request.closure in {None, Closure.APPROVED}
        for step in {part.step for part in request.assignments}
    )


def one_after_the_other(story: Story) -> bool:
    """Nobody is asked before all of earlier steps, and of earlier turns in their step, are done."""
    return all(
        (end := before.decided_at or before.released_at) is not None and end <= part.asked_at
        for request in story.requests
        for part in request.assignments
        if part.asked_at
        for before in request.assignments
        if _turn(before) < _turn(part)
    )


def _turn(part: ApprovalAssignment) -> tuple[float, int]:
    return _place(part.step), part.turn


def _place(step: ApprovalStep | None) -> float:
    """An administrator is asked in the end, where no step asked anybody."""
    return step.position if step else inf


def _is_asked(part: ApprovalAssignment) -> bool:
    return part.asked_at is not None and part.decided_at is None and part.released_at is None


def _is_over(request: ApprovalRequest, step: ApprovalStep | None) -> bool:
    return request.closure is Closure.APPROVED or step is not request.step


def _is_agreed(request: ApprovalRequest, step: ApprovalStep | None) -> bool:
    """Whether the agreements up to this step are those that it needs: of any one, else of all
    whom it asks, and of all who were added. Of any one, a second is one too many."""
    parts = [part for part in request.assignments if part.step is step]
    holders = [part for part in parts
               if part.release not in {Release.HANDED_ON, Release.ESCALATED}]  # fmt: skip
    agreed = {
        part.approver_id
        for part in request.assignments
        if part.decision is Decision.APPROVED and _place(part.step) <= _place(step)
    }
    own = [part for part in holders if not part.is_added]
    needed = any if _mode(step, parts) is Mode.ANY else all
    if needed is any and sum(part.decision is Decision.APPROVED for part in own) > 1:
        return False
    return needed(part.approver_id in agreed for part in own) and all(
        part.approver_id in agreed for part in holders if part.is_added
    )


def _mode(step: ApprovalStep | None, parts: list[ApprovalAssignment]) -> Mode:
    """Of administrators who stand in, any one; whom the step asked first, tells who they are."""
    first = min(parts, key=lambda part: part.position)
    return Mode.ANY if step is None or first.why is Why.ADMINISTRATOR else step.mode


# What was told of it


def trail_is_state(story: Story) -> bool:
    """What the trail tells, played from its beginning, is what the rows say."""
    return all(_played(request) == _stands(request) for request in story.requests)


def _played(request: ApprovalRequest) -> tuple[set[int], dict[int, str], str | None]:
    """From the events alone: who is asked, what was decided by whom, how it ended."""
    asked: set[int] = set()
    decided: dict[int, str] = {}
    closure = None
    trail = Event.about(request.__tablename__, request.id)
    for event in reversed(db.session.scalars(trail).all()):
        part = event.particulars.get("assignment")
        if event.action is Action.APPROVAL_ASKED:
            asked.add(part)
        elif event.action is Action.APPROVAL_DECIDED:
            assert part not in decided, "decided twice"
            asked.remove(part)
            decided[part] = event.particulars["decision"]
        elif event.action is Action.APPROVAL_RELEASED:
            asked.remove(part)
        elif event.action is Action.APPROVAL_CLOSED:
            assert closure is None, "closed twice"
            closure = event.particulars["closure"]
    return asked, decided, closure


def _stands(request: ApprovalRequest) -> tuple[set[int], dict[int, str], str | None]:
    """The same from the rows."""
    return (
        {part.id for part in request.assignments if _is_asked(part)},
        {part.id: part.decision.value for part in request.assignments if part.decision},
        request.closure.value if request.closure else None,
    )


def state_is_what_was_told(story: Story) -> bool:
    """Its state is that of the last event that changes one."""
    told = (STATES[event.action] for event in story.told if event.action in STATES)
    return story.state == next(told)


def one_mail_for_each_who_is_asked(story: Story) -> bool:
    """Who is asked was written to once, for each time they are asked."""
    mails = select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    written = [mail.particulars["assignment"] for mail in db.session.scalars(mails)]
    return all(written.count(part.id) == 1 for part in story.parts if part.asked_at)


# Money


def paid_out_once(story: Story) -> bool:
    """It has its payment once it is paid, which comes to all that it pays less what was set off."""
    payment = story.document.payment
    if payment is None:
        return story.state != "paid" and not story.document.settlements
    owed = sum((paper.base_amount for paper in payment.papers), Decimal(0))
    set_off = sum((part.amount for claim in payment.claims for part in claim.settlements),
                  Decimal(0))  # fmt: skip
    amounts = [payout.amount for payout in payment.payouts]
    return (
        story.state == "paid"
        and payment.total == sum(amounts, Decimal(0)) == owed - set_off
        and min(amounts) >= 0
    )


def handed_out_is_accounted_for(story: Story) -> bool:
    """Of an advance, what is owed, set off and given back is what was handed out, none below 0."""
    advance = story.document
    if not isinstance(advance, Advance) or advance.payment is None:
        return True
    set_off = sum((part.amount for part in advance.settlements if part.claim_id), Decimal(0))
    back = sum((part.amount for part in advance.settlements if not part.claim_id), Decimal(0))
    told = sum((SETTLED[event.action] * Decimal(event.particulars["amount"])
                for event in story.told if event.action in SETTLED), Decimal(0))  # fmt: skip
    owed = advance.outstanding
    return (
        advance.payment.total == owed + set_off + back
        and min(owed, set_off, back) >= 0
        and told == set_off + back
        and (advance.state.value == "settled") == (owed == 0)
    )


def taken_back_once_and_whole(story: Story) -> bool:
    """A counter-entry takes back one repayment, all of it, and not before its day."""
    advance = story.document
    if not isinstance(advance, Advance):
        return True
    pairs = [(part, part.takes_back) for part in advance.settlements if part.takes_back]
    taken_back = [repayment.id for _part, repayment in pairs]
    return len(set(taken_back)) == len(taken_back) and all(
        repayment.advance_id == advance.id
        and repayment.claim_id is None
        and part.amount == -repayment.amount
        and part.settled_on >= repayment.settled_on
        for part, repayment in pairs
    )


def settled_after_it_was_handed_out(story: Story) -> bool:
    """Nothing comes back before an advance is handed out, or on a day to come."""
    advance = story.document
    if not isinstance(advance, Advance) or advance.payment is None:
        return True
    company = Company.current()
    return all(
        part.settled_on <= company.today()
        and (part.claim_id is not None or advance.payment.paid_on <= part.settled_on)
        for part in advance.settlements
    )


TRUTHS: tuple[Callable[[Story], bool], ...] = (
    sum_of_its_items, nobody_decided_their_own, approved_as_it_is, asked_while_submitted,
    one_end_for_each_part, one_decision_for_each_version, over_when_agreed, one_after_the_other,
    trail_is_state, state_is_what_was_told, one_mail_for_each_who_is_asked, paid_out_once,
    handed_out_is_accounted_for, taken_back_once_and_whole, settled_after_it_was_handed_out,
)  # fmt: skip
