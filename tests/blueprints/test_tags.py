"""Tags: carried, taken off, listed by, made in place, and united by a merge."""

from __future__ import annotations

import pytest

from crm.extensions import db
from crm.models import Action, Customer, Event, Merge, Option, OptionList
from crm.sentences import changes
from tests.cast import Cast
from tests.page import Browser


@pytest.fixture
def tags(cast: Cast) -> list[Option]:
    return list(db.session.scalars(Option.of(OptionList.TAG)))


def test_they_are_ticked_where_they_stand_and_kept_in_the_history(
    browser: Browser, cast: Cast, tags: list[Option]
) -> None:
    browser.sign_in("wang")
    path = f"/customers/{cast.sigma.id}/fields/tags"
    first, second, _third = tags
    for ticked in ([first], [first, second], []):
        form = browser.get(f"{path}/edit").form(path)["fields"]
        browser.post(path, {**form, "tags": ["", *(str(tag.id) for tag in ticked)]})
        db.session.expire_all()
        assert cast.sigma.tags == ticked
    events = Event.about("customer", cast.sigma.id).where(Event.action == Action.CUSTOMER_CHANGED)
    said = [changes(event)[0] for event in db.session.scalars(events)]
    assert [(bool(old), bool(new)) for _field, old, new in said] == [
        (True, False), (True, True), (False, True),
    ]  # fmt: skip
    assert "Follow closely" in browser.get(f"/customers/{cast.sigma.id}").text


def test_a_stale_form_does_not_overwrite_them(
    browser: Browser, cast: Cast, tags: list[Option]
) -> None:
    browser.sign_in("wang")
    path = f"/customers/{cast.sigma.id}"
    stale = browser.get(f"{path}/edit")
    cast.sigma.tag(tags[0], by=cast.zhao)
    db.session.commit()
    browser.submit(stale, path, 409)
    assert cast.sigma.tags == tags[:1]


def test_only_administrators_make_new_ones_in_place(
    browser: Browser, cast: Cast, tags: list[Option]
) -> None:
    path = f"/deals/{cast.pumps.id}"
    browser.sign_in("wang")
    page = browser.get(f"{path}/edit")
    assert "tags_new" not in page.html
    browser.submit(page, path, 422, tags_new="招标")
    browser.sign_in("admin")
    browser.submit(browser.get(f"{path}/edit"), path, tags_new="招标， 老客户", name="新名")
    assert {tag.label_zh for tag in cast.deal("新名").tags} == {"招标", "老客户"}
    changed = Event.about("deal", cast.deal("新名").id).where(Event.action == Action.DEAL_CHANGED)
    (event,) = db.session.scalars(changed)
    assert set(event.particulars["changes"]) == {"name", "tags"}


def test_lists_show_them_and_are_narrowed_by_them(
    browser: Browser, cast: Cast, tags: list[Option]
) -> None:
    contact = db.session.scalars(cast.sigma.contacts.select()).one()
    for record in (cast.sigma, contact, cast.pumps):
        record.tag_as(tags[:1])
    db.session.commit()
    browser.sign_in("wang")
    for path, record in (
        ("/customers", cast.sigma), ("/contacts", contact), ("/deals", cast.pumps),
    ):  # fmt: skip
        page = browser.get(f"{path}?columns=name,tags&tags={tags[0].id}")
        assert record.name in page.text
        assert tags[0].label_en in page.text
        assert record.name not in browser.get(f"{path}?tags={tags[1].id}").text


def test_a_batch_adds_one_and_takes_it_off(
    browser: Browser, cast: Cast, tags: list[Option]
) -> None:
    browser.sign_in("wang")
    for deed, carried in (("tag", tags[:1]), ("tag", tags[:1]), ("untag", [])):
        browser.post("/batches/customers", {"deed": deed, "record": str(cast.sigma.id),
                                            "asked": "1", "tag": str(tags[0].id)})  # fmt: skip
        db.session.expire_all()
        assert cast.sigma.tags == carried


def test_a_merge_unites_them_and_undoing_it_parts_them(cast: Cast, tags: list[Option]) -> None:
    loser = Customer.register(Customer(name="西格玛", owner=cast.wang), by=cast.wang)
    cast.sigma.tag_as(tags[:2])
    loser.tag_as(tags[1:])
    db.session.commit()
    merge = Merge.customers(cast.sigma, loser, by=cast.li)
    db.session.commit()
    assert cast.sigma.tags == tags
    merge.undo(by=cast.li)
    db.session.commit()
    assert cast.sigma.tags == tags[:2]
    assert cast.customer("西格玛").tags == tags[1:]


def test_widths_and_cases_make_no_second_tag(cast: Cast, browser: Browser) -> None:
    browser.sign_in("admin")
    path = f"/customers/{cast.sigma.id}"
    for typed in ("VIP, vip", "ｖｉｐ", "VIP+"):
        browser.submit(browser.get(f"{path}/edit"), path, tags_new=typed)
    made = db.session.scalars(Option.all_of(OptionList.TAG)).all()
    assert [tag.label_en for tag in made if "VIP" in tag.label_en.upper()] == ["VIP", "VIP+"]
    assert {tag.label_en for tag in cast.sigma.tags} == {"VIP", "VIP+"}
