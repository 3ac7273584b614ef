"""The pipelines as the settings list them, and what stands in their stages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from crm.base import money_sum
from crm.extensions import db
from crm.models import Deal, Pipeline, Stage


class Standing(NamedTuple):
    """Open deals: how many, those in the trash among them, and their worth in base currency."""

    deals: int
    trashed: int
    amount: Decimal


NOTHING = Standing(0, 0, Decimal(0))


class Listed(NamedTuple):
    """A pipeline with what stands in it."""

    pipeline: Pipeline
    standing: Standing


def pipelines_in_order() -> list[Listed]:
    """Every pipeline with its stages, those in use first, the main one at their head."""
    standing = {key: Standing(*sums) for key, *sums in db.session.execute(
        _sums(Deal.pipeline_id).group_by(Deal.pipeline_id)
    )}  # fmt: skip
    return [
        Listed(pipeline, standing.get(pipeline.id, NOTHING))
        for pipeline in db.session.scalars(Pipeline.all_of_them())
    ]


def standing_in(stage: Stage) -> Standing:
    """What stands in this stage."""
    return _one(Deal.stage_id == stage.id)


def standing_in_all_of(pipeline: Pipeline) -> Standing:
    """What stands in any stage of ``pipeline``."""
    return _one(Deal.pipeline_id == pipeline.id)


def _one(where: ColumnElement[bool]) -> Standing:
    return Standing(*db.session.execute(_sums().where(where)).one())


def _sums(*by: Any) -> Select[Any]:
    sums = func.count(), func.count(Deal.trashed_at), money_sum(Deal.base_amount)
    return select(*by, *sums).where(Deal.closed_at.is_(None))
