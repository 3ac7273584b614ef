"""Two who are called the same work here: wherever one is named, the user name stands behind it."""

from __future__ import annotations

import pytest

from crm import jobs
from crm.extensions import db
from crm.importers.known import Known
from crm.models import Role, User
from tests.blueprints.test_exports import exported
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.mailbox import Mailbox
from tests.page import Browser

ONE, OTHER = "王芳 (wang)", "王芳 (wangfang)"


@pytest.fixture
def namesake(cast: Cast) -> User:
    """Another 王芳, in the same team."""
    other = User.join("王芳", roles={Role.REP}, team=cast.wang.team)
    db.session.commit()
    return other


def test_nobody_has_it_behind_their_name_who_is_the_only_one(cast: Cast, browser: Browser) -> None:
    assert ONE not in browser.sign_in("li").get("/customers").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lists_records_and_histories_tell_them_apart(
    cast: Cast, browser: Browser, namesake: User, language: str
) -> None:
    cast.pumps.give_to(namesake, by=cast.wang)
    db.session.commit()
    browser.sign_in("li").post("/preferences", {"language": language})
    assert ONE in browser.get("/customers").text
    assert ONE in browser.get(f"/customers/{cast.sigma.id}").text
    deals = browser.get("/deals").text
    assert ONE in deals  # of the vague one
    assert OTHER in deals
    deal = browser.get(f"/deals/{cast.pumps.id}").text
    assert OTHER in deal  # who owns it
    assert ONE in deal  # who gave it away
    assert OTHER in browser.get("/deals/board").text


def test_who_decides_sees_whose_claim_it_is(
    cast: Cast, browser: Browser, mailbox: Mailbox, namesake: User
) -> None:
    claim = submitted(cast, make_item(cast), by=cast.wang)
    db.session.commit()
    browser.sign_in("li")
    for path in ("/", "/approvals", f"/expenses/{claim.id}"):
        assert ONE in browser.get(path).text
    jobs.run_once()
    assert ONE in mailbox.messages[-1].text


def test_the_one_who_is_meant_gets_it(cast: Cast, browser: Browser, namesake: User) -> None:
    path = f"/customers/{cast.sigma.id}"
    browser.sign_in("li")
    assert ONE in browser.get("/user-options?q=王芳").html
    page = browser.get(f"{path}/edit")
    assert page.form(path)["fields"]["owner"] == ONE
    browser.submit(page, path, owner=OTHER, owner_id="")
    db.session.expire_all()
    assert cast.sigma.owner == namesake


def test_an_export_names_them_as_an_import_finds_them(
    cast: Cast, browser: Browser, namesake: User
) -> None:
    written = exported(browser.sign_in("admin"), "customers?columns=name,owner")
    assert ONE in written.decode("utf-8-sig")
    assert (Known().user(ONE), Known().user(OTHER)) == (cast.wang, namesake)
