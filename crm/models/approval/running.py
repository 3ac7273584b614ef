"""How a request runs: from step to step, from one person to the next, to its end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Mapped

from crm.models.approval.approvers import (
    Found,
    ask_administrators,
    find_still_asked,
    mode_of,
)
from crm.models.approval.assignment import ApprovalAssignment, Decision, Release
from crm.models.approval.flow import ApprovalStep, FlowVersion, Mode
from crm.models.approval.refusals import NobodyDecides
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.approval.request import ApprovalRequest


class Running:
    """The part of a request that asks one person after the other."""

    if TYPE_CHECKING:
        version: Mapped[FlowVersion | None]
        step: Mapped[ApprovalStep | None]
        mode: Mapped[Mode]
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
            self._go_on()
        if decision is not Decision.APPROVED or not self.pending:
            self.close_as(decision, decided, document)

    def go_on_if_settled(self: ApprovalRequest, part: ApprovalAssignment) -> None:
        """Go on where ``part`` came to who agreed before: that is their agreement to it, too."""
        if part.is_pending:
            return
        self._go_on()
        if not self.pending:
            agreed = [each for each in self.assignments if each.decision is Decision.APPROVED]
            last = max(agreed, key=lambda each: (each.decided_at, each.position))
            self.close_as(Decision.APPROVED, last, self.lock())

    def _go_on(self: ApprovalRequest) -> None:
        """After an approval: whoever is next in this step, else in the next one."""
        if self.mode is Mode.ANY and self._is_agreed_by_the_step():
            for each in self.pending:
                if not each.is_added:
                    each.end_without_decision(Release.SETTLED)
        if self._ask_next_in_turn() or self.pending:
            return
        self._begin_next_step()

    def _is_agreed_by_the_step(self: ApprovalRequest) -> bool:
        """Whether one of those whom the step asks has agreed: who was added is none of them."""
        return any(
            each.approver_id in self.agreed
            for each in self.assignments
            if each.step is self.step and not each.is_added and not each.is_handed_on
        )

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
        found = find_still_asked(
            step, self.claimant, self.base_amount, self.facts, self.agreed,
            stand_in=self.who_decides,
        )  # fmt: skip
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
        self.mode = mode_of(step, found)
        in_turn = self.mode is Mode.IN_TURN
        for turn, person in enumerate(found.people, start=1):
            self._assign(person, step, turn=turn if in_turn else 1, why=found.why)
        if in_turn:
            return self._ask_next_in_turn()
        for assignment in self.pending:
            self._ask(assignment)
        return bool(self.pending)
