"""What a deal consists of, in the browser: lines, shares, competitors, who decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from crm.exporters import Export, Format
from crm.extensions import db
from crm.filters.deals import DealFilter
from crm.models import (
    Activity,
    Company,
    Contact,
    Customer,
    Deal,
    DecisionRole,
    ExchangeRate,
    OptionList,
    OutcomeKind,
)
from crm.models.deal import LinePlan
from tests.cast import Cast
from tests.imports import checked
from tests.page import Browser, Page

KINDS = ("lines", "collaborators", "competitors", "contacts")
HUGE = "9" * 30


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def path_of(deal: Deal, kind: str) -> str:
    return f"/deals/{deal.id}/{kind}"


def row(number: int, **typed: Any) -> dict[str, str]:
    """What is typed into one row."""
    return {f"rows-{number}-{name}": str(value) for name, value in typed.items()}


def typed_in(page: Page, path: str) -> dict[str, str]:
    """What stands in the rows of the form."""
    fields = page.form(path)["fields"]
    return {name: value for name, value in fields.items() if name.startswith("rows-")}


# Lines


def test_lines_begin_with_what_is_known_and_make_the_amount(cast: Cast, wang: Browser) -> None:
    cast.pumps.product = "磁力泵"
    db.session.commit()
    path = path_of(cast.pumps, "lines")
    page = wang.get(f"{path}/edit")
    assert typed_in(page, path) == row(
        0, id="", name="磁力泵", quantity="1", price="186,000.00"
    )  # fmt: skip
    wang.submit(page, path, **row(0, quantity="20", price="0.93万"),
                **row(1, id="", name="调试", quantity="1.5", price="1,000"))  # fmt: skip
    assert wang.location == f"/deals/{cast.pumps.id}"
    db.session.expire_all()
    assert cast.pumps.amount == Decimal("187500.00")
    page = wang.follow()
    for said in ("Product lines 2", "20 × CN¥9,300", "1.5 × CN¥1,000", "CN¥187,500"):
        assert said in page.text
    assert "/fields/amount/edit" not in page.html


def test_rows_are_arranged_without_being_saved(cast: Cast, wang: Browser) -> None:
    path = path_of(cast.pumps, "lines")
    page = wang.submit(wang.get(f"{path}/edit"), path, 200, arrange="add",
                       **row(0, name="泵", quantity="2", price="9"))  # fmt: skip
    assert "18" in page.text
    page = wang.submit(page, path, 200, arrange="up:1", **row(1, name="阀", quantity="x"))
    assert typed_in(page, path) == {
        **row(0, id="", name="阀", quantity="x", price=""),
        **row(1, id="", name="泵", quantity="2", price="9.00"),
    }
    page = wang.submit(page, path, 200, arrange="remove:0", htmx="form#rows")
    assert typed_in(page, path) == row(0, id="", name="泵", quantity="2", price="9.00")
    assert cast.pumps.lines == []
    assert cast.pumps.amount == Decimal("186000.00")


@pytest.mark.parametrize("typed", [
    {"quantity": "0"}, {"quantity": "-1"}, {"quantity": ""}, {"quantity": "viel"},
    {"quantity": "1.0000001"}, {"quantity": HUGE}, {"quantity": "1e9999999"}, {"quantity": "NaN"},
    {"price": "-0.01"}, {"price": ""}, {"price": "1.001"}, {"price": HUGE}, {"price": "Infinity"},
    {"name": ""}, {"name": "长" * 201},
])  # fmt: skip
def test_a_line_that_cannot_be_is_explained_and_kept(
    cast: Cast, wang: Browser, typed: dict[str, str]
) -> None:
    path = path_of(cast.pumps, "lines")
    whole = row(0, name="泵", quantity="2", price="9.00") | row(0, **typed)
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, **whole)
    assert typed_in(page, path) == row(0, id="") | whole
    (name,) = typed
    invalid = [values["name"] for _, values in page.tags if values.get("aria-invalid")]
    assert invalid == [f"rows-0-{name}"]
    assert f'href="#rows-0-{name}"' in page.html
    assert "Row 1, " in page.text
    assert (cast.pumps.lines, cast.pumps.amount) == ([], Decimal("186000.00"))


@pytest.mark.parametrize(("quantity", "price"), [
    ("999999999999", "999999999999.99"), ("2", "500000000000"),
])  # fmt: skip
def test_lines_that_come_to_too_much_are_explained(
    cast: Cast, wang: Browser, quantity: str, price: str
) -> None:
    path = path_of(cast.pumps, "lines")
    page = wang.submit(wang.get(f"{path}/edit"), path, 422,
                       **row(0, name="泵", quantity=quantity, price=price))  # fmt: skip
    assert "more than can be kept" in page.text


def test_a_currency_without_a_rate_is_explained(cast: Cast, wang: Browser) -> None:
    path = path_of(cast.pumps, "lines")
    form = wang.get(f"{path}/edit")
    typed = {"currency": "USD", **row(0, name="pump", quantity="2", price="1300")}
    assert "USD" in wang.submit(form, path, 422, **typed).text
    ExchangeRate.enter("USD", Company.current().today(), Decimal("7.1"), by=None)
    db.session.commit()
    wang.submit(form, path, **typed)
    db.session.expire_all()
    assert (cast.pumps.amount, cast.pumps.base_amount) == (Decimal("2600.00"), Decimal("18460.00"))


def test_the_amount_is_typed_nowhere_else(cast: Cast, wang: Browser) -> None:
    cast.pumps.price_by([LinePlan("泵", Decimal(20), Decimal(9300))], by=cast.wang)
    db.session.commit()
    path = f"/deals/{cast.pumps.id}"
    for form, action in (
        (f"{path}/edit", path),
        (f"{path}/fields/amount/edit", f"{path}/fields/amount"),
        (f"{path}/outcome/new?kind=won", f"{path}/outcome"),
    ):
        page = wang.submit(wang.get(form), action, 422, amount="1")
        assert "Change the lines" in page.text
    wang.submit(wang.get(f"{path}/edit"), path, next_step="送样")
    wang.submit(wang.get(f"{path}/outcome/new?kind=won"), f"{path}/outcome")
    db.session.expire_all()
    assert cast.pumps.outcome is not None
    assert cast.pumps.outcome.kind is OutcomeKind.WON
    assert (cast.pumps.amount, cast.pumps.next_step) == (Decimal("186000.00"), "送样")


def test_lines_of_a_closed_deal_may_not_make_another_amount(cast: Cast, wang: Browser) -> None:
    cast.pumps.price_by([LinePlan("泵", Decimal(20), Decimal(9300))], by=cast.wang)
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    path = path_of(cast.pumps, "lines")
    form = wang.get(f"{path}/edit")
    page = wang.submit(form, path, 422, **row(0, quantity="21"))
    assert "Reopen it" in page.text
    wang.submit(form, path, **row(0, name="磁力泵"))
    db.session.expire_all()
    assert [line.name for line in cast.pumps.lines] == ["磁力泵"]


def test_lines_that_nothing_was_typed_into_are_left_out(cast: Cast, wang: Browser) -> None:
    path = path_of(cast.pumps, "lines")
    wang.submit(wang.get(f"{path}/edit"), path, **row(0, name=" ", quantity="", price=""))
    assert cast.pumps.lines == []
    cast.pumps.price_by([LinePlan("泵", Decimal(1), Decimal(5))], by=cast.wang)
    db.session.commit()
    form = wang.get(f"{path}/edit")
    wang.submit(form, path, **row(0, name="", quantity="", price=""))
    db.session.expire_all()
    assert (cast.pumps.lines, cast.pumps.amount) == ([], Decimal("5.00"))


def test_no_more_lines_than_a_deal_may_have(cast: Cast, wang: Browser) -> None:
    path = path_of(cast.pumps, "lines")
    many = [LinePlan(f"泵 {n}", Decimal(1), Decimal(1)) for n in range(100)]
    cast.pumps.price_by(many, by=cast.wang)
    db.session.commit()
    page = wang.get(f"{path}/edit")
    assert "Add a line" not in page.text
    page = wang.submit(page, path, 200, arrange="add")
    page = wang.submit(page, path, 422, **row(100, id="", name="x", quantity="1", price="1"))
    assert "At most 100 rows are kept" in page.text
    db.session.expire_all()
    assert len(cast.pumps.lines) == 100


# Stale and hostile input, alike for all


def fill(cast: Cast, deal: Deal) -> None:
    """Of everything one."""
    liu = db.session.scalars(Contact.at(cast.sigma)).one()
    deal.price_by([LinePlan("泵", Decimal(20), Decimal(9300))], by=cast.li)
    deal.share_with({cast.zhao: 20}, by=cast.li)
    deal.compete_with({"KSB": None}, by=cast.li)
    deal.be_decided_by({liu: DecisionRole.DECIDER}, by=cast.li)
    db.session.commit()


TYPED = {
    "lines": row(0, name="阀", quantity="1", price="1"),
    "collaborators": row(0, helper="孙健", split="5"),
    "competitors": row(0, name="Grundfos", note="常客"),
    "contacts": row(0, contact="刘洋", decision_role="user"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_else_changed_is_shown_before_it_is_replaced(
    cast: Cast, wang: Browser, kind: str
) -> None:
    path = path_of(cast.pumps, kind)
    form = wang.get(f"{path}/edit")
    fill(cast, cast.pumps)
    page = wang.submit(form, path, 409, **TYPED[kind])
    assert "李敏 changed this" in page.text
    theirs = {"lines": "泵 · 20 × 9,300", "collaborators": "赵磊 · 20%", "competitors": "KSB",
              "contacts": "刘洋 · Decides"}  # fmt: skip
    assert theirs[kind] in page.text
    typed = typed_in(page, path)
    assert {name: typed[name] for name in TYPED[kind]} == {
        name: {"1": typed[name]}.get(value, value) for name, value in TYPED[kind].items()
    }
    wang.submit(page, path)
    db.session.expire_all()
    says = {
        "lines": [line.said for line in cast.pumps.lines],
        "collaborators": [each.said for each in cast.pumps.sharing],
        "competitors": [each.said for each in cast.pumps.competitors],
        "contacts": [each.said for each in cast.pumps.circle],
    }
    assert says[kind] == {
        "lines": ["阀: 1 × 1.00"], "collaborators": ["孙健 5%"],
        "competitors": ["Grundfos: 常客"], "contacts": ["刘洋 | user"],
    }[kind]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_else_is_changed_at_the_deal_is_no_conflict(
    cast: Cast, wang: Browser, kind: str
) -> None:
    path = path_of(cast.pumps, kind)
    form = wang.get(f"{path}/edit")
    version = cast.pumps.version
    cast.pumps.move_to(cast.stages[2], by=cast.li)
    db.session.commit()
    wang.submit(form, path, **TYPED[kind])
    db.session.expire_all()
    assert cast.pumps.version > version + 1, "the rows make a new version, too"


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_browser_sends_does_no_harm(cast: Cast, wang: Browser, kind: str) -> None:
    fill(cast, cast.pumps)
    path = path_of(cast.pumps, kind)
    version = wang.get(f"{path}/edit").form(path)["fields"]["version"]
    there = {"lines": cast.pumps.lines[0].id, "collaborators": cast.zhao.id,
             "competitors": cast.pumps.competitors[0].id,
             "contacts": cast.pumps.circle[0].contact_id}[kind]  # fmt: skip
    for rows in (
        {}, {"rows-x-id": "1", "rows-": "", "rows-99999-name": "x"},
        row(0, id=HUGE) | TYPED[kind], row(0, id="-1; DROP TABLE") | TYPED[kind],
        {name.replace("-0-", "-7-"): value for name, value in TYPED[kind].items()},
        row(0, id=there) | row(1, id=there) | TYPED[kind]
        | {name.replace("-0-", "-1-"): f"{value}9" for name, value in TYPED[kind].items()},
        row(0, id=there, position="-5", deal_id="1", folded="x", name="\0", deal="2"),
        {"arrange": f"up:{HUGE}"} | TYPED[kind], {"arrange": "fly:0"}, {"arrange": "remove"},
    ):  # fmt: skip
        response = wang.client.post(
            path, data={"csrf_token": wang.token(), "version": version, "currency": "CNY", **rows}
        )
        assert response.status_code in {200, 303, 409, 422}, rows
    wang.get(f"/deals/{cast.pumps.id}")


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_not_own_it_changes_nothing(cast: Cast, browser: Browser, kind: str) -> None:
    path = path_of(cast.pumps, kind)
    for who, status in (("zhao", 403), ("reader", 403), ("wu", 404)):
        browser.sign_in(who)
        browser.get(f"{path}/edit", status=status)
        browser.post(path, TYPED[kind], status=status)
    page = browser.sign_in("zhao").get(f"/deals/{cast.pumps.id}")
    assert f"{path}/edit" not in page.html


@pytest.mark.parametrize(("kind", "demand"), [("lines", "product"), ("competitors", "competitor")])
def test_what_the_stage_demands_is_not_emptied(
    cast: Cast, wang: Browser, kind: str, demand: str
) -> None:
    fill(cast, cast.pumps)
    cast.pumps.stage.required = [demand]
    db.session.commit()
    path = path_of(cast.pumps, kind)
    page = wang.submit(wang.get(f"{path}/edit"), path, 200, arrange="remove:0")
    page = wang.submit(page, path, 422)
    assert "needs it" in page.text
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    wang.submit(page, path)


# Colleagues


def test_who_helps_gets_a_part_and_may_change_the_deal(cast: Cast, app: Flask) -> None:
    wang, sun = Browser(app).sign_in("wang"), Browser(app).sign_in("sun")
    path = path_of(cast.pumps, "collaborators")
    sun.get(f"/deals/{cast.pumps.id}", status=404)
    page = wang.get(f"{path}/edit", htmx=True)
    assert "王芳, who owns it, gets the rest" in page.text
    wang.submit(page, path, 200, htmx="form#rows", **row(0, helper="孙健", split="30"))
    assert wang.location == f"/deals/{cast.pumps.id}"
    page = sun.get(f"/deals/{cast.pumps.id}")
    assert "孙健 30% · CN¥55,800" in page.text
    assert "70% · CN¥130,200" in page.text
    assert f"/deals/{cast.pumps.id}/edit" in page.html


@pytest.mark.parametrize(("who", "status"), [
    ("wang", 200), ("li", 200), ("admin", 200),  # its owner, and who leads them
    ("zhao", 403), ("wu", 403), ("zhou", 403),  # who help, a manager of others among them
    ("fin", 403), ("reader", 403), ("sun", 404),
])  # fmt: skip
def test_what_part_is_whose_is_said_by_the_owner_and_who_leads_them(
    cast: Cast, browser: Browser, who: str, status: int
) -> None:
    """Quotas count them: who helps sees their part, and gives themselves no more."""
    cast.pumps.share_with({cast.zhao: 20, cast.wu: 5, cast.zhou: 0}, by=cast.wang)
    db.session.commit()
    person, path = browser.sign_in(who), path_of(cast.pumps, "collaborators")
    page = person.get(f"{path}/edit", status=status)
    typed = row(0, id=cast.zhao.id, helper="赵磊", split="100")
    if status == 200:
        typed |= row(1, id=cast.wu.id, helper="", split="") | row(2, helper="", split="")
        person.submit(page, path, **typed)
    else:
        person.post(path, typed, status=status)
    if status != 404:
        page = person.get(f"/deals/{cast.pumps.id}")
        assert "赵磊" in page.text
        assert (f"{path}/edit" in page.html) == (status == 200)
    db.session.expire_all()
    splits = {each.user.username: each.split for each in cast.pumps.sharing}
    expected = {"zhao": 100} if status == 200 else {"zhao": 20, "wu": 5, "zhou": 0}
    assert splits == expected


@pytest.mark.parametrize(("rows", "said"), [
    (row(0, helper="王芳", split="5"), "owner gets the rest"),
    (row(0, helper="孙健", split="60") | row(1, id="", helper="赵磊", split="41"), "than 100%"),
    (row(0, helper="孙健", split="5") | row(1, id="", helper="孙健", split="6"), "twice"),
    (row(0, helper="孙健", split="101"), "from 0 to 100"),
    (row(0, helper="孙健", split="-1"), "from 0 to 100"),
    (row(0, helper="孙健", split="0.5"), "whole number"),
    (row(0, helper="孙健", split=HUGE), "from 0 to 100"),
    (row(0, helper="谁也不是", split="5"), "Nothing by that name"),
    (row(0, helper="高远", split="5"), "Nothing by that name"),
])  # fmt: skip
def test_shares_that_cannot_be_are_explained(
    cast: Cast, wang: Browser, rows: dict[str, str], said: str
) -> None:
    path = path_of(cast.pumps, "collaborators")
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, **rows)
    assert said in page.text
    assert cast.pumps.sharing == []


def test_who_left_keeps_their_part(cast: Cast, wang: Browser) -> None:
    cast.pumps.share_with({cast.sun: 30}, by=cast.wang)
    cast.sun.deactivate(by=cast.admin)
    db.session.commit()
    path = path_of(cast.pumps, "collaborators")
    wang.submit(wang.get(f"{path}/edit"), path, **row(1, id="", helper="赵磊", split="10"))
    db.session.expire_all()
    assert {each.user.username: each.split for each in cast.pumps.sharing} == {
        "sun": 30, "zhao": 10,
    }  # fmt: skip


# Competitors


def test_a_lost_deal_suggests_its_competitors_and_others_those_of_all(
    cast: Cast, app: Flask
) -> None:
    wang, wu = Browser(app).sign_in("wang"), Browser(app).sign_in("wu")
    path = path_of(cast.pumps, "competitors")
    wang.submit(wang.get(f"{path}/edit"), path, **row(0, name="KSB", note="便宜一成"))
    assert "便宜一成" in wang.follow().text
    page = wang.get(f"/deals/{cast.pumps.id}/outcome/new?kind=lost")
    fields = {values.get("name"): values for tag, values in page.tags if tag == "input"}
    assert page.with_id(fields["competitor"]["list"])
    assert '<option value="KSB">' in page.html
    path = path_of(cast.vague, "competitors")
    assert '<option value="KSB">' in wang.get(f"{path}/edit").html
    path = path_of(cast.gauges, "competitors")
    assert "KSB" not in wu.get(f"{path}/edit").html, "Wu sees no deal that names it"


def test_a_competitor_stands_there_once(cast: Cast, wang: Browser) -> None:
    path = path_of(cast.pumps, "competitors")
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, **row(0, name="KSB"),
                       **row(1, id="", name="ｋｓｂ "))  # fmt: skip
    assert "twice" in page.text


# Who decides


def test_who_decides_stands_first_with_their_role(cast: Cast, wang: Browser) -> None:
    owner, sigma = cast.wang, cast.sigma
    chen = Contact.register(Contact(customer=sigma, name="陈工", title="总工"), by=owner)
    cast.pumps.contact = db.session.scalars(Contact.at(cast.sigma)).first()
    db.session.commit()
    path = path_of(cast.pumps, "contacts")
    page = wang.get(f"{path}/edit")
    assert typed_in(page, path)["rows-0-contact"].startswith("刘洋"), "whom one talks to"
    wang.submit(page, path, **row(0, decision_role="purchaser"),
                **row(1, id="", contact="陈工", decision_role="decider"))  # fmt: skip
    page = wang.follow()
    assert "Contacts in the decision 2" in page.text
    liu = "刘洋 采购部长 · Primary contact Buys"
    assert page.text.index("陈工 总工 Decides") < page.text.index(liu)
    assert "Others at the customer" not in page.text
    db.session.expire_all()
    assert {each.contact.name: each.decision_role for each in cast.pumps.circle} == {
        "陈工": DecisionRole.DECIDER, "刘洋": DecisionRole.PURCHASER,
    }  # fmt: skip
    assert chen.decision_role is None, "what they are at the firm is another matter"


def test_somebody_of_another_firm_may_decide_too(cast: Cast, wang: Browser) -> None:
    owner, wu, western = cast.wang, cast.wu, cast.western
    institute = Customer.register(Customer(name="第一设计院", owner=owner), by=owner)
    Contact.register(Contact(customer=institute, name="顾总"), by=owner)
    Contact.register(Contact(customer=western, name="看不见的人"), by=wu)
    db.session.commit()
    path = path_of(cast.pumps, "contacts")
    page = wang.get(f"{path}/edit")
    wang.submit(page, path, 422, **row(0, contact="看不见的人"))
    wang.submit(page, path, **row(0, contact="顾总", decision_role="influencer"))
    assert "顾总" in wang.follow().text


def test_a_helper_without_the_customer_knows_the_names_and_changes_what_they_see(
    cast: Cast, app: Flask
) -> None:
    gauges, western, wu = cast.gauges, cast.western, cast.wu
    he = Contact.register(
        Contact(customer=western, name="何总", title="厂长", mobile="13955556666"), by=wu
    )
    gauges.share_with({cast.sun: 40}, by=cast.wu)
    gauges.be_decided_by({he: DecisionRole.DECIDER}, by=cast.wu)
    db.session.commit()
    sun, owner = Browser(app).sign_in("sun"), Browser(app).sign_in("wu")
    sun.get(f"/contacts/{he.id}", status=404)
    page = sun.get(f"/deals/{gauges.id}")
    assert "何总 Decides" in page.text
    for hidden in ("13955556666", "厂长", f"/contacts/{he.id}"):
        assert hidden not in page.html
        assert hidden in owner.get(f"/deals/{gauges.id}").html
    path = path_of(gauges, "contacts")
    page = sun.get(f"{path}/edit")
    sun.submit(page, path, **row(0, decision_role="user"))
    db.session.expire_all()
    assert [each.said for each in cast.gauges.circle] == ["何总 | user"], "kept, unseen"
    path = path_of(gauges, "lines")
    sun.submit(sun.get(f"{path}/edit"), path, **row(0, name="压力表", quantity="10", price="420"))
    db.session.expire_all()
    assert cast.gauges.amount == Decimal("4200.00")


# The page


def test_the_reason_of_the_chance_and_the_last_contact_stand_there(
    cast: Cast, wang: Browser
) -> None:
    path = f"/deals/{cast.pumps.id}"
    assert "Last contact never" in wang.get(path).text
    cast.pumps.probability, cast.pumps.probability_reason = 85, "用户已经试用"
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    Activity.log(Activity(customer=cast.sigma, deal=cast.pumps, kind=visit, summary="来访"),
                 by=cast.wang)  # fmt: skip
    db.session.commit()
    page = wang.get(path)
    assert "85% (set by hand) 用户已经试用" in page.text
    assert "Last contact never" not in page.text


def test_histories_tell_of_the_parts(cast: Cast, wang: Browser) -> None:
    fill(cast, cast.pumps)
    for field, said in (
        ("lines", "泵: 20 × 9,300.00"), ("collaborators", "赵磊 20%"), ("competitors", "KSB"),
        ("circle", "刘洋 (Decides)"),
    ):  # fmt: skip
        page = wang.get(f"/history/deal/{cast.pumps.id}?field={field}")
        assert said in page.text
    assert "泵: 20 × 9,300.00" in wang.get(f"/deals/{cast.pumps.id}").text


def test_a_deal_with_lines_is_exported_and_imported_as_it_is(cast: Cast, app: Flask) -> None:
    """A file that says the same changes nothing; another amount than the lines' is refused."""
    cast.pumps.price_by([LinePlan("泵", Decimal("2.5"), Decimal("74000.10"))], by=cast.wang)
    db.session.commit()
    with (
        app.test_request_context(),
        Export("deals", DealFilter(), Format.CSV, cast.admin).write() as file,
    ):
        content = file.read().decode("utf-8-sig")
    assert "185000.25" in content
    same = checked(content, by=cast.admin, noun="deals", mode="update")
    assert same.report["counts"]["unchanged"] == sum(same.report["counts"].values())
    other = checked(
        content.replace("185000.25", "185000"), by=cast.admin, noun="deals", mode="update"
    )
    assert other.report["counts"]["refused"] == 1
    assert "product lines" in str(other.report)
