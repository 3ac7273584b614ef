"""From the one-time address to the first customers, without JavaScript."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from crm.demo import clearing
from crm.extensions import db
from crm.models import Company, Customer, OneTimeLink, Pipeline, Role, User
from crm.models.session import LinkPurpose
from crm.queries.first_visit import first_visit_of
from tests.cast import Cast
from tests.page import Browser, Page

PASSWORD = "a long new one"
GOOD = (
    "客户名称,电话,行业,颜色\n大连西格玛流体控制有限公司,0411-1234,石油化工,红\n"
    "上海德沃化工,021-5,电力,蓝\n"
)
BAD = "客户名称,行业\n大连西格玛,石油化工\n上海德沃,养蜂\n"


@pytest.fixture
def newcomer(app: Flask, cast: Cast, browser: Browser) -> Browser:
    """The first administrator of an empty installation, just signed in."""
    Company.current().is_demo = True
    clearing.clear()
    path = f"/setup/{OneTimeLink.make(LinkPurpose.SET_UP)}"
    db.session.commit()
    browser.submit(browser.get(path), path, name="陈 立", username="chenli", password=PASSWORD,
                   again=PASSWORD)  # fmt: skip
    assert browser.location == "/first-visit"
    return browser


def upload(browser: Browser, content: str, name: str = "客户.csv") -> Page:
    page = browser.get("/settings/import")
    file = (io.BytesIO(content.encode("gb18030")), name)
    browser.submit(page, "/settings/import", file=file)
    return browser.follow()


def steps_left() -> list[str]:
    db.session.expire_all()
    administrator = User.by_login("chenli")
    assert administrator is not None
    visit = first_visit_of(administrator)
    return [step.endpoint for step in visit.left] if visit else []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_first_visit(newcomer: Browser, language: str) -> None:
    newcomer.post("/preferences", {"language": language})
    newcomer.get("/first-visit", status=303)
    assert newcomer.location == "/settings/company"
    page = newcomer.follow()
    newcomer.submit(page, "/settings/company", name="恒川流体控制", language=language,
                    base_currency="CNY")  # fmt: skip
    assert newcomer.location == "/settings/users"
    page = newcomer.follow()
    newcomer.submit(page, "/settings/users", 200, name="李敏", team="华东", roles=["manager"])
    newcomer.get("/settings/users")
    newcomer.submit(newcomer.get("/settings/stages"), "/settings/stages/from/projects")
    newcomer.submit(newcomer.follow(), "/settings/stages", **{"rows-0-probability": "7"})
    assert newcomer.location == "/settings/import"
    page = upload(newcomer, GOOD)
    assert "大连西格玛流体控制有限公司" in page.text
    assert db.session.scalar(select(Customer)) is None, "looking writes nothing"
    newcomer.submit(page, newcomer.last.request.path)
    assert newcomer.location == "/customers"
    assert "上海德沃化工" in newcomer.follow().text
    assert steps_left() == []
    company = db.session.get_one(Company, 1)
    assert (company.name, company.language) == ("恒川流体控制", language)
    assert [stage.probability for stage in Pipeline.main().stages][:2] == [7, 15]
    manager = User.by_login("limin")
    assert manager is not None
    assert str(manager.superior()) == "陈立", "whoever sets up stands at the top"


@pytest.mark.parametrize("path", ["/", "/customers", "/contacts", "/deals", "/deals/board"])
def test_where_nothing_is_yet_a_customer_comes_first(newcomer: Browser, path: str) -> None:
    page = newcomer.get(path)
    assert "No customers yet" in page.text
    assert 'href="/settings/import"' in page.html
    owner = User.by_login("chenli")
    assert owner is not None
    Customer.register(Customer(name="大连西格玛", owner=owner), by=owner)
    db.session.commit()
    assert "No customers yet" not in newcomer.get(path).text


def test_each_step_can_be_skipped_and_what_is_left_is_on_today(newcomer: Browser) -> None:
    assert steps_left() == ["company.edit", "users.index", "stages.edit", "customer_imports.new"]
    for here, onward in [("company", "users"), ("users", "stages"), ("stages", "import")]:
        page = newcomer.get(f"/settings/{here}")
        assert f'href="/settings/{onward}"' in page.html
    today = newcomer.get("/")
    assert "0 of 4" in today.text
    page = newcomer.get("/settings/company")
    newcomer.submit(page, "/settings/company", name="恒川")
    assert "1 of 4" in newcomer.get("/").text
    newcomer.submit(newcomer.get("/"), "/first-visit/finish")
    assert steps_left() == []
    assert "of 4" not in newcomer.follow().text
    newcomer.get("/first-visit", status=303)
    assert newcomer.location == "/"


def test_others_are_not_asked_to_set_up(newcomer: Browser, app: Flask) -> None:
    User.join("王芳", roles={Role.REP}, username="wangfang")
    db.session.commit()
    rep = Browser(app).sign_in("wangfang")
    assert "of 4" not in rep.get("/").text


def test_an_established_firm_is_not_asked(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    assert "of 4" not in browser.get("/").text
    assert "of 4" not in browser.get("/settings/stages").text


def test_bad_rows_are_named_and_nothing_is_written(newcomer: Browser) -> None:
    page = upload(newcomer, BAD)
    assert "养蜂" in page.text
    assert "3" in page.text
    path = newcomer.last.request.path
    assert not [form for form in page.forms if form["action"].startswith(path)]
    newcomer.post(path)
    assert newcomer.location.startswith(path)
    assert db.session.scalar(select(Customer)) is None


def test_the_owner_is_who_was_chosen(newcomer: Browser) -> None:
    administrator = User.by_login("chenli")
    page = newcomer.get("/settings/import")
    newcomer.submit(page, "/settings/import", owner=str(administrator.id),
                    file=(io.BytesIO(GOOD.encode()), "c.csv"))  # fmt: skip
    page = newcomer.follow()
    newcomer.post(page.form(newcomer.last.request.path)["action"])
    owners = {customer.owner for customer in db.session.scalars(select(Customer))}
    assert owners == {administrator}


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("c.xlsx", b"PK\x03\x04", "Save the spreadsheet as CSV"),
        ("c.csv", b"", "The file is empty."),
        ("c.csv", b"a,b\n1,2\n", "No column was recognised"),
        ("c.csv", b"\0\0\0\0", "This is not a text file"),
        ("../../x.csv", b"n\xe4me;x\nM\xfcller;1\n\xff\xff", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(
    newcomer: Browser, name: str, content: bytes, complaint: str
) -> None:
    page = newcomer.get("/settings/import")
    page = newcomer.submit(page, "/settings/import", 422, file=(io.BytesIO(content), name))
    assert complaint in page.text


@pytest.mark.parametrize("content", ['name\n"abc', f"name\n{'x' * 200_000}\n"])
def test_a_file_that_breaks_off_brings_in_nothing_and_says_why(
    newcomer: Browser, content: str
) -> None:
    upload(newcomer, content)
    path = newcomer.last.request.path
    newcomer.post(path)
    assert newcomer.location == path
    assert "line 2" in newcomer.follow().text


@pytest.mark.parametrize("name", ["龘" * 200 + ".csv", "😀" * 300, ".csv", "..."])
def test_any_name_of_a_file_will_do(newcomer: Browser, name: str) -> None:
    upload(newcomer, GOOD, name)
    newcomer.get(f"{newcomer.last.request.path}?owner={'9' * 30}")


def test_an_upload_is_known_to_nobody_else(newcomer: Browser, app: Flask) -> None:
    upload(newcomer, GOOD)
    path = newcomer.last.request.path
    User.join("别人", roles={Role.ADMINISTRATOR}, username="other")
    db.session.commit()
    Browser(app).sign_in("other").get(path, status=404)
    for digest in ("0" * 64, "x", "..%2f..%2fcrm.sqlite"):
        newcomer.get(f"/settings/import/{digest}", status=404)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "name,external_id"), ("zh", "客户,客户编号")]
)
def test_the_empty_file_has_columns_that_are_understood(
    newcomer: Browser, language: str, title: str
) -> None:
    newcomer.post("/preferences", {"language": language})
    text = newcomer.client.get("/settings/import/customers.csv").get_data().decode("utf-8-sig")
    assert text.startswith(title)
    columns = text.strip().split(",")
    page = upload(newcomer, f"{text.strip()}\n{','.join(['甲'] + [''] * (len(columns) - 1))}\n")
    assert "客户.csv" in page.text
