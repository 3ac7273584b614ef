"""From the one-time address to the first customers, without JavaScript."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select

from crm import jobs
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


def bring_in(browser: Browser, content: str) -> Page:
    """Through the wizard; the worker does its part between the steps."""
    file = (io.BytesIO(content.encode("gb18030")), "客户.csv")
    browser.submit(browser.get("/imports/new"), "/imports", file=file)
    path = browser.location.removesuffix("/mapping")
    browser.submit(browser.follow(), "/mapping")
    jobs.run_once()
    page = browser.get(path)
    assert db.session.scalar(select(Customer)) is None, "looking writes nothing"
    browser.submit(page, "/writing")
    jobs.run_once()
    return browser.get(path)


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
    pipeline = f"/settings/pipelines/{Pipeline.main().id}"
    newcomer.submit(newcomer.get("/settings/stages"), f"{pipeline}/from/projects")
    newcomer.submit(newcomer.follow(), pipeline, **{"rows-0-probability": "7"})
    assert newcomer.location == "/imports/new"
    page = bring_in(newcomer, GOOD)
    assert "上海德沃化工" in page.text
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
    assert 'href="/imports/new"' in page.html
    owner = User.by_login("chenli")
    assert owner is not None
    Customer.register(Customer(name="大连西格玛", owner=owner), by=owner)
    db.session.commit()
    assert "No customers yet" not in newcomer.get(path).text


def test_each_step_can_be_skipped_and_what_is_left_is_on_today(newcomer: Browser) -> None:
    assert steps_left() == ["company.edit", "users.index", "pipelines.edit", "import_runs.new"]
    steps = ("/settings/company", "/settings/users", "/settings/stages", "/imports/new")
    for here, onward in pairwise(steps):
        assert f'href="{onward}"' in newcomer.get(here).html
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
