"""A company's real spreadsheets go through the wizard, and out again with one button."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Customer, Deal
from tests.cast import Cast
from tests.importers.sparklesquad import read, sample
from tests.journeys.conftest import Opener, run_worker

pytestmark = pytest.mark.journey


def count(model: type[Customer | Deal]) -> int:
    db.session.rollback()
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


def test_a_companys_files_come_in_and_go_again(cast: Cast, open_as: Opener) -> None:
    accounts, deals = sample("accounts.csv"), sample("sales_pipeline.csv")
    before = count(Customer), count(Deal)
    page = open_as("admin")
    choose(page, "Customers", accounts)
    page.get_by_label("Owner").select_option("wang")
    look(page)
    bring_in(page, f"Bring in {len(read('accounts.csv'))} rows")
    assert count(Customer) == before[0] + len(read("accounts.csv"))

    choose(page, "Deals", deals)
    for column, field in {"close_value": "Amount", "deal_stage": "Outcome",
                          "sales_agent": "— not read —"}.items():  # fmt: skip
        page.get_by_label(column, exact=True).select_option(field)
    page.get_by_label("Owner").select_option("wang")
    look(page)
    rows = len(read("sales_pipeline.csv"))
    bring_in(page, f"Bring in {rows:,} rows")
    assert count(Deal) == before[1] + rows

    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    run_worker()
    expect(page.get_by_text("Undone by")).to_be_visible()
    assert count(Deal) == before[1]
