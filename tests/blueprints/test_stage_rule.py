"""The stage rule in every way there is to change a deal: each refuses alike, and says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import g
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.importers.deals import Deals
from crm.models import (
    Action,
    ChecklistItem,
    Company,
    Contact,
    Customer,
    CustomField,
    CustomNoun,
    Deal,
    Event,
    FieldKind,
    Option,
    OptionList,
    Pipeline,
    Stage,
    User,
)
from crm.models.deal.competitor import DealCompetitor
from tests.cast import Cast
from tests.importers.conftest import prepare
from tests.page import Browser, Page

PUMPS = "西格玛磁力泵 20 台"


def told(browser: Browser, page: Page) -> str:
    """What is said: on the page that was answered, or on the one it leads to."""
    return browser.follow().text if browser.last.status_code == 303 else page.html


# Going to another stage: ways to try, and reasons why not


def by_drag(browser: Browser, deal: Deal, stage: Stage, _path: Path, status: int = 422) -> str:
    sent = {"stage": stage.id, "from_stage": deal.stage_id, "version": deal.version}
    return browser.post(f"/deals/{deal.id}/move", sent, status=status, htmx="form#move").html


def by_menu(browser: Browser, deal: Deal, stage: Stage, _path: Path, status: int = 422) -> str:
    sent = {"stage": stage.id, "from_stage": deal.stage_id, "version": deal.version}
    return browser.post(f"/deals/{deal.id}/move", sent, status=status).html


def by_batch(browser: Browser, deal: Deal, stage: Stage, _path: Path, status: int = 303) -> str:
    sent = {"deed": "move", "record": [deal.id], "asked": "1", "stage": stage.id}
    return told(browser, browser.post("/batches/deals", sent, status=status))


def by_import(_browser: Browser, deal: Deal, stage: Stage, path: Path) -> str:
    path.write_text(f"name,owner,stage\n{deal.name},wang,{stage.label_en}\n")
    g.language = "en"
    return "; ".join(problem.reason for problem in prepare("deals", path).write().problems)


WAYS: dict[str, Callable[..., str]] = {
    "drag": by_drag, "menu": by_menu, "batch": by_batch, "import": by_import,
}  # fmt: skip


def entry(cast: Cast) -> str:
    cast.stages[2].required = ["source"]
    return "Source"


def exit(cast: Cast) -> str:
    cast.stages[1].required_to_leave = ["next_step"]
    return "Next step"


def own_field(cast: Cast) -> str:
    field = CustomField(
        noun=CustomNoun.DEAL, kind=FieldKind.NUMBER, label_zh="口径", label_en="Bore"
    )
    CustomField.add(field, [], by=cast.admin)
    db.session.flush()
    cast.stages[2].required = [field.key]
    return "Bore"


def competitor(cast: Cast) -> str:
    cast.stages[1].required_to_leave = ["competitor"]
    return "Competitor"


def checklist(cast: Cast) -> str:
    cast.stages[1].checklist = [
        ChecklistItem(position=0, label_zh="图纸已确认", label_en="Drawings approved")
    ]
    return "Drawings approved"


@pytest.mark.parametrize("reason", [entry, exit, own_field, competitor, checklist])
@pytest.mark.parametrize("way", WAYS)
def test_what_the_way_to_a_stage_demands_is_demanded_in_every_way(
    cast: Cast, browser: Browser, tmp_path: Path, way: str, reason: Callable[[Cast], str]
) -> None:
    says = reason(cast)
    db.session.commit()
    browser.sign_in("wang")
    assert says in WAYS[way](browser, cast.pumps, cast.stages[2], tmp_path / "deals.csv")
    db.session.expire_all()
    assert cast.pumps.stage == cast.stages[1]


@pytest.mark.parametrize("way", ["drag", "menu", "batch"])
def test_what_is_closed_or_out_of_use_or_elsewhere_refuses_in_every_way(
    cast: Cast, browser: Browser, tmp_path: Path, way: str
) -> None:
    other = Stage(label_zh="立项", label_en="Budget", position=0, probability=10)
    db.session.add(Pipeline(label_zh="项目", label_en="Projects", position=1, stages=[other]))
    db.session.commit()
    browser.sign_in("wang")
    WAYS[way](browser, cast.pumps, other, tmp_path, 422)
    cast.pumps.win(by=cast.wang)
    db.session.commit()
    closed = 303 if way == "batch" else 409
    assert "closed" in WAYS[way](browser, cast.pumps, cast.stages[2], tmp_path, closed)
    cast.pumps.reopen(by=cast.wang)
    retired = cast.stages[2]
    retired.retired_at, retired.retired_into = clock.now(), cast.stages[1]
    db.session.commit()
    WAYS[way](browser, cast.pumps, retired, tmp_path, 422)
    db.session.expire_all()
    assert cast.pumps.stage == cast.stages[1]


def test_a_batch_moves_what_can_be_and_names_what_the_others_lack(
    cast: Cast, browser: Browser
) -> None:
    pumps, vague = cast.pumps, cast.vague
    browser.sign_in("wang")
    sent = {"deed": "move", "record": [pumps.id, vague.id]}
    page = browser.post("/batches/deals", sent, status=422)
    assert "Spares" not in page.text, "no deal of these goes through that pipeline"
    asked = next(form for form in page.forms if form["action"].startswith("/batches/deals"))
    assert asked["fields"]["stage"] == "", "no stage is chosen yet"
    page = browser.submit(page, "/batches/deals", 422, record=sent["record"])
    assert "Choose the stage they go to." in page.text
    browser.submit(page, "/batches/deals", stage=cast.stages[3].id, record=sent["record"])
    page = browser.follow()
    assert "1 changed." in page.text
    told = "电话询价: It needs this first: Customer, Amount."
    assert f'<a href="/deals/{vague.id}">{told}</a>' in page.html, "there it is filled in"
    db.session.expire_all()
    assert [deal.stage for deal in (pumps, vague)] == [cast.stages[3], cast.stages[0]]


def test_one_answer_ticks_fills_and_moves(cast: Cast, browser: Browser) -> None:
    for reason in (exit, checklist, own_field):
        reason(cast)
    cast.stages[2].required = [*cast.stages[2].required, "competitor", "product"]
    key = cast.stages[2].required[0]
    db.session.commit()
    browser.sign_in("wang")
    pumps, path = cast.pumps, f"/deals/{cast.pumps.id}/move"
    sent = {"stage": cast.stages[2].id, "from_stage": pumps.stage_id, "version": pumps.version}
    page = browser.post(path, sent, status=422)
    form = page.form(path)["fields"]
    assert {"next_step", "competitor", "product", key, "done"} <= set(form)
    assert not {"amount", "customer", "name", "owner"} & set(form), "they are there already"
    item = cast.stages[1].checklist[0]
    typed = {"next_step": "拜访", "competitor": "KSB", "product": "泵", key: "50"}
    page = browser.submit(page, path, 422, **typed)
    assert "拜访" in page.html
    db.session.expire_all()
    assert (pumps.next_step, pumps.ticks) == (None, [])
    browser.submit(page, path, done=item.id)
    db.session.expire_all()
    assert pumps.stage == cast.stages[2]
    assert (pumps.next_step, pumps.product, pumps.says(key)) == ("拜访", "泵", 50)
    assert [rival.name for rival in pumps.competitors] == ["KSB"]
    assert [tick.by for tick in pumps.ticks] == [cast.wang]
    noted = select(Event).where(Event.deal_id == pumps.id, Event.action == Action.DEAL_CHANGED)
    names = [name for event in db.session.scalars(noted) for name in event.particulars["changes"]]
    assert sorted(names) == sorted(["next_step", "product", key, "competitors"])


def test_a_form_that_asks_takes_nothing_else(cast: Cast, browser: Browser) -> None:
    exit(cast)
    db.session.commit()
    browser.sign_in("wang")
    pumps = cast.pumps
    sent = {"stage": cast.stages[2].id, "from_stage": pumps.stage_id, "version": pumps.version,
            "next_step": "拜访", "amount": "1", "owner": "赵磊", "name": "x"}  # fmt: skip
    browser.post(f"/deals/{pumps.id}/move", sent, status=303)
    db.session.expire_all()
    assert (pumps.name, pumps.owner, pumps.amount) == (PUMPS, cast.wang, 186_000)
    assert pumps.stage == cast.stages[2]


@pytest.mark.parametrize("reason", [exit, checklist])
def test_winning_asks_what_leaving_the_stage_does(
    cast: Cast, browser: Browser, reason: Callable[[Cast], str]
) -> None:
    says = reason(cast)
    db.session.commit()
    browser.sign_in("wang")
    path = f"/deals/{cast.pumps.id}/outcome"
    page = browser.get(f"{path}/new?kind=won")
    assert says in page.text
    page = browser.submit(page, path, 422)
    assert page.html.count('class="error"') == 1
    filled: dict[str, Any] = {"next_step": "发货"}
    if reason is checklist:
        filled = {"done": cast.stages[1].checklist[0].id}
    browser.submit(page, path, competitor="KSB", **filled)
    db.session.expire_all()
    assert cast.pumps.outcome is not None
    assert cast.pumps.outcome.competitor == "KSB"


def test_a_new_deal_obeys_the_stage_it_enters(cast: Cast, browser: Browser) -> None:
    cast.stages[0].required = ["product", "competitor"]
    db.session.commit()
    browser.sign_in("wang")
    page = browser.submit(browser.get("/deals/new"), "/deals", 422, name="阀")
    assert "This stage needs it." in page.text
    assert "It needs this first: Competitor." in page.text


# Taking away what the stage demands


@pytest.mark.parametrize("name", ["customer", "amount", "expected_close", "contact", "product"])
@pytest.mark.parametrize("way", ["form", "inline"])
def test_what_the_stage_demands_is_not_emptied(
    cast: Cast, browser: Browser, name: str, way: str
) -> None:
    pumps = cast.pumps
    pumps.product = "泵"
    if name == "contact":
        pumps.contact = db.session.scalars(Contact.at(cast.sigma)).one()
    cast.stages[1].required = [name]
    db.session.commit()
    browser.sign_in("wang")
    path = f"/deals/{pumps.id}" + ("" if way == "form" else f"/fields/{name}")
    page = browser.submit(browser.get(f"{path}/edit"), path, 422, **{name: "", f"{name}_id": ""})
    assert "The stage “Needs confirmed” needs it." in page.text
    db.session.expire_all()
    assert pumps.says(name) is not None
    cast.stages[1].required = []
    db.session.commit()
    browser.submit(browser.get(f"{path}/edit"), path, **{name: "", f"{name}_id": ""})


def test_a_deal_that_lacks_it_from_before_is_saved_all_the_same(
    cast: Cast, browser: Browser
) -> None:
    cast.stages[1].required = ["source"]
    db.session.commit()
    browser.sign_in("wang")
    path = f"/deals/{cast.pumps.id}"
    browser.submit(browser.get(f"{path}/edit"), path, product="泵")
    assert cast.pumps.product == "泵"


# Owners: ways to give a deal or its customer away


def locked(cast: Cast) -> Deal:
    cast.stages[1].locks_owner = True
    db.session.commit()
    return cast.pumps


def by_form(browser: Browser, path: str, to: User, reason: str, status: int) -> str:
    page = browser.get(f"{path}/edit")
    given = {"owner": to.name, "owner_id": to.id, "owner_reason": reason}
    return told(browser, browser.submit(page, path, status, **given))


def by_field(browser: Browser, path: str, to: User, reason: str, status: int) -> str:
    return by_form(browser, f"{path}/fields/owner", to, reason, status)


def by_dialog(browser: Browser, path: str, to: User, reason: str, status: int) -> str:
    """Who may not is told so and asked nothing; sent all the same, it is refused."""
    page = browser.get(f"{path}/owner/edit")
    if any(form["action"] == f"{path}/owner" for form in page.forms):
        return by_form(browser, f"{path}/owner", to, reason, status)
    assert "Only a manager gives it to somebody else" in page.text
    deal = db.session.get_one(Deal, int(path.rpartition("/")[2]))
    sent = {"owner": to.name, "owner_id": to.id, "version": deal.version}
    return browser.post(f"{path}/owner", sent, status=status).text


def by_owner_batch(browser: Browser, path: str, to: User, reason: str, _status: int) -> str:
    _, noun, id = path.split("/")
    sent = {"deed": "owner", "record": [id], "asked": "1", "owner": to.name, "owner_id": to.id,
            "reason": reason}  # fmt: skip
    return told(browser, browser.post(f"/batches/{noun}", sent))


GIVING: dict[str, Callable[[Browser, str, User, str, int], str]] = {
    "form": by_form, "field": by_field, "dialog": by_dialog, "batch": by_owner_batch,
}  # fmt: skip
EVERY_WAY = [*(("deals", way) for way in GIVING),
             *(("customers", way) for way in GIVING if way != "dialog")]  # fmt: skip


@pytest.mark.parametrize(("noun", "way"), EVERY_WAY)
def test_where_a_stage_keeps_the_owner_a_manager_says_why_in_every_way(
    cast: Cast, browser: Browser, noun: str, way: str
) -> None:
    record: Deal | Customer = locked(cast) if noun == "deals" else locked(cast).customer  # type: ignore[assignment]
    path, give, zhao = f"/{noun}/{record.id}", GIVING[way], cast.zhao
    browser.sign_in("wang")
    assert "stays with its owner" in give(browser, path, zhao, "我说的", 422)
    browser.sign_in("li")
    assert "write why it changes hands" in give(browser, path, zhao, "", 422)
    db.session.expire_all()
    assert record.owner == cast.wang
    give(browser, path, zhao, "王芳休产假", 303)
    db.session.expire_all()
    assert record.owner == cast.zhao
    assert "王芳休产假" in browser.get(path).text


@pytest.mark.parametrize("noun", ["deals", "customers"])
def test_an_import_takes_nothing_from_an_owner_whom_the_stage_keeps(
    cast: Cast, tmp_path: Path, noun: str
) -> None:
    record = locked(cast) if noun == "deals" else locked(cast).customer
    path = tmp_path / "rows.csv"
    path.write_text(f"name,owner\n{record.name},zhao\n")  # type: ignore[union-attr]
    g.language = "en"
    (problem,) = prepare(noun, path).write().problems
    assert "stays with its owner in “Needs confirmed”" in problem.reason
    assert record.owner == cast.wang  # type: ignore[union-attr]


def test_a_locked_customer_does_not_go_to_the_pool(cast: Cast, browser: Browser) -> None:
    Company.current().pool_limit = 9
    locked(cast)
    browser.sign_in("wang").post(f"/customers/{cast.sigma.id}/release", status=303)
    assert "stays with its owner in its stage" in browser.follow().text
    assert cast.sigma.owner == cast.wang


def test_who_keeps_the_owner_saves_everything_else(cast: Cast, browser: Browser) -> None:
    pumps = locked(cast)
    browser.sign_in("wang")
    for path in (f"/deals/{pumps.id}", f"/customers/{cast.sigma.id}"):
        page = browser.get(f"{path}/edit")
        assert "owner_reason" not in page.form(path)["fields"]
        browser.submit(page, path, name="新名")
    db.session.expire_all()
    assert (pumps.name, cast.customer("新名").owner) == ("新名", cast.wang)


# The chance and its reason


def test_a_chance_that_is_set_by_hand_says_why(cast: Cast, browser: Browser) -> None:
    pumps, path = cast.pumps, f"/deals/{cast.pumps.id}/fields/probability"
    browser.sign_in("wang")
    page = browser.submit(browser.get(f"{path}/edit"), path, 422, probability="70")
    assert "Why is it more or less likely" in page.text
    browser.submit(page, path, probability_reason="预算已批")
    db.session.expire_all()
    assert (pumps.probability, pumps.probability_reason) == (70, "预算已批")
    browser.submit(browser.get(f"{path}/edit"), path, 422, probability="80", probability_reason="")
    browser.submit(browser.get(f"{path}/edit"), path, probability="")
    db.session.expire_all()
    assert (pumps.probability, pumps.probability_reason) == (None, None)


def test_a_chance_from_a_file_says_that(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(f"name,owner,probability\n{PUMPS},wang,70\n新的,wang,30\n")
    g.language = "en"
    assert prepare("deals", path).write().problems == []
    assert cast.pumps.probability_reason == cast.deal("新的").probability_reason == "Import"


# Another pipeline, a copy, a list to tick


def test_a_deal_is_taken_to_another_pipeline_and_back(cast: Cast, browser: Browser) -> None:
    bid = Stage(label_zh="投标", label_en="Bid", position=0, probability=50, required=["source"])
    pumps = cast.pumps
    others = select(Pipeline).where(Pipeline.id != pumps.pipeline_id)
    for other in db.session.scalars(others):
        other.retired_at = clock.now()
    db.session.commit()
    browser.sign_in("wang")
    path = f"/deals/{pumps.id}"
    assert f"{path}/pipeline/edit" not in browser.get(path).html
    assert "There is no other pipeline." in browser.get(f"{path}/pipeline/edit").text
    db.session.add(Pipeline(label_zh="项目", label_en="Projects", position=1, stages=[bid]))
    db.session.commit()
    assert f"{path}/pipeline/edit" in browser.get(path).html
    page = browser.get(f"{path}/pipeline/edit")
    assert "Projects · Bid" in page.text
    page = browser.submit(page, f"{path}/pipeline", 422, stage=bid.id)
    assert "source" in page.form(f"{path}/pipeline")["fields"]
    chosen = db.session.scalars(Option.of(OptionList.SOURCE)).first()
    assert chosen
    browser.submit(page, f"{path}/pipeline", source=chosen.id)
    page = browser.follow()
    assert "is now in Projects · Bid" in page.text
    db.session.expire_all()
    assert (pumps.stage, pumps.source) == (bid, chosen)
    browser.submit(page, f"{path}/move/delete")
    db.session.expire_all()
    assert (pumps.stage, pumps.pipeline) == (cast.stages[1], cast.stages[1].pipeline)


def test_a_deal_that_changed_meanwhile_is_not_taken_elsewhere(cast: Cast, browser: Browser) -> None:
    bid = Stage(label_zh="投标", label_en="Bid", position=0, probability=50)
    db.session.add(Pipeline(label_zh="项目", label_en="Projects", position=1, stages=[bid]))
    db.session.commit()
    browser.sign_in("wang")
    path = f"/deals/{cast.pumps.id}/pipeline"
    page = browser.get(f"{path}/edit")
    cast.pumps.product = "阀"
    db.session.commit()
    assert "changed by somebody else" in browser.submit(page, path, 409, stage=bid.id).text
    db.session.expire_all()
    assert cast.pumps.stage == cast.stages[1]


@pytest.mark.parametrize("back", ["move", "outcome"])
def test_what_comes_back_into_a_stage_says_what_that_needs(
    cast: Cast, browser: Browser, back: str
) -> None:
    pumps, stage = cast.pumps, cast.pumps.stage
    stage.required = ["expected_close"]
    if back == "move":
        pumps.move_to(cast.stages[2], by=cast.wang)
    else:
        pumps.lose(by=cast.wang, reason=cast.option(OptionList.LOST_REASON, "Price"))
    pumps.expected_close = None
    db.session.commit()
    path = f"/deals/{pumps.id}"
    browser.sign_in("wang").post(f"{path}/{back}/delete", {"version": pumps.version}, status=303)
    assert "what its stage needs: Expected close" in browser.follow().text
    db.session.expire_all()
    assert not (pumps.is_open and pumps.stage == stage)
    pumps.expected_close = clock.now().date()
    db.session.commit()
    browser.post(f"{path}/{back}/delete", {"version": pumps.version}, status=303)
    db.session.expire_all()
    assert pumps.is_open
    assert pumps.stage == stage


def test_rows_beyond_what_is_kept_are_told_of(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    row = {"id": "", "name": "泵", "quantity": "1", "price": "1"}
    rows = {f"rows-{number}-{name}": row[name] for number in range(101) for name in row}
    page = browser.get(f"/deals/{cast.pumps.id}/lines/edit")
    answer = browser.submit(page, f"/deals/{cast.pumps.id}/lines", 422, **rows)
    assert "At most 100 rows are kept" in answer.text
    db.session.expire_all()
    assert cast.pumps.lines == []


def test_a_copy_begins_as_the_deal_is(cast: Cast, browser: Browser) -> None:
    pumps = cast.pumps
    pumps.competitors = [DealCompetitor(name="KSB", folded="ksb")]
    pumps.product = "磁力泵"
    db.session.commit()
    browser.sign_in("wang")
    page = browser.get(f"/deals/{pumps.id}/copy")
    fields = page.form("/copy")["fields"]
    assert (fields["name"], fields["product"]) == (PUMPS, "磁力泵")
    assert fields["stage"] == str(cast.stages[0].id)
    browser.submit(page, "/copy", 422, name="")
    browser.submit(page, "/copy", name="二期")
    copy = cast.deal("二期")
    assert browser.location == f"/deals/{copy.id}"
    assert (copy.customer, copy.amount, copy.owner) == (cast.sigma, pumps.amount, cast.wang)
    assert [rival.name for rival in copy.competitors] == ["KSB"]
    assert "Copied from" in browser.follow().text


def test_a_copy_leads_to_no_customer_that_one_does_not_see(cast: Cast, browser: Browser) -> None:
    """Sun helps with a deal, not with its customer."""
    gauges = cast.gauges
    gauges.share_with({cast.sun: 10}, by=cast.wu)
    db.session.commit()
    browser.sign_in("sun")
    page = browser.get(f"/deals/{gauges.id}/copy")
    customer = gauges.customer
    assert page.form("/copy")["fields"]["customer"] == ""
    for name in (customer.name, "(one that you do not see)"):
        browser.submit(page, "/copy", 422, customer=name, customer_id=str(customer.id))
    browser.submit(page, "/copy", name="二期")
    assert cast.deal("二期").customer is None
    browser.get(f"/customers/{customer.id}", status=404)


def test_a_deal_in_the_trash_makes_no_customer_known(cast: Cast, browser: Browser) -> None:
    inquiry = cast.deal("电话询价")
    inquiry.customer = cast.gauges.customer
    db.session.commit()
    browser.sign_in("wang")
    browser.get(f"/customers/{inquiry.customer.id}")
    inquiry.trash(by=cast.wang)
    db.session.commit()
    browser.get(f"/customers/{inquiry.customer.id}", status=404)


def test_a_list_is_ticked_where_it_stands_and_says_who_and_when(
    cast: Cast, browser: Browser
) -> None:
    checklist(cast)
    db.session.commit()
    item = cast.stages[1].checklist[0]
    browser.sign_in("li")
    path = f"/deals/{cast.pumps.id}"
    page = browser.get(path)
    browser.submit(page, f"{path}/checklist/{item.id}")
    page = browser.follow()
    assert f"{cast.li.name} · Jun 17, 2026" in page.text
    browser.submit(page, f"{path}/checklist/{item.id}/delete")
    db.session.expire_all()
    assert cast.pumps.ticks == []
    browser.post(f"{path}/checklist/{item.id + 1}", status=404)
    item.retired_at = clock.now()
    db.session.commit()
    browser.post(f"{path}/checklist/{item.id}", status=404)
    assert "Drawings approved" not in browser.get(path).form("/move")["fields"]


def mark_of(html: str) -> str:
    """What stands, unseen, beside the sign before the only row of the checklist."""
    row = html.partition('<ul class="list" aria-label="Checklist">')[2].partition("</ul>")[0]
    return row.partition('<span class="visually-hidden">')[2].partition("</span>")[0]


def test_what_a_reader_sees_of_a_list_cannot_be_ticked(cast: Cast, browser: Browser) -> None:
    checklist(cast)
    db.session.commit()
    page = browser.sign_in("reader").get(f"/deals/{cast.pumps.id}")
    assert "Drawings approved" in page.text
    assert "/checklist/" not in page.html
    assert mark_of(page.html) == "Not done"


def test_paper_says_what_of_a_list_is_done(cast: Cast, browser: Browser) -> None:
    checklist(cast)
    db.session.commit()
    item, path = cast.stages[1].checklist[0], f"/deals/{cast.pumps.id}"
    browser.sign_in("wang")
    page = browser.get(path)
    assert mark_of(page.html) == "Not done"
    browser.submit(page, f"{path}/checklist/{item.id}")
    assert mark_of(browser.follow().html) == "Done"


def test_undoing_an_import_leaves_what_the_stage_demands_and_keeps(cast: Cast) -> None:
    pumps = locked(cast)
    cast.stages[1].required = ["customer"]
    assert not Deals.put_back(pumps, "customer_id", None, by=cast.admin)
    assert not Deals.put_back(pumps, "owner_id", cast.zhao.id, by=cast.admin)
    pumps.probability, pumps.probability_reason = 70, "Import"
    for column in ("probability", "probability_reason"):
        assert Deals.put_back(pumps, column, None, by=cast.admin)
    db.session.commit()
    assert (pumps.customer, pumps.owner) == (cast.sigma, cast.wang)
