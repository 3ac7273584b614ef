"""The domain: one file per noun. Importing this package registers every table."""

from crm.models.access import Noun, Role, Scope
from crm.models.activity import Activity
from crm.models.advance import Advance, AdvanceState, Settlement
from crm.models.announcement import Announcement, AnnouncementReading
from crm.models.approval import (
    ApprovalAssignment,
    ApprovalComment,
    ApprovalFlow,
    ApprovalRequest,
    ApprovalStep,
    ApprovalToken,
    Delegation,
    FlowVersion,
)
from crm.models.attachment import Attachment
from crm.models.budget import Budget
from crm.models.calendar_feed import CalendarFeed
from crm.models.company import Company, PoolClaimants
from crm.models.contact import Contact, DecisionRole, Reach, ReachKind
from crm.models.custom_field import CustomChoice, CustomField, CustomNoun, FieldKind
from crm.models.customer import Customer, CustomerKind
from crm.models.daily_report import DailyReportComment, DailyReportMailing
from crm.models.deal import Collaborator, Deal
from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.models.deal.line import DealLine
from crm.models.deal.snooze import Snooze
from crm.models.deal.tick import ChecklistTick
from crm.models.distinction import Distinction
from crm.models.event import Action, Event
from crm.models.exchange_rate import ExchangeRate
from crm.models.expectation import Expectation
from crm.models.expense_claim import ClaimState, ExpenseClaim, ExpenseItem, Proposal
from crm.models.expense_rate import ExpenseRate, ItemKind
from crm.models.expense_rule import ExpenseRule
from crm.models.import_run import ImportEntry, ImportRun, ImportState, ImportTemplate
from crm.models.job import Job
from crm.models.likeness import Likeness
from crm.models.merge import Merge
from crm.models.notification import (
    MailHours,
    Notification,
    NotificationChoice,
    NotificationKind,
    Way,
)
from crm.models.option import Option, OptionList
from crm.models.outcome import Outcome, OutcomeKind
from crm.models.outgoing_mail import MailKind, OutgoingMail
from crm.models.ownership import Ownership
from crm.models.passage import Passage
from crm.models.payment_batch import PaymentBatch, Payout
from crm.models.pipeline import ChecklistItem, Pipeline, Stage
from crm.models.pool import PoolRule, PoolWarning
from crm.models.quota import Quota, Span, Term
from crm.models.reminder_rule import (
    ReminderEnough,
    ReminderFiring,
    ReminderGrade,
    ReminderKind,
    ReminderRule,
    ReminderTaker,
)
from crm.models.saved_view import SavedView, Sharing
from crm.models.session import OneTimeLink, SignInAttempt, TrustedDevice, UserSession
from crm.models.source_cost import SourceCost
from crm.models.stage_stay import StageStay
from crm.models.task import Task, TaskReminder
from crm.models.task.recurring import TaskSeries
from crm.models.team import Team
from crm.models.user import User, UserRole

__all__ = [
    "Action",
    "Activity",
    "Advance",
    "AdvanceState",
    "Announcement",
    "AnnouncementReading",
    "ApprovalAssignment",
    "ApprovalComment",
    "ApprovalFlow",
    "ApprovalRequest",
    "ApprovalStep",
    "ApprovalToken",
    "Attachment",
    "Budget",
    "CalendarFeed",
    "ChecklistItem",
    "ChecklistTick",
    "ClaimState",
    "Collaborator",
    "Company",
    "Contact",
    "CustomChoice",
    "CustomField",
    "CustomNoun",
    "Customer",
    "CustomerKind",
    "DailyReportComment",
    "DailyReportMailing",
    "Deal",
    "DealCompetitor",
    "DealContact",
    "DealLine",
    "DecisionRole",
    "Delegation",
    "Distinction",
    "Event",
    "ExchangeRate",
    "Expectation",
    "ExpenseClaim",
    "ExpenseItem",
    "ExpenseRate",
    "ExpenseRule",
    "FieldKind",
    "FlowVersion",
    "ImportEntry",
    "ImportRun",
    "ImportState",
    "ImportTemplate",
    "ItemKind",
    "Job",
    "Likeness",
    "MailHours",
    "MailKind",
    "Merge",
    "Notification",
    "NotificationChoice",
    "NotificationKind",
    "Noun",
    "OneTimeLink",
    "Option",
    "OptionList",
    "Outcome",
    "OutcomeKind",
    "OutgoingMail",
    "Ownership",
    "Passage",
    "PaymentBatch",
    "Payout",
    "Pipeline",
    "PoolClaimants",
    "PoolRule",
    "PoolWarning",
    "Proposal",
    "Quota",
    "Reach",
    "ReachKind",
    "ReminderEnough",
    "ReminderFiring",
    "ReminderGrade",
    "ReminderKind",
    "ReminderRule",
    "ReminderTaker",
    "Role",
    "SavedView",
    "Scope",
    "Settlement",
    "Sharing",
    "SignInAttempt",
    "Snooze",
    "SourceCost",
    "Span",
    "Stage",
    "StageStay",
    "Task",
    "TaskReminder",
    "TaskSeries",
    "Team",
    "Term",
    "TrustedDevice",
    "User",
    "UserRole",
    "UserSession",
    "Way",
]
