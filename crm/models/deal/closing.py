"""Winning, losing and reopening a deal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm import clock
from crm.models.deal.moving import Missing, StageChanged
from crm.models.event import Action, Event
from crm.models.outcome import Outcome, OutcomeKind
from crm.models.stage_stay import StageStay

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.option import Option
    from crm.models.user import User


class AmountStands(Exception):
    """What was won or lost is told of in figures: to change it, the deal is reopened."""


class Closing:
    """The part of a deal that ends."""

    if TYPE_CHECKING:
        amount: Mapped[Decimal | None]
        outcome: Mapped[Outcome | None]
        closed_at: Mapped[datetime | None]

    @property
    def amount_stands(self: Deal) -> bool:
        """Whether it was closed with an amount; where none was known, one may be filled in."""
        return not self.is_open and self.amount is not None

    def win(
        self: Deal, *, by: User | None, at: datetime | None = None, note: str | None = None,
        historic: bool = False,
    ) -> None:  # fmt: skip
        """Close as won; winning a won deal again changes nothing.

        :param historic: it was won before the system knew of it: taken as it was.
        :raises Missing: there is no amount (not for historic deals).
        :raises StageChanged: it is lost already.
        """
        if self.outcome is not None and self.outcome.is_won:
            return
        if self.amount is None and not historic:
            raise Missing(["amount"])
        outcome = Outcome(kind=OutcomeKind.WON, note=note)
        self._close(outcome, by, at)
        Event.record(
            Action.DEAL_WON, self, by=by, at=outcome.at, historic=historic, name=self.name,
            amount="" if self.amount is None else str(self.amount), currency=self.currency,
        )  # fmt: skip

    def lose(
        self: Deal, *, by: User | None, reason: Option | None, at: datetime | None = None,
        competitor: str | None = None, note: str | None = None, historic: bool = False,
    ) -> None:  # fmt: skip
        """Close as lost; losing a lost deal again changes nothing.

        :raises Missing: there is no reason (not for historic deals).
        :raises StageChanged: it is won already.
        """
        if self.outcome is not None and not self.outcome.is_won:
            return
        if reason is None and not historic:
            raise Missing(["reason"])
        outcome = Outcome(kind=OutcomeKind.LOST, reason=reason, competitor=competitor, note=note)
        self._close(outcome, by, at)
        Event.record(
            Action.DEAL_LOST, self, by=by, at=outcome.at, historic=historic, name=self.name,
            reason_zh=reason.label_zh if reason else "",
            reason_en=reason.label_en if reason else "",
            competitor=competitor or "", note=note or "",
        )  # fmt: skip

    def reopen(self: Deal, *, by: User) -> None:
        """Back into the stage it was closed in; reopening an open deal changes nothing."""
        if self.outcome is None:
            return
        kind = self.outcome.kind
        now = clock.now()
        self.outcome, self.closed_at = None, None
        self.stage_since = now
        self.stays.append(StageStay(stage=self.stage, entered_at=now, entered_by_id=by.id))
        Event.record(Action.DEAL_REOPENED, self, by=by, name=self.name, outcome=kind.value)

    def _close(self: Deal, outcome: Outcome, by: User | None, at: datetime | None) -> None:
        if self.outcome is not None:
            raise StageChanged
        outcome.at, outcome.by = at or clock.now(), by
        self._leave_stage(by, outcome.at)
        self.outcome, self.closed_at = outcome, outcome.at
