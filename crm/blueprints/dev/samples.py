"""What the components are shown with: records that no database has ever seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from crm import clock
from crm.blueprints.dev.carried import carried_by
from crm.blueprints.dev.sample_lists import AMOUNT, CellsFilter, FieldsForm
from crm.filters.deals import DealFilter
from crm.filters.deals.board import BoardFilter
from crm.filters.tasks import TaskFilter
from crm.forms.approval import DecisionForm
from crm.forms.at_hand import forms_at_hand
from crm.forms.base import Conflict
from crm.forms.batches import CustomerBatchForm
from crm.forms.inline import Inline
from crm.forms.task import TaskForm
from crm.models import (
    Action,
    Announcement,
    ApprovalAssignment,
    ApprovalRequest,
    Attachment,
    ClaimState,
    Contact,
    Customer,
    CustomerKind,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    Option,
    Pipeline,
    PoolWarning,
    SavedView,
    Sharing,
    Stage,
    Task,
    User,
)
from crm.models.approval import Closure, Decision
from crm.paging import Page
from crm.queries.announcements import Noticed
from crm.queries.approvals.around import Around
from crm.queries.approvals.facts import Facts
from crm.queries.approvals.surroundings import Surroundings
from crm.queries.board import Card
from crm.queries.board import Column as BoardColumn
from crm.queries.deal_page import PathStep
from crm.queries.few import Few
from crm.queries.telephones import Telephone
from crm.queries.timeline import Kind as TimelineKind
from crm.queries.timeline import Timeline, Wanted
from crm.queries.today import Today
from crm.queries.today.customers import Birthday, Cold
from crm.queries.today.deals import Stuck
from crm.queries.today.figures import Figure
from crm.queries.today.tasks import Tasks
from crm.queries.today.team import Member
from crm.queries.views import Tab, Views
from crm.wording.fields import FIELDS


class Samples:
    """The values that ``templates/dev/components`` shows, made anew for each page."""

    def __init__(self) -> None:
        self.moment = clock.now()
        self.today = self.moment.date()
        self.user = User(id=1, name="王芳", username="wangfang", email="wang@example.com")
        self.lead = User(id=2, name="李敏", username="limin", email="li@example.com")
        self.stages = [
            Stage(id=id, label_zh=zh, label_en=en, probability=chance, days_to_rot=10,
                  colour=colour, guidance_zh="弄清工况再选型。", guidance_en="Ask what it is for.")
            for id, zh, en, chance, colour in (
                (1, "初步接洽", "First contact", 10, "grey"),
                (2, "报价", "Quotation", 50, "blue"),
                (3, "投标", "Tender", 70, "violet"),
            )
        ]  # fmt: skip
        self.customer = Customer(
            id=123, name="大连西格玛流体控制有限公司", owner=self.user, phone="0411-8765 4321"
        )
        self.deals = [
            self._deal(1, "西格玛磁力泵 20 台", days=4),
            self._deal(2, "流量计年度框架", days=12),
            self._deal(3, "压力变送器改造", days=19),
        ]
        self.tasks = [
            Task(id=id, title=title, assignee=self.user, customer=self.customer, customer_id=123,
                 deal=self.deals[0], deal_id=1, due_on=self.today + timedelta(days=days),
                 urgent=days < 0, important=days == 0, version=1)
            for id, title, days in ((1, "发送样本", -2), (2, "确认交期", 0))
        ]  # fmt: skip
        self.claim = self._claim()

    def shown(self) -> dict[str, Any]:
        """All of them, by the names that the partials know."""
        return {
            "current_user": self.user, "may": lambda _verb, _thing: True,
            "samples": self, "tomorrow": self.today + timedelta(days=1),
            "next_week": self.today + timedelta(days=7),
            **self._fields(), **self._list(), **self._board(), **self._decisions(),
            "timeline": self._timeline(), "address": lambda **args: "#main",
            "today": self._today(), "at_hand": forms_at_hand(),
        }  # fmt: skip

    def _deal(self, id: int, name: str, *, days: int) -> Deal:
        return Deal(
            id=id, name=name, customer=self.customer, customer_id=123, owner=self.user, owner_id=1,
            stage=self.stages[1], stage_id=2, pipeline=Pipeline(stages=self.stages), version=1,
            amount=AMOUNT, base_amount=AMOUNT, currency="CNY",
            stage_since=self.moment - timedelta(days=days),
            expected_close=self.today + timedelta(days=id),
        )  # fmt: skip

    def _claim(self) -> ExpenseClaim:
        spent = Decimal("460.00")
        meals = Option(id=1, label_zh="餐费", label_en="Meals")
        paper = Attachment(id=1, name="发票.pdf", content_type="application/pdf", size=120_000)
        item = ExpenseItem(
            id=1, claim_id=45, category=meals, amount=spent, base_amount=spent, currency="CNY",
            spent_on=self.today, customer=self.customer, deal=self.deals[0], purpose="项目沟通",
            receipts=[paper],
        )  # fmt: skip
        return ExpenseClaim(
            id=45, title="大连出差", claimant=self.user, state=ClaimState.SUBMITTED, version=1,
            base_amount=spent, updated_at=self.moment, items=[item],
        )  # fmt: skip

    def _fields(self) -> dict[str, Any]:
        """Every field as it is at first, wrong, and where it cannot be changed."""
        values = {"name": "王芳", "amount": AMOUNT, "probability": 60, "due_on": self.today,
                  "customer": self.customer, "kind": CustomerKind.DEALER}  # fmt: skip
        plain, wrong, closed = (FieldsForm(formdata=None, data=values) for _ in range(3))
        for field in wrong:
            field.errors = [_("Please fill this in.")]
        for field in closed:
            field.render_kw = {"disabled": True}
        wrong.customer.candidates = [self.customer]
        stale = FieldsForm(formdata=None)
        stale.conflicts = [Conflict(str(FIELDS["phone"]), "0411-8765 4300", "0411-8765 4321")]
        inline = Inline("task", self.tasks[0], True, "title", TaskForm(obj=self.tasks[0]))
        return {"forms_shown": {"plain": plain, "wrong": wrong, "closed": closed},
                "stale": stale, "inline": inline}  # fmt: skip

    def _list(self) -> dict[str, Any]:
        filter = CellsFilter.parse(MultiDict({"kind": "dealer", "sort": "name", "q": "西格玛"}))
        saved = SavedView(
            id=1, name="重点客户", query="", owner=self.user, shared_with=Sharing.TEAM
        )
        views = Views([Tab(_("All"), filter.cleared, False), Tab(saved.name, filter, True, saved)],
                      saved, is_changed=True)  # fmt: skip
        return {"filter": filter, "page": Page([self.customer], 1280, "1", "2"), "views": views,
                "deeds": CustomerBatchForm.DEEDS, "most_at_once": 0, "caption": _("Customers"),
                "neighbours": lambda: SimpleNamespace(
                    back="#main", previous=SimpleNamespace(name="1", url="#main"), next=None),
                }  # fmt: skip

    def _board(self) -> dict[str, Any]:
        late, due = self.tasks
        cards = [Card(deal, task) for deal, task in zip(self.deals, (due, late, None), strict=True)]
        path = [PathStep(stage, 4 * stage.id, stage.id < 3, stage.id == 2)
                for stage in self.stages]  # fmt: skip
        return {
            "column": BoardColumn(self.stages[1], 14, AMOUNT, AMOUNT / 2, cards, has_more=True,
                                  stuck=5, alarmed=2),
            "board_filter": BoardFilter(), "stages": self.stages, "deal": self.deals[0],
            "move": FieldsForm(formdata=None), "path": SimpleNamespace(path=path),
        }  # fmt: skip

    def _decisions(self) -> dict[str, Any]:
        asked, decided = (
            ApprovalAssignment(id=id, approver=self.lead, asked_at=self.moment,
                               request=ApprovalRequest(id=id, claimant=self.user,
                                                       document_kind="expense_claim",
                                                       base_amount=self.claim.base_amount))
            for id in (1, 2)
        )  # fmt: skip
        decided.decision, decided.decided_at = Decision.REJECTED, self.moment
        decided.comment = "请附上发票。"
        decided.request.closure, decided.request.closed_at = Closure.REJECTED, self.moment
        around = Surroundings(
            [Around(self.customer, Decimal(3200), Decimal(460), Decimal(93000), AMOUNT)]
        )
        return {"decisions": [Facts(asked, self.claim, around, ["520.00 → 460.00"], "", 1),
                              Facts(decided, self.claim, Surroundings(), [], "", 1)],
                "form": DecisionForm(formdata=None)}  # fmt: skip

    def _timeline(self) -> Timeline:
        """An event of every action."""
        events = [
            Event(id=id, action=action, by=self.user, at=self.moment, subject_kind="deal",
                  subject_id=1, deal_id=1,
                  particulars=carried_by(action))
            for id, action in enumerate(Action)
        ]  # fmt: skip
        return Timeline(events, Wanted(), tuple(TimelineKind), has_older=True)

    def _today(self) -> Today:
        late, due = self.tasks
        contact = Contact(id=1, name="刘洋", customer=self.customer)
        asked = self._decisions()["decisions"][0]
        late_tasks = ngettext("%(num)d overdue", "%(num)d overdue", 3)
        return Today(
            figures=[Figure(_("Tasks by today"), "12", late_tasks, TaskFilter(), None, True),
                     Figure(_("Open deals"), "¥186,000", "", DealFilter(), 60)],
            troubles=[],
            announcements=[Noticed(Announcement(
                id=1, title="新版价格表下月启用", text="旧版只对已发出的报价有效。", by=self.user,
                by_id=1, created_at=self.moment), None)],
            team=[Member(self.user, 14, AMOUNT, 2, AMOUNT, 3, 1, (2, 5, 3, 0, 0, 4, 6), AMOUNT, 6)],
            tasks=Tasks([late], 9, [due], 1), approvals=Few([asked], 1),
            to_pay=Few([self.claim], 1), to_hand_out=Few.none(), undecided=Few.none(),
            stuck=Few([Stuck(deal, self.moment) for deal in self.deals[1:]], 2),
            closing=Few(self.deals[:1], 1),
            cold=Few([Cold(self.customer, self.moment - timedelta(days=70), True)], 1),
            leaving=Few([PoolWarning(id=1, customer=self.customer, returns_on=self.today)], 1),
            birthdays=[Birthday(contact, self.today)], news=[],
            telephones={self.customer.id: Telephone("138 0000 1234", "刘洋")},
        )  # fmt: skip
