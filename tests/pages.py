"""Every page, who opens it, and on what: the proof tests look at each, and ``make tour`` draws it.

The world is the demo's. A route that answers with a page and is in neither table fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, url_for
from sqlalchemy import Select, select

from crm import clock, demo
from crm.extensions import db
from crm.models import (
    Activity,
    Advance,
    AdvanceState,
    Announcement,
    ApprovalAssignment,
    ApprovalFlow,
    ApprovalRequest,
    ApprovalToken,
    Budget,
    ClaimState,
    Contact,
    Customer,
    CustomField,
    Deal,
    ExpenseClaim,
    ExpenseItem,
    ExpenseRate,
    FieldKind,
    Merge,
    OneTimeLink,
    Option,
    OptionList,
    PaymentBatch,
    ReminderRule,
    Role,
    SavedView,
    Settlement,
    Task,
    User,
    UserSession,
)
from crm.models.session import LinkPurpose
from tests.imports import begun, checked, done

# A file that somebody sends: one customer is new, one has no name.
FILE = (
    "公司名称,类型,电话,城市,行业\n南通海纳流体设备有限公司,潜在客户,0513-8901 2345,南通,\n"
    ",客户,,苏州,\n盐城养蜂场,客户,,盐城,养蜂\n"
)


@dataclass(frozen=True)
class Visit:
    """Who opens the page; the arguments of its address, names of records among them; its query."""

    who: str = "rep"
    args: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    # The page is reached through another one.
    through: str = ""


def _field(noun: str, name: str) -> Visit:
    """A single field of a record, edited where it stands."""
    return Visit(args={"noun": noun, "record_id": f"{noun}_id", "name": name})


# fmt: off
PAGES: dict[str, Visit] = {
    "today.show": Visit(),
    "searches.index": Visit(query={"q": "泵"}),
    "trash.index": Visit(),
    "histories.show": Visit(args={"noun": "customer", "record_id": "customer_id"}),
    "customers.index": Visit(),
    "customers.new": Visit(),
    "customers.show": Visit(),
    "customers.edit": Visit(),
    "customer_fields.edit": _field("customer", "address"),
    "collaborators.new": Visit(),
    "contact_cards.new": Visit(),
    "contact_moves.new": Visit(),
    "expense_files.show": Visit(),
    "files.index": Visit(args={"noun": "customer", "record_id": "customer_id"}),
    "files.new": Visit(args={"noun": "customer", "record_id": "customer_id"}),
    "activities.index": Visit("manager"),
    "activities.new": Visit(),
    "activities.edit": Visit(args={"activity_id": "fresh_activity"}),
    "activity_corrections.new": Visit(args={"activity_id": "old_activity"}),
    "duplicates.index": Visit("manager"),
    "merges.new": Visit("administrator", query={"customers": "twins"}),
    "merges.show": Visit("administrator"),
    "option_statistics.show": Visit("manager", {"name": "source"}),
    "quotas.index": Visit("manager"),
    "quotas.edit": Visit("manager", {"year": "this_year", "kind": "user", "holder_id": "rep_id"}),
    "quota_copies.new": Visit("manager", {"year": "this_year"}),
    "source_costs.index": Visit("manager"),
    "source_costs.edit": Visit("manager", {"year": "this_year", "source_id": "source_id"}),
    "data_quality.show": Visit("manager"),
    "contacts.index": Visit(),
    "contacts.new": Visit(),
    "contacts.show": Visit(),
    "contacts.edit": Visit(),
    "contact_fields.edit": _field("contact", "mobile"),
    "board.show": Visit("manager"),
    "forecast.index": Visit("manager"),
    "close_moves.new": Visit(),
    "deals.index": Visit(),
    "deals.new": Visit(),
    "deals.show": Visit(),
    "deals.edit": Visit(),
    "deal_fields.edit": _field("deal", "product"),
    "deal_moves.new": Visit(),
    "deal_pipelines.edit": Visit(),
    "deal_owners.edit": Visit("manager"),
    "deal_clones.new": Visit(),
    "snoozes.new": Visit(),
    "deal_outcomes.new": Visit(query={"kind": "lost"}),
    "reports.index": Visit("manager"),
    "daily_reports.index": Visit("manager"),
    "daily_reports.show": Visit("manager", {"stretch": "week", "day": "workday"}),
    "daily_report_comments.new": Visit("manager", {"stretch": "week", "day": "workday"}),
    "reports.show": Visit("manager", {"report": "winning"}, {"compare": "before"}),
    "deal_lines.edit": Visit(),
    "deal_collaborators.edit": Visit(),
    "deal_competitors.edit": Visit(),
    "deal_contacts.edit": Visit(),
    "tasks.index": Visit(),
    "task_quadrants.index": Visit("manager"),
    "tasks.new": Visit(),
    "tasks.show": Visit(),
    "tasks.edit": Visit(),
    "task_fields.edit": _field("task", "title"),
    "claims.index": Visit("finance"),
    "claims.new": Visit(),
    "claims.show": Visit(),
    "claims.edit": Visit(),
    "claim_papers.show": Visit(),
    "expense_items.index": Visit("finance"),
    "expense_items.new": Visit(),
    "item_limits.show": Visit(),
    "quick_item_limits.show": Visit(),
    "budgets.index": Visit("manager"),
    "budgets.new": Visit("finance"),
    "budgets.edit": Visit("finance", {"budget_id": "budget_id"}),
    "expense_items.edit": Visit(),
    "splits.new": Visit(),
    "quick_items.new": Visit(),
    "receipt_views.show": Visit(args={"claim_id": "receipt_claim", "item_id": "receipt_item"}),
    "advances.index": Visit(),
    "advances.new": Visit(),
    "advances.show": Visit(),
    "advances.edit": Visit(args={"advance_id": "returned_advance"}),
    "advance_payments.new": Visit("finance", {"advance_id": "approved_advance"}),
    "repayments.new": Visit("finance", {"advance_id": "paid_advance"}),
    "counter_entries.new": Visit("finance", {"advance_id": "repaid_advance"}),
    "payment_batches.index": Visit("finance"),
    "books.edit": Visit("finance"),
    "account_codes.edit": Visit("finance"),
    "bank_accounts.edit": Visit(),
    "payment_batches.new": Visit("finance", query={"claims": "approved_claims"}),
    "payment_batches.show": Visit("finance"),
    "requests.index": Visit("manager"),
    "requests.show": Visit("manager"),
    "added_approvers.new": Visit("manager"),
    "decided_requests.index": Visit("manager"),
    "others_requests.index": Visit("manager"),
    "link_reviews.show": Visit("", through="approval_links.show"),
    "company.edit": Visit("administrator"),
    "pool.edit": Visit("administrator"),
    "exchange_rates.index": Visit("administrator", query={"currency": "USD"}),
    "expense_rules.edit": Visit("administrator"),
    "reminder_rules.index": Visit("administrator"),
    "reminder_rules.new": Visit("administrator", {"name": "date"}),
    "reminder_rules.show": Visit("administrator", {"rule_id": "reminder_rule"}),
    "reminder_rules.edit": Visit("administrator", {"rule_id": "reminder_rule"}),
    "expense_rates.index": Visit("administrator"),
    "expense_rates.new": Visit("administrator"),
    "expense_rates.edit": Visit("administrator", {"rate_id": "rate_id"}),
    "devices.index": Visit(),
    "passwords.new": Visit(),
    "passwords.edit": Visit("", {"token": "set_password"}),
    "sessions.new": Visit(""),
    "setup.new": Visit("", {"token": "set_up"}),
    "profile.edit": Visit(),
    "delegations.index": Visit(),
    "areas.index": Visit("administrator"),
    "background.show": Visit("administrator"),
    "import_runs.index": Visit("administrator"),
    "import_runs.new": Visit("administrator"),
    "import_mappings.edit": Visit("administrator", {"run_id": "begun_run"}),
    "import_runs.show": Visit("administrator", {"run_id": "checked_run"}),
    "import_values.edit": Visit("administrator", {"run_id": "checked_run"}),
    "import_undoings.new": Visit("administrator", {"run_id": "done_run"}),
    "first_visit.show": Visit("administrator"),
    "options.edit": Visit("administrator", {"name": "source"}),
    "custom_fields.index": Visit("administrator", {"name": "customer"}),
    "custom_fields.new": Visit("administrator", {"name": "customer"}),
    "custom_fields.edit": Visit("administrator"),
    "flows.index": Visit("administrator"),
    "flows.new": Visit("administrator", {"name": "expense_claim"}),
    "flows.show": Visit("administrator"),
    "flows.edit": Visit("administrator"),
    "pipelines.index": Visit("administrator"),
    "pipelines.new": Visit("administrator"),
    "pipelines.edit": Visit("administrator"),
    "pipeline_retirements.new": Visit("administrator"),
    "stages.edit": Visit("administrator"),
    "stage_retirements.new": Visit("administrator"),
    "teams.index": Visit("administrator"),
    "teams.new": Visit("administrator"),
    "teams.edit": Visit("administrator"),
    "users.index": Visit("administrator"),
    "users.edit": Visit("administrator"),
    "saved_views.new": Visit(args={"name": "customers"}),
    "saved_views.edit": Visit(),
    "task_assignees.edit": Visit(),
    "task_priorities.new": Visit(),
    "task_notes.new": Visit(),
    "task_answers.new": Visit("administrator", {"task_id": "reminding_task"}),
    "task_postponements.new": Visit(),
    "calendar.show": Visit("manager", query={"team": "team_id"}),
    "calendar_feeds.edit": Visit(),
    "calendar_moves.new": Visit(args={"noun": "task", "record_id": "task_id"}),
    "notifications.index": Visit("manager"),
    "notification_choices.edit": Visit(),
    "announcements.index": Visit(),
    "announcements.show": Visit(),
    "announcements.new": Visit("manager"),
    "announcements.edit": Visit("administrator"),
    "offline.show": Visit(""),
    "components.index": Visit(""),
}
# Answers that are no pages: assets, files, fragments, redirects, and pages for developers.
NO_PAGES = {
    "assets.file", "assets.stylesheet", "manifest.show", "receipts.show", "link_receipts.show",
    "files.show", "contact_cards.show", "claim_pdfs.show",
    "approval_links.show", "bells.show", "board_columns.show", "board_changes.show",
    "forecast.show", "calendar_feeds.show",
    "picker_options.index", "searches.show",
    "customer_fields.show", "contact_fields.show", "deal_fields.show", "task_fields.show",
    "quick_customers.new", "quick_contacts.new", "amounts.show", "likely_twins.index",
    "import_examples.show", "import_bad_rows.show",
    "mails.index", "mails.show", "mail_texts.show",
}
# fmt: on


class World:
    """The demo, and what its pages are about."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            self.people = {role.value: _with_role(role) for role in Role}
            self.values = _values(self.people)
            self.sessions = {name: _session_of(user) for name, user in self.people.items()}
            db.session.commit()

    def address(self, endpoint: str) -> str:
        """The path of the page, with the records that its person sees."""
        visit = PAGES[endpoint]
        target = visit.through or endpoint
        rule = next(self.app.url_map.iter_rules(target))
        named = {name: visit.args.get(name, name) for name in rule.arguments}
        arguments = {name: self.values.get(value, value) for name, value in named.items()}
        with self.app.test_request_context():
            query = {name: self.values.get(each, each) for name, each in visit.query.items()}
            return url_for(target, **arguments, **query)


def build() -> None:
    """Fill an empty database with the demo of today; inside an application context."""
    demo.build(clock.now().date())
    # Each browser's own choice counts.
    for user in db.session.scalars(select(User)):
        user.language = user.theme = None
    db.session.commit()


def _values(people: dict[str, User]) -> dict[str, Any]:
    """What stands in addresses, by the name of the argument."""
    rep, manager = people["rep"], people["manager"]
    deal = _first(
        select(Deal)
        .join(Contact, Contact.customer_id == Deal.customer_id)
        .where(Deal.owner == rep, Deal.closed_at.is_(None))
        .order_by(Deal.amount.desc())
    )
    draft = _first(_claims(ClaimState.DRAFT).where(ExpenseClaim.claimant == rep))
    assignment = _first(
        select(ApprovalAssignment)
        .join(ApprovalRequest)
        .where(
            ApprovalAssignment.approver == manager,
            ApprovalAssignment.decided_at.is_(None),
            ApprovalRequest.closed_at.is_(None),
        )
    )
    view = SavedView(list="customers", name="重点客户", query="kind=customer", owner=rep)
    db.session.add(view)
    db.session.flush()  # its id stands in an address
    fresh, old = (
        Activity(customer=deal.customer, kind=_first(select(Option).where(Option.code == "visit")),
                 summary="看了车间，谈了二期。", place="大连")
        for _ in range(2)
    )  # fmt: skip
    with clock.stopped_at(clock.now() - timedelta(days=2)):
        Activity.log(old, by=rep)
    Activity.log(fresh, by=rep)
    db.session.commit()  # an import begins anew
    begun_run, checked_run, done_run = (
        make(FILE, by=people["administrator"], partly=True) for make in (begun, checked, done)
    )
    merged, twin = (
        Customer.register(Customer(name=name, owner=rep), by=rep)
        for name in ("海纳流体一厂", "海纳流体二厂")
    )
    winner = db.session.get_one(Customer, deal.customer_id)
    merge = Merge.customers(winner, merged, by=people["administrator"])
    shown = _first(select(ExpenseItem).where(
        ExpenseItem.receipts.any(), ExpenseItem.claim.has(ExpenseClaim.claimant == rep)
    ))  # fmt: skip
    repayment = _first(select(Settlement).where(Settlement.claim_id.is_(None)))
    return {
        "view_id": view.id,
        "announcement_id": _first(select(Announcement).where(Announcement.team_id.is_(None))).id,
        "workday": clock.now().date().isoformat(),
        "begun_run": begun_run.id,
        "checked_run": checked_run.id,
        "done_run": done_run.id,
        "customer_id": deal.customer_id,
        "merge_id": merge.id,
        "twins": f"{winner.id},{twin.id}",
        "contact_id": _first(select(Contact).where(Contact.customer_id == deal.customer_id)).id,
        "deal_id": deal.id,
        "fresh_activity": fresh.id,
        "old_activity": old.id,
        "task_id": _first(select(Task).where(Task.assignee == rep, Task.done_at.is_(None))).id,
        "claim_id": draft.id,
        "item_id": draft.items[0].id,
        "approved_claims": ",".join(
            str(claim.id) for claim in db.session.scalars(_claims(ClaimState.APPROVED).limit(3))
        ),
        "batch_id": _first(select(PaymentBatch)).id,
        "receipt_claim": shown.claim_id,
        "receipt_item": shown.id,
        "receipt_id": shown.receipts[0].id,
        "advance_id": _first(_advances(AdvanceState.PAID)).id,
        "returned_advance": _first(_advances(AdvanceState.RETURNED)).id,
        "approved_advance": _first(_advances(AdvanceState.APPROVED)).id,
        "paid_advance": _first(_advances(AdvanceState.PAID)).id,
        "repaid_advance": repayment.advance_id,
        "repayment_id": repayment.id,
        "assignment_id": assignment.id,
        "user_id": rep.id,
        "team_id": rep.team_id,
        "rep_id": rep.id,
        "this_year": clock.now().year,
        "budget_id": _first(select(Budget)).id,
        "rate_id": _first(select(ExpenseRate)).id,
        "reminder_rule": _first(select(ReminderRule)).id,
        "reminding_task": _first(select(Task).where(Task.firing_id.is_not(None))).id,
        "source_id": _first(select(Option).where(Option.list == OptionList.SOURCE)).id,
        "field_id": _first(select(CustomField).where(CustomField.kind == FieldKind.CHOICE)).id,
        "flow_id": _first(select(ApprovalFlow).order_by(ApprovalFlow.is_fallback)).id,
        "pipeline_id": deal.pipeline_id,
        "stage_id": deal.stage_id,
        "month": "later",
        "token": ApprovalToken.mint(assignment),
        "set_up": OneTimeLink.make(LinkPurpose.SET_UP),
        "set_password": OneTimeLink.make(LinkPurpose.SET_PASSWORD, rep),
    }


def _with_role(role: Role) -> User:
    users = db.session.scalars(User.with_rights().order_by(User.id)).unique()
    return next(user for user in users if user.has_role(role) and user.is_active)


def _claims(state: ClaimState) -> Select[tuple[ExpenseClaim]]:
    return select(ExpenseClaim).where(ExpenseClaim.state == state).order_by(ExpenseClaim.id)


def _advances(state: AdvanceState) -> Select[tuple[Advance]]:
    return select(Advance).where(Advance.state == state).order_by(Advance.id)


def _first(chosen: Select[Any]) -> Any:
    found = db.session.scalars(chosen.limit(1)).unique().first()
    assert found is not None, f"the demo has none: {chosen}"
    return found


def _session_of(user: User) -> str:
    return UserSession.begin(user, device="tour", address="127.0.0.1")
