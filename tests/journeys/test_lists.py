"""Lists as people use them: narrowed, sorted, with other columns, left for a record and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, ready

pytestmark = [pytest.mark.journey, pytest.mark.looks]


def names(page: Page) -> list[str]:
    return page.locator("#listing tbody th").all_inner_texts()


def test_a_list_is_filtered_as_one_types(cast: Cast, open_as: Opener) -> None:
    page = open_as("admin")
    page.goto("/customers")
    expect(page.locator("#listing tbody tr")).to_have_count(2)
    search = page.get_by_role("searchbox", name="Name, code, phone, pinyin")
    search.fill("dlxgm")
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/customers\?q=dlxgm$"))
    expect(search).to_be_focused()


def test_what_is_ticked_narrows_at_once_and_its_chip_takes_it_back(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("admin")
    page.goto("/customers?sort=name")
    page.locator("#filter_menu > summary").click()
    box = page.get_by_label("Prospect", exact=True)
    box.check()
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/customers\?sort=name&kind=prospect$"))
    expect(box).to_be_visible()  # the panel stays open for a second choice
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove: Kind: Prospect").click()
    expect(page.locator("#listing tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/customers\?sort=name$"))
    page.locator("#filter_menu > summary").click()
    expect(box).not_to_be_checked()
    page.go_back()
    expect(page.locator("#listing tbody tr")).to_have_count(1)


def test_columns_are_chosen_and_moved(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.goto("/deals")
    page.locator("#columns_menu > summary").click()
    page.locator("#columns_menu").get_by_label("Product", exact=True).check()
    heads = page.locator("#listing thead th:not(.pick)")
    expect(heads).to_contain_text(["Name", "Customer", "Created on", "Product"])
    page.get_by_role("button", name="Customer: further to the front").click()
    expect(heads.first).to_have_text("Customer")
    expect(page).to_have_url(re.compile(r"columns=customer,name,.*,product$"))
    page.get_by_role("link", name="As it was at first").click()
    expect(page).to_have_url(re.compile(r"/deals$"))
    expect(heads.first).to_have_text("Name")


def test_without_javascript_a_list_is_narrowed_and_its_columns_are_chosen(
    cast: Cast, open_as: Opener
) -> None:
    page = open_as("wang", javascript=False)
    page.goto("/deals")
    page.locator("#filter_menu > summary").click()
    page.get_by_label("Tender").check()
    page.locator("#filter_menu").get_by_role("button", name="Filter").click()
    expect(page.locator("#listing")).to_contain_text("Nothing fits")
    page.get_by_role("link", name="Clear").click()
    page.locator("#columns_menu > summary").click()
    page.get_by_label("Owner", exact=True).last.uncheck()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("#listing thead")).not_to_contain_text("Owner")
    assert len(names(page)) == 2


def test_from_a_record_one_goes_on_and_back_to_the_list(cast: Cast, open_as: Opener) -> None:
    page = open_as("admin")
    page.goto("/deals?sort=name&owner=" + str(cast.wang.id))
    first, second = names(page)
    page.get_by_role("link", name=first, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    ready(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    expect(page.get_by_role("link", name=f"Previous: {first}")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(rf"/deals\?sort=name&owner={cast.wang.id}$"))


def test_on_a_phone_a_list_is_sorted_and_filtered_by_thumb(cast: Cast, open_as: Opener) -> None:
    page = open_as("admin", device=PHONE)
    page.goto("/customers")
    page.get_by_label("Order").select_option(label="Name ↑")
    expect(page).to_have_url(re.compile("sort=name"))
    assert names(page) == ["大连西格玛流体控制有限公司", "西安天成仪表厂"]
    page.locator("#filter_menu > summary").tap()
    page.locator("#filter_menu").get_by_text("Customer", exact=True).tap()
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The foot of the sheet says how many are left, and closes it; so does what lies beside it.
    sheet = page.locator("#filter_menu > .menu-list")
    page.get_by_text("Done · 1 in all").tap()
    expect(sheet).to_be_hidden()
    page.locator("#filter_menu > summary").tap()
    expect(sheet).to_be_visible()
    page.touchscreen.tap(195, 20)
    expect(sheet).to_be_hidden()
