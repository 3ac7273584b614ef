"""Views of a list: ours, one's own and shared ones; a view is a link, the address is the state."""

from __future__ import annotations

import pytest

from crm.extensions import db
from crm.filters.lists import LISTS
from crm.models import SavedView, Sharing, Task
from tests.cast import Cast
from tests.page import Browser, Page

pytestmark = pytest.mark.usefixtures("cast")


def save(browser: Browser, query: str, name: str = "重点", shared: str = "nobody") -> SavedView:
    data = {"query": query, "name": name, "shared_with": shared}
    browser.post("/views/customers", data)
    return db.session.scalars(db.select(SavedView).order_by(SavedView.id.desc())).first()  # type: ignore[return-value]


def tabs(page: Page) -> list[str]:
    nav = page.html.partition('aria-label="Views"')[2].partition("</nav>")[0]
    return Page(nav).text.split()


def links(page: Page) -> list[dict[str, str]]:
    return [values for tag, values in page.tags if tag == "a"]


def current(page: Page) -> list[str]:
    """The address of the tab that is marked."""
    shown = [link["href"] for link in links(page) if link.get("aria-current") == "page"]
    return [href for href in shown if "view=" in href]


@pytest.mark.parametrize("kind", LISTS.values(), ids=list(LISTS))
def test_our_own_views_are_written_as_the_filter_writes_them(kind: type) -> None:
    """Otherwise the tab of what is shown would not be marked."""
    for _title, query in kind.VIEWS:
        assert kind.parse_text(query).text() == query


@pytest.mark.parametrize("path", ["/customers", "/contacts", "/deals", "/tasks", "/expenses",
                                  "/expenses/items"])  # fmt: skip
def test_every_list_has_views_and_each_opens(cast: Cast, browser: Browser, path: str) -> None:
    page = browser.sign_in("li").get(path)
    nav = Page(page.html.partition('aria-label="Views"')[2].partition("</nav>")[0])
    links = [values["href"] for tag, values in nav.tags if tag == "a"]
    assert len(links) >= 3
    for link in links:
        browser.get(link)


def test_a_view_is_saved_and_stands_above_the_list(browser: Browser) -> None:
    browser.sign_in("wang")
    page = browser.get("/customers?owner=me&kind=customer&columns=name,phone")
    new = next(link["href"] for link in links(page) if "/views/customers/new" in link["href"])
    asked = browser.get(new)
    browser.submit(asked, "/views/customers", name="我的正式客户")
    page = browser.follow()
    assert "我的正式客户" in tabs(page)
    (view,) = db.session.scalars(db.select(SavedView)).all()
    assert current(page) == [f"/customers?columns=name,phone&view={view.id}&kind=customer&owner=me"]
    assert "/views/customers/new" not in page.html


def test_what_was_sent_is_saved_as_the_filter_understands_it(browser: Browser) -> None:
    browser.sign_in("wang")
    view = save(browser, "owner=me&evil=1&kind=nonsense&sort=password_hash&after=1,2&view=77")
    assert view.query == "owner=me"
    browser.follow()


def test_a_view_is_as_long_as_its_filter_not_as_what_was_sent(browser: Browser) -> None:
    browser.sign_in("wang")
    data = {"name": "长", "query": "owner=me&evil=" + "1" * 5000, "shared_with": "nobody"}
    browser.post("/views/customers", data, status=303)
    (view,) = db.session.scalars(db.select(SavedView)).all()
    assert view.query == "owner=me"


def test_a_changed_view_can_be_saved_again_by_its_owner(browser: Browser) -> None:
    browser.sign_in("wang")
    view = save(browser, "owner=me")
    page = browser.get(f"/customers?owner=me&kind=dealer&view={view.id}")
    assert "Save changes" in page.text
    browser.submit(page, f"/views/{view.id}")
    db.session.expire_all()
    assert view.query == "kind=dealer&owner=me"
    assert "Save changes" not in browser.follow().text


def test_a_view_goes_on_when_the_list_is_sorted_paged_or_narrowed_further(
    browser: Browser,
) -> None:
    browser.sign_in("wang")
    view = save(browser, "owner=me")
    page = browser.get(f"/customers?owner=me&view={view.id}")
    sorting = [link["href"] for link in links(page) if "?sort=" in link["href"]]
    assert sorting
    assert all(f"view={view.id}" in href for href in sorting)
    assert f'name="view" value="{view.id}"' in page.html


def test_colleagues_find_a_shared_view_and_do_not_change_it(cast: Cast, browser: Browser) -> None:
    view = save(browser.sign_in("li"), "kind=customer", "团队视图", "team")
    browser.sign_in("zhao")
    page = browser.get(f"/customers?kind=dealer&view={view.id}")
    assert "团队视图" in page.text
    assert "Save changes" not in page.text
    data = {"name": "x", "query": "", "shared_with": "nobody"}
    browser.post(f"/views/{view.id}", data, status=403)
    browser.post(f"/views/{view.id}/delete", status=403)
    browser.sign_in("wu")
    assert "团队视图" not in browser.get("/customers").text
    browser.post(f"/views/{view.id}/delete", status=404)
    db.session.expire_all()
    assert (view.name, view.shared_with) == ("团队视图", Sharing.TEAM)


def test_a_view_shows_each_reader_what_they_may_see(cast: Cast, browser: Browser) -> None:
    view = save(browser.sign_in("admin"), "", "所有人", "everyone")
    text = browser.sign_in("wu").get(f"/customers?view={view.id}").text
    assert cast.western.name in text
    assert cast.sigma.name not in text


def test_an_administrator_clears_away_what_everybody_sees(browser: Browser) -> None:
    view = save(browser.sign_in("wang"), "", "旧视图", "everyone")
    browser.sign_in("admin").post(f"/views/{view.id}/delete")
    assert browser.location == "/customers"
    assert not db.session.scalars(db.select(SavedView)).all()


def test_the_name_of_another_list_or_of_nothing_is_no_view(browser: Browser) -> None:
    browser.sign_in("wang")
    view = save(browser, "owner=me", "客户视图")
    browser.follow()
    assert "客户视图" not in browser.get(f"/deals?view={view.id}").text
    for stale in (f"{view.id + 1}", "abc", "-1", "99999999999"):
        browser.get(f"/customers?view={stale}")


@pytest.mark.parametrize("name", ["", "   ", "长" * 81])
def test_a_name_must_be_given_and_fit(browser: Browser, name: str) -> None:
    data = {"query": "owner=me", "name": name, "shared_with": "nobody"}
    page = browser.sign_in("wang").post("/views/customers", data, status=422)
    assert page.form("/views/customers")["fields"]["query"] == "owner=me"


def test_a_hostile_name_is_text(browser: Browser) -> None:
    name = "<script>alert(1)</script>\"'&amp;"
    save(browser.sign_in("wang"), "owner=me", name, "everyone")
    page = browser.follow()
    assert "<script>alert" not in page.html
    assert name in page.text


def test_deals_without_a_next_task_are_found(cast: Cast, browser: Browser) -> None:
    Task.add(Task(title="报价", assignee=cast.wang, deal=cast.pumps), by=cast.wang)
    done = Task.add(Task(title="回访", assignee=cast.wang, deal=cast.vague), by=cast.wang)
    done.complete(by=cast.wang)
    db.session.commit()
    text = browser.sign_in("wang").get("/deals?idle=1").text
    assert cast.vague.name in text
    assert cast.pumps.name not in text


def marked(page: Page) -> list[str]:
    """Where the marked tab of the views leads."""
    nav = Page(page.html.partition('aria-label="Views"')[2].partition("</nav>")[0])
    return [link["href"] for link in links(nav) if link.get("aria-current") == "page"]


def rows(page: Page) -> list[str]:
    """The rows of a list, by their ids."""
    return [each["id"] for tag, each in page.tags if tag == "tr" and "id" in each]


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/customers", ["kind=prospect", "last_contact=this_month", "sort=name"]),
        ("/contacts", ["role=decider", "created=this_month"]),
        ("/deals", ["closed=this_month", "status=open", "status=all", "stuck=1&closed=this_month"]),
        ("/tasks", ["state=done", "state=open", "due=this_month", "everyone=1"]),
        ("/expenses", ["state=submitted", "state=paid", "submitted=this_month"]),
    ],
)
def test_the_marked_view_is_what_the_list_shows(
    browser: Browser, path: str, queries: list[str]
) -> None:
    browser.sign_in("li")
    for query in ["", *queries]:
        page = browser.get(f"{path}?{query}")
        for address in marked(page):
            assert rows(browser.get(address)) == rows(page)


def test_a_list_of_closed_deals_is_not_called_open(browser: Browser) -> None:
    page = browser.sign_in("li").get("/deals?closed=this_month")
    assert marked(page) == []
    statuses = [each for tag, each in page.tags if tag == "input" and each.get("name") == "status"]
    assert [each["value"] for each in statuses if "checked" in each] == ["all"]


def test_a_list_that_is_as_a_saved_view_shows_it_is_marked_without_its_number(
    browser: Browser,
) -> None:
    browser.sign_in("wang")
    view = save(browser, "kind=customer&sort=-name")
    page = browser.get("/customers?kind=customer&sort=-name")
    assert marked(page) == [f"/customers?sort=-name&view={view.id}&kind=customer"]
    assert "Save view" not in page.text
