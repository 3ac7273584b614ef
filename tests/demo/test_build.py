"""The demo world: full enough to show every page, true to the rules of the domain, and quiet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Select, func, select

from crm import cli, clock, create_app, files
from crm.demo import clearing, people
from crm.demo.clearing import NotTheDemo
from crm.demo.world import is_workday
from crm.extensions import db
from crm.filters.lists import LISTS
from crm.models import (
    Activity,
    ApprovalAssignment,
    Attachment,
    ClaimState,
    Company,
    Contact,
    Customer,
    CustomerKind,
    Deal,
    Event,
    ExpenseClaim,
    ExpenseItem,
    Outcome,
    OutcomeKind,
    OutgoingMail,
    Pipeline,
    Role,
    SavedView,
    Sharing,
    Stage,
    StageStay,
    Task,
    User,
)
from crm.queries.today.customers import birthdays_of
from tests.conftest import NOON, make_settings
from tests.databases import Databases
from tests.page import Browser

ABROAD = "海外"


@pytest.fixture(scope="module")
def said() -> list[str]:
    """The lines that the command printed when it made the demo."""
    return []


@pytest.fixture(scope="module")
def demo_app(
    session_app: Flask, databases: Databases, tmp_path_factory, said: list[str]
) -> Iterator[Flask]:
    """An application whose empty database ``crm demo`` filled; made once, the tests only read."""
    url = databases.another("demo")
    app = create_app(make_settings(url, tmp_path_factory.mktemp("demo")))
    clock.set_to(NOON)
    with app.app_context():
        Company.current().is_demo = True
        clearing.clear()
        db.session.commit()
        result = CliRunner().invoke(cli.crm, ["demo"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        said += result.output.splitlines()
    yield app
    clock.set_to(None)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def world(demo_app: Flask) -> Iterator[None]:
    """The demo at noon, in an application context."""
    clock.set_to(NOON)
    with demo_app.app_context():
        yield
    clock.set_to(None)


def count(rows: Select) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def test_the_command_says_how_to_sign_in(said: list[str]) -> None:
    assert Company.current().is_demo
    assert "http://localhost" in said
    assert [line.split()[:3] for line in said if people.PASSWORD in line] == [
        ["wangfang", people.PASSWORD, "rep"],
        ["limin", people.PASSWORD, "manager"],
        ["fengqin", people.PASSWORD, "finance"],
        ["chenli", people.PASSWORD, "administrator"],
        ["hejing", people.PASSWORD, "reader"],
        ["zhaolei", people.PASSWORD, "exporter"],
    ]


def test_there_is_enough_of_everything() -> None:
    assert count(select(User.id)) == 12
    assert 140 <= count(select(Customer.id)) <= 160
    main = Deal.pipeline_id == Pipeline.main().id
    assert count(select(Deal.id).where(Deal.closed_at.is_(None), main)) == 200
    assert count(select(Outcome.id).join(Outcome.deal).where(main)) == 450
    spares = Deal.pipeline_id != Pipeline.main().id
    assert count(select(Deal.id).where(Deal.closed_at.is_(None), spares)) == 12
    assert 1300 <= count(select(Activity.id)) <= 1700
    assert count(select(Task.id)) > 100


def test_every_role_is_played() -> None:
    users = db.session.scalars(User.with_rights()).unique().all()
    assert {role for user in users for role in user.roles} == set(Role)
    assert all(user.check_password(people.PASSWORD) for user in users[:2])


def test_every_customer_has_contacts_and_one_to_ask_first() -> None:
    contacts = dict(db.session.execute(
        select(Contact.customer_id, func.count()).group_by(Contact.customer_id)).all())  # fmt: skip
    first = db.session.scalars(select(Contact.customer_id).where(Contact.is_primary)).all()
    customers = set(db.session.scalars(select(Customer.id)))
    assert set(contacts) == customers == set(first)
    assert len(first) == len(customers)
    assert max(contacts.values()) <= 4


def test_an_open_deal_stands_in_its_stage_and_a_closed_one_nowhere() -> None:
    standing = db.session.execute(
        select(StageStay.deal_id, StageStay.stage_id, StageStay.entered_at)
        .where(StageStay.left_at.is_(None))).all()  # fmt: skip
    open_deals = db.session.execute(
        select(Deal.id, Deal.stage_id, Deal.stage_since)
        .where(Deal.closed_at.is_(None))).all()  # fmt: skip
    assert sorted(standing) == sorted(open_deals)


def test_stays_follow_each_other_without_a_gap() -> None:
    stays = db.session.scalars(select(StageStay).order_by(StageStay.deal_id, StageStay.id)).all()
    for before, after in pairwise(stays):
        if before.deal_id == after.deal_id:
            assert before.left_at == after.entered_at
        assert before.left_at is None or before.left_at > before.entered_at


def test_each_stage_holds_deals_and_some_are_stuck() -> None:
    deals = db.session.scalars(select(Deal).where(Deal.closed_at.is_(None))).all()
    assert {deal.stage_id for deal in deals} == set(db.session.scalars(select(Stage.id)))
    stuck = [deal.stagnation(NOON) for deal in deals]
    assert 10 < stuck.count("alarm") < stuck.count("warning") < 60
    assert 3 < sum(deal.is_snoozed(NOON) for deal in deals) < 15


def test_nothing_is_to_be_done_for_a_deal_or_expected_of_it_before_it_began() -> None:
    for task in db.session.scalars(select(Task).where(Task.deal_id.is_not(None))):
        assert task.created_at >= task.deal.created_at
        assert task.due_on is None or task.due_on >= task.deal.created_at.date()
        assert task.done_at is None or task.done_at > task.created_at
    for deal in db.session.scalars(select(Deal)):
        assert deal.expected_close > deal.created_at.date()
    for activity in db.session.scalars(select(Activity).where(Activity.deal_id.is_not(None))):
        assert activity.happened_at > activity.deal.created_at


def test_what_is_noted_of_a_lost_deal_fits_its_reason() -> None:
    noted = db.session.execute(
        select(Outcome, Activity.summary).join(Activity, Activity.deal_id == Outcome.deal_id)
        .where(Outcome.kind == OutcomeKind.LOST)
    ).all()  # fmt: skip
    shelved = [outcome.reason.label_zh for outcome, summary in noted if "搁置" in summary]
    assert set(shelved) == {"项目取消"}


def test_a_year_of_outcomes_is_told_with_reasons() -> None:
    outcomes = db.session.scalars(select(Outcome)).all()
    won = [outcome for outcome in outcomes if outcome.kind is OutcomeKind.WON]
    assert 0.3 < len(won) / len(outcomes) < 0.6
    assert all(outcome.reason for outcome in outcomes if outcome.kind is OutcomeKind.LOST)
    assert len({(outcome.at.year, outcome.at.month) for outcome in outcomes}) >= 12


def test_a_prospect_has_bought_nothing() -> None:
    bought = select(Deal.id).join(Deal.outcome).join(Deal.customer).where(
        Outcome.kind == OutcomeKind.WON, Customer.kind == CustomerKind.PROSPECT)  # fmt: skip
    assert count(bought) == 0


def test_nothing_has_happened_after_now() -> None:
    for moment in (Event.at, Activity.happened_at, StageStay.entered_at, Task.created_at,
                   Deal.updated_at, ExpenseClaim.updated_at, Outcome.at):  # fmt: skip
        assert db.session.scalar(select(func.max(moment))) <= NOON


def test_no_deal_is_older_than_its_customer() -> None:
    older = select(Deal.id).join(Deal.customer).where(Deal.created_at < Customer.created_at)
    assert count(older) == 0


def test_this_week_every_rep_has_something_to_report() -> None:
    reps = db.session.scalars(select(User).where(User.role_rows.any(role=Role.REP)))
    for rep in reps:
        lately = select(Activity.id).where(
            Activity.by_id == rep.id, Activity.happened_at > NOON - timedelta(days=3))  # fmt: skip
        assert count(lately) > 0, rep.name


def test_notes_are_finished_sentences() -> None:
    for summary in db.session.scalars(select(Activity.summary)):
        assert not re.search(r"[{}]|None", summary), summary
        assert summary[-1] in "。.？", summary


def test_abroad_people_write_english_and_count_in_their_currency() -> None:
    abroad = select(Deal).join(Deal.customer).where(Customer.region.has(label_zh=ABROAD))
    deals = db.session.scalars(abroad).all()
    assert {deal.currency for deal in deals} == {"USD", "EUR", "JPY"}
    assert all(deal.base_amount != deal.amount for deal in deals if deal.amount)
    notes = db.session.scalars(
        select(Activity.summary).join(Activity.customer).where(Customer.region.has(label_zh=ABROAD))
    )
    assert not [note for note in notes if note.endswith("。")]


def test_nothing_is_decided_before_it_is_handed_in() -> None:
    early = ApprovalAssignment.decided_at < ApprovalAssignment.asked_at
    assert db.session.scalars(select(ApprovalAssignment).where(early)).all() == []


def test_claims_are_in_every_state_and_some_in_foreign_money() -> None:
    assert set(db.session.scalars(select(ExpenseClaim.state))) == set(ClaimState)
    assert set(db.session.scalars(select(ExpenseItem.currency))) == {"CNY", "EUR"}
    assert count(select(ExpenseItem.id).where(ExpenseItem.customer_id.is_(None))) == 0


def test_receipts_lie_where_their_attachments_say() -> None:
    receipts = db.session.scalars(select(Attachment)).all()
    assert len(receipts) > 80
    for receipt in receipts:
        assert files.path_of(receipt.digest).stat().st_size == receipt.size


@pytest.mark.parametrize("username", ["limin", "zhoutao", "zhengkai", "chenli"])
def test_somebody_waits_for_each_manager(username: str) -> None:
    manager = db.session.scalars(select(User).where(User.username == username)).one()
    assert db.session.scalars(ApprovalAssignment.waiting_for(manager)).all()


def test_the_worker_finds_only_the_mails_that_are_still_waited_for() -> None:
    assert count(select(Event.id).where(Event.done_at.is_(None))) == 0
    due = db.session.scalars(select(OutgoingMail).where(OutgoingMail.done_at.is_(None))).all()
    waiting = len(db.session.scalars(ApprovalAssignment.open()).all())
    assert len(due) == waiting < 12
    sent = select(OutgoingMail.delivery).where(OutgoingMail.done_at.is_not(None))
    assert set(db.session.scalars(sent)) == {"demo"}


def test_nobody_works_on_a_weekend_or_a_holiday() -> None:
    company = Company.current()
    days = {company.day_of(at) for at in db.session.scalars(select(Activity.happened_at))}
    assert not [day for day in days if not is_workday(day)]


def test_a_weekday_is_as_busy_as_another() -> None:
    moments = db.session.scalars(select(Activity.happened_at)).all()
    per_day = Counter(moment.weekday() for moment in moments)
    assert max(per_day.values()) < 1.5 * min(per_day.values())


def test_nothing_is_called_twice_that_should_not_be() -> None:
    for names in (select(Customer.name), select(Contact.name),
                  select(Task.title).where(Task.deal_id.is_not(None))):  # fmt: skip
        found = db.session.scalars(names).all()
        assert len(set(found)) == len(found)
    notes = Counter(db.session.scalars(select(Activity.summary)))
    assert notes.most_common(1)[0][1] < 8


def test_every_rep_has_somebody_to_congratulate() -> None:
    for rep in db.session.scalars(select(User).where(User.role_rows.any(role=Role.REP))):
        assert birthdays_of(rep), rep.name


def test_firms_belong_to_groups() -> None:
    groups = db.session.scalars(select(Customer).where(Customer.name.contains("集团"))).all()
    below = select(Customer.parent_id).where(Customer.parent_id.is_not(None))
    assert set(db.session.scalars(below)) <= {group.id for group in groups}
    assert count(below) >= 4


def test_views_are_shared_and_show_something() -> None:
    views = db.session.scalars(select(SavedView)).all()
    assert {view.shared_with for view in views} == set(Sharing)
    for view in views:
        shown = LISTS[view.list].parse_text(view.query)
        assert shown.text() == view.query, "what is written is what the list writes itself"
        assert count(shown.narrow(view.owner).with_only_columns(shown.MODEL.id)) > 0, view.name


@pytest.mark.parametrize("username", ["wangfang", "limin", "fengqin", "chenli", "hejing"])
@pytest.mark.parametrize("path", ["/", "/customers", "/deals/board", "/tasks", "/expenses"])
def test_every_role_finds_its_pages_filled(demo_app: Flask, username: str, path: str) -> None:
    browser = Browser(demo_app)
    browser.sign_in(username)
    browser.get(path)


def test_only_the_demo_is_taken_away_again() -> None:
    company = Company.current()
    company.is_demo = False
    with pytest.raises(NotTheDemo):
        clearing.clear()
    db.session.rollback()
    assert count(select(User.id)) == 12
