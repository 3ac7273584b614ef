"""People, teams, stages and lists, as administrators change them, and what everybody sets alone."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict

from crm import jobs
from crm.extensions import db
from crm.forms.pipelines import PipelineForm
from crm.models import (
    Action,
    Company,
    Deal,
    Event,
    OneTimeLink,
    Option,
    OptionList,
    OutgoingMail,
    Pipeline,
    Role,
    Stage,
    Team,
    User,
    UserSession,
)
from crm.models.session import LinkPurpose
from crm.models.team import Circle
from crm.models.user import LastAdministrator, is_username
from tests.cast import PASSWORD, Cast
from tests.mailbox import Mailbox
from tests.page import Browser, Page
from tests.waiting import PATIENCE, eventually

PAGES = ("/settings", "/settings/company", "/settings/users", "/settings/teams",
         "/settings/teams/new", "/settings/pipelines/1", "/settings/lists/source",
         "/settings/lists/activity_kind", "/settings/exchange-rates", "/imports/new",
         "/my-settings")  # fmt: skip
NEW = "a long new one"


def event_of(action: Action) -> Event:
    return db.session.scalars(select(Event).where(Event.action == action)).one()


@pytest.fixture
def admin(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("admin")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(admin: Browser, path: str, language: str) -> None:
    admin.post("/preferences", {"language": language})
    admin.get(path)


def test_a_record_of_each_kind_opens(admin: Browser, cast: Cast) -> None:
    admin.get(f"/settings/users/{cast.wang.id}")
    admin.get(f"/settings/users/{cast.gone.id}")
    admin.get(f"/settings/teams/{cast.wang.team_id}")


# People


def test_who_is_invited_gets_a_link_that_is_shown_once(admin: Browser, app: Flask) -> None:
    page = admin.get("/settings/users")
    page = admin.submit(page, "/settings/users", 200, name="刘 洋", team="西南", roles=["manager"])
    user = User.by_login("liuyang")
    assert user is not None
    assert (user.name, user.roles) == ("刘洋", {Role.MANAGER})
    assert user.team is not None
    assert (user.team.name, str(user.team.parent), user.team.head) == ("西南", "恒川", user)
    found = re.search(r"/set-password/[0-9a-f]{64}", page.html)
    assert found
    newcomer = Browser(app)
    newcomer.submit(newcomer.get(found[0]), found[0], password=NEW, again=NEW)
    assert "刘洋" in newcomer.follow().text
    assert event_of(Action.USER_JOINED).by_id == event_of(Action.USER_INVITED).by_id


def test_with_a_mail_server_the_link_is_mailed(
    app: Flask, admin: Browser, mailbox: Mailbox
) -> None:
    page = admin.get("/settings/users")
    admin.submit(page, "/settings/users", name="Donn Cantrell", email="Donn@Example.com",
                 roles=["rep"])  # fmt: skip
    assert "/set-password/" not in admin.follow().html
    jobs.run_once()
    user = User.by_login("donn@example.com")
    sent = db.session.scalars(select(OutgoingMail).where(OutgoingMail.to_id == user.id)).one()
    assert sent.delivery == "smtp"
    found = re.search(r"/set-password/[0-9a-f]{64}", mailbox.messages[-1].text)
    assert found
    newcomer = Browser(app)
    newcomer.submit(newcomer.get(found[0]), found[0], password=NEW, again=NEW)
    assert "Donn Cantrell" in newcomer.follow().text


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": ""}, "Please fill this in."),
        ({"email": "nowhere"}, "Write an e-mail address"),
        ({"email": "WANG@example.com"}, "王芳 has this already."),
        ({"roles": []}, "Tick at least one."),
        ({"roles": ["king"]}, "This cannot be chosen."),
    ],
)
def test_an_invitation_says_what_is_wrong(
    admin: Browser, typed: dict[str, object], complaint: str
) -> None:
    page = admin.get("/settings/users")
    values = {"name": "新人", "roles": ["rep"], **typed}
    assert complaint in admin.submit(page, "/settings/users", 422, **values).text


def test_a_user_is_changed_and_both_values_are_in_the_history(admin: Browser, cast: Cast) -> None:
    path = f"/settings/users/{cast.sun.id}"
    page = admin.get(path)
    admin.submit(page, path, name="孙 建", team=str(cast.zhou.team_id), roles=["rep", "finance"])
    db.session.expire_all()
    assert (cast.sun.name, cast.sun.team, cast.sun.roles) == (
        "孙建", cast.zhou.team, {Role.REP, Role.FINANCE})  # fmt: skip
    changes = event_of(Action.USER_CHANGED).particulars["changes"]
    assert changes == {"name": ["孙健", "孙建"], "team": ["华东", "西部"]}
    shown = admin.get(path).text
    assert "华东" in shown
    assert "Rep, Finance" in shown or "Finance, Rep" in shown
    assert "This was changed while you" in admin.submit(page, path, 409, roles=["rep"]).text


def test_new_roles_end_the_sessions(admin: Browser, app: Flask, cast: Cast) -> None:
    other = Browser(app).sign_in("sun")
    other.get("/")
    path = f"/settings/users/{cast.sun.id}"
    admin.submit(admin.get(path), path, roles=["reader"])
    other.get("/", status=303)


def test_the_last_administrator_stays_one(admin: Browser, cast: Cast) -> None:
    path = f"/settings/users/{cast.admin.id}"
    page = admin.submit(admin.get(path), path, 422, roles=["rep"])
    assert "Nobody else is an administrator" in page.text
    admin.post(f"{path}/deactivate", status=403)
    db.session.expire_all()
    assert cast.admin.is_administrator
    assert cast.admin.is_active


@pytest.mark.parametrize("verb", ["give_roles", "deactivate"])
def test_a_race_for_the_last_administrator_is_said_to_be_lost(
    admin: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    def too_late(*_: object, **__: object) -> None:
        raise LastAdministrator("li")

    cast.li.give_roles({Role.MANAGER, Role.ADMINISTRATOR}, by=None)
    path = f"/settings/users/{cast.li.id}"
    page = admin.get(path)
    monkeypatch.setattr(User, verb, too_late)
    typed = {"roles": ["manager"]} if verb == "give_roles" else {}
    action = path if verb == "give_roles" else f"{path}/deactivate"
    assert "Somebody else was faster" in admin.submit(page, action, 409, **typed).text


def test_managers_make_no_circle(admin: Browser, cast: Cast) -> None:
    cast.zhao.manager = cast.wang
    db.session.commit()
    path = f"/settings/users/{cast.wang.id}"
    page = admin.get(path)
    typed = {"manager": cast.zhao.name, "roles": ["rep"]}
    assert "circle" in admin.submit(page, path, 422, **typed).text
    typed["manager"] = cast.wang.name
    assert "circle" in admin.submit(page, path, 422, **typed).text


def test_who_leaves_is_signed_out_and_can_come_back(admin: Browser, app: Flask, cast: Cast) -> None:
    wang = Browser(app).sign_in("wang")
    path = f"/settings/users/{cast.wang.id}"
    admin.submit(admin.get(path), f"{path}/deactivate")
    wang.get("/", status=303)
    wang.post("/sign-in", {"login": "wang", "password": PASSWORD}, status=422)
    admin.submit(admin.get(path), f"{path}/reactivate")
    wang.post("/sign-in", {"login": "wang", "password": PASSWORD})
    recorded = select(Event.action).where(Event.subject_id == cast.wang.id,
                                          Event.subject_kind == "user")  # fmt: skip
    assert {Action.USER_DEACTIVATED, Action.USER_REACTIVATED} <= set(db.session.scalars(recorded))


def test_a_new_link_ends_what_the_old_password_began(
    admin: Browser, app: Flask, cast: Cast
) -> None:
    wang = Browser(app).sign_in("wang")
    path = f"/settings/users/{cast.wang.id}"
    assert "/set-password/" in admin.submit(admin.get(path), f"{path}/link", 200).html
    wang.get("/", status=303)


def link_for(user: User) -> str:
    secret = OneTimeLink.make(LinkPurpose.SET_PASSWORD, user)
    db.session.commit()
    return f"/set-password/{secret}"


def test_a_link_ends_with_the_access_and_does_not_come_back_with_it(
    admin: Browser, app: Flask, cast: Cast
) -> None:
    link, path = link_for(cast.wang), f"/settings/users/{cast.wang.id}"
    Browser(app).get(link)
    admin.submit(admin.get(path), f"{path}/deactivate")
    admin.submit(admin.get(path), f"{path}/reactivate")
    Browser(app).get(link, status=410)


@pytest.mark.parametrize(("before", "status"), [("wang@example.com", 410), (None, 200)])
def test_a_link_ends_when_it_went_to_a_wrong_address(
    admin: Browser, app: Flask, cast: Cast, before: str | None, status: int
) -> None:
    cast.wang.email = before
    link, path = link_for(cast.wang), f"/settings/users/{cast.wang.id}"
    admin.submit(admin.get(path), path, roles=["rep"], language="zh")
    Browser(app).get(link)
    admin.submit(admin.get(path), path, roles=["rep"], email="wangfang@example.com")
    Browser(app).get(link, status=status)


@pytest.mark.parametrize(("language", "why"), [("en", "is deactivated"), ("zh", "已停用")])
def test_who_left_gets_no_link(admin: Browser, cast: Cast, language: str, why: str) -> None:
    admin.post("/preferences", {"language": language})
    admin.post(f"/settings/users/{cast.gone.id}/link")
    assert why in admin.follow().text
    assert db.session.scalar(select(OneTimeLink)) is None


def test_a_long_name_makes_a_user_name_that_fits(admin: Browser, cast: Cast) -> None:
    for name in ("龘" * 200, "龘" * 199):
        page = admin.get("/settings/users")
        admin.submit(page, "/settings/users", 200, name=name, roles=["rep"])
    made = db.session.scalars(select(User.username).where(User.name.startswith("龘"))).all()
    assert sorted(map(len, made)) == [70, 71]
    assert all(map(is_username, made))


def test_nobody_takes_the_name_of_a_colleague(admin: Browser, app: Flask, cast: Cast) -> None:
    wang = Browser(app).sign_in("wang")
    page = wang.get("/my-settings")
    for name in ("陈立", "陈 立", "陈立\u202e", "陈\uf9f7"):  # the last is drawn the same, too
        refused = wang.submit(page, "/my-settings", 422, name=name)
        assert "A colleague is called that" in refused.text
    wang.submit(page, "/my-settings", name="高远")  # who left
    wang.submit(wang.get("/my-settings"), "/my-settings", name="高 远")  # one's own, as before


def test_people_are_listed_with_when_they_were_last_seen(admin: Browser, app: Flask) -> None:
    Browser(app).sign_in("wang")
    page = admin.get("/settings/users")
    assert "Deactivated" in page.text
    assert "Never" in page.text
    assert len([tag for tag, _ in page.tags if tag == "time"]) >= 2, "wang, and who looks"


# Teams


def test_a_team_is_founded_moved_and_dissolved(admin: Browser, cast: Cast) -> None:
    page = admin.get("/settings/teams/new")
    east = cast.wang.team
    admin.submit(page, "/settings/teams", name="上海组", parent=str(east.id), head=cast.sun.name)
    team = db.session.scalars(select(Team).where(Team.name == "上海组")).one()
    assert team.path == f"{east.path}{team.id}/"
    path = f"/settings/teams/{team.id}"
    admin.submit(admin.get(path), path, name="苏沪组", parent=str(cast.zhou.team_id))
    db.session.refresh(team)
    assert team.path == f"{cast.zhou.team.path}{team.id}/"
    assert event_of(Action.TEAM_CHANGED).particulars["changes"] == {
        "name": ["上海组", "苏沪组"], "parent": ["华东", "西部"]}  # fmt: skip
    admin.submit(admin.get(path), f"{path}/delete")
    assert db.session.scalar(select(Team).where(Team.name == "苏沪组")) is None


def test_those_below_move_with_their_team(cast: Cast) -> None:
    east, west = cast.wang.team, cast.zhou.team
    group = Team.found("上海组", parent=east)
    east.move_below(west)
    assert group.path == f"{west.path}{east.id}/{group.id}/"
    with pytest.raises(Circle):
        west.move_below(group)


def test_a_team_cannot_be_put_below_itself(admin: Browser, cast: Cast) -> None:
    east = cast.wang.team
    below = Team.found("上海组", parent=east)
    db.session.commit()
    path = f"/settings/teams/{east.id}"
    page = admin.get(path)
    assert f'value="{below.id}"' not in page.html.partition('name="head_id"')[0]
    admin.submit(page, path, 422, parent=str(below.id))


def test_a_team_with_people_stays(admin: Browser, cast: Cast) -> None:
    admin.post(f"/settings/teams/{cast.wang.team_id}/delete", status=409)


# Stages


def stage_labels() -> list[str]:
    db.session.expire_all()
    return [stage.label_en for stage in db.session.scalars(Stage.in_order(Pipeline.main()))]


def test_stages_are_renamed_added_and_moved_by_one_form(admin: Browser) -> None:
    page = admin.get("/settings/stages")
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="down:0")
    assert stage_labels()[0] == "First contact", "moving a row saves nothing yet"
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="add")
    admin.submit(page, "/settings/pipelines/1", **{
        "rows-5-label_zh": "签约", "rows-5-probability": "95", "rows-5-days_to_rot": "10",
        "rows-5-colour": "green", "rows-0-label_en": "Needs known",
    })  # fmt: skip
    assert stage_labels() == ["Needs known", "First contact", "Proposal", "Quotation", "Tender", ""]
    stages = Pipeline.main().stages
    assert (str(stages[5]), stages[5].probability, stages[5].colour) == ("签约", 95, "green")
    assert stages[0].required == ["customer"], "what the form does not show stays"
    assert "签约 95%" in event_of(Action.STAGES_CHANGED).particulars["changes"]["stages"][1]


def test_a_stage_where_a_deal_stood_stays(admin: Browser, cast: Cast) -> None:
    page = admin.get("/settings/stages")
    assert 'value="remove:2"' in page.html
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="remove:0")
    page = admin.submit(page, "/settings/pipelines/1", 422)
    assert "their history would be lost" in page.text
    assert len(stage_labels()) == 5
    page = admin.get("/settings/stages")
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="remove:4")
    admin.submit(page, "/settings/pipelines/1")
    assert stage_labels()[-1] == "Quotation"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"rows-0-label_zh": "", "rows-0-label_en": ""}, "Give each a name"),
        ({"rows-0-probability": "101"}, "from 0 to 100"),
        ({"rows-0-probability": ""}, "Please fill this in."),
        ({"rows-0-days_to_rot": "x"}, "Write a whole number."),
        ({"rows-0-label_zh": "报价"}, "Two are called the same."),
        ({"rows-0-colour": "plaid"}, "This cannot be chosen."),
    ],
)
def test_stages_say_what_is_wrong(admin: Browser, typed: dict[str, str], complaint: str) -> None:
    page = admin.get("/settings/stages")
    assert complaint in admin.submit(page, "/settings/pipelines/1", 422, **typed).text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("field", ["days_to_rot", "probability"])
def test_a_stale_form_of_stages_may_hold_what_is_no_number(
    admin: Browser, field: str, language: str
) -> None:
    admin.post("/preferences", {"language": language})
    page = admin.get("/settings/stages")
    admin.submit(page, "/settings/pipelines/1", **{"rows-0-label_en": "Hello"})
    page = admin.submit(page, "/settings/pipelines/1", 409, **{f"rows-0-{field}": "²"})
    assert "None" not in page.text


def test_a_stale_form_of_stages_is_refused(admin: Browser) -> None:
    page = admin.get("/settings/stages")
    admin.submit(page, "/settings/pipelines/1", **{"rows-0-label_en": "Hello"})
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="down:3")
    page = admin.submit(page, "/settings/pipelines/1", 200, arrange="add")
    mine = {"rows-0-label_en": "Goodbye", "rows-5-label_en": "New", "rows-5-probability": "99",
            "rows-5-days_to_rot": "1"}  # fmt: skip
    page = admin.submit(page, "/settings/pipelines/1", 409, **mine)
    assert stage_labels()[0] == "Hello"
    said = re.sub(r"\s+", " ", page.text)
    assert "changed this" in said
    assert re.search(r"/ Hello · 10% · 14 days · \w+ 前期接洽 / Goodbye · 10%", said)
    assert "— New · 99% · 1 day" in said
    assert "Their order" in said
    assert page.form("/settings/pipelines/1")["fields"]["rows-0-label_en"] == "Goodbye"
    admin.submit(page, "/settings/pipelines/1")
    assert stage_labels()[0] == "Goodbye", "sent again, with open eyes"


def test_rows_may_be_numbered_with_gaps(app: Flask) -> None:
    typed = MultiDict(
        {"rows-2-label_zh": "二", "rows-2-probability": "101", "rows-7-label_zh": "七"}
    )
    with app.test_request_context():
        form = PipelineForm(formdata=typed, meta={"csrf": False})
    assert [row.form.label_zh.data for row in form.rows] == ["二", "七"]
    assert [row.form.label_zh.name for row in form.rows] == ["rows-0-label_zh", "rows-1-label_zh"]
    assert form.rows.parent_form is form


def test_stages_arranged_while_somebody_else_does_are_refused(
    admin: Browser,
) -> None:
    """The second form is sent before the first is saved, and is judged by what was saved."""
    page = admin.get("/settings/stages")
    Pipeline.hold()
    Pipeline.main().stages[0].label_en = "Hello"
    db.session.flush()
    statuses: list[int] = []
    second = threading.Thread(target=lambda: statuses.append(_send(admin, page)))
    second.start()
    if db.engine.dialect.name == "postgresql":  # SQLite lets nobody write meanwhile
        _until_somebody_waits()
    db.session.commit()
    second.join(PATIENCE)
    assert statuses == [409]
    assert stage_labels()[0] == "Hello"


def _send(admin: Browser, page: Page) -> int:
    fields = page.form("/settings/pipelines/1")["fields"]
    return admin.client.post(
        "/settings/pipelines/1", data={**fields, "rows-0-label_en": "Goodbye"}
    ).status_code


def _until_somebody_waits() -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                   " AND datname = current_database()")  # fmt: skip
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
        eventually(lambda: watching.scalar(waiting))


def test_no_template_takes_stages_away_from_deals(admin: Browser, cast: Cast) -> None:
    assert "/settings/pipelines/1/from/" not in admin.get("/settings/stages").html
    admin.post("/settings/pipelines/1/from/projects")
    assert "a template would take them away" in admin.follow().text
    assert stage_labels()[0] == "First contact"


@pytest.mark.parametrize("hostile", [
    {"arrange": "up:99999999999"}, {"arrange": "sideways:1"}, {"arrange": "remove:-1"},
    {"rows-²-id": "1"}, {"arrange": "up:²"}, {"rows-9999-id": "1", "arrange": "add"},
    {"rows-x-id": "1", "arrange": "down:x"},
    {"rows-0-id": "999999", "rows-1-id": "drop"},
])  # fmt: skip
def test_hostile_rows_get_an_answer(admin: Browser, hostile: dict[str, str]) -> None:
    page = admin.get("/settings/stages")
    form = page.form("/settings/pipelines/1")
    answer = admin.client.post(form["action"], data={**form["fields"], **hostile})
    assert answer.status_code in {200, 303, 422}


# Lists


def labels_of(which: OptionList) -> list[tuple[str, bool]]:
    db.session.expire_all()
    return [(option.label_en, option.active) for option in db.session.scalars(Option.all_of(which))]


def test_a_list_is_extended_reordered_and_its_entries_retired(admin: Browser, cast: Cast) -> None:
    path = "/settings/lists/source"
    page = admin.submit(admin.get(path), path, 200, arrange="up:1")
    page = admin.submit(page, path, 200, arrange="add")
    fields = {"rows-6-label_zh": "抖音", "rows-6-label_en": "Douyin", "rows-6-colour": "pink"}
    form = page.form(path)["fields"]
    form.pop("rows-1-active")
    admin.post(path, {**form, **fields})
    labels = labels_of(OptionList.SOURCE)
    assert labels[:2] == [("Referral", True), ("Phone", False)]
    assert labels[6] == ("Douyin", True)
    event = event_of(Action.OPTIONS_CHANGED)
    assert event.particulars["list"] == "source"
    assert ">Phone</option>" not in admin.get("/customers/new").html


def test_a_stale_form_of_a_list_says_what_changed_and_who_it_was(admin: Browser) -> None:
    path = "/settings/lists/source"
    page = admin.get(path)
    admin.submit(page, path, **{"rows-0-label_en": "Telephone"})
    page = admin.submit(page, path, 409, **{"rows-1-label_en": "Word of mouth"})
    assert f"{User.by_login('admin').name} changed this" in page.text
    rows = re.findall(r"<td>(.*?)</td><td>(.*?)</td>", page.html)
    assert [[cell.split(" · ")[0].split(" / ")[1] for cell in row] for row in rows] == [
        ["Telephone", "Phone"], ["Referral", "Word of mouth"],
    ]  # fmt: skip
    assert page.form(path)["fields"]["rows-1-label_en"] == "Word of mouth"


def test_what_is_in_use_is_never_removed(admin: Browser, cast: Cast) -> None:
    cast.sigma.source = cast.option(OptionList.SOURCE, "Phone")
    db.session.commit()
    path = "/settings/lists/source"
    page = admin.submit(admin.get(path), path, 200, arrange="remove:0")
    assert "records use it" in admin.submit(page, path, 422).text
    page = admin.submit(admin.get(path), path, 200, arrange="remove:1")
    admin.submit(page, path)
    assert [label for label, _ in labels_of(OptionList.SOURCE)][:2] == ["Phone", "Website"]


def test_a_list_always_offers_something(admin: Browser) -> None:
    path = "/settings/lists/grade"
    form = admin.get(path).form(path)["fields"]
    typed = {name: value for name, value in form.items() if not name.endswith("-active")}
    assert "Offer at least one" in admin.post(path, typed, status=422).text


# What everybody sets alone


def test_everybody_sets_their_own_name_language_and_colours(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = browser.get("/my-settings")
    assert "test 127.0.0.1 · last used just now This one" in page.text
    browser.submit(page, "/my-settings", name="王 小芳", language="zh", theme="dark",
                   timezone="Europe/Berlin")  # fmt: skip
    assert "我的设置" in browser.follow().text
    db.session.expire_all()
    assert (cast.wang.name, cast.wang.theme, cast.wang.timezone) == (
        "王小芳", "dark", "Europe/Berlin")  # fmt: skip
    browser.submit(browser.get("/my-settings"), "/my-settings", 422, timezone="Mars/Olympus")


def test_nobody_gives_themselves_roles(cast: Cast, browser: Browser) -> None:
    browser.sign_in("wang")
    page = browser.get("/my-settings")
    browser.submit(page, "/my-settings", roles="administrator", username="root", team="1")
    db.session.expire_all()
    assert (cast.wang.roles, cast.wang.username) == ({Role.REP}, "wang")


def test_the_currency_stays_once_there_is_money(admin: Browser, cast: Cast) -> None:
    assert Company.current().has_money
    assert "base_currency" not in admin.get("/settings/company").html
    for deal in db.session.scalars(select(Deal)):
        deal.set_amount(None, "CNY")
    db.session.commit()
    page = admin.get("/settings/company")
    admin.submit(page, "/settings/company", base_currency="EUR", language="en")
    db.session.expire_all()
    company = db.session.get_one(Company, 1)
    assert (company.base_currency, company.language) == ("EUR", "en")


def test_sessions_are_shown_as_people_call_their_devices(cast: Cast, browser: Browser) -> None:
    agent = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
             "Chrome/140.0.0.0 Safari/537.36 Edg/140.0")  # fmt: skip
    UserSession.begin(cast.wang, device=agent, address="10.0.0.1")
    db.session.commit()
    browser.sign_in("wang")
    assert "Edge on Windows" in browser.get("/devices").text
