"""Lists and the board ask the database as often for forty records as for two."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from crm import clock
from crm.extensions import db
from crm.filters.lists import LISTS as FILTERS
from crm.models import (
    Activity,
    ApprovalAssignment,
    Budget,
    Contact,
    Customer,
    Deal,
    ExchangeRate,
    OptionList,
    Task,
)
from crm.models.approval import Decision
from crm.models.budget import BudgetPlan
from crm.models.deal import LinePlan
from crm.terms import Span, Term
from tests.advances import asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, make_item, submitted
from tests.page import Browser
from tests.queries_counted import counted
from tests.reminder_rules import after_visit, silence

LISTS = ("/", "/customers", "/contacts", "/deals", "/deals?status=all", "/deals/board",
         "/deals/forecast", "/tasks",
         "/tasks?everyone=1", "/tasks?everyone=1&by=customer", "/tasks/quadrants?everyone=1",
         "/expenses", "/expenses/items", "/trash", "/settings/exchange-rates",
         "/settings/reminder-rules",
         "/devices",
         "/activities", "/customer-options?q=", "/deal-options?q=")  # fmt: skip


def write_records(cast: Cast, count: int) -> None:
    """Of everything ``count`` more, each with another customer, owner and category."""
    owners = (cast.wang, cast.zhao, cast.sun)
    for number in range(count):
        owner = owners[number % 3]
        customer = Customer.register(Customer(name=f"客户 {number}", owner=owner), by=owner)
        Contact.register(Contact(customer=customer, name=f"联系人 {number}"), by=owner)
        deal = Deal(name=f"机会 {number}", customer=customer, owner=owner,
                    expected_close=clock.now().date())  # fmt: skip
        deal.set_amount(Decimal(1000 + number), "CNY")
        Deal.open(deal, cast.stages[number % 5 if number % 5 < 4 else 0], by=owner,
                  at=clock.now() - timedelta(days=60))  # fmt: skip
        Task.add(Task(title=f"任务 {number}", assignee=cast.li, customer=customer, deal=deal,
                      due_on=clock.now().date()), by=owner)  # fmt: skip
        Customer.register(Customer(name=f"旧 {number}", owner=owner), by=owner).trash(by=owner)
        submitted(cast, make_item(cast, customer=customer), title=f"报销 {number}", by=owner)
        silence(cast, 30 + number)
        after_visit(cast, 3)
        ExchangeRate.enter("USD", clock.now().date() - timedelta(days=number), Decimal(7), by=None)
    db.session.commit()


@pytest.fixture
def reader(cast: Cast, browser: Browser) -> Browser:
    """Li, who sees the team's records and decides on its claims."""
    return browser.sign_in("li")


def selects(app: Flask, browser: Browser, path: str) -> int:
    with counted(app) as statements:
        browser.get(path)
    return len(statements)


def test_lists_ask_as_often_for_many_records_as_for_few(
    app: Flask, cast: Cast, reader: Browser
) -> None:
    admin = Browser(app).sign_in("admin")
    who = {path: admin if path.startswith("/settings") else reader for path in LISTS}
    write_records(cast, 3)
    for path in LISTS:
        who[path].get(path)  # what is read once for each process is read now
    few = {path: selects(app, who[path], path) for path in LISTS}
    write_records(cast, 24)
    many = {path: selects(app, who[path], path) for path in LISTS}
    assert {path: (few[path], many[path]) for path in LISTS if many[path] > few[path]} == {}
    assert many.pop("/") <= 35  # Li's own work, whom to ring, and how each of the team stands
    assert max(many.values()) <= 25


def test_no_column_costs_a_query_for_each_row(app: Flask, cast: Cast, reader: Browser) -> None:
    with app.test_request_context():
        paths = [
            kind(columns=tuple(column.name for column in kind.COLUMNS)).url()
            for kind in FILTERS.values()
        ]
    write_records(cast, 3)
    for path in paths:
        reader.get(path)  # what is read once for each process is read now
    few = {path: selects(app, reader, path) for path in paths}
    write_records(cast, 24)
    assert {path: selects(app, reader, path) for path in paths} == few


def test_a_record_asks_as_often_whatever_hangs_on_it(
    app: Flask, cast: Cast, reader: Browser
) -> None:
    few = {path: selects(app, reader, path) for path in pages(cast, hang_on(cast, 2))}
    larger = pages(cast, hang_on(cast, 20))
    many = [selects(app, reader, path) for path in larger]
    assert [was - now for was, now in zip(few.values(), many, strict=True) if now > was] == []
    assert max(many) <= 35  # a customer with everything that its page tells, and the bell


def pages(cast: Cast, assignment: ApprovalAssignment) -> list[str]:
    """The pages of a customer, a deal, a claim and what was asked about it."""
    return [
        f"/customers/{cast.sigma.id}",
        f"/deals/{cast.pumps.id}",
        f"/expenses/{assignment.request.document_id}",
        f"/approvals/{assignment.id}",
    ]


def hang_on(cast: Cast, count: int) -> ApprovalAssignment:
    """Of everything ``count`` more, at Sigma and its deal."""
    wang, sigma, pumps = cast.wang, cast.sigma, cast.pumps
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for number in range(count):
        contact = Contact.register(Contact(customer=sigma, name=f"联系人 {number}"), by=wang)
        activity = Activity(customer=sigma, deal=pumps, contact=contact, kind=call, summary="电话")
        Activity.log(activity, by=wang)
        Task.add(Task(title=f"任务 {number}", assignee=wang, customer=sigma, deal=pumps), by=wang)
        pumps.move_to(cast.stages[2 if pumps.stage.id != cast.stages[2].id else 1], by=wang)
        other = Deal(name=f"机会 {number}", customer=sigma, owner=wang)
        other.set_amount(Decimal(1000), "CNY")
        Deal.open(other, cast.stages[0], by=wang)
    items = [make_item(cast) for _ in range(count)]
    for item in items:
        item.deal = pumps
    consist_of(cast, pumps, count)
    return submitted(cast, *items)


def consist_of(cast: Cast, deal: Deal, count: int) -> None:
    """So many lines, competitors and contacts of the deal; and two who help."""
    people = db.session.scalars(Contact.at(cast.sigma).limit(count)).all()
    deal.price_by([LinePlan(f"泵 {n}", Decimal(2), Decimal(n)) for n in range(count)], by=cast.wang)
    deal.compete_with({f"对手 {number}": None for number in range(count)}, by=cast.wang)
    deal.be_decided_by(dict.fromkeys(people), by=cast.wang)
    helpers = (cast.zhao, cast.sun, cast.li, cast.wu)[: count // 2]
    deal.share_with(dict.fromkeys(helpers, 5), by=cast.wang)


MONEY = {"/approvals": "li", "/approvals/decided": "li", "/approvals/others": "fin",
         "/advances": "fin", "/payments": "fin", "/budgets": "fin"}  # fmt: skip


def test_what_waits_for_decisions_and_money_is_asked_as_often_for_much_as_for_little(
    app: Flask, cast: Cast
) -> None:
    """Each waiting document is shown whole, with the money around it."""
    readers = {who: Browser(app).sign_in(who) for who in set(MONEY.values())}
    write_money(cast, 2)
    for path, who in MONEY.items():
        readers[who].get(path)  # what is read once for each process is read now
    few = {path: selects(app, readers[who], path) for path, who in MONEY.items()}
    write_money(cast, 6)
    many = {path: selects(app, readers[who], path) for path, who in MONEY.items()}
    assert {path: (few[path], many[path]) for path in MONEY if many[path] > few[path]} == {}


def write_money(cast: Cast, count: int) -> None:
    """So many claims and advances that wait, that were decided, and that were paid; budgets."""
    for number in range(count):
        owner = (cast.wang, cast.zhao, cast.sun)[number % 3]
        customer = Customer.register(Customer(name=f"客户 {clock.now()}{number}"), by=owner)
        submitted(cast, make_item(cast, customer=customer), make_item(cast), by=owner)
        asked_for(cast, by=owner, customer=customer)
        handed_out(cast, "70.00", by=owner)
        claim = decide(submitted(cast, make_item(cast), by=owner), Decision.APPROVED)
        claim.pay("网银", by=cast.fin)
        term = Term.around(Span.YEAR, date(2026, 6, 1))
        Budget.set_up(BudgetPlan(term, Decimal(9000), customer=customer), by=cast.fin)
        db.session.commit()
