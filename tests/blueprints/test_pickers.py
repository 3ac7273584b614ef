"""Pickers: what they offer to whom, what is created from them, and what typed text becomes."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from crm.extensions import db
from crm.models import Contact, Customer, Deal, Role, Task, User
from tests.cast import Cast
from tests.page import Browser, Page

CASES = [
    # noun, what is typed, what is found
    ("customer", "dlxgm", "大连西格玛流体控制有限公司"),
    ("customer", "８７６５", "大连西格玛流体控制有限公司"),
    ("contact", "ly", "刘洋"),
    ("deal", "cilibeng", "西格玛磁力泵 20 台"),
]


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def names_in(page: Page) -> list[str]:
    """What the options are called."""
    return [values["data-text"] for _, values in page.tags if "data-text" in values]


@pytest.mark.parametrize(("noun", "typed", "name"), CASES)
def test_a_picker_finds_by_pinyin_initials_and_in_any_width(
    wang: Browser, noun: str, typed: str, name: str
) -> None:
    page = wang.get(f"/{noun}-options?q={typed}", htmx=True)
    assert names_in(page) == [name]


@pytest.mark.parametrize(("noun", "typed", "name"), CASES)
def test_a_picker_offers_nothing_to_a_stranger(
    cast: Cast, browser: Browser, noun: str, typed: str, name: str
) -> None:
    wu = browser.sign_in("wu")
    assert names_in(wu.get(f"/{noun}-options?q={typed}", htmx=True)) == []
    assert name not in wu.get(f"/{noun}-options?q=", htmx=True).text


def test_with_nothing_typed_it_offers_what_one_worked_on_last(cast: Cast, wang: Browser) -> None:
    others = [Customer(name=f"沈阳 {number}", owner=cast.wang) for number in range(3)]
    for customer in others:
        Customer.register(customer, by=cast.li)
    db.session.commit()
    assert names_in(wang.get("/customer-options?q=", htmx=True))[0] == cast.sigma.name


def test_what_is_chosen_already_is_no_question(cast: Cast, wang: Browser) -> None:
    chosen = f"/customer-options?field=customer&customer=nothing&customer_id={cast.sigma.id}"
    assert cast.sigma.name in names_in(wang.get(chosen, htmx=True))


def test_contacts_and_deals_are_those_of_the_chosen_customer(cast: Cast, wang: Browser) -> None:
    other = Customer.register(Customer(name="沈阳水泵", owner=cast.wang), by=cast.wang)
    with db.session.no_autoflush:
        Contact.register(Contact(customer=other, name="马丽"), by=cast.wang)
    db.session.commit()
    for noun, here in (("contact", "刘洋"), ("deal", cast.pumps.name)):
        page = wang.get(f"/{noun}-options?q=&customer_id={cast.sigma.id}", htmx=True)
        assert names_in(page) == [here]
    assert names_in(wang.get(f"/contact-options?q=&customer_id={other.id}", htmx=True)) == ["马丽"]


def test_people_are_found_by_pinyin_oneself_first(wang: Browser) -> None:
    assert names_in(wang.get("/user-options?q=zhao", htmx=True)) == ["赵磊"]
    everybody = names_in(wang.get("/user-options?q=", htmx=True))
    assert everybody[0] == "王芳"
    assert "高远" not in everybody


@pytest.mark.parametrize("typed", ["%", "_", "\\", "\x00", "ab" * 5000, "\u202eabc", "']", "<b>"])
def test_odd_text_finds_nothing_and_breaks_nothing(wang: Browser, typed: str) -> None:
    for noun in ("customer", "contact", "deal", "user"):
        wang.get(
            f"/{noun}-options", query_string={"q": typed, "customer_id": typed, "control": typed}
        )


# Creating in place


def creates(page: Page) -> str | None:
    return next((values["hx-get"] for _, values in page.tags if "hx-get" in values), None)


def test_who_may_create_is_offered_to(cast: Cast, wang: Browser, browser: Browser) -> None:
    assert creates(wang.get("/customer-options?q=沈阳", htmx=True))
    assert creates(wang.get("/customer-options?q=", htmx=True)) is None
    assert creates(wang.get(f"/contact-options?q=马丽&customer_id={cast.sigma.id}", htmx=True))
    assert creates(wang.get("/contact-options?q=马丽", htmx=True)) is None
    assert creates(wang.get("/deal-options?q=泵站", htmx=True)) is None
    reader = browser.sign_in("reader")
    assert creates(reader.get("/customer-options?q=沈阳", htmx=True)) is None
    assert (
        creates(reader.get(f"/contact-options?q=马&customer_id={cast.sigma.id}", htmx=True)) is None
    )


def test_a_customer_is_created_in_place_and_taken(cast: Cast, wang: Browser) -> None:
    offered = wang.get(
        "/customer-options?field=customer&customer=沈阳水泵&control=customer", htmx=True
    )
    dialog = wang.get(creates(offered) or "", htmx=True)
    assert dialog.form("/quick-customers")["fields"]["name"] == "沈阳水泵"
    refused = wang.submit(dialog, "/quick-customers", 422, htmx=True, name="")
    assert refused.with_id("quick_customer")
    taken = wang.submit(refused, "/quick-customers", 200, htmx=True, name="沈阳水泵")
    made = cast.customer("沈阳水泵")
    assert made.owner == cast.wang
    (option,) = [values for _, values in taken.tags if "data-take" in values]
    assert (option["data-id"], option["data-text"]) == (str(made.id), "沈阳水泵")
    assert "#customer_options" in {values.get("hx-target") for _, values in taken.tags}


def test_a_contact_is_created_in_place(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}/quick-contacts"
    dialog = wang.get(f"{path}/new?name=马丽&control=contact", htmx=True)
    wang.submit(dialog, path, 200, htmx=True, mobile="139")
    made = db.session.scalars(db.select(Contact).where(Contact.name == "马丽")).one()
    assert (made.customer, made.mobile) == (cast.sigma, "139")


def test_without_htmx_creating_in_place_is_the_whole_form(wang: Browser) -> None:
    wang.get("/quick-customers/new?name=沈阳", status=303)
    assert wang.follow().form("/customers")["fields"]["name"] == "沈阳"


# Without JavaScript


def second_pump_works(cast: Cast) -> None:
    for number in (1, 2):
        Customer.register(Customer(name=f"沈阳水泵{number}厂", owner=cast.wang), by=cast.wang)
    db.session.commit()


def test_what_fits_several_is_offered_to_choose_from(cast: Cast, wang: Browser) -> None:
    second_pump_works(cast)
    page = wang.submit(wang.get("/tasks/new"), "/tasks", 422, title="拜访", customer="沈阳")
    radios = [values for _, values in page.tags if values.get("type") == "radio"]
    wanted = cast.customer("沈阳水泵2厂")
    assert {values["value"] for values in radios} == {
        str(wanted.id), str(cast.customer("沈阳水泵1厂").id)}  # fmt: skip
    assert page.form("/tasks")["fields"]["customer"] == "沈阳"
    wang.submit(page, "/tasks", customer_id=wanted.id)
    assert db.session.scalars(db.select(Task).where(Task.title == "拜访")).one().customer == wanted


def test_an_id_does_not_choose_what_the_text_does_not_fit(cast: Cast, wang: Browser) -> None:
    second_pump_works(cast)
    typed = {"customer": "大连西格玛", "customer_id": cast.customer("沈阳水泵1厂").id}
    wang.submit(wang.get("/tasks/new"), "/tasks", title="拜访", **typed)
    task = db.session.scalars(db.select(Task).where(Task.title == "拜访")).one()
    assert task.customer == cast.sigma


def test_an_id_chooses_nothing_that_one_may_not_see(cast: Cast, wang: Browser) -> None:
    typed = {"customer": cast.western.name, "customer_id": cast.western.id}
    wang.submit(wang.get("/tasks/new"), "/tasks", 422, title="拜访", **typed)


def test_of_two_people_with_one_name_the_id_tells(cast: Cast, wang: Browser) -> None:
    twin = User.join("赵磊", roles={Role.REP}, username="zhaolei2")
    db.session.commit()
    path = f"/deals/{cast.pumps.id}"
    page = wang.submit(wang.get(f"{path}/edit"), path, 422, owner="赵磊")
    assert "zhaolei2" in page.text
    wang.submit(page, path, owner_id=twin.id)
    assert cast.pumps.owner == twin


@pytest.mark.parametrize("typed", ["刘洋", "liuyang", "13800001234"])
def test_each_picker_of_a_deal_works_by_what_is_typed(
    cast: Cast, wang: Browser, typed: str
) -> None:
    wang.submit(wang.get("/deals/new"), "/deals", name="泵站", customer="dlxgm", contact=typed,
                owner="zhao")  # fmt: skip
    deal = cast.deal("泵站")
    assert (deal.customer, deal.contact.name, deal.owner) == (cast.sigma, "刘洋", cast.zhao)


def test_a_contact_brings_the_customer_and_a_deal_does_too(cast: Cast, wang: Browser) -> None:
    wang.submit(wang.get("/deals/new"), "/deals", name="泵站", contact="刘洋")
    assert cast.deal("泵站").customer == cast.sigma
    wang.submit(wang.get("/tasks/new"), "/tasks", title="拜访", deal="磁力泵")
    task = db.session.scalars(db.select(Task).where(Task.title == "拜访")).one()
    assert (task.deal, task.customer) == (cast.pumps, cast.sigma)


def test_a_cleared_picker_is_empty(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(f"{path}/edit"), path, owner="", owner_id="")
    assert db.session.get_one(Customer, cast.sigma.id).owner is None


# Amounts, files, and what is told of saving


def test_an_amount_says_what_is_meant(wang: Browser) -> None:
    def meant(**args: str) -> str:
        wang.get("/amount", query_string=args, htmx=True)
        return wang.last.get_data(as_text=True)

    assert meant(amount="12.5万") == "CN¥125,000.00"
    assert meant(amount="3k", currency="USD") == "$3,000.00"
    assert meant(amount="3k", currency="<b>") == "CN¥3,000.00"
    assert meant(amount="<b>") == ""


def test_a_refused_form_names_its_files_again(cast: Cast, wang: Browser) -> None:
    wang.submit(wang.get("/expenses/new"), "/expenses", title="出差")
    path = f"{wang.location}/items"
    page = wang.get(wang.location)
    typed = {"purpose": "打车", "receipts": (BytesIO(b"\x89PNG no"), "发票一.png")}
    answer = wang.post(path, page.form("/items")["fields"] | typed, status=422)
    assert "发票一.png" in answer.text


def test_saving_is_told_to_the_browser_and_refusing_is_not(cast: Cast, wang: Browser) -> None:
    def told() -> str | None:
        match = re.search(r"\bsaved=([^;]*)", " ".join(wang.last.headers.getlist("Set-Cookie")))
        return match[1] if match else None

    wang.submit(wang.get("/tasks/new"), "/tasks", 422, title="")
    assert told() is None
    wang.submit(wang.get("/tasks/new"), "/tasks", title="拜访")
    assert told() == "/tasks"
    typed = wang.get("/tasks/new").form("/tasks")["fields"] | {"title": "回访"}
    wang.post("/tasks", typed, environ_overrides={"SCRIPT_NAME": "/crm"})
    assert told() == "/crm/tasks"
    wang.post(f"/deals/{cast.gauges.id}", status=404)
    assert told() is None
    wang.client.delete_cookie("crm_session")
    wang.post("/tasks", {"title": "拜访"})
    assert "/sign-in" in wang.location
    assert told() is None


def test_a_name_kept_from_before_may_be_out_of_sight(cast: Cast, browser: Browser) -> None:
    """Who edits a deal sees its customer's name, and keeps it without seeing the customer."""
    gauges = cast.gauges
    gauges.collaborators.append(cast.sun)
    db.session.commit()
    sun, path = browser.sign_in("sun"), f"/deals/{cast.gauges.id}"
    page = sun.get(f"{path}/edit")
    assert page.form(path)["fields"]["customer_id"] == str(cast.western.id)
    sun.submit(page, path, product="Y-100")
    assert db.session.get_one(Deal, gauges.id).customer == cast.western


@pytest.mark.parametrize(("field", "written"), [("customer", "D-1"), ("contact", "C-000001")])
def test_a_code_of_another_noun_chooses_nothing(
    cast: Cast, wang: Browser, field: str, written: str
) -> None:
    form = wang.get("/deals/new")
    wang.submit(form, "/deals", name="阀门", status=422, **{field: written})
    assert not db.session.scalars(db.select(Deal).where(Deal.name == "阀门")).all()


def test_a_name_that_begins_like_a_code_is_a_name(cast: Cast, wang: Browser) -> None:
    named = Deal(name="D-1 阀门", owner=cast.wang)
    Deal.open(named, cast.stages[0], by=cast.wang)
    db.session.commit()
    wang.submit(wang.get("/tasks/new"), "/tasks", title="报价", deal="D-1 阀门")
    assert db.session.scalar(db.select(Task).where(Task.title == "报价")).deal_id == named.id
