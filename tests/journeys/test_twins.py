"""One firm twice: told of while it is typed, merged field by field, and two again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from crm.extensions import db, reading_only
from crm.models import Customer, Deal
from tests.cast import Cast
from tests.journeys.conftest import PHONE, Opener, look_again, ready

pytestmark = pytest.mark.journey

SIGMA = "大连西格玛流体控制有限公司"
TWIN = "大连西格玛流体控制公司"


@pytest.fixture
def twin(cast: Cast) -> Customer:
    """Sigma once more, as Zhao entered it, with a deal."""
    token = reading_only.set(False)
    zhao = cast.zhao
    twin = Customer.register(Customer(name=TWIN, owner=zhao, employees=40), by=zhao)
    Deal.open(Deal(name="西格玛阀门", customer=twin, owner=zhao), cast.stages[0], by=zhao)
    db.session.commit()
    reading_only.reset(token)
    return twin


def hint(page: Page) -> Locator:
    return page.locator(".notice", has_text="Perhaps here already")


def name_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Name", exact=True)


@pytest.mark.looks
def test_while_a_name_or_a_number_is_typed_its_twin_appears(cast: Cast, open_as: Opener) -> None:
    page = open_as("zhao")
    page.goto("/customers/new")
    ready(page)
    name_of(page).press_sequentially("大连西格玛流体控制")
    expect(hint(page)).to_contain_text(f"{SIGMA} · owned by 王芳")
    expect(hint(page).get_by_role("link", name=SIGMA)).to_be_visible()
    name_of(page).fill("沈阳鼓风机")
    expect(hint(page)).to_have_count(0)
    page.get_by_label("Phone").fill("0411 87654321")
    expect(hint(page)).to_contain_text("Same telephone number")
    # Who has seen it is not asked again.
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name="沈阳鼓风机")).to_be_visible()


@pytest.mark.looks
def test_of_a_twin_out_of_sight_only_its_owner_is_said(cast: Cast, open_as: Opener) -> None:
    page = open_as("wu", device=PHONE)
    page.goto("/customers/new")
    ready(page)
    name_of(page).fill(SIGMA)
    expect(hint(page)).to_contain_text(f"{SIGMA} · owned by 王芳")
    expect(hint(page).get_by_role("link")).to_have_count(0)


@pytest.mark.looks
def test_without_javascript_it_is_asked_once(cast: Cast, open_as: Opener) -> None:
    page = open_as("wang", javascript=False)
    page.goto("/customers/new")
    name_of(page).fill(TWIN)
    page.get_by_role("button", name="Save").click()
    expect(hint(page)).to_be_visible()
    page.get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("heading", level=1, name=TWIN)).to_be_visible()


@pytest.mark.parametrize("device", [
    pytest.param({}, id="desk"),
    pytest.param({"device": PHONE}, id="phone", marks=pytest.mark.looks),
])  # fmt: skip
def test_two_are_merged_field_by_field_and_are_two_again(
    cast: Cast, open_as: Opener, twin: Customer, device: dict[str, dict[str, object]]
) -> None:
    page, sigma_id = open_as("li", **device), cast.sigma.id
    page.goto("/duplicates")
    page.get_by_role("link", name="Merge").click()
    expect(page.get_by_role("heading", level=1, name="Merge customers")).to_be_visible()
    ready(page)
    # What only one of them says is proposed; between two names one chooses.
    rows = page.get_by_role("row")
    expect(rows.filter(has_text="Employees").get_by_label("40")).to_be_checked()
    rows.filter(has=page.get_by_role("rowheader", name="Name")).get_by_label(TWIN).check()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("link", name="To the customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TWIN)
    assert now(sigma_id) == (TWIN, 40, "王芳", ["西格玛磁力泵 20 台", "西格玛阀门"])

    page.goto(f"/customers/{twin.id}")
    expect(page).to_have_url(f"/customers/{sigma_id}")
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("of its own again")
    page.goto(f"/customers/{twin.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(TWIN)
    assert now(sigma_id) == (SIGMA, None, "王芳", ["西格玛磁力泵 20 台"])
    assert now(twin.id) == (TWIN, 40, "赵磊", ["西格玛阀门"])


def now(id: int) -> tuple[str, int | None, str, list[str]]:
    """What this customer is called, says, and has."""
    look_again()
    customer = db.session.get_one(Customer, id)
    deals = select(Deal.name).where(Deal.customer_id == id).order_by(Deal.id)
    return (
        customer.name, customer.employees, str(customer.owner), list(db.session.scalars(deals))
    )  # fmt: skip
