"""Values of a file that are not known here: listed, matched one by one, kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock, jobs
from crm.extensions import db
from crm.importers import uploads
from crm.importers.matching import LONGEST, MOST_LISTED, meaning, value_key
from crm.models import FieldKind, ImportRun, ImportState, ImportTemplate, Option, OptionList
from tests.cast import Cast
from tests.custom_fields import make_field
from tests.imports import begun, checked, done, worked
from tests.page import Browser, Page

CONTENT = (
    "name,industry,owner\nTau,石油化工业,张三\nRho,石油化工业,李敏\nPsi,养蜂,张三\nChi,制糖,\n"
)


@pytest.fixture
def admin(browser: Browser, cast: Cast) -> Browser:
    return browser.sign_in("admin")


def matched(browser: Browser, run: ImportRun, **chosen: str) -> ImportRun:
    """The run, after somebody said what its values stand for and it was checked again."""
    browser.submit(browser.get(f"/imports/{run.id}/values"), "/values", **chosen)
    jobs.run_once()
    db.session.expire_all()
    return run


def values_of(run: ImportRun) -> list[tuple[str, str, int]]:
    return [(name, text, rows) for name, text, rows, _is_here in run.report["values"]]


def industries() -> list[str]:
    return [option.label_zh for option in db.session.scalars(Option.of(OptionList.INDUSTRY))]


def test_what_is_not_known_is_listed_with_its_rows_and_what_it_may_be(
    admin: Browser, cast: Cast
) -> None:
    petro = cast.option(OptionList.INDUSTRY, "Petrochemicals")
    run = checked(CONTENT, by=cast.admin)
    assert values_of(run) == [
        ("owner", "张三", 2),
        ("industry", "石油化工业", 2), ("industry", "养蜂", 1), ("industry", "制糖", 1),
    ]  # fmt: skip
    page = admin.get(f"/imports/{run.id}").text
    assert "match the name" in page
    assert "4 values of the file are not known here" in page
    fields = admin.get(f"/imports/{run.id}/values").form("/values")["fields"]
    assert fields["value_1"] == meaning(petro), "proposed"
    assert (fields["value_2"], fields["value_0"]) == ("", "")


def test_each_value_stands_for_what_was_chosen(admin: Browser, cast: Cast) -> None:
    run = checked(CONTENT, by=cast.admin)
    assert run.report["counts"]["created"] == 0
    matched(admin, run, value_2="add", value_3="empty", value_0=meaning(cast.wang))
    assert run.report["counts"]["created"] == 4, run.report["problems"]
    assert run.report["options"] == {"industry": ["养蜂"]}
    assert len(values_of(run)) == 4, "they can be chosen otherwise"
    assert "not known here" not in admin.get(f"/imports/{run.id}").text
    worked(run, ImportState.WRITING)
    tau, psi, chi = (cast.customer(name) for name in ("Tau", "Psi", "Chi"))
    assert (str(tau.industry), tau.owner) == ("石油化工", cast.wang)
    assert (str(psi.industry), psi.owner) == ("养蜂", cast.wang)
    assert chi.industry is None
    assert industries()[-1] == "养蜂"


def test_what_is_not_chosen_follows_the_setting_for_all(admin: Browser, cast: Cast) -> None:
    run = checked(CONTENT, by=cast.admin, makes_options=True)
    matched(admin, run, value_1="refuse", value_2="", value_0="empty")
    assert run.report["options"] == {"industry": ["养蜂", "制糖"]}
    reasons = {value: reason for _line, _column, value, reason in run.report["problems"]}
    assert reasons == {"石油化工业": "is refused, as was chosen for it"}


def test_one_of_several_tags_can_be_left_out(cast: Cast) -> None:
    run = done(
        "name,tags\nTau,老友；展会\n", by=cast.admin,
        meanings={"tags": {value_key("老友"): "add", value_key("展会"): "empty"}},
    )  # fmt: skip
    assert [str(tag) for tag in cast.customer("Tau").tags] == ["老友"]
    assert values_of(run) == [("tags", "老友", 1), ("tags", "展会", 1)]


def test_who_has_left_can_be_replaced(admin: Browser, cast: Cast) -> None:
    run = checked(f"name,owner\nTau,{cast.gone.name}\n", by=cast.admin)
    assert (run.report["counts"]["created"], values_of(run)) == (1, [("owner", cast.gone.name, 1)])
    matched(admin, run, value_0=meaning(cast.wang))
    worked(run, ImportState.WRITING)
    assert cast.customer("Tau").owner == cast.wang


def test_the_choices_are_kept_for_mended_rows_and_in_the_template(
    admin: Browser, cast: Cast
) -> None:
    run = begun(CONTENT, by=cast.admin)
    page = admin.get(f"/imports/{run.id}/mapping")
    admin.submit(page, "/mapping", keep_as="名单")
    jobs.run_once()
    matched(admin, run, value_0=meaning(cast.wang), value_2="empty")
    template = db.session.scalars(select(ImportTemplate)).one()
    assert template.plan["meanings"] == run.plan["meanings"]
    worked(run, ImportState.WRITING)
    mended = uploads.bad_rows_of(run).read_bytes()
    again = begun(mended, by=cast.admin)
    assert again.plan["meanings"] == run.plan["meanings"]
    fitting = admin.get(f"/imports/{again.id}/mapping?template={template.id}")
    assert f"template={template.id}" in fitting.form("/mapping")["action"]


def test_what_was_chosen_in_two_imports_is_kept_in_the_template_of_both(
    admin: Browser, cast: Cast
) -> None:
    first = begun("name,owner\nTau,张三\n", by=cast.admin)
    admin.submit(admin.get(f"/imports/{first.id}/mapping"), "/mapping", keep_as="名单")
    jobs.run_once()
    matched(admin, first, value_0=meaning(cast.wang))
    second = begun("name,owner\nRho,李四\nPsi,张三\n", by=cast.admin, meanings={})
    worked(second, ImportState.CHECKING)
    matched(admin, second, value_0=meaning(cast.li), value_1="")
    template = db.session.scalars(select(ImportTemplate)).one()
    assert template.plan["meanings"]["owner"] == {
        "张三": meaning(cast.wang), "李四": meaning(cast.li)}  # fmt: skip


def test_a_choice_is_exactly_the_one_whatever_others_are_called(admin: Browser, cast: Cast) -> None:
    cast.li.external_id = cast.wang.username
    db.session.commit()
    run = checked("name,owner\nTau,张三\n", by=cast.admin)
    matched(admin, run, value_0=meaning(cast.wang))
    worked(run, ImportState.WRITING)
    assert cast.customer("Tau").owner == cast.wang


def test_what_was_kept_by_its_text_is_still_read(admin: Browser, cast: Cast) -> None:
    run = checked("name,owner\nTau,张三\n", by=cast.admin, meanings={"owner": {"张三": "=wang"}})
    assert run.report["values_open"] == 0
    fields = admin.get(f"/imports/{run.id}/values").form("/values")["fields"]
    assert fields["value_0"] == meaning(cast.wang)


def test_one_with_an_english_name_alone_can_be_chosen(admin: Browser, cast: Cast) -> None:
    for name in ("Bees", "Sugar"):
        db.session.add(Option(list=OptionList.INDUSTRY, label_zh="", label_en=name))
    db.session.commit()
    sugar = cast.option(OptionList.INDUSTRY, "Sugar")
    run = checked("name,industry\nTau,Suger\n", by=cast.admin)
    assert admin.get(f"/imports/{run.id}/values").text.count("(proposed)") == 1
    matched(admin, run, value_0=meaning(sugar))
    worked(run, ImportState.WRITING)
    assert cast.customer("Tau").industry == sugar


def test_who_was_chosen_and_is_not_here_any_more_is_asked_for_again(
    admin: Browser, cast: Cast
) -> None:
    said = {"owner": {"张三": meaning(cast.gone)}, "industry": {"制糖": "#9999"}}
    run = checked(
        "name,owner,industry\nTau,张三,\nRho,,制糖\n", by=cast.admin, meanings=said, partly=True
    )
    assert run.report["values_open"] == 2
    assert [problem[3] for problem in run.report["problems"]] == [
        "was matched with one that is no longer here: match it again"]  # fmt: skip


@pytest.mark.parametrize("value", ["王", "wang ming", "王芳华", "Oliwang"])
def test_a_colleague_is_proposed_by_the_whole_name_alone(
    admin: Browser, cast: Cast, value: str
) -> None:
    cast.wang.name = "王芳"
    db.session.commit()
    run = checked(f"name,owner\nTau,{value}\nRho,王芳（已离职）\n", by=cast.admin)
    fields = admin.get(f"/imports/{run.id}/values").form("/values")["fields"]
    assert (fields["value_0"], fields["value_1"]) == ("", meaning(cast.wang))


def test_of_two_colleagues_of_one_name_none_is_proposed(admin: Browser, cast: Cast) -> None:
    cast.wang.name = cast.li.name = "王芳"
    db.session.commit()
    run = checked("name,owner\nTau,王芳\n", by=cast.admin)
    page = admin.get(f"/imports/{run.id}/values")
    assert page.form("/values")["fields"]["value_0"] == ""
    assert "(proposed)" not in page.text


@pytest.mark.parametrize(
    ("value", "label"), [("战略客户+", "战略客户"), ("10-500人", "10-50人"), ("Ⅱ类-", "Ⅱ类")]
)
def test_what_a_sign_or_a_number_tells_apart_is_not_chosen_beforehand(
    admin: Browser, cast: Cast, value: str, label: str
) -> None:
    db.session.add(Option(list=OptionList.GRADE, label_zh=label, label_en=""))
    db.session.commit()
    run = checked(f"name,grade\nTau,{value}\n", by=cast.admin)
    page = admin.get(f"/imports/{run.id}/values")
    assert f"{label} (proposed)" in page.text
    assert page.form("/values")["fields"]["value_0"] == ""


def test_what_is_only_like_one_of_ours_is_proposed_and_not_chosen(
    admin: Browser, cast: Cast
) -> None:
    run = checked("name,industry\nTau,石化\n", by=cast.admin)
    page = admin.get(f"/imports/{run.id}/values")
    assert "(proposed)" in page.text
    assert page.form("/values")["fields"]["value_0"] == ""


def test_a_field_out_of_use_since_is_left_out(admin: Browser, cast: Cast) -> None:
    field = make_field(FieldKind.CHOICE, "水")
    run = checked("name,industry,Bore\nTau,制糖,酒\n", by=cast.admin)
    assert {name for name, *_rest in values_of(run)} == {"industry", field.key}
    field.active = False
    db.session.commit()
    page = admin.get(f"/imports/{run.id}/values")
    assert page.text.count("1 row") == 1
    admin.submit(page, "/values", value_0="empty")
    db.session.expire_all()
    assert run.plan["meanings"] == {"industry": {"制糖": "empty"}}


def test_of_a_very_long_value_the_beginning_is_listed(admin: Browser, cast: Cast) -> None:
    run = checked(f"name,industry\nTau,{'糖' * (LONGEST + 50)}\n", by=cast.admin)
    assert values_of(run) == [("industry", "糖" * LONGEST, 1)]
    matched(admin, run, value_0="empty")
    assert run.report["counts"]["created"] == 1


def test_a_choice_that_is_not_offered_is_refused(admin: Browser, cast: Cast) -> None:
    run = checked(CONTENT, by=cast.admin)
    page = admin.get(f"/imports/{run.id}/values")
    again: Page = admin.submit(page, "/values", 422, value_0="add")
    assert "This cannot be chosen" in again.text
    assert run.plan["meanings"] == {}


def test_of_very_many_values_the_first_are_listed(admin: Browser, cast: Cast) -> None:
    rows = "".join(f"F{n},业{n}\n" for n in range(MOST_LISTED + 5))
    run = checked(f"name,industry\n{rows}", by=cast.admin)
    assert len(values_of(run)) == MOST_LISTED
    page = admin.get(f"/imports/{run.id}/values")
    assert f"the first {MOST_LISTED} different values" in page.text


def test_without_such_values_there_is_nothing_to_match(admin: Browser, cast: Cast) -> None:
    run = checked("name\nTau\n", by=cast.admin)
    admin.get(f"/imports/{run.id}/values", status=303)
    assert "/values" not in admin.get(f"/imports/{run.id}").html


def test_a_column_in_tens_of_thousands_is_counted_so_unless_it_is_said_otherwise(
    admin: Browser, cast: Cast
) -> None:
    content = "name,年营业额(万元)\nTau,30\nRho,2.5万\nPsi,约50\n"
    run = begun(content, by=cast.admin, partly=True)
    page = admin.get(f"/imports/{run.id}/mapping")
    assert page.form("/mapping")["fields"]["scale_1"] == "10000"
    admin.submit(page, "/mapping")
    jobs.run_once()
    assert "× 10,000" in admin.get(f"/imports/{run.id}").text
    db.session.expire_all()
    assert [problem[2] for problem in run.report["problems"]] == ["约50"]
    plain = done(content, by=cast.admin, partly=True, scales={})
    assert cast.customer("Tau").annual_revenue == Decimal(30)
    assert plain.plan["scales"] == {}
    done(content, by=cast.admin, partly=True, scales={"annual_revenue": 10_000})
    assert cast.customer("Tau").annual_revenue == Decimal(300_000)
    assert cast.customer("Rho").annual_revenue == Decimal(25_000)


def test_an_option_out_of_use_is_asked_about_and_not_offered(admin: Browser, cast: Cast) -> None:
    done("name,tags\nTau,VIP\n", by=cast.admin, makes_options=True)
    vip = db.session.scalars(select(Option).where(Option.label_zh == "VIP")).one()
    vip.active = False
    db.session.commit()
    run = checked("name,tags\nRho,VIP\nPsi,新\n", by=cast.admin, makes_options=False)
    assert ("tags", "VIP", 1) in values_of(run)
    assert run.report["values_stale"] == 1
    assert "1 value is out of use" in admin.get(f"/imports/{run.id}").text
    assert "VIP" not in run.report["problems"][0][3]


def test_a_title_counts_for_a_field_that_is_chosen_by_hand(admin: Browser, cast: Cast) -> None:
    run = begun("客户名称,年产值（万元）\nTau,35.5\n", by=cast.admin)
    assert run.plan["scales"] == {}, "the column is not guessed"
    page = admin.get(f"/imports/{run.id}/mapping")
    assert page.form("/mapping")["fields"]["scale_1"] == "10000"
    admin.submit(page, "/mapping", column_1="annual_revenue")
    db.session.expire_all()
    assert run.plan["scales"] == {"annual_revenue": 10_000}


def test_a_scale_that_was_chosen_by_hand_stays_to_be_chosen(admin: Browser, cast: Cast) -> None:
    run = begun("name,营业额\nTau,30\nPsi,约50\n", by=cast.admin, partly=True,
                scales={"annual_revenue": 10_000})  # fmt: skip
    page = admin.get(f"/imports/{run.id}/mapping")
    assert page.form("/mapping")["fields"]["scale_1"] == "10000"
    admin.submit(page, "/mapping")
    db.session.expire_all()
    assert run.plan["scales"] == {"annual_revenue": 10_000}


def test_only_what_is_empty_is_filled_in(cast: Cast) -> None:
    phone, address = cast.sigma.phone, "大连"
    cast.sigma.address = None
    db.session.commit()
    content = f"name,phone,address\n{cast.sigma.name},7,{address}\nTau,8,\n"
    run = checked(content, by=cast.admin, fills_only=True)
    cells: dict[str, Any] = run.report["rows"][0]["cells"]
    assert (cells["name"][1], cells["phone"], cells["address"][1]) == (
        cast.sigma.name, ["", ""], address)  # fmt: skip
    worked(run, ImportState.WRITING)
    assert (cast.sigma.phone, cast.sigma.address) == (phone, address)
    assert cast.customer("Tau").phone == "8"
    again = done(content, by=cast.admin, fills_only=True)
    assert again.report["counts"]["unchanged"] == 2


def test_what_is_filled_in_closes_no_deal_and_gives_no_amount_another_currency(cast: Cast) -> None:
    deal, before = cast.pumps, (cast.pumps.stage, cast.pumps.amount, cast.pumps.currency)
    run = done(
        f"code,金额,币种,stage,outcome,closed_at,product\n{deal.code},1,USD,,won,2026-06-01,阀\n",
        by=cast.admin, noun="deals", key="code", fills_only=True,
    )  # fmt: skip
    assert run.report["counts"]["refused"] == 0, run.report["problems"]
    assert (deal.is_open, before) == (True, (deal.stage, deal.amount, deal.currency))


@pytest.mark.parametrize("ending", ["won", ""])
def test_the_day_a_deal_ended_fills_in_no_day_it_is_expected(cast: Cast, ending: str) -> None:
    """Neither for one that is closed here, nor for an open one that the file calls won."""
    for deal in (cast.pumps, cast.gauges):
        deal.expected_close = None
    cast.gauges.win(by=cast.wang, at=clock.now())
    db.session.commit()
    day = f"{clock.now():%Y-%m-%d}"
    rows = f"{cast.pumps.code},won,{day}\n{cast.gauges.code},{ending},{day}\n"
    run = done(
        f"code,outcome,closed_at\n{rows}", by=cast.admin, noun="deals", key="code",
        fills_only=True,
    )  # fmt: skip
    assert run.report["counts"]["unchanged"] == 2, run.report
    assert (cast.pumps.expected_close, cast.gauges.expected_close) == (None, None)
    open_ones = f"code,outcome,closed_at\n{cast.pumps.code},,{day}\n"
    done(open_ones, by=cast.admin, noun="deals", key="code", fills_only=True)
    assert f"{cast.pumps.expected_close}" == day


def test_what_was_checked_again_since_is_not_matched_by_its_place(
    admin: Browser, cast: Cast
) -> None:
    run = checked(CONTENT, by=cast.admin)
    page = admin.get(f"/imports/{run.id}/values")
    clock.set_to(clock.now() + timedelta(seconds=1))
    worked(run, ImportState.CHECKING)
    admin.submit(page, "/values", value_0=meaning(cast.wang))
    db.session.expire_all()
    assert run.plan["meanings"] == {}
    assert "nothing of what was chosen is kept" in admin.get(f"/imports/{run.id}").text
