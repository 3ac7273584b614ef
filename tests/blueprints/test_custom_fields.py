"""Fields of the firm's own, in the browser: added, filled in, listed, exported and retired."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import Contact, Customer, CustomField, CustomNoun, Deal, Event, FieldKind
from crm.sentences import changes
from tests.cast import Cast
from tests.custom_fields import make_field
from tests.imports import done
from tests.page import Browser

FIELDS = "/settings/fields/customer"


@pytest.fixture
def admin(browser: Browser, cast: Cast) -> Browser:
    browser.sign_in("admin")
    return browser


def add(admin: Browser, path: str = FIELDS, **typed: Any) -> CustomField:
    admin.submit(admin.get(f"{path}/new"), path, **typed)
    return db.session.scalars(select(CustomField).order_by(CustomField.id.desc()).limit(1)).one()


def test_an_administrator_adds_one_and_everybody_has_it_at_once(admin: Browser, cast: Cast) -> None:
    field = add(admin, label_zh="口径", label_en="Bore", kind="number", section_en="Technology",
                preset="50", help_en="In millimetres")  # fmt: skip
    page = admin.get("/customers/new")
    assert page.form("/customers")["fields"][field.key] == "50"
    assert "Technology" in page.text
    assert "In millimetres" in page.text
    admin.submit(page, "/customers", name="新客户", **{field.key: "12.5"})
    made = cast.customer("新客户")
    assert made.custom == {str(field.id): 12_500_000}
    page = admin.get(f"/customers/{made.id}")
    assert "Technology Bore" in page.text
    assert "12.5" in page.text
    page = admin.get(f"/customers?columns=name,{field.key}&sort={field.key}")
    assert page.text.index("新客户") < page.text.index(cast.sigma.name)
    answer = admin.client.post(
        f"/exports/customers?columns=name,{field.key}",
        data={"csrf_token": admin.token(), "format": "csv"},
        buffered=True,
    )
    assert "Name,Bore" in answer.text
    assert "新客户,12.5" in answer.text


def test_what_must_be_filled_in_is_asked_for_on_forms(admin: Browser, cast: Cast) -> None:
    field = add(admin, label_en="Bore", kind="text", required="y")
    page = admin.submit(admin.get("/customers/new"), "/customers", 422, name="新客户")
    assert "Please fill this in" in page.text
    # Whoever corrects something else of an older record is not held up by it.
    path = f"/customers/{cast.sigma.id}/fields/phone"
    admin.submit(admin.get(f"{path}/edit"), path, phone="0411-1")
    path = f"/customers/{cast.sigma.id}/fields/{field.key}"
    admin.submit(admin.get(f"{path}/edit"), path, 422, **{field.key: ""})
    admin.submit(admin.get(f"{path}/edit"), path, **{field.key: "DN80"})
    db.session.expire_all()
    assert cast.sigma.custom_value(field) == "DN80"


def test_several_choices_are_ticked_and_all_taken_off(admin: Browser, cast: Cast) -> None:
    field = make_field(FieldKind.CHOICES, "水", "油")
    path = f"/customers/{cast.sigma.id}/fields/{field.key}"
    ticked = [str(choice.id) for choice in field.choices]
    form = admin.get(f"{path}/edit").form(path)["fields"]
    admin.post(path, {**form, field.key: ["", *ticked]})
    assert [choice.label_zh for choice in cast.sigma.custom_value(field)] == ["水", "油"]
    form = admin.get(f"{path}/edit").form(path)["fields"]
    admin.post(path, {**form, field.key: [""]})
    db.session.expire_all()
    assert cast.sigma.custom == {}


def test_the_history_says_old_and_new_after_a_field_was_renamed_and_retired(
    admin: Browser, cast: Cast
) -> None:
    field = make_field(FieldKind.CHOICE, "水", "油")
    water, oil = field.choices
    path = f"/customers/{cast.sigma.id}/fields/{field.key}"
    for choice in (water, oil):
        admin.submit(admin.get(f"{path}/edit"), path, **{field.key: str(choice.id)})
    form = admin.get(f"/settings/fields/{field.id}").form(f"/settings/fields/{field.id}")["fields"]
    form.pop("active")
    admin.post(f"/settings/fields/{field.id}", {**form, "label_en": "Medium"})
    event = db.session.scalars(Event.about("customer", cast.sigma.id).limit(1)).one()
    assert changes(event) in (
        [("Medium", "水 in English", "油 in English")], [("阀门口径", "水", "油")],
    )  # fmt: skip
    page = admin.get(f"/customers/{cast.sigma.id}")
    assert "Medium 水 in English 油 in English" in page.text
    assert page.html.count("油 in English") == 1
    admin.client.get(f"/customers/{cast.sigma.id}/fields/{field.key}/edit")


def test_the_kind_stays_once_records_say_something(admin: Browser, cast: Cast) -> None:
    field = make_field(FieldKind.TEXT)
    path = f"/settings/fields/{field.id}"
    admin.submit(admin.get(path), path, kind="number")
    db.session.expire_all()
    assert field.kind is FieldKind.NUMBER
    cast.sigma.set_custom(field, Decimal(3))
    db.session.commit()
    assert "so the kind stays" in admin.submit(admin.get(path), path, 422, kind="text").text


def test_choices_are_rows_and_stay_while_they_are_in_use(admin: Browser, cast: Cast) -> None:
    page = admin.get(f"{FIELDS}/new")
    page = admin.submit(page, FIELDS, 200, label_en="Medium", kind="choices", arrange="kind")
    assert page.form(FIELDS)["fields"]["label_en"] == "Medium"
    page = admin.submit(page, FIELDS, 200, arrange="add",
                        **{"rows-0-label_en": "Water", "rows-1-label_en": "Oil"})  # fmt: skip
    admin.submit(page, FIELDS, preset="oil", **{"rows-2-label_en": "Gas"})
    field = db.session.scalars(select(CustomField)).one()
    assert [choice.label_en for choice in field.choices] == ["Water", "Oil", "Gas"]
    assert field.value_of(field.default) == [field.choices[1]]
    cast.sigma.set_custom(field, [field.choices[0]])
    db.session.commit()
    path = f"/settings/fields/{field.id}"
    for place, status in ((0, 422), (1, 422), (2, 303)):
        page = admin.submit(admin.get(path), path, 200, arrange=f"remove:{place}")
        if place == 1:
            page.form(path)["fields"]["preset"] = "Oil"
        admin.submit(page, path, status)


def test_a_choice_field_offers_something(admin: Browser) -> None:
    page = admin.submit(admin.get(f"{FIELDS}/new"), FIELDS, 422, label_en="Medium", kind="choice")
    assert "Give each a name" in page.text
    page = admin.submit(admin.get(f"{FIELDS}/new"), FIELDS, 422, kind="number", label_en="Bore",
                        preset="thick")  # fmt: skip
    assert "“thick” is not a number" in page.text
    assert db.session.scalars(select(CustomField)).all() == []


def test_a_stale_form_says_what_changed(admin: Browser) -> None:
    field = make_field(FieldKind.CHOICE, "水")
    path = f"/settings/fields/{field.id}"
    stale = admin.get(path)
    admin.submit(admin.get(path), path, **{"rows-0-label_en": "Water"})
    page = admin.submit(stale, path, 409, **{"rows-0-label_en": "H2O"})
    assert re.search("Water.*H2O", page.text)


def test_fields_change_places(admin: Browser) -> None:
    first, second = (make_field(FieldKind.TEXT, label_en=name) for name in ("One", "Two"))
    admin.post(f"/settings/fields/{second.id}/place", {"step": "up"})
    assert db.session.scalars(CustomField.of(CustomNoun.CUSTOMER)).all() == [second, first]
    admin.post(f"/settings/fields/{second.id}/place", {"step": "up"})
    admin.post(f"/settings/fields/{second.id}/place", {"step": "down"})
    db.session.expire_all()
    assert db.session.scalars(CustomField.of(CustomNoun.CUSTOMER)).all() == [first, second]


def test_every_kind_is_drawn_on_form_page_and_list(admin: Browser, cast: Cast) -> None:
    fields = [make_field(kind, "水", "油", label_en=kind.value) for kind in FieldKind]
    keys = ",".join(field.key for field in fields)
    admin.get(f"/customers?columns=name,{keys}")
    form = admin.get(f"/customers/{cast.sigma.id}/edit")
    typed = {
        "text": "DN50", "long_text": "eins\nzwei", "number": "1,250.5", "money": "1.2万",
        "day": "2026-07-01", "yes_no": "no", "link": "www.sigma.example", "person": "赵磊",
    }  # fmt: skip
    values = {field.key: typed[field.kind] for field in fields if field.kind in typed}
    choices = {
        field.key: str(field.choices[1].id)
        for field in fields
        if field.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
    }
    admin.submit(form, f"/customers/{cast.sigma.id}", **values, **choices)
    for page in (
        admin.get(f"/customers/{cast.sigma.id}"),
        admin.get(f"/customers?columns=name,{keys}&owner={cast.wang.id}"),
    ):
        for said in ("DN50", "zwei", "1,250.5", "¥12,000", "Jul 1, 2026", "no", "油 in English",
                     "https://www.sigma.example", "赵磊"):  # fmt: skip
            assert said in page.text or said in page.html, said


def test_lists_ask_no_more_for_more_people(admin: Browser, cast: Cast) -> None:
    field = make_field(FieldKind.PERSON)
    for number, person in enumerate((cast.zhao, cast.sun, cast.li)):
        customer = Customer.register(Customer(name=f"客户{number}", owner=cast.wang), by=cast.wang)
        customer.set_custom(field, person)
    db.session.commit()
    assert "孙健" in admin.get(f"/customers?columns=name,{field.key}").text


def test_what_narrows_stands_as_a_chip_that_takes_it_off(admin: Browser, cast: Cast) -> None:
    field, number = make_field(FieldKind.CHOICE, "水", "油"), make_field(FieldKind.NUMBER)
    water, oil = field.choices
    page = admin.get(f"/customers?{field.key}={water.id},{oil.id}&{number.key}_from=3")
    chips = [
        values["href"] for tag, values in page.tags if tag == "a" and values.get("class") == "chip"
    ]
    assert chips == [
        f"/customers?{field.key}={oil.id}&{number.key}=3..",
        f"/customers?{field.key}={water.id}&{number.key}=3..",
        f"/customers?{field.key}={water.id},{oil.id}",
    ]
    assert "Bore: from 3" in page.text


def test_a_new_record_has_the_defaults_on_whatever_way_it_came(admin: Browser, cast: Cast) -> None:
    """By a form only what nobody took out."""
    bore, role, kind = (
        make_field(FieldKind.TEXT, noun=noun, default="DN50")
        for noun in (CustomNoun.CUSTOMER, CustomNoun.CONTACT, CustomNoun.DEAL)
    )
    make_field(FieldKind.TEXT, default="never", active=False)
    wang = admin.sign_in("wang")
    form = wang.get("/customers/new")
    typed = {"name": "静安仪表", "contact_name": "张三", bore.key: ""}
    wang.submit(form, "/customers", **typed)
    made = cast.customer("静安仪表")
    assert made.custom == {}
    assert db.session.scalars(Contact.at(made)).one().custom_value(role) == "DN50"
    done(f"name,Bore\nTau,DN80\nRho,\n{cast.sigma.name},\n", by=cast.admin)
    tau, rho, sigma = map(cast.customer, ("Tau", "Rho", cast.sigma.name))
    assert [each.custom_value(bore) for each in (tau, rho, sigma)] == ["DN80", "DN50", None]
    deal = Deal.open(Deal(name="询价", owner=cast.wang), cast.stages[0], by=cast.admin)
    assert deal.custom_value(kind) == "DN50"
