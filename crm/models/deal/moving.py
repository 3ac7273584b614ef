"""Moving a deal between stages: one rule for board, menu, form, bulk edit and import."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models.deal.checking import require_none
from crm.models.event import Action, Event
from crm.models.stage_stay import StageStay

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline import Stage
    from crm.models.user import User

# For so long a move can be taken back, and the days it stood before count on.
TAKEN_BACK_WITHIN = timedelta(hours=1)


class StageChanged(Exception):
    """The deal is not where the mover saw it, or cannot go where they want it; ``reason`` says why.

    ``moved``: somebody moved or changed it meanwhile; ``closed``: it is won or lost; ``elsewhere``:
    the stage is in another pipeline; ``retired``: the stage, or its pipeline, is out of use.
    """

    def __init__(self, reason: str = "moved") -> None:
        super().__init__(reason)
        self.reason = reason


def hold_in_use(stage: Stage) -> None:
    """Hold ``stage`` in use until the transaction ends: whoever retires it waits, or was first.

    :raises StageChanged: it is out of use, or its pipeline is.
    """
    from crm.models.pipeline import Pipeline, Stage

    here = select(Stage.id).where(Stage.id == stage.id)
    in_use = Stage.retired_at.is_(None), Pipeline.retired_at.is_(None)
    with db.session.no_autoflush:  # what was typed is not in the history yet
        db.session.execute(here.with_for_update(read=True))
        # Asked after the wait: a statement knows of nothing that was committed while it waited.
        if db.session.scalar(here.join(Stage.pipeline).where(*in_use)) is None:
            raise StageChanged("retired")


class Moving:
    """The part of a deal that stands in stages."""

    def move_to(
        self: Deal, stage: Stage, *, by: User | None, at: datetime | None = None,
        historic: bool = False,
    ) -> None:  # fmt: skip
        """Leave the stage for another one; moving to the same stage changes nothing.

        :param historic: it was moved before the system knew of it: the event has no consequences.
        :raises StageChanged: it is closed, or ``stage`` is out of use or in another pipeline.
        :raises Missing: this stage cannot be left, or ``stage`` be entered, before that is there.
        """
        if stage.pipeline_id != self.pipeline_id:
            raise StageChanged("elsewhere")
        self._go_to(stage, by=by, at=at, historic=historic)

    def take_back_move(self: Deal, *, by: User) -> None:
        """Back where it stood before ``by`` moved it, as if it had never left.

        :raises StageChanged: its last move was somebody else's or is too long ago, or it is closed.
        :raises Missing: it says no longer what the stage demands.
        """
        here = self.stays[-1]
        before = self.stays[-2] if len(self.stays) > 1 else None
        is_mine = here.entered_by_id == by.id and clock.now() - here.entered_at < TAKEN_BACK_WITHIN
        if before is None or before.stage_id == here.stage_id or not (self.is_open and is_mine):
            raise StageChanged
        hold_in_use(before.stage)
        require_none(self.missing_in(before.stage))
        self.stays.remove(here)
        db.session.delete(here)
        db.session.flush()  # the unique index wants this stay gone before the old one is open again
        before.left_at = before.left_by_id = None
        self._stand_in(before.stage, before.entered_at)
        self._resume_snooze(here.entered_at, by)
        self._record_move(here.stage, before.stage, by=by, at=clock.now())

    def _go_to(
        self: Deal, stage: Stage, *, by: User | None, at: datetime | None, historic: bool = False
    ) -> None:
        """End the stay in its stage and begin one in ``stage``, of whatever pipeline."""
        if not self.is_open:
            raise StageChanged("closed")
        if stage.id == self.stage_id:
            return
        hold_in_use(stage)
        require_none(self.missing_for(stage))
        left, at = self.stage, self._leave_stage(by, at or clock.now())
        db.session.flush()  # the unique index wants the old stay closed before the new one opens
        self._enter(stage, by, at)
        self._record_move(left, stage, by=by, at=at, historic=historic)

    def _enter(self: Deal, stage: Stage, by: User | None, at: datetime) -> None:
        self._stand_in(stage, at)
        self.stays.append(
            StageStay(stage=stage, entered_at=at, entered_by_id=by.id if by else None)
        )

    def _stand_in(self: Deal, stage: Stage, since: datetime) -> None:
        # Its pipeline first: to read it flushes what has changed so far.
        self.pipeline, self.pipeline_id = stage.pipeline, stage.pipeline_id
        self.stage, self.stage_id, self.stage_since = stage, stage.id, since

    def _leave_stage(self: Deal, by: User | None, at: datetime) -> datetime:
        """End the stay that goes on, ``at`` or when it began if that is later: returns when."""
        stay = next(stay for stay in self.stays if stay.left_at is None)
        stay.left_at = at = max(at, stay.entered_at)
        stay.left_by_id = by.id if by else None
        self._end_snooze(by, at)
        return at

    def _record_move(
        self: Deal, left: Stage, entered: Stage, *, by: User | None, at: datetime,
        historic: bool = False,
    ) -> None:  # fmt: skip
        stays_within = left.pipeline_id == entered.pipeline_id
        words = {
            f"{side}_{language}": stage.label(language) if stays_within else stage.way(language)
            for side, stage in (("from", left), ("to", entered))
            for language in ("zh", "en")
        }
        action = Action.DEAL_MOVED if stays_within else Action.DEAL_REROUTED
        Event.record(action, self, by=by, at=at, historic=historic, name=self.name, **words)
