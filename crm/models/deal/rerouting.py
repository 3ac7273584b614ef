"""Moving a deal to another pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm.extensions import db
from crm.models.deal.moving import StageChanged
from crm.models.pipeline import Pipeline, Stage

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.user import User


class Rerouting:
    """The part of a deal that goes through a pipeline, and may change to another one."""

    @property
    def stages_elsewhere(self: Deal) -> Sequence[Stage]:
        """The stages in use of the other pipelines in use, in their order."""
        elsewhere = Stage.in_all_use().where(Pipeline.id != self.pipeline_id)
        return db.session.scalars(elsewhere).all()

    def reroute(self: Deal, stage: Stage, *, by: User | None, historic: bool = False) -> None:
        """Go on in ``stage`` of another pipeline; the way so far stays in the history.

        What leaving a stage forward demands is asked within a pipeline only, since another one has
        its own order; who comes back is asked it from where the deal stood there last.

        :param historic: it was moved before the system knew of it: the event has no consequences.
        :raises StageChanged: it is closed, or ``stage`` is out of use or in its own pipeline.
        :raises Missing: ``stage`` demands what is not there.
        """
        if stage.pipeline_id == self.pipeline_id:
            raise StageChanged
        self._go_to(stage, by=by, at=None, historic=historic)
