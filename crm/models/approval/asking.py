"""Who is asked by a request: each has a part in it, a mail, and a line in the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crm import clock
from crm.extensions import db
from crm.models.approval.approvers import Why
from crm.models.approval.assignment import ApprovalAssignment, CameBy, Decision, Release
from crm.models.approval.delegation import Delegation
from crm.models.approval.flow import ApprovalStep
from crm.models.approval.refusals import NoLongerAsked, NotAllowed
from crm.models.event import Action, Event
from crm.models.notification import Notification, NotificationKind
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest

# How often the claimant can have the same person reminded.
REMINDED_AGAIN = timedelta(hours=20)


class Asking:
    """The part of a request that asks people, reminds them, and asks others instead."""

    def ask_also(
        self: ApprovalRequest, colleague: User, *, by: ApprovalAssignment, comment: str | None
    ) -> ApprovalAssignment | None:
        """The approver of ``by`` wants ``colleague`` to agree as well, in the same step.

        :returns: ``None`` where the colleague is asked already: nothing changes.
        :raises NoLongerAsked: ``by`` is not open any more.
        :raises NotAllowed: of the claimant, or of who has left.
        """
        self.lock()
        db.session.refresh(by)
        if not by.is_open:
            raise NoLongerAsked
        if colleague.id == self.claimant_id or not colleague.is_active:
            raise NotAllowed
        if any(colleague.id == each.approver_id for each in self.pending):
            return None
        added = self._assign(colleague, by.step, turn=by.turn, why=Why.ADDED, is_added=True)
        db.session.flush()  # the event names it by id
        Event.record(
            Action.APPROVAL_ADDED, self, by=by.approver, assignment=added.id,
            name=colleague.name, comment=comment or "",
        )  # fmt: skip
        self._ask(added)
        return added

    def remind(self: ApprovalRequest, *, by: User | None) -> list[User]:
        """Mail those again who are asked, at most once in 20 hours each; who was, is returned."""
        reminded = []
        for assignment in self.asked:
            before = assignment.reminded_at or assignment.asked_at
            if before is not None and clock.now() - before < REMINDED_AGAIN:
                continue
            self.remind_of(assignment, by=by)
            reminded.append(assignment.approver)
        return reminded

    def remind_of(
        self: ApprovalRequest, assignment: ApprovalAssignment, *, by: User | None
    ) -> None:
        """Mail one of them again, whenever that was done last."""
        assignment.reminded_at = clock.now()
        event = Event.record(
            Action.APPROVAL_REMINDED, self, by=by, assignment=assignment.id,
            name=assignment.approver.name,
        )  # fmt: skip
        db.session.flush()  # the notification names the event by id
        Notification.tell(
            assignment.approver, NotificationKind.APPROVAL_REMINDER, assignment, event=event,
            assignment=assignment.id,
        )  # fmt: skip

    def replace(
        self: ApprovalRequest, part: ApprovalAssignment, person: User, *, came_by: CameBy, why: Why
    ) -> ApprovalAssignment:
        """Ask ``person`` in the place of who is asked now; to the same part, with its authority.

        :param why: why they decide: as who had it before, or as an administrator.
        """
        release = Release.ESCALATED if came_by is CameBy.ESCALATED else Release.HANDED_ON
        part.end_without_decision(release)
        instead = self._assign(person, part.step, turn=part.turn, why=why, is_added=part.is_added)
        if person is not part.owner:
            instead.in_place_of, instead.came_by = part.owner, came_by
        self._ask(instead)
        return instead

    @property
    def reminder_due_at(self: ApprovalRequest) -> datetime | None:
        """From when on somebody can be reminded again; ``None`` where nobody is asked."""
        asked = [each.reminded_at or each.asked_at for each in self.asked]
        return min(filter(None, asked)) + REMINDED_AGAIN if asked else None

    @property
    def pending(self: ApprovalRequest) -> list[ApprovalAssignment]:
        """Whose decision is still to come, be it their turn or not."""
        return [each for each in self.assignments if each.is_pending]

    @property
    def asked(self: ApprovalRequest) -> list[ApprovalAssignment]:
        """Who can decide now."""
        return [each for each in self.assignments if each.is_open]

    @property
    def agreed(self: ApprovalRequest) -> set[int]:
        """The ids of those who have approved."""
        return {each.approver_id for each in self.assignments if each.decision is Decision.APPROVED}

    def _assign(
        self: ApprovalRequest, person: User, step: ApprovalStep | None, *, turn: int, why: Why,
        is_added: bool = False,
    ) -> ApprovalAssignment:  # fmt: skip
        assignment = ApprovalAssignment(
            approver=person, step=step, turn=turn, why=why, is_added=is_added,
            position=len(self.assignments) + 1,
        )  # fmt: skip
        self.assignments.append(assignment)
        db.session.add(assignment)
        return assignment

    def _ask(self: ApprovalRequest, assignment: ApprovalAssignment) -> None:
        """It is their turn: they, or who decides for them while they are away, get the mail.

        Who agreed before, or is asked already, is not asked a second time.
        """
        person, owner = assignment.approver, assignment.owner
        decides = Delegation.deciding_for(person, self.claimant_id, owner.id)
        if decides is not person:
            assignment.give_to(decides, CameBy.DELEGATE)
        db.session.flush()  # mail and event name the assignment by id
        others = {each.approver_id for each in self.asked if each is not assignment}
        if assignment.approver_id in self.agreed | others:
            assignment.end_without_decision(Release.SETTLED)
            return
        assignment.asked_at = clock.now()
        Notification.tell(
            assignment.approver, NotificationKind.APPROVAL_REQUESTED, assignment,
            by=self.claimant, assignment=assignment.id,
        )  # fmt: skip
        step = assignment.step
        Event.record(
            Action.APPROVAL_ASKED, self, by=None, assignment=assignment.id,
            name=assignment.approver.name, why=assignment.why.value,
            step_zh=step.label_zh if step else "", step_en=step.label_en if step else "",
            in_place_of=assignment.in_place_of.name if assignment.in_place_of else "",
        )  # fmt: skip

    def who_decides(self: ApprovalRequest, person: User) -> User:
        """``person``, or who decides for them while they are away; never the claimant."""
        return Delegation.deciding_for(person, self.claimant_id)

    def _settle_parts_of(self: ApprovalRequest, person: User) -> None:
        """Who agreed, agreed: other parts that came to the same person are done."""
        for each in self.asked:
            if each.approver_id == person.id:
                each.end_without_decision(Release.SETTLED)
