"""Pipelines and stages, set up by administrators in the browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm import clock
from crm.extensions import db
from crm.forms.pipelines import MOST_STAGES
from crm.models import (
    Action,
    ChecklistItem,
    CustomField,
    CustomNoun,
    Event,
    FieldKind,
    Pipeline,
    Stage,
)
from tests.cast import Cast
from tests.conftest import NOON
from tests.page import Browser


@pytest.fixture
def admin(browser: Browser) -> Browser:
    browser.sign_in("admin")
    return browser


def labels_of(pipeline: Pipeline) -> list[str]:
    db.session.expire_all()
    return [str(stage) for stage in db.session.scalars(Stage.in_order(pipeline))]


def last_change() -> dict[str, list[str]]:
    events = select(Event).where(Event.action == Action.STAGES_CHANGED).order_by(Event.id.desc())
    changes: dict[str, list[str]] = db.session.scalars(events).first().particulars["changes"]
    return changes


# Pipelines


def test_a_new_pipeline_begins_with_a_template_a_copy_or_one_stage(
    admin: Browser, cast: Cast
) -> None:
    names = {"distribution": "分销", f"copy-{cast.spares.id}": "备件二", "one": "空的"}
    for begins_with, name in names.items():
        page = admin.get("/settings/pipelines/new")
        admin.submit(page, "/settings/pipelines", label_zh=name, begins_with=begins_with)
    active = {str(each): each for each in db.session.scalars(Pipeline.active())}
    assert list(active) == ["标准销售流程", "备件", "分销", "备件二", "空的"]
    assert labels_of(active["分销"])[0] == "询价"
    assert labels_of(active["空的"]) == ["第一阶段"]
    pricing = active["备件二"].stages[1]
    assert (pricing.locks_owner, [str(item) for item in pricing.to_tick]) == (
        True, ["核对型号", "确认库存"],
    )  # fmt: skip
    assert pricing.to_tick[0] not in cast.spares.stages[1].to_tick, "items of its own"
    assert active["备件二"].stages[2].required == ["customer", "amount"]


def test_a_pipeline_needs_a_name(admin: Browser) -> None:
    page = admin.submit(admin.get("/settings/pipelines/new"), "/settings/pipelines", 422)
    assert "Give it a name" in page.text


def test_pipelines_change_places_and_the_first_is_the_main_one(admin: Browser, cast: Cast) -> None:
    page = admin.get("/settings/pipelines")
    assert re.search(r"Standard sale .* 3 open deals · CN¥228,000 .*Spares", page.text)
    admin.post(f"/settings/pipelines/{cast.spares.id}/place", {"step": "up"})
    assert Pipeline.main() == cast.spares
    assert last_change()["pipelines"][1].endswith("Spares → Standard sale")
    count = select(func.count()).select_from(Event)
    changes = db.session.scalar(count)
    admin.post(f"/settings/pipelines/{cast.spares.id}/place", {"step": "up"})
    assert Pipeline.main() == cast.spares, "there is nothing above the first"
    assert db.session.scalar(count) == changes


def test_another_colour_alone_is_a_change_that_open_boards_follow(
    admin: Browser, cast: Cast
) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    admin.submit(admin.get(path), path, **{"rows-0-colour": "teal"})
    colours = [stage.colour for stage in cast_spares().stages]
    assert colours[0] == "teal"
    assert last_change()["colours"][1] == ", ".join(colours)


def test_the_name_and_the_stages_are_saved_together(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    page = admin.submit(admin.get(path), path, 200, arrange="down:0")
    admin.submit(page, path, label_en="Parts", **{"rows-0-label_zh": "定价"})
    assert (cast_spares().label_en, labels_of(cast_spares())) == (
        "Parts", ["定价", "询价", "待下单"],
    )  # fmt: skip
    assert last_change() == {"label": ["备件\nSpares", "备件\nParts"]}


def cast_spares() -> Pipeline:
    return db.session.scalars(select(Pipeline).where(Pipeline.label_zh == "备件")).one()


def test_two_administrators_are_told_of_each_other(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    page = admin.get(path)
    admin.submit(page, path, label_en="Parts")
    page = admin.submit(page, path, 409, label_en="Things", **{"rows-2-label_zh": "下单"})
    assert "Parts" in page.text
    assert "changed this" in page.text
    assert labels_of(cast_spares())[2] == "待下单"
    admin.submit(page, path)
    assert (str(cast_spares().label_en), labels_of(cast_spares())[2]) == ("Things", "下单")


def test_hundreds_of_stages_are_saved_and_put_in_order(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    fields = admin.get(path).form(path)["fields"]
    for number in range(3, 230):
        row = {"id": "", "label_zh": f"阶段{number}", "label_en": "", "probability": "50",
               "days_to_rot": "5", "colour": "teal"}  # fmt: skip
        fields |= {f"rows-{number}-{name}": value for name, value in row.items()}
    assert admin.client.post(path, data=fields).status_code == 303
    assert len(labels_of(cast_spares())) == 230
    page = admin.submit(admin.get(path), path, 200, arrange="up:229")
    admin.submit(page, path)
    assert labels_of(cast_spares())[-2:] == ["阶段229", "阶段228"]


def test_what_is_wrong_in_a_row_is_named_by_row_and_field(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    page = admin.submit(admin.get(path), path, 422, **{"rows-1-probability": "120"})
    assert "Row 2, Probability : Write a number from 0 to 100." in page.text
    assert "{" not in page.text
    assert 'href="#rows-1-probability"' in page.html
    page = admin.submit(page, path, 422, **{"rows-1-probability": "20", "rows-1-label_zh": "询价",
                                            "rows-0-label_zh": "询价"})  # fmt: skip
    assert page.text.count("Two are called the same.") == 1


def test_a_new_row_is_written_in_at_once(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    new = len(labels_of(cast.spares))
    page = admin.submit(admin.get(path), path, 200, arrange="add", htmx="form#rows")
    begins = [values["name"] for _, values in page.tags if "autofocus" in values]
    assert begins == [f"rows-{new}-label_zh"]


def test_there_is_an_end_to_adding_stages(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    fields = admin.get(path).form(path)["fields"]
    for number in range(3, MOST_STAGES):
        fields[f"rows-{number}-label_zh"] = f"阶段{number}"
    page = admin.client.post(path, data={**fields, "arrange": "add"}).text
    assert f"rows-{MOST_STAGES - 1}-label_zh" in page
    assert f"rows-{MOST_STAGES}-label_zh" not in page
    assert re.search(r'value="add" formnovalidate disabled', page)


def test_a_row_leads_to_its_stage_once_it_is_saved(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    stage_path = f"/settings/stages/{cast.spares.stages[0].id}"
    page = admin.get(path)
    assert f'name="next" value="{stage_path}"' in page.html
    page = admin.submit(page, path, next=stage_path, **{"rows-0-label_zh": "问价"})
    assert "<h1>Enquiry</h1>" in admin.follow().html
    assert labels_of(cast_spares())[0] == "问价"


# Retiring


def test_a_stage_goes_with_its_deals_after_a_question(admin: Browser, cast: Cast) -> None:
    first, second = cast.stages[:2]
    page = admin.get(f"/settings/stages/{first.id}/retirement/new")
    assert "2 open deals, CN¥42,000 together, are moved." in page.text
    path = f"/settings/stages/{first.id}/retirement"
    admin.submit(page, path, into=str(second.id))
    page = admin.follow()
    assert "First contact is out of use." in page.text
    assert re.search(r"Retired stages .* First contact .*Went into Needs confirmed", page.text)
    assert cast.vague.stage == second
    assert "前期接洽" not in labels_of(Pipeline.main())
    admin.post(path, {"into": str(cast.stages[2].id)})
    assert cast.vague.stage == second, "once is enough"
    assert "Out of use" in admin.get(f"/settings/stages/{first.id}").text
    admin.post(f"{path}/delete")
    assert labels_of(Pipeline.main())[-1] == "前期接洽"


@pytest.mark.parametrize("into", ["self", "elsewhere", "", "x", "99999999999"])
def test_a_stage_goes_nowhere_else(admin: Browser, cast: Cast, into: str) -> None:
    first = cast.stages[0]
    chosen = {"self": str(first.id), "elsewhere": str(cast.spares.stages[0].id)}.get(into, into)
    admin.post(f"/settings/stages/{first.id}/retirement", {"into": chosen}, status=422)
    assert cast.vague.stage == first


def test_the_last_stage_and_the_last_pipeline_stay(admin: Browser, cast: Cast) -> None:
    spares = cast.spares
    *others, last = spares.stages
    for stage in others:
        stage.retire(last, by=cast.admin)
    spares_stage = last.id
    db.session.commit()
    page = admin.get(f"/settings/stages/{spares_stage}/retirement/new")
    assert "It is the only stage" in page.text
    admin.post(f"/settings/stages/{spares_stage}/retirement", {"into": "1"}, status=422)
    admin.post(f"/settings/pipelines/{spares.id}/retirement")
    assert "Spares is out of use." in admin.follow().text
    page = admin.get(f"/settings/pipelines/{Pipeline.main().id}/retirement/new")
    assert "It is the only pipeline in use" in page.text
    admin.post(f"/settings/pipelines/{Pipeline.main().id}/retirement", {"into": "1"}, status=422)
    admin.post(f"/settings/pipelines/{spares.id}/retirement/delete")
    assert db.session.get_one(Pipeline, spares.id).retired_at is None


def test_a_pipeline_with_deals_says_where_they_go(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{Pipeline.main().id}/retirement"
    page = admin.get(f"{path}/new")
    assert "3 open deals, CN¥228,000 together, are moved." in page.text
    assert "Spares · Pricing" in page.text
    admin.post(path, status=422)
    admin.submit(page, path, into=str(cast.spares.stages[1].id))
    assert cast.pumps.stage == cast.spares.stages[1]


# One stage


def test_a_stage_is_told_what_it_demands(admin: Browser, cast: Cast) -> None:
    field = CustomField.add(
        CustomField(noun=CustomNoun.DEAL, kind=FieldKind.TEXT, label_zh="介质", label_en="Medium"),
        [], by=cast.admin,
    )  # fmt: skip
    db.session.commit()
    stage = cast.spares.stages[0]
    path = f"/settings/stages/{stage.id}"
    page = admin.submit(admin.get(path), path, 200, arrange="add")
    assert "Medium" in page.text
    admin.submit(page, path, guidance_zh="风险：\n型号不清。", days_to_rot="4", locks_owner="y",
                 required="customer", required_to_leave=field.key,
                 **{"rows-0-label_zh": "要照片", "rows-0-label_en": "Photo"})  # fmt: skip
    db.session.refresh(stage)
    assert (stage.guidance_zh.split(), stage.days_to_rot, stage.locks_owner) == (
        ["风险：", "型号不清。"], 4, True,
    )  # fmt: skip
    assert (stage.required, stage.required_to_leave) == (["customer"], [field.key])
    assert [str(item) for item in stage.to_tick] == ["要照片"]
    changes = last_change()
    assert changes["stage"] == ["", "询价\nEnquiry"]
    assert changes["demanded_to_leave"] == ["", field.key]
    assert changes["checklist"] == ["", "要照片\nPhoto"]
    assert "probability" not in changes


def test_an_item_that_was_ticked_is_kept_but_asked_no_more(admin: Browser, cast: Cast) -> None:
    pricing = cast.spares.stages[1]
    ticked, _other = pricing.to_tick
    cast.vague.tick(ticked, by=cast.wang)
    db.session.commit()
    path = f"/settings/stages/{pricing.id}"
    page = admin.submit(admin.get(path), path, 200, arrange="remove:1")
    page = admin.submit(page, path, 200, arrange="remove:0")
    admin.submit(page, path)
    db.session.expire_all()
    assert db.session.scalars(select(ChecklistItem)).all() == [ticked]
    assert pricing.to_tick == []
    assert [tick.item for tick in cast.vague.ticks] == [ticked]


def test_a_stale_page_of_a_stage_is_refused(admin: Browser, cast: Cast) -> None:
    stage = cast.spares.stages[1]
    path = f"/settings/stages/{stage.id}"
    page = admin.get(path)
    admin.submit(page, path, days_to_rot="8")
    clock.set_to(NOON + timedelta(minutes=3))
    mine = {"guidance_en": "Mine", "rows-0-label_en": "Check it"}
    page = admin.submit(page, path, 409, **mine)
    assert re.search(r"陈立 changed this", page.text)
    assert page.form(path)["fields"]["guidance_en"].strip() == "Mine"
    assert db.session.get_one(Stage, stage.id).guidance_en == ""
    admin.submit(page, path)
    db.session.expire_all()
    assert (stage.guidance_en, stage.days_to_rot) == ("Mine", 5), "sent again, with open eyes"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"days_to_rot": "-1"}, "from 0 to 999"),
        ({"days_to_rot": ""}, "Please fill this in."),
        ({"required": "password_hash"}, "cannot be chosen"),
        ({"rows-0-label_zh": "", "rows-0-label_en": ""}, "Give each a name"),
        ({"rows-0-label_zh": "确认库存"}, "Two are called the same."),
    ],
)
def test_a_stage_says_what_is_wrong(
    admin: Browser, cast: Cast, typed: dict[str, str], complaint: str
) -> None:
    path = f"/settings/stages/{cast.spares.stages[1].id}"
    assert complaint in admin.submit(admin.get(path), path, 422, **typed).text


def test_a_template_replaces_stages_that_no_deal_stood_in(admin: Browser, cast: Cast) -> None:
    path = f"/settings/pipelines/{cast.spares.id}"
    admin.submit(admin.get(path), f"{path}/from/distribution")
    assert len(labels_of(cast_spares())) == 5
    assert db.session.scalars(select(ChecklistItem)).all() == [], "their lists went with them"


# Where a pipeline is chosen or told


def test_a_list_tells_of_pipelines_only_where_there_are_several(
    admin: Browser, cast: Cast, app: Flask
) -> None:
    page = admin.get("/deals?columns=name,pipeline,stage")
    assert "Standard sale" in page.text
    assert "Spares · Pricing" in page.text, "the stages to choose from"
    cast.spares.retire(None, by=cast.admin)
    db.session.commit()
    page = admin.get("/deals?columns=name,pipeline,stage")
    assert "Standard sale" not in page.text
    assert "Pipeline" not in page.text


def test_a_retired_stage_on_a_deals_path_is_no_button(admin: Browser, cast: Cast) -> None:
    first, second = cast.stages[:2]
    first.retire(second, by=cast.admin)
    db.session.commit()
    page = admin.get(f"/deals/{cast.vague.id}")
    (path,) = re.findall(r'<ol class="path">.*?</ol>', page.html, re.S)
    assert first.label_en in path
    assert "Out of use" in path
    buttons = re.findall(r'<button[^>]* value="(\d+)"', path)
    assert buttons == [str(stage.id) for stage in cast_stages(second)]


def cast_stages(current: Stage) -> list[Stage]:
    """The stages in use that a deal in ``current`` can go to."""
    return [stage for stage in Pipeline.main().stages if stage.id != current.id]
