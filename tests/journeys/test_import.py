"""A company's real spreadsheets go through the wizard, and out again with one button."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from crm.extensions import db, reading_only
from crm.models import Contact, Customer, Deal, User
from tests.cast import Cast
from tests.importers.conftest import prepare
from tests.importers.sparklesquad import read, sample
from tests.journeys.conftest import Opener, look_again, run_worker

pytestmark = pytest.mark.journey


def count(model: type[Customer | Deal]) -> int:
    look_again()
    return db.session.scalar(select(func.count(model.id)).where(model.trashed_at.is_(None))) or 0


def choose(page: Page, noun: str, file: Path) -> None:
    page.goto("/imports")
    page.get_by_role("link", name="Bring in a file").first.click()
    page.get_by_label("File").set_input_files(file)
    page.locator(".segments").get_by_text(noun, exact=True).click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(file.name)


def look(page: Page) -> None:
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.get_by_text("The first rows, as they become").first).to_be_visible()


def bring_in(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.get_by_text("It is all here now.")).to_be_visible()


def employ_the_agents() -> None:
    """People come by the command: what they may see and do is nothing for a spreadsheet."""
    token = reading_only.set(False)
    assert not prepare("users", sample("sales_teams.csv")).write().problems
    reading_only.reset(token)


def owners() -> Counter[str]:
    """How many deals each agent of the file has."""
    found = select(User.name, func.count(Deal.id)).join(Deal.owner).group_by(User.name)
    from_file = found.where(Deal.external_id.is_not(None), Deal.trashed_at.is_(None))
    return Counter(dict(db.session.execute(from_file).all()))


def test_a_companys_files_come_in_and_go_again(cast: Cast, open_as: Opener) -> None:
    accounts, deals = sample("accounts.csv"), sample("sales_pipeline.csv")
    before = count(Customer), count(Deal)
    employ_the_agents()
    page = open_as("admin")
    choose(page, "Customers", accounts)
    page.get_by_label("Owner").select_option("wang")
    look(page)
    bring_in(page, f"Bring in {len(read('accounts.csv'))} rows")
    assert count(Customer) == before[0] + len(read("accounts.csv"))

    choose(page, "Deals", deals)
    for column, field in {"close_value": "Amount", "deal_stage": "Outcome",
                          "sales_agent": "Owner"}.items():  # fmt: skip
        page.get_by_label(column, exact=True).select_option(field)
    look(page)
    rows = len(read("sales_pipeline.csv"))
    bring_in(page, f"Bring in {rows:,} rows")
    assert count(Deal) == before[1] + rows
    assert owners() == Counter(row["sales_agent"] for row in read("sales_pipeline.csv"))

    undo(page)
    assert count(Deal) == before[1]


def test_values_are_matched_what_is_empty_filled_in_and_all_of_it_taken_back(
    cast: Cast, open_as: Opener, tmp_path: Path
) -> None:
    phone, before = cast.sigma.phone, count(Customer)
    assert cast.sigma.address is None
    file = tmp_path / "名单.csv"
    file.write_text(
        "客户名称,行业,电话,地址,对接人,对接人手机\n"
        f"{cast.sigma.name},石油化工业,7,大连开发区,刘强,13812345678\n泰信泵业,养蜂,8,,陈工,\n罗纳,,,,,\n"
    )
    page = open_as("admin")
    choose(page, "Customers", file)
    page.get_by_label("Of those that are here").select_option("Only fill in what is empty")
    look(page)

    page.get_by_role("link", name="Match the values").click()
    page.get_by_label("养蜂").select_option("empty")
    expect(page.get_by_label("石油化工业").locator("option:checked")).to_contain_text("proposed")
    page.get_by_role("button", name="Check the file again").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.get_by_text("The first rows, as they become").first).to_be_visible()
    bring_in(page, "Bring in 3 rows")
    assert count(Customer) == before + 2
    assert (cast.sigma.phone, cast.sigma.address) == (phone, "大连开发区")
    assert contacts() >= {"刘强", "陈工"}

    undo(page)
    assert count(Customer) == before
    assert (cast.sigma.phone, cast.sigma.address) == (phone, None)
    assert contacts().isdisjoint({"刘强", "陈工"})


def undo(page: Page) -> None:
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.get_by_text("Undone by")).to_be_visible()


def contacts() -> set[str]:
    """The names of those who are not in the trash."""
    look_again()
    return set(db.session.scalars(select(Contact.name).where(Contact.trashed_at.is_(None))))


@pytest.mark.looks
@pytest.mark.parametrize("name", ["products.csv", "clicks.csv"])
def test_what_is_no_list_of_records_is_not_brought_in_by_chance(
    cast: Cast, open_as: Opener, name: str
) -> None:
    page = open_as("admin")
    choose(page, "Customers", sample(name))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert").or_(page.locator(".tone-red")).first).to_contain_text("Name")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
