"""Forms: moving a deal to another stage, in its pipeline or another one, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from crm.forms.base import BaseForm
from crm.forms.deal.asking import AskingForm
from crm.forms.fields import StageField
from crm.models import Deal, Stage, User
from crm.models.deal import Missing, StageChanged


class DealMoveForm(AskingForm):
    """To which stage, from where it was seen, and what the way there demands."""

    stage = StageField(_l("Move to"))
    from_stage = HiddenField()

    def __init__(self, deal: Deal, **kwargs: Any) -> None:
        stages = self.stages_for(deal)
        sent = request.form.get("stage")
        chosen = next((stage for stage in stages if str(stage.id) == sent), None)
        missing = deal.missing_for(chosen) if chosen else Missing()
        super().__init__(deal, missing, "stage", "from_stage", **kwargs)
        self.stage.object_data = None  # a stage out of use is not offered, though it stands there
        self.stage.offer(stages)

    def stages_for(self, deal: Deal) -> Sequence[Stage]:
        """Where it can go."""
        return deal.pipeline.stages

    def move(self, deal: Deal, *, by: User) -> bool:
        """Move ``deal`` as chosen; ``False`` if what was typed cannot be used.

        :raises StageChanged: the deal is not as the mover saw it.
        :raises Missing: something that the way there demands is still not there.
        """
        if self._saw_another(deal):
            raise StageChanged
        if not (self.validate_on_submit() and self.take(deal, by=by)):
            return False
        self.go(deal, by=by)
        return True

    def go(self, deal: Deal, *, by: User) -> None:
        """Into the stage that was chosen."""
        deal.move_to(self.stage.data, by=by)

    def _saw_another(self, deal: Deal) -> bool:
        """Whether the deal has left the stage, or changed, since the mover saw it."""
        return (self.from_stage.data, self.version.data) != (str(deal.stage_id), str(deal.version))


class RerouteForm(DealMoveForm):
    """To which stage of another pipeline."""

    stage = StageField(_l("Move to"), elsewhere=True)

    def stages_for(self, deal: Deal) -> Sequence[Stage]:
        return deal.stages_elsewhere

    def go(self, deal: Deal, *, by: User) -> None:
        deal.reroute(self.stage.data, by=by)


class MoveBackForm(BaseForm):
    """The version that the move left: nothing may have happened to the deal since."""

    def take_back(self, deal: Deal, *, by: User) -> None:
        """Move ``deal`` back.

        :raises StageChanged: the deal is not as the mover left it.
        """
        if self.version.data != str(deal.version):
            raise StageChanged
        deal.take_back_move(by=by)
