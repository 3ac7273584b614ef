"""Approval flows: which there are, each with its versions, and the editor."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required

from crm.blueprints.settings.finding import find_flow
from crm.extensions import db
from crm.forms.flows import FlowForm, SampleForm
from crm.hypermedia import go, render
from crm.models.approval import DOCUMENTS, ApprovalFlow
from crm.policies import require
from crm.queries.approvals.flows import Preview, flows_by_kind, preview, versions_of

bp = Blueprint("flows", __name__)

KINDS = f"<any({', '.join(DOCUMENTS)}):name>"


@bp.get("/settings/approval-flows")
@login_required
def index() -> Response:
    require("create", ApprovalFlow)
    return render("settings/flows/index.html", flows=flows_by_kind(list(DOCUMENTS)))


@bp.get(f"/settings/approval-flows/{KINDS}/new")
@login_required
def new(name: str) -> Response:
    require("create", ApprovalFlow)
    return _page(FlowForm.new(name), None, 200)


@bp.post(f"/settings/approval-flows/{KINDS}")
@login_required
def create(name: str) -> Response:
    require("create", ApprovalFlow)
    ApprovalFlow.hold()
    form = FlowForm.new(name)
    if form.is_arranging or not form.validate_on_submit():
        return _page(form, None, 200 if form.is_arranging else 422)
    flow = form.begin(by=current_user)
    db.session.commit()
    flash(_("Added: what is handed in from now on can go by it."), "success")
    return go(url_for("flows.show", flow_id=flow.id))


@bp.get("/settings/approval-flows/<int:flow_id>")
@login_required
def show(flow_id: int) -> Response:
    flow = find_flow(flow_id)
    return render("settings/flows/show.html", flow=flow, versions=versions_of(flow))


@bp.get("/settings/approval-flows/<int:flow_id>/edit")
@login_required
def edit(flow_id: int) -> Response:
    flow = find_flow(flow_id)
    return _page(FlowForm.of(flow), flow, 200)


@bp.post("/settings/approval-flows/<int:flow_id>")
@login_required
def update(flow_id: int) -> Response:
    flow = find_flow(flow_id, lock=True)
    form = FlowForm.of(flow)
    if form.is_arranging:
        return _page(form, flow, 200)
    if not form.may_change(flow):
        return _page(form, flow, form.status)
    form.save(flow, by=current_user)
    db.session.commit()
    flash(_("Saved. What is under way goes on as it began."), "success")
    return go(url_for("flows.show", flow_id=flow.id))


def _page(form: FlowForm, flow: ApprovalFlow | None, status: int) -> Response:
    sample = SampleForm.made()
    arranged = request.form.get("arrange")
    if arranged == "try":  # by the button: the form tells, too, what it cannot read
        form.check_rules()
    part = "preview" if arranged == "preview" else "rows"
    return render(
        "settings/flows/edit.html", part, status=status, form=form, flow=flow, sample=sample,
        preview=_tried(form, flow, sample),
    )  # fmt: skip


def _tried(form: FlowForm, flow: ApprovalFlow | None, sample: SampleForm) -> Preview | None:
    """Who would decide the sample, as far as one was typed."""
    document = sample.document(form.kind)
    return document and preview(flow, form.kind, *form.drafted, document)
