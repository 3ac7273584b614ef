"""The stage rule, as a row of a file and the undoing of one obey it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm.importers.problems import BadValue
from crm.importers.recording import Recording
from crm.importers.rows import Row
from crm.models import Customer, Deal, Stage, User
from crm.models.deal import Missing, OwnerLocked
from crm.models.deal.checking import is_empty, missing_fields
from crm.refusals import locked_words, missing_words


def check_owner(row: Row, record: Deal | Customer) -> None:
    """Where a record stays with its owner, a file is no manager who says why not."""
    deal = record.locking_deal
    if deal is not None and row.values.get("owner") not in (None, record.owner):
        raise BadValue(locked_words(OwnerLocked(deal)), "owner")


class StageRule(Recording):
    """A mixin: rows that move deals, or change whose they are."""

    def _check_stage(self, row: Row, record: Deal | None) -> None:
        """The stage rule of board and forms; closed deals are history, and exempt."""
        to = row.values.get("stage")
        if to is None or (record is not None and record.stage == to):
            return
        if record is not None and record.pipeline_id != to.pipeline_id:
            # Stages of several pipelines may be called the same: the deal's own is meant.
            to = row.values["stage"] = self.known.same_stage(to, record.pipeline_id)
        if record is not None and to == record.stage:
            return
        if to is None:
            raise BadValue(_("belongs to another pipeline than the deal"), "stage")

        if missing := self._missing(row, record, to):
            raise BadValue(_("demands: %(missing)s", missing=missing), "stage")

    def _missing(self, row: Row, record: Deal | None, to: Stage) -> str:
        """What the way to a stage demands, and neither the row nor its deal has."""

        def value_of(name: str) -> Any:
            given = row.values.get(name)
            return given if record is None or not is_empty(given) else record.says(name)

        if record is None:
            return missing_words(Missing(missing_fields(to.required, value_of)))
        fields = missing_fields(record.fields_for(to), value_of)
        return missing_words(Missing(fields, record.missing_for(to).items))

    @classmethod
    def put_back(cls, record: Deal, column: str, old: Any, *, by: User) -> bool:
        """Undoing obeys the stage rule, too: what its stage demands or keeps stays."""
        name = column.removesuffix("_id")
        if name == "owner" and record.locking_deal is not None:
            return False
        if old is None and record.is_open and name in record.stage.required:
            return False
        done = super().put_back(record, column, old, by=by)
        if record.probability is None:  # whichever of the two was put back first
            record.probability_reason = None
        return done
