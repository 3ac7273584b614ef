"""How a request runs: from step to step, from one person to the next, to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped

from crm import clock
from crm.extensions import db
from crm.models.approval.approvers import (
    Found,
    Skip,
    Why,
    ask_administrators,
    find_approvers,
    mode_of,
    without,
)
from crm.models.approval.assignment import ApprovalAssignment, Decision, Release
from crm.models.approval.comment import ApprovalComment
from crm.models.approval.delegation import Delegation
from crm.models.approval.flow import ApprovalStep, FlowVersion, Mode
from crm.models.approval.refusals import NobodyDecides, NoLongerAsked, NotAllowed
from crm.models.event import Action, Event
from crm.models.outgoing_mail import MailKind, OutgoingMail
from crm.models.user import User

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest

# How often the claimant can have the same person reminded.
REMINDED_AGAIN = timedelta(hours=20)


class Running:
    """The part of a request that asks one person after the other."""

    if TYPE_CHECKING:
        version: Mapped[FlowVersion | None]
        step: Mapped[ApprovalStep | None]
        closed_at: Mapped[datetime | None]
        facts: Mapped[dict[str, Any]]

    def begin(self: ApprovalRequest) -> None:
        """Ask those of the first step that asks anybody.

        :raises NobodyDecides: there is nobody but the claimant.
        """
        flow = self.version.flow if self.version else None
        Event.record(
            Action.APPROVAL_OPENED, self, by=self.claimant,
            flow_zh=flow.label_zh if flow else "", flow_en=flow.label_en if flow else "",
            version=self.version.number if self.version else 0,
        )  # fmt: skip
        self._begin_next_step()

    def go_on_from(
        self: ApprovalRequest, decided: ApprovalAssignment, decision: Decision, document: Any
    ) -> None:
        """What follows from a decision: others are asked, or the document is told the end."""
        Event.record(
            Action.APPROVAL_DECIDED, self, by=decided.approver, assignment=decided.id,
            decision=decision.value, comment=decided.comment or "",
            by_link=decided.by_link,
            in_place_of=decided.in_place_of.name if decided.in_place_of else "",
        )  # fmt: skip
        if decision is Decision.APPROVED:
            self._settle_parts_of(decided.approver)
            self._go_on(is_enough=not decided.is_added)
        if decision is not Decision.APPROVED or not self.pending:
            self.close_as(decision, decided, document)

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

    def say(self: ApprovalRequest, text: str, *, by: User) -> ApprovalComment:
        """Ask or answer something; those concerned get it by mail (``reactions.py``)."""
        comment = ApprovalComment(request=self, by=by, text=text, at=clock.now())
        db.session.add(comment)
        db.session.flush()  # its event names it by id
        Event.record(Action.APPROVAL_COMMENTED, self, by=by, comment=comment.id, text=text)
        return comment

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
        OutgoingMail.enqueue(
            MailKind.APPROVAL_REMINDER, assignment.approver, assignment=assignment.id
        )
        Event.record(
            Action.APPROVAL_REMINDED, self, by=by, assignment=assignment.id,
            name=assignment.approver.name,
        )  # fmt: skip

    def replace(
        self: ApprovalRequest, assignment: ApprovalAssignment, person: User, *, why: Why
    ) -> ApprovalAssignment:
        """Ask ``person`` in the place of who is asked now."""
        release = Release.ESCALATED if why is Why.ESCALATED else Release.HANDED_ON
        assignment.end_without_decision(release)
        instead = self._assign(
            person, assignment.step, turn=assignment.turn, why=why,
            in_place_of=assignment.in_place_of or assignment.approver,
            is_added=assignment.is_added,
        )  # fmt: skip
        self._ask(instead)
        return instead

    def go_on_if_settled(self: ApprovalRequest) -> None:
        """Go on where nobody is asked any more, because those who would be agreed before."""
        if self.asked:
            return
        self._go_on(is_enough=True)
        if not self.pending:
            approvals = [each for each in self.assignments if each.decision is Decision.APPROVED]
            self.close_as(Decision.APPROVED, approvals[-1], self.lock())

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

    def _go_on(self: ApprovalRequest, *, is_enough: bool) -> None:
        """After an approval: whoever is next in this step, else in the next one.

        :param is_enough: whether it is, where any one of those whom the step asks must agree: not
            that of who was added to them.
        """
        if is_enough and self._current_mode is Mode.ANY:
            for each in self.pending:
                if not each.is_added:
                    each.end_without_decision(Release.SETTLED)
        if self._ask_next_in_turn() or self.pending:
            return
        self._begin_next_step()

    @property
    def _current_mode(self: ApprovalRequest) -> Mode:
        if self.step is None or any(
            each.why is Why.ADMINISTRATOR for each in self.assignments if each.step is self.step
        ):
            return Mode.ANY
        return self.step.mode

    def _ask_next_in_turn(self: ApprovalRequest) -> bool:
        """Ask the next one of the step; ``False`` where nobody is left, or one is asked already."""
        while not self.asked:
            waiting = [each for each in self.pending if each.asked_at is None]
            if not waiting:
                return False
            self._ask(min(waiting, key=lambda each: (each.turn, each.position)))
        return True

    def _begin_next_step(self: ApprovalRequest) -> None:
        """Go on to the next step that asks anybody; after the last one nobody is pending.

        :raises NobodyDecides: no step asked anybody, and there is no administrator to ask.
        """
        steps = self.version.steps if self.version else []
        done = self.step.position if self.step else 0
        for step in steps:
            if step.position > done and self._begin_step(step):
                return
        if not self.agreed:
            self.step = None
            self._begin_with(None, ask_administrators(self.claimant))

    def _begin_step(self: ApprovalRequest, step: ApprovalStep) -> bool:
        """Ask those of ``step``; ``False`` where it is skipped."""
        found = Found([], skip=Skip.CONDITION)
        if step.applies(self.facts):
            found = find_approvers(step, self.claimant, self.base_amount)
            agreed = {each.id for each in found.people if self.who_decides(each).id in self.agreed}
            found = without(found, agreed, step)
        if found.skip is not None:
            Event.record(
                Action.APPROVAL_SKIPPED, self, by=None, step=step.id, step_zh=step.label_zh,
                step_en=step.label_en, why=found.skip.value,
            )  # fmt: skip
            return False
        self.step = step
        return self._begin_with(step, found)

    def _begin_with(self: ApprovalRequest, step: ApprovalStep | None, found: Found) -> bool:
        if not found.people:
            raise NobodyDecides
        in_turn = mode_of(step, found) is Mode.IN_TURN
        for turn, person in enumerate(found.people, start=1):
            self._assign(person, step, turn=turn if in_turn else 1, why=found.why)
        if in_turn:
            return self._ask_next_in_turn()
        for assignment in self.pending:
            self._ask(assignment)
        return bool(self.pending)

    def _assign(
        self: ApprovalRequest, person: User, step: ApprovalStep | None, *, turn: int, why: Why,
        in_place_of: User | None = None, is_added: bool = False,
    ) -> ApprovalAssignment:  # fmt: skip
        assignment = ApprovalAssignment(
            approver=person, step=step, turn=turn, why=why, in_place_of=in_place_of,
            position=len(self.assignments) + 1, is_added=is_added,
        )  # fmt: skip
        self.assignments.append(assignment)
        db.session.add(assignment)
        return assignment

    def _ask(self: ApprovalRequest, assignment: ApprovalAssignment) -> None:
        """It is their turn: they, or who decides for them while they are away, get the mail.

        Who agreed before, or is asked already, is not asked a second time.
        """
        person, decides = assignment.approver, self.who_decides(assignment.approver)
        if decides is not person:
            assignment.in_place_of = assignment.in_place_of or person
            assignment.approver, assignment.why = decides, Why.DELEGATE
        db.session.flush()  # mail and event name the assignment by id
        others = {each.approver_id for each in self.asked if each is not assignment}
        if assignment.approver_id in self.agreed | others:
            assignment.end_without_decision(Release.SETTLED)
            return
        assignment.asked_at = clock.now()
        OutgoingMail.enqueue(
            MailKind.APPROVAL_REQUESTED, assignment.approver, assignment=assignment.id
        )
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
