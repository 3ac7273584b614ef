"""Pipelines, stages and flows for those who set them up, held where they are changed."""

from __future__ import annotations

from sqlalchemy.orm import selectinload

from crm.models import Pipeline, Stage
from crm.models.approval import ApprovalFlow, FlowVersion
from crm.policies import find, require


def find_pipeline(pipeline_id: int | None, *, lock: bool = False) -> Pipeline:
    """The pipeline with this id, else the main one, for an administrator.

    :param lock: until the transaction ends nobody else changes pipelines or stages.
    """
    if lock:
        Pipeline.hold()
    wanted = Pipeline.main().id if pipeline_id is None else pipeline_id
    pipeline = find(Pipeline, wanted, load=(selectinload(Pipeline.stages),))
    require("edit", pipeline)
    return pipeline


def find_stage(stage_id: int, *, lock: bool = False) -> Stage:
    """The stage with this id, for an administrator; ``lock`` as for its pipeline."""
    if lock:
        Pipeline.hold()
    stage = find(Stage, stage_id)
    require("edit", stage.pipeline)
    return stage


def find_flow(flow_id: int, *, lock: bool = False) -> ApprovalFlow:
    """The approval flow with this id, for an administrator; ``lock`` as for pipelines."""
    if lock:
        ApprovalFlow.hold()
    versions = selectinload(ApprovalFlow.versions)
    flow = find(
        ApprovalFlow, flow_id, lock=lock,
        load=(versions.selectinload(FlowVersion.steps), versions.joinedload(FlowVersion.by)),
    )  # fmt: skip
    require("edit", flow)
    return flow
