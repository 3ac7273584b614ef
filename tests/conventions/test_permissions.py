"""Who may do what: every route × every person of the cast, in one table.

A route that is not in the table fails the test, and so does an answer that is not the expected
one. What is refused must leave database and files as they were; the one exception is the event
that the approval link's protocol demands (DOMAIN.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from crm import clock
from crm.base import digest_of
from crm.extensions import db
from crm.files import PreparedFile, store
from crm.forms.account_codes import version_of as codes_version
from crm.forms.flows import version_of as flow_version_of
from crm.forms.options import shown as options_shown
from crm.forms.payment_batch import version_of as payment_version
from crm.forms.payment_batch import version_of_advance as advance_payment_version
from crm.forms.pipelines import version_of
from crm.forms.quotas import version_of as quotas_version
from crm.forms.rows import fingerprint
from crm.forms.source_costs import version_of as costs_version
from crm.forms.stages import version_of as stage_version_of
from crm.models import (
    Activity,
    Announcement,
    ApprovalToken,
    Attachment,
    Budget,
    CalendarFeed,
    ChecklistItem,
    Company,
    Contact,
    Customer,
    CustomField,
    CustomNoun,
    Deal,
    Delegation,
    ExchangeRate,
    ExpenseClaim,
    ExpenseItem,
    FieldKind,
    ImportTemplate,
    MailKind,
    Merge,
    Notification,
    NotificationKind,
    OneTimeLink,
    Option,
    OptionList,
    OutgoingMail,
    Pipeline,
    Proposal,
    ReminderEnough,
    SavedView,
    Sharing,
    Task,
    Team,
    UserSession,
)
from crm.models.approval import ApproverKind, Decision
from crm.models.budget import BudgetPlan
from crm.models.pipeline import Stage as PipelineStage
from crm.models.session import LinkPurpose
from crm.queries.reminder_rules.causes import causes, due_now
from crm.queries.reminder_rules.making import make_tasks
from crm.terms import Span, Term
from tests.advances import answer, asked_for
from tests.cast import PASSWORD, Cast
from tests.claims import granted
from tests.conftest import NOON
from tests.databases import Databases
from tests.flows import flow, step
from tests.imports import begun, checked, done
from tests.page import Browser
from tests.reminder_rules import after_visit, on, visited
from tests.snapshots import changes, snapshot

# wang owns the records, zhao helps at the customer, li heads their team, and sun is in it too;
# wu and zhou belong to the other team; gone was deactivated with a session still open.
PEOPLE = ("anonymous", "gone", "wang", "zhao", "sun", "wu", "li", "zhou", "fin", "reader", "admin")
SIGNED_IN = "wang zhao sun wu li zhou fin reader admin"
EVERYBODY = f"anonymous gone {SIGNED_IN}"
SALES = "wang zhao sun wu li zhou admin"
SEES_SIGMA = "wang zhao li fin reader admin"
# Sigma and its twin, which is Zhao's.
SEES_BOTH = "zhao li fin reader admin"
SEES_CLAIM = "wang li fin reader admin"
QUOTA_OF_WANG = {"year": "2026", "kind": "user", "holder_id": "user_id"}
MOVED_TASK = {"noun": "task", "record_id": "task_id"}
SOURCE_COST = {"year": "2026", "source_id": "source_id"}

FLOW = {
    "conditions-0-fact": "amount", "conditions-0-test": "at_least", "conditions-0-value": "5000",
    "rows-0-label_zh": "上级", "rows-0-approver": "manager", "rows-0-own": "up",
    "rows-0-mode": "any", "rows-0-role": "finance",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What the routes are tried on: the ids and secrets that addresses and forms need."""

    ids: dict[str, Any]
    secrets: dict[str, str]


@dataclass(frozen=True)
class Row:
    """Who may do it; who sees the record but may not (403); for all others it is not there (404).

    People who are not signed in are led to the sign-in page, unless they may.
    """

    may: str
    sees: str = ""
    # The address's arguments that differ from the scene's.
    args: dict[str, Any] = field(default_factory=dict)
    # The address's query, with values of the scene.
    query: dict[str, str] = field(default_factory=dict)
    # What it was done to is gone after that, though no address names it.
    anew: bool = False
    # Followed with the approval link's cookie; who is refused there when deciding leaves an event.
    behind_link: bool = False

    def expected(self, who: str) -> str:
        if who in self.may.split():
            return "answered"
        if who in {"anonymous", "gone"}:
            return "sign in"
        return "403" if who in self.sees.split() else "404"


# fmt: off
TABLE: dict[str, Row] = {
    "GET assets.file": Row(EVERYBODY),
    "GET assets.stylesheet": Row(EVERYBODY),
    "GET today.show": Row(SIGNED_IN),
    "GET manifest.show": Row(EVERYBODY),
    "GET offline.show": Row(EVERYBODY),
    # Signing in, and what belongs to oneself.
    "GET sessions.new": Row(EVERYBODY),
    "POST sessions.create": Row(EVERYBODY),
    "POST sessions.destroy": Row(SIGNED_IN),
    "GET setup.new": Row(EVERYBODY, args={"token": "set_up"}),
    "POST setup.create": Row(EVERYBODY, args={"token": "set_up"}),
    "GET passwords.edit": Row(EVERYBODY, args={"token": "set_password"}),
    "POST passwords.update": Row(EVERYBODY, args={"token": "set_password"}),
    "GET passwords.new": Row(SIGNED_IN),
    "POST passwords.create": Row(SIGNED_IN),
    "POST preferences.update": Row(EVERYBODY),
    "GET profile.edit": Row(SIGNED_IN),
    "POST profile.update": Row(SIGNED_IN),
    "GET delegations.index": Row("wang admin", sees=SIGNED_IN),
    "POST delegations.create": Row("wang admin", sees=SIGNED_IN),
    "POST delegations.destroy": Row("wang admin", sees="zhao"),
    "GET devices.index": Row(SIGNED_IN),
    "POST devices.destroy": Row("wang"),
    "POST devices.update": Row(SIGNED_IN),
    # Customers and what hangs on them.
    "GET customers.index": Row(SIGNED_IN),
    "GET customers.new": Row(SALES, sees=SIGNED_IN),
    "POST customers.create": Row(SALES, sees=SIGNED_IN),
    "GET customers.show": Row(SEES_SIGMA),
    "GET customers.edit": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST customers.update": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST customers.destroy": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET customer_fields.show": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "customer", "record_id": "customer_id", "name": "address"}),
    "GET customer_fields.edit": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "customer", "record_id": "customer_id", "name": "address"}),
    "POST customer_fields.update": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "customer", "record_id": "customer_id", "name": "address"}),
    "GET amounts.show": Row(SIGNED_IN),
    "GET picker_options.index": Row(SIGNED_IN, args={"noun": "customer"}),
    "GET contacts.index": Row(SIGNED_IN),
    "GET contacts.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST contacts.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET contacts.show": Row(SEES_SIGMA),
    "GET contacts.edit": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST contacts.update": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST contacts.destroy": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET contact_fields.show": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "contact", "record_id": "contact_id", "name": "title"}),
    "GET contact_fields.edit": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "contact", "record_id": "contact_id", "name": "title"}),
    "POST contact_fields.update": Row("wang zhao li admin", sees=SEES_SIGMA,
        args={"noun": "contact", "record_id": "contact_id", "name": "title"}),
    "GET quick_customers.new": Row(SALES, sees=SIGNED_IN),
    "POST quick_customers.create": Row(SALES, sees=SIGNED_IN),
    "GET quick_contacts.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST quick_contacts.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET likely_twins.index": Row(SALES, sees=SIGNED_IN),
    # Who leads merges what their people own; the winner of the scene's merge is Sigma.
    "GET duplicates.index": Row("li zhou admin", sees=SIGNED_IN),
    "POST distinctions.create": Row("li admin", sees=SEES_BOTH),
    "POST distinctions.destroy": Row("li admin", sees=SEES_BOTH),
    "GET merges.new": Row("li admin", sees=SEES_BOTH, query={"customers": "twins"}),
    "POST merges.create": Row("li admin", sees=SEES_BOTH, anew=True),
    "GET merges.show": Row(SEES_SIGMA),
    "POST merges.destroy": Row("li admin", sees=SEES_SIGMA),
    "GET option_statistics.show": Row("li zhou admin", sees=SIGNED_IN, args={"name": "tag"}),
    "POST option_statistics_exports.create": Row("li zhou admin", sees=SIGNED_IN,
                                                 args={"name": "tag"}),
    # Quotas.
    # Budgets
    "GET budgets.index": Row("li zhou fin reader admin", sees=SIGNED_IN),
    "GET budgets.new": Row("fin admin", sees=SIGNED_IN),
    "POST budgets.create": Row("fin admin", sees=SIGNED_IN),
    "GET budgets.edit": Row("fin admin", sees="li fin reader admin"),
    "POST budgets.update": Row("fin admin", sees="li fin reader admin"),
    "POST budgets.destroy": Row("fin admin", sees="li fin reader admin"),
    "GET item_limits.show": Row("wang", sees=SEES_CLAIM),
    "GET quotas.index": Row(SIGNED_IN),
    "GET quotas.edit": Row("li admin", sees=SIGNED_IN, args=QUOTA_OF_WANG),
    "POST quotas.update": Row("li admin", sees=SIGNED_IN, args=QUOTA_OF_WANG),
    "GET quota_copies.new": Row("li zhou admin", sees=SIGNED_IN, args={"year": "2026"}),
    "POST quota_copies.create": Row("li zhou admin", sees=SIGNED_IN, args={"year": "2026"}),
    "GET activities.index": Row(SIGNED_IN),
    # Costs of sources: of all of the firm's deals.
    "GET source_costs.index": Row("li zhou fin reader admin", sees=SIGNED_IN),
    "GET source_costs.edit": Row("li zhou fin admin", sees=SIGNED_IN, args=SOURCE_COST),
    "POST source_costs.update": Row("li zhou fin admin", sees=SIGNED_IN, args=SOURCE_COST),
    "GET data_quality.show": Row("li zhou admin", sees=SIGNED_IN),
    # There is no pool in the scene: nobody claims, or gives (blueprints/test_pool.py).
    "POST pool_claims.create": Row("", sees=SIGNED_IN),
    "POST pool_releases.create": Row("", sees=SEES_SIGMA),
    "POST pool_releases.destroy": Row(SALES, sees=SIGNED_IN),
    "POST activities.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET activities.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    # For a day an activity is its author's to change; after that it is corrected.
    "GET activities.edit": Row("wang", sees=SEES_SIGMA),
    "POST activities.update": Row("wang", sees=SEES_SIGMA),
    "POST activities.destroy": Row("wang", sees=SEES_SIGMA),
    "GET activity_corrections.new": Row("wang", sees=SEES_SIGMA,
                                        args={"activity_id": "old_activity"}),
    "POST activity_corrections.create": Row("wang", sees=SEES_SIGMA,
                                            args={"activity_id": "old_activity"}),
    "GET contact_cards.show": Row(SEES_SIGMA),
    "GET contact_cards.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST contact_cards.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET contact_moves.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST contact_moves.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "GET collaborators.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST collaborators.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST collaborators.destroy": Row("wang zhao li admin", sees=SEES_SIGMA,
                                      args={"user_id": "zhao"}),
    "GET expense_files.show": Row(SEES_SIGMA),
    "GET files.index": Row(SEES_SIGMA, args={"noun": "customer", "record_id": "customer_id"}),
    "GET files.new": Row("wang zhao li admin", sees=SEES_SIGMA,
                         args={"noun": "customer", "record_id": "customer_id"}),
    "POST files.create": Row("wang zhao li admin", sees=SEES_SIGMA,
                             args={"noun": "customer", "record_id": "customer_id"}),
    "GET files.show": Row(SEES_SIGMA),
    "POST files.destroy": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST file_restorations.create": Row("wang zhao li admin", sees=SEES_SIGMA,
                                         args={"file_id": "trashed_file"}),
    # What somebody was told is nobody else's.
    "GET notifications.index": Row(SIGNED_IN),
    "GET bells.show": Row(SIGNED_IN),
    "POST notification_readings.create": Row("wang"),
    "POST notification_readings.update": Row(SIGNED_IN),
    "GET notification_choices.edit": Row(SIGNED_IN),
    "POST notification_choices.update": Row(SIGNED_IN),
    "GET searches.index": Row(SIGNED_IN),
    "GET searches.show": Row(SIGNED_IN),
    "GET trash.index": Row(SIGNED_IN),
    "POST purges.create": Row("admin", sees=SIGNED_IN, args={"noun": "customer"}),
    "GET histories.show": Row(SEES_SIGMA, args={"noun": "customer", "record_id": "customer_id"}),
    "POST trash.destroy": Row("wang zhao li admin", sees=SEES_SIGMA,
                              args={"noun": "customer", "record_id": "trashed_customer"}),
    # Deals. Who helps at the customer sees its deals, but does not move them.
    "GET deals.index": Row(SIGNED_IN),
    "GET board.show": Row(SIGNED_IN),
    "GET board_columns.show": Row(SIGNED_IN),
    "GET board_changes.show": Row(SIGNED_IN),
    # The forecast.
    "GET forecast.index": Row(SIGNED_IN),
    "GET forecast.show": Row(SIGNED_IN),
    "GET close_moves.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST close_moves.create": Row("wang li admin", sees=SEES_SIGMA),
    "POST close_moves.destroy": Row("wang li admin", sees=SEES_SIGMA),
    "GET deals.new": Row(SALES, sees=SIGNED_IN),
    "POST deals.create": Row(SALES, sees=SIGNED_IN),
    "GET deals.show": Row(SEES_SIGMA),
    "GET deals.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deals.update": Row("wang li admin", sees=SEES_SIGMA),
    "POST deals.destroy": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_fields.show": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "deal", "record_id": "deal_id", "name": "product"}),
    "GET deal_fields.edit": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "deal", "record_id": "deal_id", "name": "product"}),
    "POST deal_fields.update": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "deal", "record_id": "deal_id", "name": "product"}),
    "GET deal_moves.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_moves.create": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_moves.destroy": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_outcomes.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_outcomes.create": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_outcomes.destroy": Row("wang li admin", sees=SEES_SIGMA,
                                      args={"deal_id": "won_deal"}),
    # Standing still.
    "GET snoozes.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST snoozes.create": Row("wang li admin", sees=SEES_SIGMA),
    "POST snoozes.destroy": Row("wang li admin", sees=SEES_SIGMA),
    # The stage rule and the deal's verbs.
    "GET deal_pipelines.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_pipelines.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_owners.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_owners.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_clones.new": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST deal_clones.create": Row("wang zhao li admin", sees=SEES_SIGMA),
    "POST checklist_ticks.create": Row("wang li admin", sees=SEES_SIGMA,
                                       args={"item_id": "checklist_item"}),
    "POST checklist_ticks.destroy": Row("wang li admin", sees=SEES_SIGMA,
                                        args={"item_id": "checklist_item"}),
    # What a deal consists of, and who has to do with it.
    "GET deal_lines.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_lines.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_collaborators.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_collaborators.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_competitors.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_competitors.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET deal_contacts.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST deal_contacts.update": Row("wang li admin", sees=SEES_SIGMA),
    # Tasks.
    "GET tasks.index": Row(SIGNED_IN),
    "GET tasks.new": Row(f"{SALES} fin", sees=SIGNED_IN),
    "POST tasks.create": Row(f"{SALES} fin", sees=SIGNED_IN),
    "GET tasks.show": Row(SEES_SIGMA),
    "GET tasks.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST tasks.update": Row("wang li admin", sees=SEES_SIGMA),
    "POST tasks.destroy": Row("wang li admin", sees=SEES_SIGMA),
    "GET task_fields.show": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "task", "record_id": "task_id", "name": "note"}),
    "GET task_fields.edit": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "task", "record_id": "task_id", "name": "note"}),
    "POST task_fields.update": Row("wang li admin", sees=SEES_SIGMA,
        args={"noun": "task", "record_id": "task_id", "name": "note"}),
    "GET calendar.show": Row(SIGNED_IN),
    "GET calendar_feeds.show": Row(EVERYBODY, args={"secret": "calendar"}),
    "GET calendar_feeds.edit": Row(SIGNED_IN),
    "POST calendar_feeds.create": Row(SIGNED_IN),
    "POST calendar_feeds.destroy": Row(SIGNED_IN),
    "GET calendar_moves.new": Row("wang li admin", sees=SEES_SIGMA, args=MOVED_TASK),
    "POST calendar_moves.create": Row("wang li admin", sees=SEES_SIGMA, args=MOVED_TASK),
    "POST calendar_moves.destroy": Row("wang li admin", sees=SEES_SIGMA, args=MOVED_TASK),
    "GET task_postponements.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_postponements.create": Row("wang li admin", sees=SEES_SIGMA),
    "GET task_assignees.edit": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_assignees.update": Row("wang li admin", sees=SEES_SIGMA),
    "GET task_priorities.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_priorities.create": Row("wang li admin", sees=SEES_SIGMA),
    "GET task_quadrants.index": Row(SIGNED_IN),
    "GET task_notes.new": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_notes.create": Row("wang li admin", sees=SEES_SIGMA),
    "GET task_answers.new": Row("wang li admin", sees=SEES_SIGMA,
        args={"task_id": "reminding_task"}),
    "POST task_answers.create": Row("wang li admin", sees=SEES_SIGMA,
        args={"task_id": "reminding_task"}),
    "POST enoughs.destroy": Row("wang zhao li admin", sees="fin reader"),
    "POST task_series.destroy": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_completions.create": Row("wang li admin", sees=SEES_SIGMA),
    "POST task_completions.destroy": Row("wang li admin", sees=SEES_SIGMA),
    # Expenses: only the claimant writes; finance pays.
    "GET claims.index": Row(SIGNED_IN),
    "GET expense_items.index": Row(SIGNED_IN),
    "GET claims.new": Row(f"{SALES} fin", sees=SIGNED_IN),
    "POST claims.create": Row(f"{SALES} fin", sees=SIGNED_IN),
    "GET claims.show": Row(SEES_CLAIM),
    "GET claims.edit": Row("wang", sees=SEES_CLAIM),
    "POST claims.update": Row("wang", sees=SEES_CLAIM),
    "POST claims.destroy": Row("wang", sees=SEES_CLAIM),
    "GET claim_papers.show": Row(SEES_CLAIM),
    "GET claim_pdfs.show": Row(SEES_CLAIM),
    "GET expense_items.new": Row("wang", sees=SEES_CLAIM),
    "POST expense_items.create": Row("wang", sees=SEES_CLAIM),
    "GET expense_items.edit": Row("wang", sees=SEES_CLAIM),
    "POST expense_items.update": Row("wang", sees=SEES_CLAIM),
    "POST expense_items.destroy": Row("wang", sees=SEES_CLAIM),
    "GET splits.new": Row("wang", sees=SEES_CLAIM),
    "POST splits.create": Row("wang", sees=SEES_CLAIM),
    "POST splits.destroy": Row("wang", sees=SEES_CLAIM),
    "POST claim_copies.create": Row("wang", sees=SEES_CLAIM),
    "GET quick_item_limits.show": Row(f"{SALES} fin", sees=SIGNED_IN),
    "GET quick_items.new": Row(f"{SALES} fin", sees=SIGNED_IN),
    "POST quick_items.create": Row(f"{SALES} fin", sees=SIGNED_IN),
    # A draft's receipts are its claimant's, though the customer is looked after by others too.
    "GET receipts.show": Row(SEES_CLAIM),
    "GET receipt_views.show": Row(SEES_CLAIM),
    "POST receipts.destroy": Row("wang", sees=SEES_CLAIM),
    "POST submissions.create": Row("wang", sees=SEES_CLAIM),
    "POST submissions.destroy": Row("wang", sees=SEES_CLAIM, args={"claim_id": "submitted_claim"}),
    # Advances are seen and asked for as claims are.
    "GET advances.index": Row(SIGNED_IN),
    "GET advances.new": Row(f"{SALES} fin", sees=SIGNED_IN),
    "POST advances.create": Row(f"{SALES} fin", sees=SIGNED_IN),
    "GET advances.show": Row(SEES_CLAIM),
    "GET advances.edit": Row("wang", sees=SEES_CLAIM, args={"advance_id": "returned_advance"}),
    "POST advances.update": Row("wang", sees=SEES_CLAIM, args={"advance_id": "returned_advance"}),
    "POST advance_submissions.destroy": Row("wang", sees=SEES_CLAIM),
    "GET advance_payments.new": Row("fin", sees=SEES_CLAIM,
                                    args={"advance_id": "approved_advance"}),
    "POST advance_payments.create": Row("fin", sees=SEES_CLAIM,
                                        args={"advance_id": "approved_advance"}),
    "GET repayments.new": Row("fin", sees=SEES_CLAIM, args={"advance_id": "paid_advance"}),
    "POST repayments.create": Row("fin", sees=SEES_CLAIM, args={"advance_id": "paid_advance"}),
    "GET counter_entries.new": Row("fin", sees=SEES_CLAIM, args={"advance_id": "repaid_advance"}),
    "POST counter_entries.create": Row("fin", sees=SEES_CLAIM,
                                       args={"advance_id": "repaid_advance"}),
    "GET payment_batches.index": Row("fin admin", sees=SIGNED_IN),
    "GET payment_batches.new": Row("fin", sees=SIGNED_IN, query={"claims": "approved_claim"}),
    "POST payment_batches.create": Row("fin", sees=SIGNED_IN, query={"claims": "approved_claim"},
                                       anew=True),
    "GET books.edit": Row("fin admin", sees=SIGNED_IN),
    "POST books.update": Row("fin admin", sees=SIGNED_IN),
    "GET account_codes.edit": Row("fin admin", sees=SIGNED_IN),
    "POST account_codes.update": Row("fin admin", sees=SIGNED_IN),
    "GET bank_accounts.edit": Row("wang admin", sees=SIGNED_IN),
    "POST bank_accounts.update": Row("wang admin", sees=SIGNED_IN),
    "GET payment_batches.show": Row("fin admin", sees=SIGNED_IN),
    "POST payment_exports.create": Row("fin admin", sees=SIGNED_IN, args={"kind": "bank"},
                                       query={"claims": "approved_claim"}),
    # Approvals: a request is known to its approver alone; the claim to all who see claims.
    "GET requests.index": Row(SIGNED_IN),
    "GET requests.show": Row("li"),
    "POST decisions.create": Row("li"),
    "POST decision_batches.create": Row(SIGNED_IN),
    "GET added_approvers.new": Row("li"),
    "POST added_approvers.create": Row("li"),
    # Only who takes part writes; only the claimant has others reminded.
    "POST approval_comments.create": Row("wang li"),
    "POST approval_reminders.create": Row("wang", sees="li"),
    "GET decided_requests.index": Row(SIGNED_IN),
    "GET others_requests.index": Row(SIGNED_IN),
    # The link in the mail stands for its approver; another user who is signed in is refused.
    "GET approval_links.show": Row(EVERYBODY, args={"token": "approval"}),
    "GET link_reviews.show": Row("anonymous gone li", sees=SIGNED_IN, behind_link=True),
    "POST link_reviews.create": Row("anonymous gone li", sees=SIGNED_IN, behind_link=True),
    "GET link_receipts.show": Row("anonymous gone li", sees=SIGNED_IN, behind_link=True,
                                  args={"receipt_id": "submitted_receipt"}),
    # Reports: everybody of what they see.
    "GET reports.index": Row(SIGNED_IN),
    "GET daily_reports.index": Row(SIGNED_IN),
    # Announcements: this one is of Li to the team below her; she and administrators change it.
    "GET announcements.index": Row(SIGNED_IN),
    "GET announcements.new": Row("li zhou admin", sees="wang zhao sun wu fin reader"),
    "POST announcements.create": Row("li zhou admin", sees="wang zhao sun wu fin reader"),
    "GET announcements.show": Row("wang zhao sun li admin"),
    "GET announcements.edit": Row("li admin", sees="wang zhao sun"),
    "POST announcements.update": Row("li admin", sees="wang zhao sun"),
    "POST announcement_readings.create": Row("wang zhao sun li admin"),
    "POST announcement_reminders.create": Row("li admin", sees="wang zhao sun"),
    "POST takedowns.create": Row("li admin", sees="wang zhao sun"),
    "POST takedowns.destroy": Row("li admin", sees="wang zhao sun", args={
        "announcement_id": "old_announcement"}),
    "GET daily_report_comments.new": Row(
        "wang li admin", sees="fin reader",
        args={"stretch": "day", "day": "2026-06-17", "rep_id": "user_id"}),
    "POST daily_report_comments.create": Row(
        "wang li admin", sees="fin reader",
        args={"stretch": "day", "day": "2026-06-17", "rep_id": "user_id"}),
    "GET daily_reports.show": Row(SIGNED_IN, args={"stretch": "week", "day": "2026-06-15"}),
    "GET reports.show": Row(SIGNED_IN, args={"report": "winning"}),
    "POST report_exports.create": Row("li zhou fin admin", sees=SIGNED_IN,
                                      args={"report": "winning"}),
    # What every list can do. A batch is judged record by record (blueprints/test_batches.py).
    "GET saved_views.new": Row(SIGNED_IN, args={"name": "customers"}),
    "POST saved_views.create": Row(SIGNED_IN, args={"name": "customers"}),
    "GET saved_views.edit": Row("wang", sees="zhao sun li"),
    "POST saved_views.update": Row("wang", sees="zhao sun li"),
    "POST saved_views.destroy": Row("wang", sees="zhao sun li"),
    "POST batches.create": Row(SIGNED_IN, args={"name": "customers"}),
    "POST batch_restorations.create": Row(SIGNED_IN, args={"noun": "customer"}),
    "POST exports.create": Row("li zhou fin admin", sees=SIGNED_IN, args={"name": "customers"}),
    # Settings.
    "GET areas.index": Row("admin", sees=SIGNED_IN),
    "GET background.show": Row("admin", sees=SIGNED_IN),
    "POST retries.create": Row("admin", sees=SIGNED_IN),
    "POST dismissals.create": Row("admin", sees=SIGNED_IN),
    "GET first_visit.show": Row("admin", sees=SIGNED_IN),
    "POST first_visit.destroy": Row("admin", sees=SIGNED_IN),
    "GET users.index": Row("admin", sees=SIGNED_IN),
    "POST users.create": Row("admin", sees=SIGNED_IN),
    "GET users.edit": Row("admin", sees=SIGNED_IN),
    "POST users.update": Row("admin", sees=SIGNED_IN),
    "POST user_links.create": Row("admin", sees=SIGNED_IN),
    "POST user_deactivations.create": Row("admin", sees=SIGNED_IN),
    "POST user_deactivations.destroy": Row("admin", sees=SIGNED_IN, args={"user_id": "gone"}),
    "GET teams.index": Row("admin", sees=SIGNED_IN),
    "GET teams.new": Row("admin", sees=SIGNED_IN),
    "POST teams.create": Row("admin", sees=SIGNED_IN),
    "GET teams.edit": Row("admin", sees=SIGNED_IN),
    "POST teams.update": Row("admin", sees=SIGNED_IN),
    "POST teams.destroy": Row("admin", sees=SIGNED_IN, args={"team_id": "empty_team"}),
    "GET custom_fields.index": Row("admin", sees=SIGNED_IN, args={"name": "customer"}),
    "GET custom_fields.new": Row("admin", sees=SIGNED_IN, args={"name": "customer"}),
    "POST custom_fields.create": Row("admin", sees=SIGNED_IN, args={"name": "customer"}),
    "GET custom_fields.edit": Row("admin", sees=SIGNED_IN),
    "POST custom_fields.update": Row("admin", sees=SIGNED_IN),
    "POST custom_field_places.update": Row("admin", sees=SIGNED_IN),
    # Approval flows.
    "GET flows.index": Row("admin", sees=SIGNED_IN),
    "GET flows.new": Row("admin", sees=SIGNED_IN, args={"name": "expense_claim"}),
    "POST flows.create": Row("admin", sees=SIGNED_IN, args={"name": "expense_claim"}),
    "GET flows.show": Row("admin", sees=SIGNED_IN),
    "GET flows.edit": Row("admin", sees=SIGNED_IN),
    "POST flows.update": Row("admin", sees=SIGNED_IN),
    "POST flow_places.update": Row("admin", sees=SIGNED_IN),
    "POST flow_retirements.create": Row("admin", sees=SIGNED_IN),
    "POST flow_retirements.destroy": Row("admin", sees=SIGNED_IN),
    # Pipelines and their stages.
    "GET pipelines.index": Row("admin", sees=SIGNED_IN),
    "GET pipelines.new": Row("admin", sees=SIGNED_IN),
    "POST pipelines.create": Row("admin", sees=SIGNED_IN),
    "GET pipelines.edit": Row("admin", sees=SIGNED_IN),
    "POST pipelines.update": Row("admin", sees=SIGNED_IN),
    "POST pipeline_places.update": Row("admin", sees=SIGNED_IN),
    "GET pipeline_retirements.new": Row("admin", sees=SIGNED_IN),
    "POST pipeline_retirements.create": Row("admin", sees=SIGNED_IN),
    "POST pipeline_retirements.destroy": Row("admin", sees=SIGNED_IN),
    "GET stages.edit": Row("admin", sees=SIGNED_IN),
    "POST stages.update": Row("admin", sees=SIGNED_IN),
    "GET stage_retirements.new": Row("admin", sees=SIGNED_IN),
    "POST stage_retirements.create": Row("admin", sees=SIGNED_IN),
    "POST stage_retirements.destroy": Row("admin", sees=SIGNED_IN),
    "POST stage_templates.update": Row("admin", sees=SIGNED_IN, args={"name": "projects"}),
    "GET options.edit": Row("admin", sees=SIGNED_IN, args={"name": "source"}),
    "POST options.update": Row("admin", sees=SIGNED_IN, args={"name": "source"}),
    "GET import_runs.index": Row("admin", sees=SIGNED_IN),
    "GET import_runs.new": Row("admin", sees=SIGNED_IN),
    "POST import_runs.create": Row("admin", sees=SIGNED_IN),
    "GET import_runs.show": Row("admin", sees=SIGNED_IN),
    "POST import_runs.destroy": Row("admin", sees=SIGNED_IN),
    "GET import_examples.show": Row("admin", sees=SIGNED_IN, args={"noun": "customers"}),
    "POST import_sheets.update": Row("admin", sees=SIGNED_IN),
    "GET import_mappings.edit": Row("admin", sees=SIGNED_IN),
    "POST import_mappings.update": Row("admin", sees=SIGNED_IN),
    "GET import_values.edit": Row("admin", sees=SIGNED_IN, args={"run_id": "checked_run"}),
    "POST import_values.update": Row("admin", sees=SIGNED_IN, args={"run_id": "checked_run"}),
    "POST import_templates.destroy": Row("admin", sees=SIGNED_IN),
    "POST import_writings.create": Row("admin", sees=SIGNED_IN, args={"run_id": "checked_run"}),
    "GET import_bad_rows.show": Row("admin", sees=SIGNED_IN, args={"run_id": "checked_run"}),
    "GET import_undoings.new": Row("admin", sees=SIGNED_IN, args={"run_id": "done_run"}),
    "POST import_undoings.create": Row("admin", sees=SIGNED_IN, args={"run_id": "done_run"}),
    "GET company.edit": Row("admin", sees=SIGNED_IN),
    "POST company.update": Row("admin", sees=SIGNED_IN),
    "GET pool.edit": Row("admin", sees=SIGNED_IN),
    "POST pool.update": Row("admin", sees=SIGNED_IN),
    "GET exchange_rates.index": Row("admin", sees=SIGNED_IN),
    "GET expense_rules.edit": Row("admin", sees=SIGNED_IN),
    "POST expense_rules.update": Row("admin", sees=SIGNED_IN),
    "POST exchange_rates.create": Row("admin", sees=SIGNED_IN),
    "POST exchange_rates.destroy": Row("admin", sees=SIGNED_IN),
    "GET reminder_rules.index": Row("li zhou admin", sees=SIGNED_IN),
    "GET reminder_rules.new": Row("admin", sees=SIGNED_IN, args={"name": "date"}),
    "POST reminder_rules.create": Row("admin", sees=SIGNED_IN, args={"name": "first_contact"}),
    "GET reminder_rules.show": Row("li zhou admin"),
    "GET reminder_rules.edit": Row("admin", sees="li zhou"),
    "POST reminder_rules.update": Row("admin", sees="li zhou"),
    "POST reminder_rules.destroy": Row("admin", sees="li zhou"),
    "POST reminder_rule_restorations.create": Row("admin", sees="li zhou",
        args={"rule_id": "deleted_rule"}),
    "POST reminder_rule_switches.create": Row("admin", sees="li zhou"),
    "POST reminder_rule_switches.destroy": Row("admin", sees="li zhou",
        args={"rule_id": "rule_on"}),
    "GET expense_rates.index": Row("admin", sees=SIGNED_IN),
    "GET expense_rates.new": Row("admin", sees=SIGNED_IN),
    "POST expense_rates.create": Row("admin", sees=SIGNED_IN),
    "GET expense_rates.edit": Row("admin", sees=SIGNED_IN),
    "POST expense_rates.update": Row("admin", sees=SIGNED_IN),
    "POST rate_grants.create": Row("admin", sees=SIGNED_IN),
    "POST rate_grants.destroy": Row("admin", sees=SIGNED_IN),
    # Only with CRM_DEV=1, on a developer's machine.
    "GET components.index": Row(EVERYBODY),
    "GET mails.index": Row(EVERYBODY),
    "GET mails.show": Row(EVERYBODY, args={"kind": "approval_requested"}),
    "GET mail_texts.show": Row(EVERYBODY, args={"kind": "approval_requested"}),
}

# What is typed into the forms; "=deal_version" stands for a value of the scene.
NEW_PASSWORD = {"password": "a long new one", "again": "a long new one"}
ADVANCE = {"title": "西安出差", "amount": "1200", "currency": "CNY", "needed_on": "2026-06-20"}
ITEM = {"category": "=category", "amount": "12", "currency": "CNY", "spent_on": "2026-06-16",
        "purpose": "打车", "version": "=claim_version"}
DECISION = {"decision": "approved", "version": "=submitted_version",
            "content_hash": "=content_hash"}
VIEW = {"query": "owner=me", "name": "我的", "shared_with": "team"}
FORMS: dict[str, dict[str, str]] = {
    "sessions.create": {"login": "wang", "password": PASSWORD},
    "setup.create": NEW_PASSWORD | {"name": "王", "username": "first"},
    "passwords.update": NEW_PASSWORD,
    "passwords.create": NEW_PASSWORD | {"current": PASSWORD},
    "preferences.update": {"theme": "dark"},
    "customers.create": {"name": "新客户", "kind": "prospect"},
    "customers.update": {"name": "改名", "kind": "customer", "version": "=customer_version"},
    "customer_fields.update": {"address": "大连", "version": "=customer_version"},
    "contact_fields.update": {"title": "部长", "version": "=contact_version"},
    "deal_fields.update": {"product": "泵", "version": "=deal_version"},
    "task_fields.update": {"note": "快", "version": "=task_version"},
    "contacts.create": {"name": "张三"},
    "distinctions.create": {"customers": "=twins"},
    "distinctions.destroy": {"customers": "=twins"},
    "merges.create": {"customers": "=twins", "winner": "=customer_id", "version": "=both_versions"},
    "pool.update": {"pool_rest_days": "30", "pool_claimants": "sales",
                    "version": "=company_version"},
    "contacts.update": {"name": "改名", "version": "=contact_version"},
    "activities.create": {"kind": "=activity_kind", "summary": "来访"},
    "contact_moves.create": {"customer": "大连西格玛流体控制有限公司"},
    "collaborators.create": {"helper": "孙健"},
    "activities.update": {"kind": "=activity_kind", "summary": "改了", "version": "=fresh_version"},
    "activity_corrections.create": {"correction": "是上周", "version": "=old_version"},
    "announcements.create": {"title": "通知", "text": "放假", "team": "=team_id"},
    "announcements.update": {"title": "改了", "text": "放假", "team": "=team_id",
                             "version": "=announcement_version"},
    "deals.create": {"name": "新机会", "currency": "CNY", "owner": "王芳", "stage": "=stage_id"},
    "deals.update": {"name": "改名", "currency": "CNY", "owner": "王芳",
                     "version": "=deal_version"},
    "deal_moves.create": {"stage": "=next_stage", "from_stage": "=deal_stage",
                          "version": "=deal_version"},
    "close_moves.create": {"month": "later", "version": "=deal_version"},
    "close_moves.destroy": {"version": "=deal_version"},
    "deal_pipelines.update": {"stage": "=stage_elsewhere", "from_stage": "=deal_stage",
                              "version": "=deal_version"},
    "deal_owners.update": {"owner": "赵磊", "version": "=deal_version"},
    "deal_clones.create": {"name": "再来一批", "currency": "CNY", "owner": "王芳",
                           "stage": "=stage_id"},
    "snoozes.create": {"until": "2026-07-01", "reason": "检修", "version": "=deal_version"},
    "deal_outcomes.create": {"kind": "won", "amount": "186000", "version": "=deal_version"},
    "budgets.create": {"term": "2026-Q4", "amount": "1000"},
    "budgets.update": {"term": "2026-Q4", "amount": "1000", "version": "1"},
    "quotas.update": {"of_2026_07": "120000", "version": "=quotas_version"},
    "quota_copies.create": {"percent": "10"},
    "deal_lines.update": {"rows-0-id": "", "rows-0-name": "泵", "rows-0-quantity": "2",
                          "rows-0-price": "9", "currency": "CNY", "version": "=no_lines"},
    "deal_collaborators.update": {"rows-0-id": "", "rows-0-helper": "孙健", "rows-0-split": "10",
                                  "version": "=no_rows"},
    "deal_competitors.update": {"rows-0-id": "", "rows-0-name": "KSB", "version": "=no_rows"},
    "deal_contacts.update": {"rows-0-id": "", "rows-0-contact": "刘洋", "version": "=no_rows"},
    "source_costs.update": {"of_07": "12000", "version": "=costs_version"},
    "tasks.create": {"title": "打电话", "assignee": "王芳"},
    "tasks.update": {"title": "改名", "assignee": "王芳", "version": "=task_version"},
    "task_assignees.update": {"assignee": "赵磊", "version": "=task_version"},
    "task_priorities.create": {"quadrant": "both"},
    "task_notes.create": {"kind": "=activity_kind", "summary": "谈好了"},
    "calendar_moves.create": {"day": "2026-07-01", "version": "=task_version"},
    "calendar_moves.destroy": {"day": "2026-07-01", "version": "=task_version"},
    "task_postponements.create": {"due_on": "2026-07-01"},
    "claims.create": {"title": "六月"},
    "account_codes.update": {"version": "=codes_version"},
    "books.update": {"version": "=company_version"},
    "bank_accounts.update": {"bank_account": "1", "version": "=wang_version"},
    "advances.create": ADVANCE,
    "advances.update": {**ADVANCE, "version": "=returned_advance_version"},
    "advance_payments.create": {"paid_on": "2026-06-17",
                                "version": "=advance_payment_version"},
    "repayments.create": {"amount": "5", "repaid_on": "2026-06-17", "shown": "995.00",
                          "version": "=paid_advance_version"},
    "counter_entries.create": {"reason": "打错了", "entered_on": "2026-06-17",
                               "version": "=repaid_advance_version"},
    "payment_batches.create": {"version": "=payment_version"},
    "claims.update": {"title": "改名", "version": "=claim_version"},
    "expense_items.create": ITEM,
    "expense_items.update": ITEM,
    "quick_items.create": ITEM,
    "splits.create": {"rows-0-id": "", "rows-0-amount": "100", "rows-1-id": "",
                      "rows-1-customer": "大连西格玛流体控制有限公司", "version": "=claim_version"},
    "decisions.create": DECISION,
    "notification_choices.update": {
        "digest_at": "08:00", **{kind.value: "list" for kind in NotificationKind},
    },
    "added_approvers.create": {"colleague": "冯琴", "comment": "请财务也看一下"},
    "approval_comments.create": {"text": "这张发票是哪天的？"},
    "link_reviews.create": DECISION,
    "saved_views.create": VIEW,
    "saved_views.update": VIEW,
    "purges.create": {"record": "=trashed_customer", "asked": "1"},
    "batches.create": {"deed": "owner", "record": "=customer_id", "asked": "1", "owner": "=wang"},
    "company.update": {"name": "恒川", "timezone": "Asia/Shanghai", "approval_link_limit": "2000",
                       "language": "zh", "version": "=company_version"},
    "dismissals.create": {"what": "=failed_mail"},
    "users.create": {"name": "新人", "roles": "rep"},
    "users.update": {"name": "改名", "username": "wang", "roles": "rep",
                     "version": "=wang_version"},
    "teams.create": {"name": "新部门"},
    "teams.update": {"name": "改名", "version": "=team_version"},
    "pipelines.create": {"label_zh": "备件"},
    "delegations.create": {"first": "2031-01-01", "last": "2031-01-02", "delegate": "李敏"},
    "flows.create": {"label_zh": "大额", **FLOW},
    "flows.update": {"label_zh": "大额", "version": "=flow_version", **FLOW},
    # Without rows: read, and explained (422).
    "pipelines.update": {"version": "=pipeline_version"},
    "stages.update": {"days_to_rot": "9", "version": "=stage_version"},
    "stage_retirements.create": {"into": "=next_stage"},
    "pipeline_retirements.create": {"into": "=spares_stage"},
    "options.update": {"version": "=options_version"},
    "custom_fields.create": {"label_zh": "口径", "kind": "number"},
    "custom_fields.update": {"label_zh": "口径", "kind": "text", "version": "=field_version"},
    "profile.update": {"name": "改名", "theme": "dark", "version": "=wang_version"},
    "reminder_rules.create": {"name": "新客户", "title": "联系{客户}", "hours": "4",
                              "taker": "owner"},
    "reminder_rules.update": {"name": "回访", "title": "回访{客户}", "days": "5", "due_in": "0",
                              "activity_kind": "=activity_kind", "taker": "owner",
                              "version": "=rule_version"},
    "reminder_rule_switches.create": {"also_due": ""},
    "task_answers.create": {"answer": "enough"},
    "expense_rates.create": {"kind": "mileage", "label_zh": "自驾", "category": "=category",
                             "amount": "0.8", "currency": "CNY", "valid_from": "2026-01-01"},
    "expense_rates.update": {"label_zh": "自驾", "category": "=category", "in_use": "1",
                             "version": "=rate_version"},
    "rate_grants.create": {"amount": "0.9", "currency": "CNY", "valid_from": "2026-07-01"},
    "expense_rules.update": {
        "rows-0-id": "", "rows-0-category": "", "rows-0-check": "item_limit",
        "rows-0-amount": "500", "rows-0-effect": "warn", "rows-0-active": "1",
        "version": "=no_rows",
    },
    "exchange_rates.create": {"currency": "USD", "day": "2026-06-01", "rate": "7.1"},
}
# fmt: on


def routes(app: Flask) -> list[str]:
    """Every route as the table names it: ``POST deals.create``."""
    return [
        f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_is_in_the_table(app: Flask) -> None:
    declared, existing = set(TABLE), set(routes(app))
    print(f"{len(existing)} routes × {len(PEOPLE)} people = {len(existing) * len(PEOPLE)} cells, "
          f"undeclared {len(existing - declared)}")  # fmt: skip
    assert existing - declared == set(), "routes that the table does not know"
    assert declared - existing == set(), "rows without a route"


SCENE = "scene"
READING = [name for name in TABLE if name.startswith("GET")]
WRITING = [[name] for name in TABLE if name.startswith("POST")]


@pytest.fixture(scope="session")
def scene(session_app: Flask, databases: Databases) -> Scene:
    """What the routes are tried on, made once: the database with it is kept as ``SCENE``."""
    clock.set_to(NOON)
    databases.renew(session_app)
    with session_app.app_context():
        made = set_scene()
        db.session.remove()
    databases.keep(session_app, SCENE)
    return made


# Pages only read: all of them are tried on one database.
@pytest.mark.parametrize(
    "names", [READING, *WRITING], ids=["pages", *(name for (name,) in WRITING)]
)
def test_people_get_what_the_table_says(
    scene: Scene, app: Flask, databases: Databases, names: list[str]
) -> None:
    wrong, written = [], []
    databases.renew(app, SCENE)
    for name in names:
        stage = Stage(app, databases, scene, name)
        stage.try_everybody()
        wrong += stage.wrong
        written += stage.written
    assert wrong == [], "not the expected answer"
    assert written == [], "a refused request wrote something"


class Stage:
    """One route with the records it needs, tried by one person after the other."""

    def __init__(self, app: Flask, databases: Databases, scene: Scene, name: str) -> None:
        self.app, self.databases, self.scene, self.name = app, databases, scene, name
        self.method, endpoint = name.split()
        self.row = TABLE[name]
        self.rule: Rule = next(
            rule for rule in app.url_map.iter_rules(endpoint) if self.method in (rule.methods or ())
        )
        # Who got another answer than the table says, and what was written though it was refused.
        self.wrong: list[str] = []
        self.written: list[str] = []

    def try_everybody(self) -> None:
        may = self.row.may.split()
        browsers = {who: self._browser_of(who) for who in PEOPLE if who not in may}
        before = snapshot(self.app) if browsers else {}
        for who, browser in browsers.items():
            self._try(who, browser)
            if self.method == "POST":
                after = snapshot(self.app)
                self._compare(who, changes(before, after))
                before = after
        if browsers and self.method == "GET":
            self._compare("one of them", changes(before, snapshot(self.app)))
        for who in may:
            self._try(who, self._browser_of(who))
            # Put everything back, where this write would stand in the way of the next.
            if self.method == "POST" and (self.rule.arguments or self.row.anew):
                self.databases.renew(self.app, SCENE)

    def _try(self, who: str, browser: Browser) -> None:
        answer, expected = self._ask(browser), self.row.expected(who)
        if answer != expected:
            self.wrong.append(f"{self.name}, {who}: {answer}, not {expected}")

    def _compare(self, who: str, changed: list[str]) -> None:
        if self.row.behind_link and self.method == "POST":
            if len(changed) != 1 or "approval_link:refused" not in changed[0]:
                self.written.append(f"{self.name}, {who}: not just the event: {changed}")
        else:
            self.written += [f"{self.name}, {who}: {line}" for line in changed]

    def _ask(self, browser: Browser) -> str:
        """How the route answers."""
        with self.app.test_request_context():
            query = {name: self.scene.ids[value] for name, value in self.row.query.items()}
            address = url_for(self.rule.endpoint, **self._arguments(), **query)
        headers = {"Referer": "http://localhost/from-here"}
        if self.method == "GET":
            return _meaning(browser.client.get(address, headers=headers, buffered=True))
        form = {"csrf_token": browser.token(), **self._typed()}
        return _meaning(browser.client.post(address, data=form, headers=headers, buffered=True))

    def _typed(self) -> dict[str, Any]:
        return {
            name: self.scene.ids[value[1:]] if value.startswith("=") else value
            for name, value in FORMS.get(self.rule.endpoint, {}).items()
        }

    def _browser_of(self, who: str) -> Browser:
        browser = Browser(self.app)
        if who != "anonymous":
            browser.sign_in(who)
        if self.row.behind_link:
            browser.client.get(f"/approve/{self.scene.secrets['approval']}")
        return browser

    def _arguments(self) -> dict[str, Any]:
        values = (
            self.scene.ids
            | {"version": "x", "name": "css/app.css", "kind": ""}
            | {
                name: self.scene.secrets.get(value) or self.scene.ids.get(value, value)
                for name, value in self.row.args.items()
            }
        )
        return {name: values[name] for name in self.rule.arguments}


def _meaning(response: TestResponse) -> str:
    if response.status_code == 303 and response.headers["Location"].startswith("/sign-in?"):
        return "sign in"
    if response.status_code in {200, 303, 422}:
        return "answered"
    return str(response.status_code)


def set_scene() -> Scene:
    """Records in every state that a route needs, most of them Wang's."""
    cast = Cast()
    wang = cast.wang
    task = Task.add(Task(title="回电话", assignee=wang, customer=cast.sigma), by=wang)
    rule, rule_on, deleted_rule = (after_visit(cast, name=f"回访 {number}") for number in range(3))
    on(rule_on, cast)
    deleted_rule.trash(by=cast.admin)
    visited(cast, cast.sigma, NOON.date() - timedelta(days=3))
    make_tasks(rule_on, causes(rule_on, due_now(rule_on), most=1))
    reminding = db.session.scalars(select(Task).where(Task.firing_id.is_not(None))).one()
    ReminderEnough.say(rule, cast.sigma, by=wang)
    db.session.flush()
    enough = db.session.scalars(select(ReminderEnough)).one()
    trashed = Customer.register(
        Customer(name="旧客户", owner=wang, collaborators=[cast.zhao]), by=wang
    )
    trashed.trash(by=wang)
    won = Deal(name="已成交", customer=cast.sigma, owner=wang)
    won.set_amount(Decimal(1000), "CNY")
    Deal.open(won, cast.stages[1], by=wang)
    twin, merged = (
        Customer.register(Customer(name=name, owner=cast.zhao), by=cast.zhao)
        for name in ("大连西格玛公司", "西格玛大连厂")
    )
    db.session.flush()
    merge = Merge.customers(cast.sigma, merged, by=cast.li)
    won.win(by=wang)
    draft, submitted, approved = (_claim(cast, title) for title in ("草稿", "待批", "已批"))
    waiting = submitted.submit(by=wang).assignments[0]
    decided = approved.submit(by=wang).assignments[0]
    decided.decide(Decision.APPROVED, by=cast.li, version=approved.version,
                   content_hash=approved.content_hash())  # fmt: skip
    paid = _claim(cast, "已付")
    paid.submit(by=wang).assignments[0].decide(
        Decision.APPROVED, by=cast.li, version=paid.version, content_hash=paid.content_hash()
    )
    paid.pay("网银 1", by=cast.fin)
    advances = [asked_for(cast) for _ in range(5)]
    names = ("asked", "returned", "approved", "paid", "repaid")
    named_advances = dict(zip(names, advances, strict=True))
    answer(named_advances["returned"], Decision.RETURNED)
    for name in ("approved", "paid", "repaid"):
        answer(named_advances[name])
    named_advances["paid"].pay_out("网银 2", by=cast.fin)
    named_advances["repaid"].pay_out("网银 3", by=cast.fin)
    named_advances["repaid"].repay(Decimal(5), None, by=cast.fin)
    secrets = {
        "approval": ApprovalToken.mint(waiting),
        "calendar": CalendarFeed.make(wang),
        "set_up": OneTimeLink.make(LinkPurpose.SET_UP),
        "set_password": OneTimeLink.make(LinkPurpose.SET_PASSWORD, cast.sun),
    }
    view = SavedView(list="customers", name="重点", query="grade=1", owner=wang,
                     shared_with=Sharing.TEAM)  # fmt: skip
    db.session.add(view)
    field = CustomField.add(
        CustomField(noun=CustomNoun.CUSTOMER, kind=FieldKind.TEXT, label_zh="介质", label_en=""),
        [], by=cast.admin,
    )  # fmt: skip
    empty_team = Team.found("空部门", parent=wang.team)
    other_device = UserSession.begin(wang, device="phone", address="")
    db.session.commit()
    session = db.session.scalars(
        db.select(UserSession).where(UserSession.digest == digest_of(other_device))
    ).one()
    contact = db.session.scalars(db.select(Contact)).one()
    fresh, old = _activities(cast)
    file, trashed_file = _files(cast)
    runs = [
        make("客户,行业\n新客户,\n养蜂场,养蜂\n,\n", by=cast.admin, partly=True)
        for make in (begun, checked, done)
    ]
    template = ImportTemplate(noun="customers", name="我的", plan=runs[0].plan, by=cast.admin)
    db.session.add(template)
    to_tick = ChecklistItem(stage=cast.stages[0], position=0, label_zh="图纸", label_en="Drawings")
    elsewhere = PipelineStage(
        label_zh="招标", label_en="Bid", position=0, probability=10,
        pipeline=Pipeline(position=1, label_zh="项目", label_en="Projects"),
    )  # fmt: skip
    db.session.add_all([to_tick, elsewhere])
    rate = granted(cast)
    euro = ExchangeRate.enter("EUR", date(2026, 6, 1), Decimal("7.8"), by=cast.admin)
    days = date(2030, 1, 1), date(2030, 1, 2)
    away = Delegation.begin(wang, cast.zhao, *days, by=wang)
    large = flow(step(ApproverKind.MANAGER))
    budget = Budget.set_up(
        BudgetPlan(Term.around(Span.YEAR, Company.current().today()), Decimal(1000), cast.sigma),
        by=cast.fin,
    )
    announced, old_announcement = (
        Announcement.make(Announcement(title=title, text="放假三天", team=wang.team), by=cast.li)
        for title in ("放假", "往年放假")
    )
    db.session.flush()
    old_announcement.take_down(by=cast.li)
    told = Notification.tell(wang, NotificationKind.CUSTOMER_GIVEN, cast.sigma, by=cast.li)
    failed = OutgoingMail.enqueue(MailKind.INVITATION, wang, by=cast.admin.id)
    failed.fail("550 no such person here", for_good=True)
    db.session.commit()
    assert told is not None
    item = draft.items[0]
    return Scene(
        {
            "customer_id": cast.sigma.id, "customer_version": cast.sigma.version,
            "trashed_customer": trashed.id,
            "contact_id": contact.id, "contact_version": contact.version,
            "activity_id": fresh.id, "fresh_version": fresh.version,
            "old_activity": old.id, "old_version": old.version,
            "file_id": file.id, "trashed_file": trashed_file.id,
            "activity_kind": cast.option(OptionList.ACTIVITY_KIND, "Visit").id,
            "deal_id": cast.pumps.id, "deal_version": cast.pumps.version, "won_deal": won.id,
            "stage_id": cast.stages[0].id, "month": "later", "deal_stage": cast.stages[1].id,
            "checklist_item": to_tick.id, "stage_elsewhere": elsewhere.id,
            "next_stage": cast.stages[2].id, "wang": wang.id, "zhao": cast.zhao.id,
            "rule_id": rule.id, "rule_version": rule.version, "rule_on": rule_on.id,
            "deleted_rule": deleted_rule.id, "reminding_task": reminding.id,
            "enough_id": enough.id,
            "task_id": task.id, "task_version": task.version,
            "claim_id": draft.id, "claim_version": draft.version, "item_id": item.id,
            "receipt_id": item.receipts[0].id, "category": item.category_id,
            "submitted_claim": submitted.id, "submitted_version": submitted.version,
            "submitted_receipt": submitted.items[0].receipts[0].id,
            "content_hash": submitted.content_hash(), "approved_claim": approved.id,
            "assignment_id": waiting.id, "request_id": waiting.request_id,
            "announcement_id": announced.id, "announcement_version": announced.version,
            "old_announcement": old_announcement.id,
            "notification_id": told.id, "session_id": session.id, "company_version": 1,
            "failed_mail": f"mail-{failed.id}",
            "view_id": view.id, "twins": f"{cast.sigma.id},{twin.id}",
            "both_versions": f"{cast.sigma.id}.{cast.sigma.version} {twin.id}.{twin.version}",
            "merge_id": merge.id,
            "user_id": wang.id, "wang_version": wang.version, "gone": cast.gone.id,
            "team_id": wang.team.id, "team_version": wang.team.version,
            "no_rows": fingerprint([]),
            "no_lines": fingerprint([{"rows": fingerprint([]), "currency": "CNY"}]),
            "quotas_version": quotas_version({}),
            "pipeline_id": Pipeline.main().id, "pipeline_version": version_of(Pipeline.main()),
            "delegation_id": away.id,
            "flow_id": large.id, "flow_version": flow_version_of(large),
            "stage_version": stage_version_of(cast.stages[0]),
            "spares_stage": cast.spares.stages[0].id,
            "costs_version": costs_version({}),
            "source_id": cast.option(OptionList.SOURCE, "Phone").id,
            "options_version": fingerprint(options_shown(OptionList.SOURCE)),
            "field_id": field.id, "field_version": field.version,
            "empty_team": empty_team.id,
            "run_id": runs[0].id, "checked_run": runs[1].id, "done_run": runs[2].id,
            "advance_id": advances[0].id,
            **{f"{name}_advance": each.id for name, each in named_advances.items()},
            **{f"{name}_advance_version": each.version for name, each in named_advances.items()},
            "template_id": template.id, "batch_id": paid.payment_batch_id,
            "codes_version": codes_version(Option.known(OptionList.EXPENSE_CATEGORY)),
            "payment_version": payment_version(Proposal([approved], cast.fin)),
            "repayment_id": named_advances["repaid"].settlements[0].id,
            "advance_payment_version": advance_payment_version(named_advances["approved"]),
            "budget_id": budget.id,
            "exchange_rate_id": euro.id,
            "rate_id": rate.id, "rate_version": rate.version, "grant_id": rate.grants[0].id,
        },
        secrets,
    )  # fmt: skip


def _activities(cast: Cast) -> tuple[Activity, Activity]:
    """What Wang noted just now, and the day before yesterday."""
    kind = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    fresh, old = (
        Activity.log(Activity(customer=cast.sigma, kind=kind, summary=summary), by=cast.wang)
        for summary in ("来访", "上门")
    )
    old.created_at = clock.now() - timedelta(days=2)
    db.session.commit()
    return fresh, old


def _files(cast: Cast) -> tuple[Attachment, Attachment]:
    """Wang's files at Sigma; the second lies in the trash."""
    picture = PreparedFile("现场.jpg", "image/jpeg", b"a picture")
    file, trashed = files = [store(picture, kind="", by=cast.wang) for _ in range(2)]
    Attachment.add(cast.sigma, files, by=cast.wang)
    trashed.trash(by=cast.wang)
    db.session.commit()
    return file, trashed


def _claim(cast: Cast, title: str) -> ExpenseClaim:
    claim = ExpenseClaim.begin(title, by=cast.wang)
    travel = cast.option(OptionList.EXPENSE_CATEGORY, "Travel")
    item = ExpenseItem(category=travel, customer=cast.sigma, purpose="拜访")
    item.set_amount(Decimal("300.00"), "CNY", date(2026, 6, 10))
    claim.add_item(item, by=cast.wang)
    receipt = PreparedFile("ticket.pdf", "application/pdf", b"%PDF-1.4 " + title.encode())
    item.receipts.append(store(receipt, kind="expense_item", by=cast.wang))
    db.session.flush()
    return claim
