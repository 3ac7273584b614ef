"""What records name, shown to somebody who does not see it: by name what the work is about, without
a link; a group above a customer not at all."""

from __future__ import annotations

from datetime import date

import pytest

from crm.extensions import db
from crm.models import Customer, Task
from tests.blueprints.test_exports import exported
from tests.cast import Cast
from tests.page import Browser

CANARY = "金丝雀集团"


@pytest.fixture
def group(cast: Cast) -> Customer:
    """A group of another team's, with Sigma below it."""
    group = Customer.register(Customer(name=CANARY, owner=cast.wu), by=cast.wu)
    cast.sigma.parent = group
    db.session.commit()
    return group


def test_a_group_that_one_does_not_see_is_named_nowhere(
    cast: Cast, group: Customer, browser: Browser
) -> None:
    sigma, list = f"/customers/{cast.sigma.id}", "customers?columns=name,parent"
    paths = (f"/{list}", sigma, f"{sigma}/edit", f"{sigma}/fields/parent/edit")
    browser.sign_in("admin")
    assert all(CANARY in browser.get(path).html for path in paths)
    assert CANARY in exported(browser, list).decode("utf-8-sig")
    browser.sign_in("li")
    assert [path for path in paths if CANARY in browser.get(path).html] == []
    file = exported(browser, list).decode("utf-8-sig")
    assert cast.sigma.name in file
    assert CANARY not in file


@pytest.mark.parametrize("form", ["/edit", "/fields/parent/edit"])
def test_it_stays_when_the_form_is_saved_and_goes_when_it_is_emptied(
    cast: Cast, group: Customer, browser: Browser, form: str
) -> None:
    browser.sign_in("li")
    sigma = f"/customers/{cast.sigma.id}"
    action = sigma + form.removesuffix("/edit")
    browser.submit(browser.get(sigma + form), action)
    db.session.expire_all()
    assert cast.sigma.parent_id == group.id
    browser.submit(browser.get(sigma + form), action, parent="")
    db.session.expire_all()
    assert cast.sigma.parent_id is None


@pytest.mark.parametrize(("language", "named"), [("en", "do not see"), ("zh", "无权查看")])
@pytest.mark.parametrize("form", ["/edit", "/fields/parent/edit"])
def test_a_conflict_names_it_no_more_than_the_form(
    cast: Cast, group: Customer, browser: Browser, form: str, language: str, named: str
) -> None:
    browser.sign_in("li").post("/preferences", {"language": language})
    sigma = f"/customers/{cast.sigma.id}"
    page = browser.get(sigma + form)
    cast.sigma.phone = "0411-1111"
    db.session.commit()
    page = browser.submit(page, sigma + form.removesuffix("/edit"), 409, parent="")
    assert CANARY not in page.html
    assert named in page.text


def test_what_the_work_is_about_is_named_and_a_link_only_for_who_finds_it(
    cast: Cast, browser: Browser
) -> None:
    gauges = cast.gauges
    gauges.collaborators.append(cast.zhao)  # who does not see its customer
    task = Task(title="回电", assignee=cast.zhao, customer=cast.western,
                due_on=date(2026, 6, 17))  # fmt: skip
    Task.add(task, by=cast.wu)
    db.session.commit()
    paths = ("/deals?q=天成", f"/deals/{gauges.id}", "/tasks", f"/tasks/{task.id}", "/")
    link = f'href="/customers/{cast.western.id}"'
    browser.sign_in("zhao")
    browser.get(f"/customers/{cast.western.id}", status=404)
    for path in paths:
        page = browser.get(path)
        assert cast.western.name in page.text
        assert link not in page.html
    browser.sign_in("wu")
    assert link in browser.get(f"/deals/{gauges.id}").html
    assert link in browser.get("/deals?q=天成").html
