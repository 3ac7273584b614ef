"""What a deal consists of is written by hand, finger and keyboard, with JavaScript and without."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.journeys.conftest import DESK, PHONE, Opener, look_again, ready

pytestmark = pytest.mark.journey


def fits(page: Page) -> bool:
    """Whether nothing stands out of the page at its side."""
    wider: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return not wider


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_lines_add_up_while_they_are_typed(
    cast: Cast, open_as: Opener, device: dict[str, object]
) -> None:
    page = open_as("wang", device=device)
    page.goto(f"/deals/{cast.pumps.id}")
    with page.expect_navigation():
        page.get_by_role("link", name="Add a line").click()
    ready(page)
    rows = page.locator("#rows ol > li")
    rows.nth(0).get_by_label("Product").fill("磁力泵")
    rows.nth(0).get_by_label("Quantity").fill("20")
    rows.nth(0).get_by_label("Unit price").fill("0.93万")
    rows.nth(0).get_by_label("Product").focus()
    expect(page.locator("#rows_sum")).to_have_text("CN¥186,000.00")
    expect(rows.nth(0).locator("output.sum")).to_have_text("CN¥186,000")
    page.get_by_role("button", name="Add a line").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_label("Product")).to_have_value("磁力泵")
    rows.nth(1).get_by_label("Product").fill("调试")
    rows.nth(1).get_by_label("Quantity").fill("1.5")
    rows.nth(1).get_by_label("Unit price").fill("1000")
    rows.nth(1).get_by_role("button", name="Up").click()
    expect(rows.nth(0).get_by_label("Product")).to_have_value("调试")
    expect(page.locator("#rows_sum")).to_have_text("CN¥187,500.00")
    assert fits(page)
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(page.locator(f"#deal_{cast.pumps.id}_lines")).to_contain_text("1.5 × CN¥1,000")
    look_again()
    assert cast.pumps.amount == Decimal("187500.00")


def test_a_row_moves_whole_while_its_sum_is_still_awaited(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang")
    page.route("**/lines", lambda route: None if "arrange=sum" in (route.request.post_data or "")
               else route.continue_())  # fmt: skip
    page.goto(f"/deals/{cast.pumps.id}/lines/edit")
    ready(page)
    rows = page.locator("#rows ol > li")
    rows.last.get_by_label("Product").fill("磁力泵")
    rows.last.get_by_label("Quantity").fill("20")
    rows.last.get_by_label("Unit price").fill("9300")
    page.get_by_role("button", name="Add a line").click()
    expect(rows).to_have_count(2)
    rows.last.get_by_label("Product").fill("调试")
    rows.last.get_by_label("Quantity").fill("1.5")
    rows.last.get_by_label("Unit price").fill("1000")
    rows.last.get_by_role("button", name="Up").click()
    expect(rows.last.get_by_label("Product")).to_have_value("磁力泵")
    expect(rows.last.get_by_label("Unit price")).to_have_value("9,300.00")


def test_a_row_moves_whole_where_a_press_leaves_the_focus_in_the_field(
    cast: Cast, open_as: Opener
) -> None:
    """As an iPhone does: what is tapped does not take the focus."""
    page = open_as("wang")
    page.goto(f"/deals/{cast.pumps.id}/lines/edit")
    ready(page)
    rows = page.locator("#rows ol > li")
    rows.last.get_by_label("Product").fill("磁力泵")
    rows.last.get_by_label("Unit price").fill("9300")
    page.get_by_role("button", name="Add a line").click()
    expect(rows).to_have_count(2)
    rows.last.get_by_label("Product").fill("调试")
    rows.last.get_by_label("Unit price").fill("1000")
    rows.last.get_by_role("button", name="Up").evaluate("up => up.form.requestSubmit(up)")
    expect(rows.last.get_by_label("Product")).to_have_value("磁力泵")
    expect(rows.last.get_by_label("Unit price")).to_have_value("9,300.00")


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_a_colleague_gets_a_share_in_a_dialog(
    cast: Cast, open_as: Opener, device: dict[str, object]
) -> None:
    page = open_as("wang", device=device)
    page.goto(f"/deals/{cast.pumps.id}")
    ready(page)
    page.get_by_role("link", name="Edit: Collaborators").click()
    dialog = page.get_by_role("dialog")
    rows = dialog.locator("#rows ol > li")
    rows.nth(0).get_by_role("combobox").fill("zhaolei")
    rows.nth(0).get_by_role("option").first.click()
    rows.nth(0).get_by_label("Share in %").fill("70")
    dialog.get_by_role("button", name="Add a colleague").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_role("combobox")).to_have_value("赵磊")
    rows.nth(1).get_by_role("combobox").fill("孙健")
    rows.nth(1).get_by_role("option").first.click()
    rows.nth(1).get_by_label("Share in %").fill("40")
    dialog.get_by_role("button", name="Save").last.click()
    expect(dialog.get_by_role("alert")).to_contain_text("more than 100%")
    expect(rows.nth(1).get_by_label("Share in %")).to_have_value("40")
    assert fits(page)
    rows.nth(1).get_by_label("Share in %").fill("30")
    dialog.get_by_role("button", name="Save").last.click()
    expect(dialog).to_have_count(0)
    expect(page.locator(f"#deal_{cast.pumps.id}_facts")).to_contain_text("孙健 30% · CN¥55,800")
    expect(page.locator(f"#deal_{cast.pumps.id}_facts")).to_contain_text("0% · CN¥0")


def test_who_decides_and_who_else_offers_without_javascript(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", device=PHONE, javascript=False)
    page.goto(f"/deals/{cast.pumps.id}")
    page.locator("a[href$='/competitors/edit']").click()
    rows = page.locator("#rows ol > li")
    rows.nth(0).get_by_label("Name").fill("KSB")
    page.get_by_role("button", name="Add a competitor").click()
    rows.nth(1).get_by_label("Name").fill("Grundfos")
    rows.nth(1).get_by_label("Note").fill("原厂")
    rows.nth(0).get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(1)
    page.locator("#rows .button-primary").click()
    expect(page.locator(f"#deal_{cast.pumps.id}_facts")).to_contain_text("Grundfos 原厂")
    page.get_by_role("link", name="Related").click()
    page.locator("a[href$='/contacts/edit']").click()
    rows.nth(0).get_by_label("Contact").fill("刘洋")
    rows.nth(0).get_by_label("Role in the decision").select_option(label="Decides")
    assert fits(page)
    page.locator("#rows .button-primary").click()
    page.get_by_role("link", name="Related").click()
    expect(page.locator(f"#deal_{cast.pumps.id}_circle")).to_contain_text("Decides")
    page.get_by_role("link", name="Facts").click()
    page.locator("a[href$='/lines/edit']").click()
    rows.nth(0).get_by_label("Product").fill("磁力泵")
    rows.nth(0).get_by_label("Quantity").fill("20")
    rows.nth(0).get_by_label("Unit price").fill("9000")
    page.locator("#rows .button-primary").click()
    expect(page.locator(f"#deal_{cast.pumps.id}_lines")).to_contain_text("20 × CN¥9,000")
    look_again()
    assert (cast.pumps.amount, [each.name for each in cast.pumps.competitors]) == (
        Decimal("180000.00"), ["Grundfos"],
    )  # fmt: skip
