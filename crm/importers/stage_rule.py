"""The stage rule, as a row of a file and the undoing of one obey it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm.extensions import choose_language
from crm.importers.endings import Ending
from crm.importers.options import labels_of
from crm.importers.problems import BadValue
from crm.importers.recording import Recording
from crm.importers.rows import Row
from crm.importers.ways import is_in_use
from crm.models import Customer, Deal, Pipeline, Stage, User
from crm.models.deal import Missing, OwnerLocked
from crm.models.deal.checking import is_empty, missing_fields
from crm.refusals import locked_words, missing_words


def check_owner(row: Row, record: Deal | Customer) -> None:
    """Where a record stays with its owner, a file is no manager who says why not."""
    deal = record.locking_deal
    if deal is not None and row.values.get("owner") not in (None, record.owner):
        raise BadValue(locked_words(OwnerLocked(deal)), "owner")


class StageRule(Recording):
    """A mixin: rows that begin, move or end deals, or change whose they are."""

    def check_stage(self, row: Row, record: Deal | None, ending: Ending) -> None:
        """Find the stage that the row means, and hold the row against the rule of all hands.

        :raises BadValue: it is not to be had, or demands what neither the row nor its deal has.
        """
        if record is None:
            self._check_beginning(row, is_open=ending is Ending.OPEN)
        elif record.is_open and ending is Ending.OPEN:
            self._check_move(row, record)
        else:
            self._check_end(row, record, ending)
        self._leave_chance_to_stage(row, record)

    def stage_of(self, row: Row) -> Stage:
        """Where the row's new deal begins."""
        ways = self.known.ways
        stage: Stage | None = row.values.get("stage")
        return stage or ways.first(row.values.get("pipeline") or ways.main)

    def _check_beginning(self, row: Row, *, is_open: bool) -> None:
        self._find_stage(row, self._pipeline(row, None))
        stage = self.stage_of(row)
        if is_open:  # closed deals are history, and exempt
            self._require_use(row, stage)
            self._refuse(row, Missing(missing_fields(stage.required, lambda _name: None)), "stage")

    def _check_move(self, row: Row, record: Deal) -> None:
        pipeline = self._pipeline(row, record)
        self._find_stage(row, pipeline, record)
        to = row.values.get("stage")
        if to is None and pipeline.id != record.pipeline_id:
            words = _("is %(was)s here: say in which stage it goes on, too",
                      was=_name(record.pipeline))  # fmt: skip
            raise BadValue(words, "pipeline")
        if to not in (None, record.stage):
            self._require_use(row, to)
            self._refuse(row, record.missing_for(to), "stage")

    def _check_end(self, row: Row, record: Deal, ending: Ending) -> None:
        """What is closed, or is from now on, stays where it stands."""
        row.values["stage"] = None
        named = row.values.get("pipeline")
        if named is not None and not _is_called(record.pipeline, named):
            words = _("is %(was)s here, and a deal ends where it stands",
                      was=_name(record.pipeline))  # fmt: skip
            raise BadValue(words, "pipeline")
        if record.is_open:
            lacks = record.missing_to_win if ending is Ending.WON else Missing(["reason"])
            self._refuse(row, lacks, "outcome")

    def _pipeline(self, row: Row, record: Deal | None) -> Pipeline:
        """The one that the row names, alone or with its stage; else the deal's own, or the main."""
        own = record.pipeline if record else None
        named: Pipeline | None = row.values.get("pipeline")
        if named is not None:
            return own if own and _is_called(own, named) else named
        stage = row.values.get("stage")
        if isinstance(stage, Stage):
            return stage.pipeline
        return own or self.known.ways.main

    def _find_stage(self, row: Row, pipeline: Pipeline, record: Deal | None = None) -> None:
        """Let the row say which of the stages is meant that are called as it says."""
        said = row.values.get("stage")
        if said is None:
            return
        called: list[Stage] = said if isinstance(said, list) else [said]
        its = [stage for stage in called if stage.pipeline_id == pipeline.id]
        if not its:
            others = _(", ").join(dict.fromkeys(_name(stage.pipeline) for stage in called))
            words = _("is a stage of %(others)s, not of %(pipeline)s",
                      others=others, pipeline=_name(pipeline))  # fmt: skip
            raise BadValue(words, "stage")
        if record is not None and record.stage in its:
            its = [record.stage]
        its = [stage for stage in its if is_in_use(stage)] or its
        if len(its) > 1:
            raise BadValue(_("is what several stages are called here"), "stage")
        row.values["stage"] = its[0]

    def _require_use(self, row: Row, stage: Stage) -> None:
        """:raises BadValue: no deal enters the stage any more, or its pipeline."""
        if not is_in_use(stage):
            by_pipeline = stage.pipeline.retired_at is not None and row.values.get("pipeline")
            raise BadValue(
                _("is out of use: no open deal enters it"), "pipeline" if by_pipeline else "stage"
            )

    def _refuse(self, row: Row, missing: Missing, field: str) -> None:
        """:raises BadValue: of what is missing, the row does not say everything."""
        # A competitor that the row names is the one the deal was lost to.
        fields = [
            name for name in missing.fields
            if name == "competitor" or is_empty(row.values.get(name))
        ]  # fmt: skip
        if fields or missing.items:
            lacks = missing_words(Missing(fields, missing.items))
            raise BadValue(_("demands: %(missing)s", missing=lacks), field)

    def _leave_chance_to_stage(self, row: Row, record: Deal | None) -> None:
        """A chance that is the stage's, as lists show it, is none of the deal's own.

        Of a deal that moves also the one of the stage it leaves: what was not touched stands there.
        """
        if record is not None and record.probability is not None:
            return
        stands = record.stage if record else self.stage_of(row)
        stages = stands, row.values.get("stage") or stands
        if row.values.get("probability") in {stage.probability for stage in stages}:
            row.values["probability"] = None

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


def _name(pipeline: Pipeline) -> str:
    return pipeline.label(choose_language())


def _is_called(own: Pipeline, named: Pipeline) -> bool:
    """Whether both are called the same, in one language at least: then the deal's own is meant."""
    return own is named or bool({*filter(None, labels_of(own))} & {*labels_of(named)})
