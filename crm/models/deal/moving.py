"""Moving a deal between stages: one rule for board, menu, form, bulk edit and import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crm import clock
from crm.extensions import db
from crm.models.event import Action, Event
from crm.models.stage_stay import StageStay

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline import Stage
    from crm.models.user import User

# For so long a move can be taken back, and the days it stood before count on.
TAKEN_BACK_WITHIN = timedelta(hours=1)


class Missing(Exception):
    """Fields that must be filled first; ``fields`` names them."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class StageChanged(Exception):
    """The deal is not where the mover saw it: somebody moved, closed or changed it meanwhile."""


def missing_fields(stage: Stage, value_of: Callable[[str], Any]) -> list[str]:
    """The fields that ``stage`` demands and of which ``value_of`` knows no value."""
    return [name for name in stage.required if value_of(name) is None]


class Moving:
    """The part of a deal that stands in stages."""

    def move_to(
        self: Deal, stage: Stage, *, by: User | None, at: datetime | None = None,
        historic: bool = False,
    ) -> None:  # fmt: skip
        """Leave the stage for another one; moving to the same stage changes nothing.

        :param historic: it was moved before the system knew of it: the event has no consequences.
        :raises StageChanged: the deal is closed, or ``stage`` belongs to another pipeline.
        :raises Missing: ``stage`` demands fields that are empty.
        """
        if not self.is_open or stage.pipeline_id != self.pipeline_id:
            raise StageChanged
        if stage.id == self.stage_id:
            return
        self.require_fields_of(stage)
        at = at or clock.now()
        left = self.stage
        self._leave_stage(by, at)
        db.session.flush()  # the unique index wants the old stay closed before the new one opens
        self.stage, self.stage_since = stage, at
        self.stays.append(
            StageStay(stage=stage, entered_at=at, entered_by_id=by.id if by else None)
        )
        self._record_move(left, stage, by=by, at=at, historic=historic)

    def take_back_move(self: Deal, *, by: User) -> None:
        """Back where it stood before ``by`` moved it, as if it had never left.

        :raises StageChanged: its last move was somebody else's or is too long ago, or it is closed.
        """
        here = self.stays[-1]
        before = self.stays[-2] if len(self.stays) > 1 else None
        is_mine = here.entered_by_id == by.id and clock.now() - here.entered_at < TAKEN_BACK_WITHIN
        if before is None or before.stage_id == here.stage_id or not (self.is_open and is_mine):
            raise StageChanged
        self.stays.remove(here)
        db.session.delete(here)
        db.session.flush()  # the unique index wants this stay gone before the old one is open again
        before.left_at = before.left_by_id = None
        self.stage, self.stage_since = before.stage, before.entered_at
        self._record_move(here.stage, before.stage, by=by)

    def require_fields_of(self: Deal, stage: Stage) -> None:
        """:raises Missing: ``stage`` demands fields that are empty."""
        if missing := self.missing_for(stage):
            raise Missing(missing)

    def missing_for(self: Deal, stage: Stage) -> list[str]:
        """The fields that ``stage`` demands and the deal lacks."""
        return missing_fields(stage, lambda name: getattr(self, name))

    def days_in_stage(self: Deal, now: datetime) -> int:
        """Whole days since it entered its stage."""
        return max(0, (now - self.stage_since).days)

    def stagnation(self: Deal, now: datetime) -> str:
        """``""``, ``warning`` from the stage's days on, ``alarm`` from 1.5 times them."""
        limit = self.stage.days_to_rot
        days = self.days_in_stage(now)
        if not limit or not self.is_open or days < limit:
            return ""
        return "alarm" if days * 2 >= limit * 3 else "warning"

    def _record_move(self: Deal, left: Stage, entered: Stage, **particulars: Any) -> None:
        Event.record(
            Action.DEAL_MOVED, self, name=self.name, **particulars,
            from_zh=left.label_zh, from_en=left.label_en,
            to_zh=entered.label_zh, to_en=entered.label_en,
        )  # fmt: skip

    def _leave_stage(self: Deal, by: User | None, at: datetime) -> None:
        stay = next(stay for stay in self.stays if stay.left_at is None)
        stay.left_at = max(at, stay.entered_at)
        stay.left_by_id = by.id if by else None
