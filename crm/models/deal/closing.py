"""Winning, losing and reopening a deal."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from crm import clock
from crm.models.deal.checking import Missing, require_none
from crm.models.deal.moving import StageChanged, hold_in_use
from crm.models.event import Action, Event
from crm.models.outcome import Outcome, OutcomeKind

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
        self: Deal, *, by: User | None, at: datetime | None = None, competitor: str | None = None,
        note: str | None = None, historic: bool = False,
    ) -> None:  # fmt: skip
        """Close as won; winning a won deal again changes nothing.

        :param historic: it was won before the system knew of it: taken as it was.
        :raises Missing: there is no amount, or something that leaving its stage demands (not for
            historic deals).
        :raises StageChanged: it is lost already.
        """
        if self.outcome is not None and self.outcome.is_won:
            return
        if self.is_open and not historic:
            require_none(self.missing_to_win)
        outcome = Outcome(kind=OutcomeKind.WON, competitor=competitor, note=note)
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
        """Back into the stage it was closed in, or what that was retired into.

        Reopening an open deal changes nothing.

        :raises StageChanged: its pipeline is out of use.
        :raises Missing: it says no longer what the stage demands.
        """
        if self.outcome is None:
            return
        stage, kind = self.stage.in_force, self.outcome.kind
        hold_in_use(stage)
        require_none(self.missing_in(stage))
        self.outcome, self.closed_at = None, None
        self._enter(stage, by, clock.now())
        Event.record(Action.DEAL_REOPENED, self, by=by, name=self.name, outcome=kind.value)

    def _close(self: Deal, outcome: Outcome, by: User | None, at: datetime | None) -> None:
        if self.outcome is not None:
            raise StageChanged("closed")
        outcome.at, outcome.by = at or clock.now(), by
        self._leave_stage(by, outcome.at)
        self.outcome, self.closed_at = outcome, outcome.at
