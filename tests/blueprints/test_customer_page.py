"""The customer's page: health, group, collaborators, who looked after it, and the expense file."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import (
    Action,
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    DecisionRole,
    Event,
    ExpenseClaim,
    OptionList,
    Task,
    User,
)
from crm.models.approval import Decision
from tests.advances import handed_out
from tests.cast import Cast
from tests.claims import decide, make_item, submitted
from tests.page import Browser


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def firm(name: str, owner: User, parent: Customer | None = None) -> Customer:
    made = Customer.register(Customer(name=name, owner=owner, parent=parent), by=owner)
    db.session.commit()
    return made


def sell(cast: Cast, customer: Customer, amount: int, owner: User) -> Deal:
    deal = Deal(name=f"{customer.name}的泵", customer=customer, owner=owner)
    deal.set_amount(Decimal(amount), "CNY")
    Deal.open(deal, cast.stages[0], by=owner)
    db.session.commit()
    return deal


def test_what_is_missing_leads_to_the_field_that_says_it(cast: Cast, wang: Browser) -> None:
    page = wang.get(f"/customers/{cast.sigma.id}")
    assert "25% known; missing: Grade , Industry , Region , Source , Address , Website" in page.text
    links = [values["href"] for tag, values in page.tags if tag == "a" and "href" in values]
    assert f"/customers/{cast.sigma.id}/fields/website/edit" in links


def test_who_may_not_edit_reads_what_is_missing(app: Flask, cast: Cast) -> None:
    page = Browser(app).sign_in("reader").get(f"/customers/{cast.sigma.id}")
    assert "25% known" in page.text
    assert "/fields/website/edit" not in page.html


def test_how_it_stands_is_seen_at_a_glance(cast: Cast, wang: Browser) -> None:
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    Activity.log(Activity(customer=cast.sigma, kind=call, summary="问价"), by=cast.wang)
    due = Company.current().today() + timedelta(days=70)
    Task.add(
        Task(title="寄样本", assignee=cast.wang, customer=cast.sigma, due_on=due), by=cast.wang
    )
    db.session.commit()
    page = f"/customers/{cast.sigma.id}"
    assert "silent" not in wang.get(page).text
    clock.set_to(clock.now() + timedelta(days=61))
    wang.sign_in("wang")
    text = wang.get(page).text
    for figure in ("Last contact 2 months ago 61 days silent", "Next task 寄样本",
                   "Open deals CN¥186,000", "Complete 25%"):  # fmt: skip
        assert figure in text, figure


def test_who_was_never_contacted_is_not_silent_as_well(cast: Cast, wang: Browser) -> None:
    clock.set_to(clock.now() + timedelta(days=90))
    wang.sign_in("wang")
    text = wang.get(f"/customers/{cast.sigma.id}").text
    assert "Last contact never Next task" in text
    assert "silent" not in text


def test_contacts_say_what_they_decide_and_are_called_and_written_to(
    cast: Cast, wang: Browser
) -> None:
    liu = db.session.scalars(Contact.at(cast.sigma)).one()
    liu.decision_role = DecisionRole.DECIDER
    db.session.commit()
    page = wang.get(f"/customers/{cast.sigma.id}")
    assert "刘洋 采购部长 · Primary contact Decides" in page.text
    links = {values.get("href") for tag, values in page.tags if tag == "a"}
    assert {"tel:13800001234", "mailto:liuyang@sigma.example"} <= links


def test_older_events_are_loaded_under_the_filter_that_is_chosen(cast: Cast, wang: Browser) -> None:
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    for number in range(45):
        Activity.log(
            Activity(customer=cast.sigma, kind=call, summary=f"第{number}通",
                     happened_at=clock.now() - timedelta(hours=number)), by=cast.wang)  # fmt: skip
    db.session.commit()
    page = wang.get(f"/customers/{cast.sigma.id}?show=activities")
    assert "第39通" in page.text
    assert "第40通" not in page.text
    (older,) = {values["href"] for tag, values in page.tags if "events=" in values.get("href", "")}
    assert "show=activities" in older
    whole = wang.get(older.partition("#")[0])
    assert "第44通" in whole.text
    assert "Show older" not in whole.text


def test_what_is_older_than_a_thousand_events_is_reached(cast: Cast, wang: Browser) -> None:
    sigma, owner = cast.sigma, cast.wang
    for number in range(1050):
        told = {"phone": [f"A{number:04}Z", f"A{number + 1:04}Z"]}
        Event.record(
            Action.CUSTOMER_CHANGED, sigma, by=owner, changes=told,
            at=clock.now() - timedelta(minutes=number // 2),
        )  # fmt: skip
    db.session.commit()
    page, seen = wang.get(f"/customers/{sigma.id}?events=1000"), set[str]()
    for _turn in range(2):
        seen |= set(re.findall(r"A(\d{4})Z", page.html))
        older = [values["href"] for tag, values in page.tags
                 if tag == "a" and "before=" in values.get("href", "")]  # fmt: skip
        if older:
            page = wang.get(older[0].partition("#")[0] + "&events=1000")
    assert len(seen) == 1051
    assert "Show older" not in page.text
    assert wang.get(f"/customers/{sigma.id}?before=999999999").with_id("timeline_title")


def test_the_group_is_a_tree_with_its_sums(cast: Cast, wang: Browser) -> None:
    holding = firm("西格玛集团", cast.wang)
    cast.sigma.parent = holding
    plant = firm("西格玛二厂", cast.wang, cast.sigma)
    sell(cast, plant, 14000, cast.wang)
    item = make_item(cast, customer=plant)
    submitted(cast, item)
    for member in (holding, cast.sigma, plant):
        page = wang.get(f"/customers/{member.id}")
        assert "Group 3" in page.text
        assert "CN¥200,000" in page.text  # 186,000 and 14,000
        assert "Expenses CN¥300" in page.text


def test_a_firm_by_itself_has_no_group(cast: Cast, wang: Browser) -> None:
    assert not wang.get(f"/customers/{cast.sigma.id}").with_id(f"customer_{cast.sigma.id}_group")


def test_what_one_may_not_see_of_a_group_neither_appears_nor_counts(app: Flask, cast: Cast) -> None:
    """Canaries above, beside and below: the West is not Wang's to know."""
    wang, wu = cast.wang, cast.wu
    above = firm("CANARY 集团", wu)
    cast.sigma.parent = above
    beside = firm("CANARY 兄弟", wu, above)
    below = firm("CANARY 下属", wu, cast.sigma)
    deeper = firm("CANARY 之下", wang, below)  # his own, but behind one that is not
    own = firm("西格玛二厂", wang, cast.sigma)
    for customer, owner in ((above, wu), (beside, wu), (below, wu), (deeper, wang)):
        sell(cast, customer, 77000, owner)
    submitted(cast, make_item(cast, customer=below), by=wu)
    page = Browser(app).sign_in("wang").get(f"/customers/{cast.sigma.id}")
    assert "CANARY" not in page.html
    assert "Group 2" in page.text
    assert "CN¥77,000" not in page.text
    assert "Open deals CN¥186,000 Won" in page.text
    everything = Browser(app).sign_in("admin").get(f"/customers/{own.id}")
    assert "Group 6" in everything.text
    assert "CN¥494,000" in everything.text


def test_a_large_group_is_summed_up_whole_and_says_how_many_are_not_listed(
    cast: Cast, wang: Browser
) -> None:
    plants = [firm(f"工厂{number:03}", cast.wang, cast.sigma) for number in range(103)]
    deep = firm("车间", cast.wang, plants[0])
    sell(cast, deep, 77000, cast.wang)
    sell(cast, plants[-1], 1000, cast.wang)
    page = wang.get(f"/customers/{cast.sigma.id}")
    assert "Group 105" in page.text
    assert "and 5 more" in page.text
    assert "Open deals CN¥264,000" in page.text


def test_a_group_that_goes_round_in_circles_ends(cast: Cast, wang: Browser) -> None:
    plant = firm("西格玛二厂", cast.wang, cast.sigma)
    cast.sigma.parent_id = plant.id
    db.session.commit()
    assert "Group 2" in wang.get(f"/customers/{cast.sigma.id}").text


def test_colleagues_are_asked_to_help_and_let_go(app: Flask, cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}"
    Browser(app).sign_in("sun").get(where, status=404)
    form = wang.get(f"{where}/collaborators/new")
    wang.submit(form, f"{where}/collaborators", 422, helper="nobody at all")
    wang.submit(form, f"{where}/collaborators", helper="孙健")
    Browser(app).sign_in("sun").get(where)
    assert "→" not in wang.get(where).text
    changed = select(Event).where(Event.action == Action.CUSTOMER_CHANGED)
    latest = db.session.scalars(changed).one()
    assert latest.particulars == {"changes": {"collaborators": ["", "孙健"]}}
    form = wang.get(f"{where}/collaborators/new")
    wang.submit(form, f"{where}/collaborators/{cast.sun.id}/delete")
    Browser(app).sign_in("sun").get(where, status=404)


def test_who_helps_no_more_is_led_away(app: Flask, cast: Cast) -> None:
    where = f"/customers/{cast.sigma.id}"
    zhao = Browser(app).sign_in("zhao")
    zhao.post(f"{where}/collaborators/{cast.zhao.id}/delete")
    assert zhao.location == "/customers"


def test_the_owner_is_no_collaborator(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/collaborators"
    wang.submit(wang.get(f"{where}/new"), where, helper="王芳")
    assert cast.sigma.collaborators == [cast.zhao]


def test_who_looked_after_it_before_is_told(cast: Cast, wang: Browser) -> None:
    assert "Who looked after it" not in wang.get(f"/customers/{cast.sigma.id}").text
    cast.sigma.give_to(cast.zhao, by=cast.wang)
    db.session.flush()
    cast.sigma.give_to(cast.wang, by=cast.zhao)
    db.session.commit()
    text = wang.get(f"/customers/{cast.sigma.id}").text
    assert "Who looked after it 王芳 Jun 17, 2026 – now 赵磊" in text


def test_the_expense_file_adds_up_by_category_and_deal(cast: Cast, wang: Browser) -> None:
    travel, meal = make_item(cast), make_item(cast, "80.00", category="Entertainment")
    travel.deal = cast.pumps
    decide(submitted(cast, travel), Decision.APPROVED)
    submitted(cast, meal)
    db.session.commit()
    text = wang.get(f"/customers/{cast.sigma.id}/expenses").text
    assert "Approved CN¥300.00 Pending CN¥80.00 Open deals CN¥186,000 Won CN¥0" in text
    assert "Travel 1 CN¥300.00 CN¥0.00" in text
    assert "Entertainment 1 CN¥0.00 CN¥80.00" in text
    assert "西格玛磁力泵 20 台 1 CN¥300.00 CN¥0.00 CN¥186,000.00" in text
    assert "no deal 1 CN¥0.00 CN¥80.00" in text
    assert "Costs in what was won — Costs in won and open 0.2%" in text
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    text = wang.get(f"/customers/{cast.sigma.id}/expenses").text
    assert "Costs in what was won 0.2% Costs in won and open 0.2%" in text


def test_a_cost_that_an_advance_covered_is_accounted_for_there_not_paid(
    cast: Cast, wang: Browser
) -> None:
    handed_out(cast)
    decide(submitted(cast, make_item(cast)), Decision.APPROVED).pay("网银 8", by=cast.fin)
    db.session.commit()
    text = wang.get(f"/customers/{cast.sigma.id}/expenses").text
    assert "CN¥300.00 Accounted for" in text
    assert "CN¥300.00 Paid" not in text


def test_of_the_expense_file_each_sees_what_they_may(app: Flask, cast: Cast) -> None:
    """Zhao helps and sees what counts; Sun has a deal there and sees their own costs alone."""
    Deal.open(Deal(name="孙的", customer=cast.sigma, owner=cast.sun), cast.stages[0], by=cast.sun)
    submitted(cast, make_item(cast, purpose="CANARY 王的"))
    submitted(cast, make_item(cast, "55.00", purpose="孙自己的"), by=cast.sun)
    db.session.commit()
    where = f"/customers/{cast.sigma.id}/expenses"
    seen = {who: Browser(app).sign_in(who).get(where).text
            for who in ("zhao", "fin", "li", "sun")}  # fmt: skip
    assert ["CANARY" in text for text in seen.values()] == [True, True, True, False]
    assert "Pending CN¥55.00" in seen["sun"]
    assert "Pending CN¥355.00" in seen["fin"]
    claims = db.session.scalars(select(ExpenseClaim).order_by(ExpenseClaim.id)).all()
    assert claims[0].number in seen["fin"]
    assert claims[0].number not in seen["zhao"]  # the cost, but not the claim with all of it


def test_a_customer_that_cost_nothing_says_so(cast: Cast, wang: Browser) -> None:
    assert "Nothing was spent" in wang.get(f"/customers/{cast.sigma.id}/expenses").text
