"""The global search finds what people mean, best first, and nothing that they may not see."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask import Flask

from crm.extensions import db
from crm.models import Activity, Contact, Customer, Deal, OptionList, Task
from crm.queries.search import counts, found
from tests.cast import Cast
from tests.claims import draft
from tests.page import Browser, Page
from tests.queries_counted import counted

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
EVERYWHERE = ("/search?q={}", "/palette?q={}")


def write_canaries(cast: Cast, word: str) -> None:
    """One record of every noun that only the West and those above it may see."""
    wu = cast.wu
    customer = Customer.register(Customer(name=f"{word}客户", owner=wu), by=wu)
    Contact.register(Contact(customer=customer, name=f"{word}联系人"), by=wu)
    Deal.open(Deal(name=f"{word}机会", customer=customer, owner=wu), cast.stages[0], by=wu)
    Task.add(Task(title=f"{word}任务", assignee=wu, customer=customer), by=wu)
    draft(cast, title=f"{word}报销", by=wu)
    db.session.commit()


def ask(browser: Browser, q: str, address: str = "/search?q={}") -> Page:
    return browser.get(address.format(quote(q)), htmx="div#palette_found" if "palette" in address
                       else False)  # fmt: skip


def names(cast: Cast, q: str, user: str = "wang") -> list[str]:
    return [hit.name for group in found(q, getattr(cast, user)) for hit in group.hits]


@pytest.mark.parametrize("q", ["金丝雀", "jinsique", "jsq", "金丝雀客户"])
@pytest.mark.parametrize("address", EVERYWHERE)
def test_nothing_is_found_that_may_not_be_seen(
    cast: Cast, browser: Browser, q: str, address: str
) -> None:
    write_canaries(cast, "金丝雀")
    for stranger in ("wang", "li", "sun"):
        browser.sign_in(stranger)
        page = ask(browser, q, address)
        assert "金丝雀" not in page.text.replace(f"“{q}”", "")
        assert not re.search(r'href="/(customers|contacts|deals|tasks|claims)/[0-9]', page.html)
    for knows in ("wu", "reader", "admin"):
        browser.sign_in(knows)
        assert "客户" in ask(browser, q, address).text


@pytest.mark.parametrize("q", ["0216655991", "6655991", "geheim-77", "heim77", "021 6655991"])
def test_a_deal_does_not_tell_what_its_unseen_customer_is_found_by(
    cast: Cast, browser: Browser, q: str
) -> None:
    wu = cast.wu
    customer = Customer(
        name="金丝雀 Sigma 客户", phone="0216655991", external_id="GEHEIM-77", owner=wu
    )
    Customer.register(customer, by=wu)
    deal = Deal(name="共同的机会", customer=customer, owner=wu, collaborators=[cast.wang])
    Deal.open(deal, cast.stages[0], by=wu)
    db.session.commit()
    nouns = ("customers", "contacts", "deals", "tasks", "expenses")
    for who, sees in (("wang", False), ("wu", True)):
        browser.sign_in(who)
        for address in (*EVERYWHERE, *(f"/{noun}?q={{}}" for noun in nouns), "/deals/board?q={}"):
            assert "金丝雀" not in ask(browser, q, address).text or sees, address
        assert ("共同的机会" in ask(browser, q, "/deals?q={}").text) is sees
        assert "共同的机会" in ask(browser, "金丝雀 sigma", "/deals?q={}").text


def test_what_was_noted_is_found_with_the_customer_it_was_noted_at(
    cast: Cast, browser: Browser
) -> None:
    cast.sigma.note = "采购走集团电子平台，报价有效期六十天"
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    Activity.log(
        Activity(customer=cast.sigma, kind=visit, summary="演示了密封冲洗方案"), by=cast.wang
    )
    Activity.log(Activity(customer=cast.western, kind=visit, summary="密封泄漏"), by=cast.wu)
    db.session.commit()
    page = ask(browser.sign_in("wang"), "密封冲洗")
    assert "Activities" in page.text
    assert "演示了 密封冲洗 方案" in page.text
    assert cast.sigma.name in page.text
    assert "采购走集团 电子平台" in ask(browser, "电子平台").text
    assert "采购走集团" not in ask(browser, "西格玛").text
    assert "泄漏" not in ask(browser, "mifeng").text
    assert counts("密封", cast.wang)["activity"] == 1


def test_counts_know_only_what_may_be_seen(cast: Cast) -> None:
    write_canaries(cast, "金丝雀")
    assert set(counts("金丝雀", cast.wang).values()) == {0}
    assert counts("金丝雀", cast.wu) == {
        "customer": 1, "contact": 1, "deal": 1, "task": 1, "claim": 1, "activity": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("q", "first"), [
    ("西格玛", "大连西格玛流体控制有限公司"),  # a part of one name, the beginning of a deal's
    ("dlxgm", "大连西格玛流体控制有限公司"),
    ("liu yang", "刘洋"),
    ("138 0000 1234", "刘洋"),
    ("+86 13800001234", "刘洋"),
    ("0411-87654321", "大连西格玛流体控制有限公司"),
    ("liuyang@sigma", "刘洋"),
    ("磁力泵", "西格玛磁力泵 20 台"),
])  # fmt: skip
def test_what_people_type_finds_what_they_mean(cast: Cast, q: str, first: str) -> None:
    assert first in names(cast, q)[:2]


def test_the_code_comes_first_then_the_name_then_its_beginning_then_a_part(cast: Cast) -> None:
    wang = cast.wang
    for name in ("老泵阀厂", "泵阀", "泵阀一厂", "上海 泵阀"):
        Customer.register(Customer(name=name, owner=wang), by=wang)
    db.session.flush()
    assert names(cast, "泵阀") == ["泵阀", "泵阀一厂", "上海 泵阀", "老泵阀厂"]
    Task.add(Task(title=f"问 {cast.sigma.code} 的事", assignee=wang), by=wang)
    assert names(cast, cast.sigma.code.lower())[0] == cast.sigma.name
    assert names(cast, cast.pumps.code) == [cast.pumps.name]


@pytest.mark.parametrize("q", ["nlsw", "nanling", "南岭生物"])
@pytest.mark.parametrize("address", EVERYWHERE)
def test_the_firm_and_its_people_come_before_the_deals_that_are_called_after_them(
    cast: Cast, browser: Browser, q: str, address: str
) -> None:
    wang = cast.wang
    firm = Customer.register(Customer(name="合肥南岭生物科技有限公司", owner=wang), by=wang)
    person = Contact.register(Contact(customer=firm, name="小南岭生物"), by=wang)
    deal = Deal.open(
        Deal(name="南岭生物 离心泵", customer=firm, owner=wang), cast.stages[0], by=wang
    )
    db.session.commit()
    html = ask(browser.sign_in("wang"), q, address).html
    paths = (f"customers/{firm.id}", f"contacts/{person.id}", f"deals/{deal.id}")
    places = [html.index(f'href="/{path}"') for path in paths]
    assert places == sorted(places)
    assert names(cast, deal.code)[0] == deal.name


def test_without_words_stands_what_was_changed_last(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = ask(browser, "", "/palette?q={}")
    assert "Changed last" in page.text
    assert cast.sigma.name in page.text
    assert cast.western.name not in page.text
    browser.sign_in("reader")  # who has changed nothing
    assert "Changed last" not in ask(browser, "", "/palette?q={}").text


def test_pages_and_actions_are_those_that_one_may(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = ask(browser, "new", "/palette?q={}").text
    assert "New customer" in page
    assert "New expense claim" in page
    assert "Exchange rates" not in ask(browser, "exchange", "/palette?q={}").text
    browser.sign_in("reader")
    assert "New customer" not in ask(browser, "new", "/palette?q={}").text
    browser.sign_in("admin")
    assert "Exchange rates" in ask(browser, "exchange", "/palette?q={}").text


def test_import_is_offered_to_those_who_may(cast: Cast, browser: Browser) -> None:
    for who, offered in (("admin", True), ("wang", False)):
        browser.sign_in(who)
        page = ask(browser, "import", "/palette?q={}")
        assert ("/imports/new?noun=customers" in page.html) is offered


@pytest.mark.parametrize("who", ["wang", "li", "fin", "reader", "admin"])
def test_every_page_and_action_on_offer_can_be_opened(
    cast: Cast, browser: Browser, who: str
) -> None:
    browser.sign_in(who)
    offered = ask(browser, "", "/palette?q={}")
    links = {values["href"] for tag, values in offered.tags
             if tag == "a" and values.get("role") == "option"}  # fmt: skip
    assert len(links) > 8
    for address in links:
        browser.get(address)


def test_actions_are_found_in_pinyin_and_by_their_english_name(
    cast: Cast, browser: Browser
) -> None:
    browser.sign_in("wang")
    browser.post("/preferences", {"language": "zh"})
    for typed in ("新建客户", "xjkh", "xinjian", "customers new"):
        assert "新建客户" in ask(browser, typed, "/palette?q={}").text.replace(" ", "")


def test_what_was_found_is_marked_and_everything_is_escaped(cast: Cast, browser: Browser) -> None:
    name = "<b>Müller</b> & 泵"
    Customer.register(Customer(name=name, owner=cast.wang), by=cast.wang)
    db.session.commit()
    browser.sign_in("wang")
    for q in ("müller", "ＭÜＬＬＥＲ"):
        for address in EVERYWHERE:
            html = ask(browser, q, address).html
            assert "&lt;b&gt;<mark>Müller</mark>&lt;/b&gt; &amp; 泵" in html
    assert "<mark>大连西格玛</mark>流体" in ask(browser, "dlxgm").html
    assert "<mark>138 0000 1234</mark>" not in ask(browser, "<mark>").html


@pytest.mark.parametrize("q", [
    "%", "_", "\\", "%%%", "'; DROP TABLE user; --", "\0", "a\0b", "x" * 10_240, "泵" * 3_000,
    "\u202eevil\u202c", "{{ 7*7 }}", "%(name)s", "<script>alert(1)</script>", "D-999999999",
    "C-9999999999", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "  ",
    "-------", "+86", "a " * 200, "ﷺ" * 400, " ".join(map(str, range(110))),
])  # fmt: skip
@pytest.mark.parametrize("address", EVERYWHERE)
def test_hostile_words_get_an_answer(cast: Cast, browser: Browser, q: str, address: str) -> None:
    browser.sign_in("wang")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if "palette" in address else {}
    answer = browser.client.get(address.format(quote(q)), headers=headers)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert ">49<" not in answer.text


def test_signs_alone_find_nothing_rather_than_everything(cast: Cast) -> None:
    for q in ("%", "_", "...", "＊"):
        assert found(q, cast.wang) == []
        assert set(counts(q, cast.wang).values()) == {0}


def test_a_tab_shows_one_noun_and_more_leads_to_its_list(cast: Cast, browser: Browser) -> None:
    for number in range(8):
        Customer.register(Customer(name=f"连锁 {number}", owner=cast.wang), by=cast.wang)
    Task.add(Task(title="连锁会议", assignee=cast.wang), by=cast.wang)
    db.session.commit()
    browser.sign_in("wang")
    page = ask(browser, "连锁")
    assert "All 9" in page.text
    assert "连锁 2" not in page.text  # the five that were changed last
    tab = browser.get(f"/search?q={quote('连锁')}&noun=customer")
    assert "连锁 0" in tab.text
    assert "连锁会议" not in tab.text
    assert browser.get(f"/customers?q={quote('连锁')}").text.count("连锁 ") >= 8
    browser.get("/search?q=x&noun=password")


def test_without_htmx_the_palette_leads_to_the_page(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    browser.get("/palette?q=abc", status=303)
    assert browser.location == "/search?q=abc"


def test_the_search_asks_as_often_for_many_records_as_for_few(
    app: Flask, cast: Cast, browser: Browser
) -> None:
    browser.sign_in("li")

    def questions() -> list[int]:
        numbers = []
        for address in (*EVERYWHERE, "/palette?q=&x={}"):
            ask(browser, "连锁", address)
            with counted(app) as statements:
                ask(browser, "连锁", address)
            numbers.append(len(statements))
        return numbers

    def add(number: int) -> None:
        owner = (cast.wang, cast.zhao, cast.sun)[number % 3]
        customer = Customer.register(Customer(name=f"连锁 {number}", owner=owner), by=owner)
        Contact.register(Contact(customer=customer, name=f"连锁人 {number}"), by=owner)
        Deal.open(Deal(name=f"连锁单 {number}", customer=customer, owner=owner), cast.stages[0],
                  by=owner)  # fmt: skip
        Task.add(Task(title=f"连锁事 {number}", assignee=owner, customer=customer), by=owner)
        draft(cast, title=f"连锁费 {number}", by=owner)
        db.session.commit()

    none = questions()
    add(0)
    few = questions()
    for number in range(1, 12):
        add(number)
    many = questions()
    assert many[:2] == few[:2]
    assert max(many) <= 16
    # Of what the index knows to be nowhere no record is read.
    assert max(none[:2]) <= 4


def test_a_colleague_leads_to_what_they_look_after(cast: Cast, browser: Browser) -> None:
    hrefs = {
        "customers": f"/customers?owner={cast.wang.id}",
        "deals": f"/deals?owner={cast.wang.id}",
    }
    for who, seen in (("li", True), ("wang", True), ("wu", False)):
        browser.sign_in(who)
        for typed in ("王芳", "wf", "wang"):
            html = ask(browser, typed, "/palette?q={}").html
            assert [href in html for href in hrefs.values()] == [seen, seen], (who, typed)


def export_buttons(page: Page) -> list[dict[str, str]]:
    return [
        values for tag, values in page.tags
        if tag == "button" and values.get("formaction", "").startswith("/exports/")
    ]  # fmt: skip


@pytest.mark.parametrize("address", EVERYWHERE)
def test_an_export_is_an_action_for_those_who_may(browser: Browser, address: str) -> None:
    browser.sign_in("li")
    offered = export_buttons(ask(browser, "export", address))
    assert [each["formaction"] for each in offered] == [
        "/exports/customers", "/exports/contacts", "/exports/deals", "/exports/tasks",
        "/exports/claims",
    ]  # fmt: skip
    browser.sign_in("wang")
    assert export_buttons(ask(browser, "export", address)) == []


def test_the_list_that_one_looks_at_is_exported_as_it_is(cast: Cast, browser: Browser) -> None:
    browser.sign_in("li")
    here = "http://localhost/customers?kind=customer&sort=name&after=x"
    answer = browser.client.get("/palette?q=", headers={**HTMX, "HX-Current-URL": here})
    found = export_buttons(Page(answer.text))
    wanted = "/exports/customers?sort=name&kind=customer"
    assert [(each["formaction"], each["value"]) for each in found] == [
        (wanted, "xlsx"), (wanted, "csv"),
    ]  # fmt: skip
    forms = [
        values
        for tag, values in browser.get("/customers?kind=customer&sort=name").tags
        if tag == "form"
    ]
    assert wanted in {values["action"] for values in forms}
    # The search page without JavaScript knows it by where one came from.
    answer = browser.client.get("/search?q=this+list", headers={"Referer": here})
    assert [each["formaction"] for each in export_buttons(Page(answer.text))] == [wanted] * 2
    assert 'id="palette_file"' in answer.text
    browser.post("/preferences", {"language": "zh"})
    for typed in ("导出", "daochu", "dc", "export"):
        assert len(export_buttons(ask(browser, typed))) == 5


def test_no_list_no_export_of_it(browser: Browser) -> None:
    browser.sign_in("li")
    for here in ("http://localhost/deals/board", "http://localhost/", "nonsense", "http://[x"):
        headers = {**HTMX, "HX-Current-URL": here}
        answer = browser.client.get("/palette?q=", headers=headers)
        assert export_buttons(Page(answer.text)) == []
