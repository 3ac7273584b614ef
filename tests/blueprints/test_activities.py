"""Activities in full: with photos and place, changed for a day, then corrected."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.files import PreparedFile, store
from crm.models import Action, Activity, Contact, Customer, Deal, Event, OptionList, Task
from tests.cast import Cast
from tests.page import Browser

LATER = timedelta(hours=25)


@pytest.fixture
def wang(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("wang")


@pytest.fixture
def visit(cast: Cast) -> Activity:
    made = Activity(customer=cast.sigma, summary="看了车间", place="大连",
                    kind=cast.option(OptionList.ACTIVITY_KIND, "Visit"))  # fmt: skip
    Activity.log(made, by=cast.wang)
    db.session.commit()
    return made


def events(action: Action) -> list[Event]:
    return list(db.session.scalars(select(Event).where(Event.action == action)))


def test_the_full_form_keeps_place_photos_and_the_next_step(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/activities"
    form = wang.get(f"{where}/new?deal={cast.pumps.id}").form(where)
    typed = {
        **form["fields"], "kind": str(cast.option(OptionList.ACTIVITY_KIND, "Visit").id),
        "summary": "看了车间", "place": "大连开发区", "next_step": "发报价",
        "next_step_on": "2026-06-20", "files": [(io.BytesIO(b"%PDF-1.7"), "布局.pdf")],
    }  # fmt: skip
    wang.post(form["action"], typed, content_type="multipart/form-data")
    made = db.session.scalars(select(Activity)).one()
    assert (made.place, made.deal, [file.name for file in made.files]) == (
        "大连开发区", cast.pumps, ["布局.pdf"],
    )  # fmt: skip
    assert db.session.scalars(select(Task)).one().title == "发报价"
    for page in (f"/customers/{cast.sigma.id}", f"/deals/{cast.pumps.id}"):
        text = wang.get(page).text
        assert "大连开发区" in text
        assert "布局.pdf" in text


@pytest.mark.parametrize(("kind", "place"), [("Call", None), ("Visit", "大连")])
def test_in_one_line_only_a_visit_has_a_place_and_photos(
    cast: Cast, wang: Browser, kind: str, place: str | None
) -> None:
    """They are out of sight with any other kind, whatever was typed before it was chosen."""
    form = wang.get(f"/customers/{cast.sigma.id}").form(f"/customers/{cast.sigma.id}/activities")
    typed = {
        **form["fields"], "kind": str(cast.option(OptionList.ACTIVITY_KIND, kind).id),
        "summary": "看了车间", "place": "大连", "files": [(io.BytesIO(b"%PDF-1.7"), "布局.pdf")],
    }  # fmt: skip
    wang.post(form["action"], typed, content_type="multipart/form-data")
    made = db.session.scalars(select(Activity).order_by(Activity.id.desc())).first()
    assert made is not None
    assert (made.place, len(made.files)) == (place, 1 if place else 0)


def test_what_is_wrong_in_the_full_form_comes_back_in_full(cast: Cast, wang: Browser) -> None:
    where = f"/customers/{cast.sigma.id}/activities"
    page = wang.submit(wang.get(f"{where}/new"), where, 422, place="大连", summary="")
    assert page.h1[0].startswith("What happened at")
    assert page.form(where)["fields"]["place"] == "大连"


def test_what_was_typed_in_one_line_is_taken_along_and_not_yet_noted(
    cast: Cast, wang: Browser
) -> None:
    where = f"/customers/{cast.sigma.id}/activities"
    page = wang.post(
        f"{where}?full=1&more=1", {"summary": "看了车间", "next_step": "发报价"}, status=200
    )
    assert page.form(where)["fields"]["summary"].strip() == "看了车间"
    assert page.form(where)["fields"]["next_step"] == "发报价"
    assert "Please fill this in" not in page.text
    assert not db.session.scalars(select(Activity)).all()
    wang.submit(page, where, place="大连")
    assert db.session.scalars(select(Activity.place)).all() == ["大连"]


def test_for_a_day_its_author_changes_it(cast: Cast, wang: Browser, visit: Activity) -> None:
    where = f"/activities/{visit.id}"
    happened = visit.happened_at
    wang.submit(wang.get(f"{where}/edit"), where, summary="看了两个车间", place="")
    assert (visit.summary, visit.place, visit.happened_at) == ("看了两个车间", None, happened)
    assert events(Action.ACTIVITY_CHANGED)[0].particulars["changes"] == {
        "summary": ["看了车间", "看了两个车间"], "place": ["大连", ""],
    }  # fmt: skip
    text = wang.get(f"/customers/{cast.sigma.id}").text
    assert text.count("看了两个车间") == 2  # as it is now, and in its history


def test_another_day_and_deal_move_it_in_the_timelines(
    cast: Cast, wang: Browser, visit: Activity
) -> None:
    where = f"/activities/{visit.id}"
    wang.submit(wang.get(f"{where}/edit"), where, happened_at="2026-06-15T09:00",
                deal=str(cast.pumps.id))  # fmt: skip
    logged = events(Action.ACTIVITY_LOGGED)[0]
    assert (logged.at, logged.deal_id) == (visit.happened_at, cast.pumps.id)
    assert "看了车间" in wang.get(f"/deals/{cast.pumps.id}").text


def test_two_windows_do_not_overwrite_each_other(wang: Browser, visit: Activity) -> None:
    where = f"/activities/{visit.id}"
    form = wang.get(f"{where}/edit")
    wang.submit(form, where, summary="一")
    page = wang.submit(form, where, 409, summary="二")
    assert "What happened" in page.text
    assert visit.summary == "一"


def test_deleted_within_the_day_it_can_be_taken_back(
    cast: Cast, wang: Browser, visit: Activity
) -> None:
    where, customer = f"/activities/{visit.id}", f"/customers/{cast.sigma.id}"
    wang.submit(wang.get(f"{where}/edit"), f"{where}/delete")
    assert "大连 看了车间" not in wang.follow().text
    assert "Activity deleted: 看了车间" in wang.get(customer).text
    assert "never" in wang.get(customer).text  # the last contact
    wang.get(f"{where}/edit", status=404)
    wang.post(f"/trash/activity/{visit.id}/restore")
    assert "Visit · 大连 看了车间" in wang.get(customer).text


def test_after_a_day_it_stands_and_is_corrected(
    app: Flask, cast: Cast, wang: Browser, visit: Activity
) -> None:
    clock.set_to(clock.now() + LATER)
    wang.sign_in("wang")
    where = f"/activities/{visit.id}"
    wang.get(f"{where}/edit", status=403)
    form = wang.get(f"{where}/correction/new")
    wang.submit(form, f"{where}/correction", 422, correction=" ")
    wang.submit(form, f"{where}/correction", correction="只看了一个车间")
    assert (visit.summary, visit.correction) == ("看了车间", "只看了一个车间")
    assert events(Action.ACTIVITY_CORRECTED)[0].particulars["changes"] == {
        "correction": [None, "只看了一个车间"]
    }
    text = Browser(app).sign_in("li").get(f"/customers/{cast.sigma.id}").text
    assert "看了车间 Correction of" in text
    assert "只看了一个车间" in text


def test_while_it_can_be_changed_it_is_not_corrected(wang: Browser, visit: Activity) -> None:
    wang.get(f"/activities/{visit.id}/correction/new", status=403)


def test_a_photo_of_an_activity_is_taken_off_within_the_day(
    cast: Cast, wang: Browser, visit: Activity
) -> None:
    photo = store(PreparedFile("p.jpg", "image/jpeg", b"x"), kind="", by=cast.wang)
    visit.note_changes(by=cast.wang, files=[photo])
    db.session.commit()
    page = wang.get(f"/activities/{visit.id}/edit")
    wang.submit(page, f"/files/{photo.id}/delete")
    assert visit.files == []
    wang.post(f"/files/{photo.id}/restore")
    clock.set_to(clock.now() + LATER)
    wang.sign_in("wang")
    wang.post(f"/files/{photo.id}/delete", status=403)


def test_mails_are_a_kind_of_the_timeline(cast: Cast, wang: Browser, visit: Activity) -> None:
    mail = Activity(customer=cast.sigma, summary="寄了样本",
                    kind=cast.option(OptionList.ACTIVITY_KIND, "Mail"))  # fmt: skip
    Activity.log(mail, by=cast.wang)
    db.session.commit()
    text = wang.get(f"/customers/{cast.sigma.id}?show=mails").text
    assert "寄了样本" in text
    assert "看了车间" not in text


def test_an_emptied_day_is_emptied(cast: Cast, wang: Browser) -> None:
    """Not kept as it was: what is cleared in a form is gone."""
    contact = db.session.scalars(select(Contact)).one()
    contact.birthday = clock.now().date()
    db.session.commit()
    where = f"/contacts/{contact.id}"
    wang.submit(wang.get(f"{where}/edit"), where, birthday="")
    assert contact.birthday is None
    deal: Deal = cast.pumps
    where = f"/deals/{deal.id}"
    wang.submit(wang.get(f"{where}/edit"), where, expected_close="")
    assert deal.expected_close is None


def test_what_was_said_with_a_contact_is_noted_on_their_page(cast: Cast, wang: Browser) -> None:
    liu = db.session.scalars(select(Contact)).one()
    where = f"/customers/{cast.sigma.id}/activities"
    page = wang.get(f"/contacts/{liu.id}")
    page = wang.submit(page, where, 422, htmx=f"contact_{liu.id}_activity_form", summary=" ")
    wang.submit(page, where, 200, htmx=f"contact_{liu.id}_activity_form", summary="问了价")
    noted = db.session.scalars(select(Activity)).one()
    assert (noted.summary, noted.contact, noted.customer) == ("问了价", liu, cast.sigma)
    page = wang.get(f"/contacts/{liu.id}")
    assert "问了价" in page.text
    wang.submit(page, where, summary="回了电话")
    assert wang.location == f"/contacts/{liu.id}#timeline"
    full = wang.get(f"{where}/new?contact={liu.id}")
    wang.submit(full, where, summary="", status=422)
    wang.submit(full, where, summary="又问了价")
    assert wang.location == f"/contacts/{liu.id}#timeline"


def test_a_contact_of_another_firm_is_none_to_note_with(cast: Cast, wang: Browser) -> None:
    other = Customer.register(Customer(name="别家", owner=cast.wang), by=cast.wang)
    db.session.commit()
    liu = db.session.scalars(select(Contact)).one()
    wang.get(f"/customers/{other.id}/activities/new?contact={liu.id}", status=404)
