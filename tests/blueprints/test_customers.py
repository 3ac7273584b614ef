"""Customers: adding, correcting, finding, and the way to the trash and back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, Contact, Customer, CustomerKind, Event
from tests.cast import Cast
from tests.page import Browser

HOSTILE = (
    "q=%27%20OR%201%3D1--", "q=%00", "q=%25%25%25", "q=%F0%9F%9A%80", "q=" + "x" * 5_000,
    "sort=password_hash", "sort=-", "sort=name;drop", "page=0", "page=-1", f"page={10**20}",
    "page=1e9", "page=%D9%A3", "kind=emperor", "owner=abc", f"owner={10**20}", "owner=-1",
    "status=%00", "state=%00", "stage=x", "everyone=2", "stuck=yes", "team=0", "nothing=1",
    "q=a&q=b", "%FF%FE=1", "q[]=1",
)  # fmt: skip


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


def test_a_new_customer_belongs_to_who_adds_it(cast: Cast, wang: Browser) -> None:
    wang.submit(wang.get("/customers/new"), "/customers", name=" 沈阳鼓风机 ", employees="300",
                annual_revenue="12,500,000", website="https://sbw.example")  # fmt: skip
    assert "沈阳鼓风机" in wang.follow().text
    customer = cast.customer("沈阳鼓风机")
    assert customer.owner == cast.wang
    assert (customer.employees, str(customer.annual_revenue)) == (300, "12500000.00")


def test_a_new_customer_comes_with_the_person_one_knows_there(cast: Cast, wang: Browser) -> None:
    page = wang.get("/customers/new")
    wang.submit(page, "/customers", status=422, name="沈阳鼓风机", contact_mobile="139 0000 0000")
    assert "What is this person called?" in wang.last.get_data(as_text=True)
    wang.submit(page, "/customers", name="沈阳鼓风机", contact_name=" 马 丽 ",
                contact_title="设备科长", contact_mobile="139 0000 0000")  # fmt: skip
    (contact,) = db.session.scalars(Contact.at(cast.customer("沈阳鼓风机")))
    assert (contact.name, contact.title, contact.mobile, contact.is_primary) == (
        "马丽", "设备科长", "139 0000 0000", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed"),
    [("name", ""), ("name", "x" * 201), ("employees", "many"), ("employees", "-1"),
     ("annual_revenue", "1.234"), ("annual_revenue", "NaN"), ("annual_revenue", "1e99"),
     ("website", "javascript:alert(1)"), ("parent", "nobody by this name"), ("kind", "emperor"),
     ("owner", "nobody here")],
)  # fmt: skip
def test_what_cannot_be_saved_comes_back_with_what_was_typed(
    wang: Browser, field: str, typed: str
) -> None:
    form = wang.get("/customers/new")
    typed_in = {"name": "沈阳鼓风机", "note": "很重要", field: typed}
    page = wang.submit(form, "/customers", 422, **typed_in)
    fields = page.form("/customers")["fields"]
    assert "很重要" in fields["note"]
    if field != "kind":
        assert fields[field] == typed
    assert any(values.get("aria-invalid") for _, values in page.tags)
    assert db.session.scalar(select(Customer).where(Customer.name == "沈阳鼓风机")) is None


@pytest.mark.parametrize("typed", ["a\x00b", "<script>x</script>", "{% 7 * 7 %}", "𠮷野家🚀"])
def test_odd_text_is_only_text(wang: Browser, typed: str) -> None:
    wang.submit(wang.get("/customers/new"), "/customers", name=typed, note=typed)
    page = wang.get(wang.location)
    assert page.h1 == [typed.replace("\x00", "")]
    assert not [values for tag, values in page.tags if tag == "script" and not values.get("src")]


def test_a_stale_edit_shows_both_values_and_loses_nothing(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    form = wang.get(f"{path}/edit")
    cast.sigma.phone = "111"
    db.session.commit()
    page = wang.submit(form, path, 409, phone="222", note="我的话")
    assert "111" in page.text
    assert "222" in page.text
    assert page.form(path)["fields"]["phone"] == "222"
    assert cast.sigma.phone == "111"
    wang.submit(page, path)
    assert (cast.sigma.phone, cast.sigma.note) == ("222", "我的话")


def test_a_change_is_recorded_with_old_and_new_values(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(f"{path}/edit"), path, address="大连市")
    event = db.session.scalars(select(Event).where(Event.action == Action.CUSTOMER_CHANGED)).one()
    assert event.particulars == {"changes": {"address": ["", "大连市"]}}
    wang.submit(wang.get(f"{path}/edit"), path)
    events = select(Event).where(Event.action == Action.CUSTOMER_CHANGED)
    assert len(db.session.scalars(events).all()) == 1, "saving without a change records nothing"


def test_a_form_writes_only_what_it_names(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    before = cast.sigma.id, cast.sigma.created_at, cast.sigma.search_text
    wang.submit(wang.get(f"{path}/edit"), path, id="999", created_at="2000-01-01", search_text="x",
                trashed_at="2000-01-01", external_id="x", trashed_by_id="1")  # fmt: skip
    sigma = cast.sigma
    assert (sigma.id, sigma.created_at, sigma.search_text) == before
    assert (sigma.trashed_at, sigma.external_id) == (None, None)


def test_a_customer_does_not_belong_to_itself(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(f"{path}/edit"), path, 422, parent=cast.sigma.code)
    assert cast.sigma.parent is None


def test_a_parent_is_found_only_among_what_one_sees(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    for typed in (cast.western.code, cast.western.name):
        wang.submit(wang.get(f"{path}/edit"), path, 422, parent=typed)


def test_to_the_trash_and_back(cast: Cast, wang: Browser) -> None:
    path = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(path), f"{path}/delete")
    wang.get(path, status=404)
    assert cast.sigma.name not in wang.get("/customers").text
    trash = wang.get("/trash")
    assert cast.sigma.name in trash.text
    wang.submit(trash, f"/trash/customer/{cast.sigma.id}/restore")
    wang.get(path)
    assert cast.sigma.trashed_at is None


@pytest.mark.parametrize(
    "term",
    ["西格玛", "大连西格玛流体", "dalianxigema", "dlxgm", "DLXGM", "ｄｌｘｇｍ", "xgm", "C-00000",
     "87654321", "格玛 流体"],
)  # fmt: skip
def test_it_is_found_by_fragment_pinyin_initials_code_and_phone(
    cast: Cast, wang: Browser, term: str
) -> None:
    assert cast.sigma.name in wang.get("/customers", query_string={"q": term}).text


def test_search_finds_nothing_that_is_not_visible(cast: Cast, wang: Browser) -> None:
    for path in ("/customers?q=", "/customer-options?q="):
        assert cast.western.name not in wang.get(path + "西安").text
    assert cast.gauges.name not in wang.get("/deal-options?q=压力表").text


@pytest.mark.parametrize("path", ["/customers", "/contacts", "/deals", "/deals/board", "/tasks",
                                  "/expenses", "/customer-options", "/deal-options"])  # fmt: skip
def test_a_hostile_query_string_is_as_if_it_were_not_there(wang: Browser, path: str) -> None:
    for query in HOSTILE:
        wang.get(f"{path}?{query}")


@pytest.mark.parametrize("path", ["/customers/{}", "/contacts/{}", "/deals/{}", "/expenses/{}",
                                  "/tasks/{}/edit", "/approvals/{}",
                                  "/tasks/new?deal={}"])  # fmt: skip
@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_a_number_that_names_nothing_is_not_found(wang: Browser, path: str, number: int) -> None:
    wang.get(path.format(number), status=404)


def test_the_list_is_narrowed_sorted_and_paged(cast: Cast, wang: Browser) -> None:
    for number in range(60):
        kind = CustomerKind.DEALER if number % 2 else CustomerKind.PROSPECT
        customer = Customer(name=f"厂 {number:02}", kind=kind, owner=cast.wang)
        Customer.register(customer, by=cast.wang)
    page = wang.get("/customers?sort=name&kind=dealer")
    assert re.findall(r"厂 (\d\d)", page.text)[:3] == ["01", "03", "05"]
    first = wang.get("/customers?sort=code")
    (following,) = {
        values["href"] for tag, values in first.tags if "after=" in values.get("href", "")
        and values.get("class", "").startswith("button")
    }  # fmt: skip
    second = wang.get(following)
    assert (first.html.count('id="customer_'), second.html.count('id="customer_')) == (50, 11)
    assert wang.get("/customers?sort=-name").text.index("厂 59") > 0


def test_a_list_asked_for_by_htmx_is_the_list_alone(wang: Browser) -> None:
    page = wang.get("/customers?q=dlxgm", htmx="div#listing")
    assert page.with_id("listing")
    assert not page.with_id("main")
    assert wang.last.headers["HX-Push-Url"] == "/customers?q=dlxgm"
    assert {"HX-Request", "Cookie"} <= set(wang.last.vary.to_header().split(", "))


def test_who_hands_a_customer_over_is_led_to_the_list(cast: Cast, wang: Browser) -> None:
    lone = Customer.register(Customer(name="沈阳水泵", owner=cast.wang), by=cast.wang)
    db.session.commit()
    path = f"/customers/{lone.id}"
    wang.submit(wang.get(f"{path}/edit"), path, owner="孙健")
    assert lone.owner == cast.sun
    assert wang.location == "/customers"
    assert "沈阳水泵" in wang.follow().text
    wang.submit(wang.get("/customers/new"), "/customers", name="锦州阀门", owner="孙健")
    assert wang.location == "/customers"
    path = f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(f"{path}/edit"), path, owner="孙健")
    assert wang.location == path, "Wang's deal is with Sigma still"
