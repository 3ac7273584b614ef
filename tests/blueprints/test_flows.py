"""Approval flows, defined by administrators in the browser."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from crm.extensions import db
from crm.models import (
    Action,
    ApprovalFlow,
    CustomChoice,
    CustomField,
    CustomNoun,
    Event,
    FieldKind,
    Option,
    OptionList,
    Role,
    Team,
)
from crm.models.approval import ApproverKind, Mode, OwnRule
from tests.cast import Cast
from tests.claims import draft
from tests.flows import flow, hand_in, named, step
from tests.page import Browser, Page

PATH = "/settings/approval-flows"
NEW = f"{PATH}/expense_claim"
LARGE = {"fact": "amount", "test": "at_least", "value": "5000"}


@pytest.fixture
def admin(browser: Browser) -> Browser:
    browser.sign_in("admin")
    return browser


@pytest.fixture
def large(cast: Cast) -> ApprovalFlow:
    """Superior and finance, from 5,000 on."""
    made = flow(step(ApproverKind.MANAGER), named(cast.fin), conditions=[LARGE])
    db.session.commit()
    return made


def sent_by(page: Page, action: str) -> MultiDict[str, str]:
    """All that a browser would send of a form, boxes that are ticked among it."""
    form = page.form(action)
    sent: MultiDict[str, str] = MultiDict(form["fields"])
    for each in form["inputs"]:
        if each.get("type") == "checkbox":
            kept = [value for value in sent.getlist(each["name"]) if value != each["value"]]
            ticked = [each["value"]] if "checked" in each else []
            sent.setlist(each["name"], kept + ticked)
    return sent


def newest() -> ApprovalFlow:
    db.session.expire_all()
    return db.session.scalars(select(ApprovalFlow).order_by(ApprovalFlow.id.desc())).first()


def order() -> list[str]:
    return [str(each) for each in db.session.scalars(ApprovalFlow.in_order("expense_claim"))]


# What is typed, and what it comes to

AMOUNTS = {"5000": "5000", "5,000.00": "5000", "1.25万": "12500", "0.5": "0.5"}
KINDS = st.sampled_from(list(ApproverKind))


def conditions() -> st.SearchStrategy[list[tuple[str, str, Any]]]:
    number = st.sampled_from(list(AMOUNTS))
    ways = st.one_of(
        st.tuples(st.just("amount"), st.sampled_from(["at_least", "below"]), number),
        st.tuples(st.sampled_from(["category", "team", "grade"]),
                  st.sampled_from(["any_of", "none_of"]),
                  st.lists(st.integers(0, 1), min_size=1, unique=True)),
        st.tuples(st.just("over_budget"), st.sampled_from(["yes", "no"]), st.none()),
    )  # fmt: skip
    return st.lists(ways, max_size=3, unique_by=lambda way: way[0])


STEP = st.fixed_dictionaries({
    "approver": KINDS,
    "level": st.integers(1, 9),
    "team": st.sampled_from(["", "华东", "西部"]),
    "role": st.sampled_from([Role.FINANCE, Role.ADMINISTRATOR, Role.REP]),
    "people": st.lists(st.sampled_from(["li", "wang", "fin", "zhou"]), min_size=1, max_size=3,
                       unique=True),
    "mode": st.sampled_from(list(Mode)),
    "own": st.sampled_from(list(OwnRule)),
    "remind_hours": st.none() | st.integers(1, 24),
    "escalate_hours": st.none() | st.integers(25, 999),
    "conditions": conditions(),
})  # fmt: skip


@settings(max_examples=20)
@given(taken_if=conditions().filter(bool), steps=st.lists(STEP, min_size=1, max_size=3))
def test_what_is_typed_is_what_is_saved_and_shown(
    browser: Browser, cast: Cast, taken_if: list[Any], steps: list[dict[str, Any]]
) -> None:
    browser.sign_in("admin")
    typed: MultiDict[str, str] = MultiDict({"csrf_token": browser.token(), "label_zh": "流程"})
    saved = [typed_conditions(cast, typed, "conditions", taken_if)]
    saved += [typed_step(cast, typed, number, each) for number, each in enumerate(steps)]
    assert browser.client.post(NEW, data=typed).status_code == 303
    made = newest()
    assert [made.current.conditions, *(kept_of(each) for each in made.current.steps)] == saved
    page = browser.get(f"{PATH}/{made.id}/edit")
    again = sent_by(page, f"{PATH}/{made.id}")
    assert {name: again.getlist(name) for name in typed if name.endswith("-test")} == {
        name: typed.getlist(name) for name in typed if name.endswith("-test")
    }
    browser.client.post(f"{PATH}/{made.id}", data=again)
    db.session.expire_all()
    assert len(made.versions) == 1, "what was shown and not changed is no new version"


def kept_of(step: Any) -> dict[str, Any]:
    names = ("label_zh", "label_en", "approver", "level", "team_id", "role", "user_ids", "mode",
             "own", "remind_hours", "escalate_hours", "conditions")  # fmt: skip
    return {name: getattr(step, name) for name in names}


def typed_conditions(
    cast: Cast, typed: MultiDict[str, str], place: str, ways: list[Any]
) -> list[dict[str, Any]]:
    """Type conditions; returns what they are kept as."""
    kept = []
    for number, (fact, test, value) in enumerate(ways):
        typed[f"{place}-{number}-fact"], typed[f"{place}-{number}-test"] = fact, test
        if fact == "amount":
            typed[f"{place}-{number}-value"] = value
            value = AMOUNTS[value]
        elif value is not None:
            ids = ids_of(fact)
            value = [id for id in ids if id in {ids[each] for each in value}]
            typed.setlist(f"{place}-{number}-value", ["", *map(str, value)])
        kept.append({"fact": fact, "test": test, "value": value})
    return kept


def ids_of(fact: str) -> list[int]:
    if fact == "team":
        return [team.id for team in db.session.scalars(Team.in_order())]
    which = OptionList.EXPENSE_CATEGORY if fact == "category" else OptionList.GRADE
    return [option.id for option in db.session.scalars(Option.of(which))]


def typed_step(
    cast: Cast, typed: MultiDict[str, str], number: int, wanted: dict[str, Any]
) -> dict[str, Any]:
    """Type a step, what its kind does not ask too; returns what it is kept as."""
    row, kind = f"rows-{number}", wanted["approver"]
    team = db.session.scalars(select(Team).where(Team.name == wanted["team"])).first()
    typed.update({f"{row}-{name}": str(value if value is not None else "") for name, value in {
        "label_zh": f"第{number}步", "approver": kind.value, "level": wanted["level"],
        "team": team.id if team else "", "role": wanted["role"].value,
        "mode": wanted["mode"].value, "own": wanted["own"].value,
        "remind_hours": wanted["remind_hours"], "escalate_hours": wanted["escalate_hours"],
    }.items()})  # fmt: skip
    people = [getattr(cast, name) for name in wanted["people"]]
    typed.update({f"{row}-people-{each}-person": person.name
                  for each, person in enumerate(people)})  # fmt: skip
    by_head = kind is ApproverKind.TEAM_HEAD
    by_level = kind is ApproverKind.NTH_MANAGER or (by_head and team is None)
    several = kind in {ApproverKind.ROLE, ApproverKind.NAMED}
    return {
        "label_zh": f"第{number}步", "label_en": "", "approver": kind,
        "level": wanted["level"] if by_level else 1,
        "team_id": team.id if by_head and team else None,
        "role": wanted["role"] if kind is ApproverKind.ROLE else None,
        "user_ids": [each.id for each in people] if kind is ApproverKind.NAMED else [],
        "mode": wanted["mode"] if several else Mode.ANY, "own": wanted["own"],
        "remind_hours": wanted["remind_hours"], "escalate_hours": wanted["escalate_hours"],
        "conditions": typed_conditions(cast, typed, f"{row}-conditions", wanted["conditions"]),
    }  # fmt: skip


# The editor


def test_conditions_people_and_steps_are_added_moved_and_removed_without_scripts(
    admin: Browser, cast: Cast, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    page = admin.get(f"{path}/edit")
    adding = {"arrange": "add:conditions", "conditions-new": "over_budget"}
    page = admin.submit(page, path, 200, **adding)
    page = admin.submit(page, path, 200, arrange="add:rows-1-people")
    page = admin.submit(page, path, 200, arrange="up:rows-1-people-1",
                        **{"rows-1-people-1-person": "李敏"})  # fmt: skip
    page = admin.submit(page, path, 200, arrange="up:1")
    page = admin.submit(page, path, 200, arrange="add")
    page = admin.submit(page, path, 200, arrange="remove:conditions-0")
    naming = {"rows-0-label_zh": "共同", "rows-1-label_zh": "上级", "rows-2-label_zh": "总经理"}
    assert large.current.number == 1, "nothing is saved by arranging"
    admin.submit(page, path, **naming, **{"rows-2-approver": "climb"})
    db.session.expire_all()
    version = large.current
    assert version.conditions == [{"fact": "over_budget", "test": "yes", "value": None}]
    assert [(each.label_zh, each.approver.value) for each in version.steps] == [
        ("共同", "named"), ("上级", "manager"), ("总经理", "climb"),
    ]  # fmt: skip
    assert version.steps[0].user_ids == [cast.li.id, cast.fin.id]
    assert (version.number, version.by) == (2, cast.admin)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rows-0-approver": "named"}, "Row 1, People : Name one person at least."),
        ({"rows-0-approver": "named", "rows-0-people-0-person": "高远"},
         "Row 1, Person : Nothing by that name."),
        ({"rows-0-approver": "role", "rows-0-role": "exporter"},
         "Row 1, Role : Nobody who works here has this role."),
        ({"rows-0-approver": "team_head", "rows-0-team": "=empty"},
         "Row 1, Team : Nobody heads this team."),
        ({"rows-0-remind_hours": "48", "rows-0-escalate_hours": "24"},
         "By then it has gone up already."),
        ({"rows-0-level": "0"}, "Write a number from 1 to 9."),
        ({"rows-0-label_zh": "", "rows-0-label_en": ""}, "Give each a name"),
        ({"conditions-0-value": ""}, "Row 1, Amount : Please fill this in."),
        ({"conditions-0-value": "many"}, "Write an amount like"),
        ({"conditions-0-fact": "password_hash"}, "This cannot be compared any more"),
        ({"conditions-0-test": "any_of"}, "This cannot be chosen."),
        ({"conditions-1-fact": "amount", "conditions-1-test": "below", "conditions-1-value": "9"},
         "these conditions never hold together"),
        ({"conditions-1-fact": "category", "conditions-1-test": "any_of"},
         "Row 2, Category : Please fill this in."),
        ({"conditions-1-fact": "category", "conditions-1-test": "any_of",
          "conditions-1-value": "99999"}, "This cannot be chosen."),
        ({"rows-0-conditions-0-fact": "team", "rows-0-conditions-0-test": "below"},
         "This cannot be chosen."),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_row_and_field(
    admin: Browser, large: ApprovalFlow, typed: dict[str, str], said: str
) -> None:
    empty = Team.found("空部门")
    db.session.commit()
    typed = {name: str(empty.id) if value == "=empty" else value for name, value in typed.items()}
    path = f"{PATH}/{large.id}"
    page = admin.submit(admin.get(f"{path}/edit"), path, 422, **typed)
    assert said in page.text
    db.session.expire_all()
    assert large.current.number == 1


def test_a_flow_says_for_what_it_is_taken_and_the_fallback_takes_everything(
    admin: Browser, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, arrange="remove:conditions-0")
    page = admin.submit(page, path, 422)
    assert "Say for what it is taken" in page.text
    fallback = fallback_flow()
    path = f"{PATH}/{fallback.id}"
    page = admin.get(f"{path}/edit")
    assert "Add a condition" in page.text, "of its steps"
    typed = {f"conditions-0-{name}": value for name, value in LARGE.items()}
    page = admin.submit(page, path, 422, **typed)
    assert fallback_flow().current.conditions == []


def fallback_flow() -> ApprovalFlow:
    db.session.expire_all()
    flows = db.session.scalars(ApprovalFlow.in_order("expense_claim")).all()
    return next(flow for flow in flows if flow.is_fallback)


def test_who_comes_second_is_told_what_the_other_did(admin: Browser, large: ApprovalFlow) -> None:
    path = f"{PATH}/{large.id}"
    page = admin.get(f"{path}/edit")
    admin.submit(page, path, **{"conditions-0-value": "8000"})
    page = admin.submit(page, path, 409, label_en="Big ones", **{"rows-0-escalate_hours": "48"})
    assert "Amount is at least CN¥8,000.00" in page.text
    assert "goes up after 48 h" in page.text
    admin.submit(page, path)
    db.session.expire_all()
    assert (large.label_en, large.current.number) == ("Big ones", 3)
    assert large.current.conditions == [LARGE]


def test_a_name_alone_makes_no_version(admin: Browser, large: ApprovalFlow) -> None:
    path = f"{PATH}/{large.id}"
    admin.submit(admin.get(f"{path}/edit"), path, label_en="Big ones")
    db.session.expire_all()
    assert (large.label_en, large.current.number) == ("Big ones", 1)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.action is Action.FLOW_CHANGED
    assert event.particulars["changes"] == {"label": ["流程\nFlow", "流程\nBig ones"]}


def test_a_flow_shows_its_versions_and_what_each_changed(
    admin: Browser, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    typed = {"conditions-0-value": "1万", "rows-0-escalate_hours": "48"}
    admin.submit(admin.get(f"{path}/edit"), path, **typed)
    page = admin.get(path)
    assert re.search(r"Version 2 .*陈立.*Version 1", page.text)
    assert re.search(r"at least CN¥5,000.00 +Amount is at least CN¥10,000.00", page.text)
    assert "goes up after 48 h" in page.text


def test_steps_of_one_name_are_compared_each_with_its_own(admin: Browser, cast: Cast) -> None:
    alike = flow(named(cast.fin), named(cast.li))
    alike.revise([named(cast.wu), named(cast.li)], by=cast.admin)
    db.session.commit()
    page = admin.get(f"{PATH}/{alike.id}")
    assert re.search(rf" named +{cast.fin.name}: [a-z ]+ {cast.wu.name}: ", page.text)
    assert "named (2)" not in page.text, "the second is as it was"
    alike.revise([named(cast.wu), named(cast.fin)], by=cast.admin)
    db.session.commit()
    assert "named (2)" in admin.get(f"{PATH}/{alike.id}").text


def test_flows_are_tried_in_their_order_and_the_fallback_last(
    admin: Browser, cast: Cast, large: ApprovalFlow
) -> None:
    page = admin.get(f"{NEW}/new")
    page = admin.submit(page, NEW, 200, arrange="add:conditions", **{"conditions-new": "team"})
    west = str(db.session.scalars(select(Team.id).where(Team.name == "西部")).one())
    typed = {"label_zh": "西部", "rows-0-label_zh": "上级", "conditions-0-value": west}
    admin.submit(page, NEW, **typed)
    assert order()[:2] == ["流程", "西部"]
    admin.post(f"{PATH}/{newest().id}/place", {"step": "up"})
    assert order()[:2] == ["西部", "流程"]
    for flow_id, step_ in ((fallback_flow().id, "up"), (newest().id, "up")):
        admin.post(f"{PATH}/{flow_id}/place", {"step": step_})
    assert order()[:2] == ["西部", "流程"]
    assert order()[-1] == str(fallback_flow())


def test_a_flow_goes_out_of_use_and_comes_back_the_fallback_stays(
    admin: Browser, cast: Cast, large: ApprovalFlow
) -> None:
    admin.post(f"{PATH}/{large.id}/retirement")
    assert "流程" not in order()
    assert "Out of use" in admin.get(PATH).text
    admin.post(f"{PATH}/{large.id}/retirement/delete")
    assert "流程" in order()
    admin.post(f"{PATH}/{fallback_flow().id}/retirement", status=409)
    assert fallback_flow().retired_at is None


def test_own_fields_are_compared_by_what_they_are(admin: Browser, cast: Cast) -> None:
    field = CustomField(
        noun=CustomNoun.CUSTOMER, kind=FieldKind.CHOICE, label_zh="等级", label_en="Tier",
        choices=[CustomChoice(label_zh="战略", label_en="Strategic", position=0)],
    )  # fmt: skip
    db.session.add(field)
    db.session.commit()
    adding = {"arrange": "add:conditions", "conditions-new": field.key}
    page = admin.submit(admin.get(f"{NEW}/new"), NEW, 200, **adding)
    assert "Customer · Tier" in page.text
    chosen = str(field.choices[0].id)
    admin.submit(page, NEW, label_zh="战略", **{"rows-0-label_zh": "上级",
                                              "conditions-0-value": chosen})  # fmt: skip
    cast.sigma.set_custom(field, field.choices[0])
    db.session.commit()
    assert hand_in(cast).version.flow == newest()


def test_an_editor_too_large_to_be_typed_is_answered(admin: Browser, large: ApprovalFlow) -> None:
    path = f"{PATH}/{large.id}"
    fields = admin.get(f"{path}/edit").form(path)["fields"]
    many = {f"rows-{number}-label_zh": f"第{number}步" for number in range(80)}
    many |= {f"conditions-{number}-fact": "amount" for number in range(80)}
    many |= {f"rows-0-people-{number}-person": "李敏" for number in range(80)}
    response = admin.client.post(path, data={**fields, **many})
    assert response.status_code == 422
    for arrange in ("up:conditions-x", "remove:rows-99-people-7", "add:rows-77-conditions",
                    "add:version", "up:-1", "add:", ":", "preview:1", "add:rows-0-id"):  # fmt: skip
        assert admin.client.post(path, data={**fields, "arrange": arrange}).status_code == 200
    db.session.expire_all()
    assert large.current.number == 1


# The preview


def test_the_preview_tells_who_would_decide_what_is_typed_and_saves_nothing(
    admin: Browser, cast: Cast, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    sample = {"sample-claimant": "王芳", "sample-amount": "9000", "arrange": "preview"}
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, **sample)
    assert re.search(
        r"Goes by this flow +manager +. ?李敏|Goes by this flow .*李敏.*冯琴", page.text
    )
    sample["sample-amount"] = "100"
    page = admin.submit(page, path, 200, htmx="div#preview", **sample)
    assert "Goes by another flow Superior decides takes it." in page.text
    assert "<form" not in page.html
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, **sample,
                        **{"rows-0-approver": "nth_manager", "rows-0-level": "7"})  # fmt: skip
    assert "Nobody is there for this claimant" in page.text
    db.session.expire_all()
    assert large.current.number == 1


def test_the_button_that_tries_a_flow_keeps_the_form_and_tells_what_it_cannot_read(
    admin: Browser, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    typed = {"label_zh": "", "label_en": "", "conditions-0-value": "abc", "rows-0-label_en": "Kept",
             "sample-claimant": "王芳", "sample-amount": "9000", "arrange": "try"}  # fmt: skip
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, htmx="form#rows", **typed)
    kept = page.form(path)["fields"]
    assert (kept["conditions-0-value"], kept["rows-0-label_en"]) == ("abc", "Kept")
    assert "Write an amount like" in page.text
    assert "Give it a name" not in page.text, "it can be tried before it has one"


def test_the_preview_takes_a_claim_that_there_is(
    admin: Browser, cast: Cast, large: ApprovalFlow
) -> None:
    claim = draft(cast)
    db.session.commit()
    path = f"{PATH}/{large.id}"
    sample = {"sample-number": claim.number, "sample-amount": "9000", "arrange": "preview"}
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, **sample)
    assert "Goes by another flow" in page.text, "it is over 300"
    sample["sample-number"] = "E-999999"
    page = admin.submit(page, path, 200, **sample)
    assert "Nothing by that number." in page.text


def test_amounts_of_a_sample_that_cannot_be_read_are_said(
    admin: Browser, large: ApprovalFlow
) -> None:
    path = f"{PATH}/{large.id}"
    sample = {"sample-claimant": "谁", "sample-amount": "viel", "arrange": "preview"}
    page = admin.submit(admin.get(f"{path}/edit"), path, 200, **sample)
    assert "Write an amount like" in page.text
    assert "Nothing by that name." in page.text
    assert Decimal(LARGE["value"]) == 5000


@pytest.mark.parametrize(
    ("fact", "test", "value"),
    [("category", "at_least", "1"), ("amount", "any_of", "100"), ("over_budget", "below", "1"),
     ("amount", "larger", "100")],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["conditions-0", "rows-0-conditions-0"])
def test_a_comparison_that_does_not_fit_its_fact_is_refused_at_its_field(
    admin: Browser, cast: Cast, prefix: str, fact: str, test: str, value: str
) -> None:
    sent = sent_by(admin.get(f"{PATH}/expense_claim/new"), NEW)
    sent["label_zh"] = sent["rows-0-label_zh"] = "流程"
    typed = {f"{prefix}-fact": fact, f"{prefix}-test": test, f"{prefix}-value": value}
    page = admin.post(NEW, data=sent | typed, status=422)
    assert page.with_id(f"{prefix}-test_error")
    assert "Comparison : This cannot be chosen." in page.text
