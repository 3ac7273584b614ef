"""The import wizard without JavaScript: file, columns, look, bring in, undo."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from crm import clock, jobs
from crm.extensions import db
from crm.importers import Refused, uploads
from crm.importers.uploads import forget_old
from crm.models import (
    Action,
    Contact,
    Customer,
    Event,
    ImportEntry,
    ImportRun,
    ImportState,
    ImportTemplate,
    Option,
    OptionList,
    Role,
    User,
)
from crm.paging import PER_PAGE
from tests.cast import Cast
from tests.imports import begun, checked, done, undone, worked
from tests.page import Browser, Page

GOOD = (
    "客户名称,电话,行业,颜色\n泰信泵业有限公司,0513-8901,石油化工,红\n"
    "罗纳化工有限公司,021-5,电力,蓝\n"
)
BAD = f"{GOOD},0411,电力,绿\n卡帕阀门,1,养蜂,白\n"


@pytest.fixture
def admin(browser: Browser, cast: Cast) -> Browser:
    return browser.sign_in("admin")


def upload(
    browser: Browser, content: str | bytes, name: str = "客户.csv", noun: str = "customers",
    status: int = 303,
) -> Page:  # fmt: skip
    """Send the file; the page of its columns, or the form again."""
    raw = content.encode() if isinstance(content, str) else content
    page = browser.submit(
        browser.get("/imports/new"), "/imports", status, noun=noun, file=(io.BytesIO(raw), name)
    )
    return browser.follow() if status == 303 else page


def check(browser: Browser, page: Page, **chosen: str) -> Page:
    """Say what the columns are; the page of what would happen."""
    browser.submit(page, "/mapping", **chosen)
    path = browser.location
    jobs.run_once()
    return browser.get(path)


def write(browser: Browser, page: Page) -> Page:
    browser.submit(page, "/writing")
    path = browser.location
    jobs.run_once()
    return browser.get(path)


def customers() -> int:
    return db.session.scalar(select(func.count(Customer.id))) or 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_way_and_back(admin: Browser, language: str) -> None:
    admin.post("/preferences", {"language": language})
    before = customers()
    page = check(admin, upload(admin, GOOD))
    assert "泰信泵业有限公司" in page.text
    assert customers() == before, "looking writes nothing"
    page = write(admin, page)
    assert customers() == before + 2
    assert "罗纳化工有限公司" in page.text
    path = admin.last.request.path
    admin.submit(admin.get(f"{path}/undoing/new"), "/undoing")
    jobs.run_once()
    admin.get(path)
    db.session.expire_all()
    assert len(db.session.scalars(select(Customer).where(Customer.trashed_at.is_not(None))).all())
    assert db.session.scalars(select(ImportRun.state)).one() is ImportState.UNDONE


def test_the_columns_are_shown_with_what_stands_in_them(admin: Browser) -> None:
    page = upload(admin, GOOD.encode("gb18030"))
    fields = page.form("/mapping")["fields"]
    assert [fields[f"column_{at}"] for at in range(4)] == ["name", "phone", "industry", ""]
    assert "红 · 蓝" in page.text


def test_good_rows_come_in_without_the_bad_ones_which_can_be_had_as_a_file(
    admin: Browser, cast: Cast
) -> None:
    before = customers()
    page = check(admin, upload(admin, BAD))
    assert "养蜂" in page.text
    page = write(admin, page)
    assert customers() == before + 2
    with admin.client.get(f"{admin.last.request.path}/bad-rows.csv") as answer:
        text = answer.get_data()
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [row["颜色"] for row in rows] == ["绿", "白"]
    assert "客户名称" in rows[0]["What is wrong"]
    assert "养蜂" not in rows[0]["What is wrong"]


def test_all_or_none_writes_none(cast: Cast) -> None:
    before = customers()
    run = done(BAD, by=cast.admin)
    assert (run.state, customers()) == (ImportState.CHECKED, before)
    assert run.report["counts"]["refused"] == 2


def test_a_field_cannot_be_filled_twice_nor_the_needed_one_be_left_out(admin: Browser) -> None:
    page = upload(admin, GOOD)
    again = admin.submit(page, "/mapping", 422, column_1="name")
    assert "fills this already" in again.text
    again = admin.submit(page, "/mapping", 422, column_0="")
    assert "No column fills: Name" in again.text
    select = re.search(r'<select[^>]*id="column_0"[^>]*>', admin.last.get_data(as_text=True))
    assert select is not None
    assert "autofocus" in select[0], "it is told at a column, where the page begins"


def test_the_key_goes_along_with_the_columns(admin: Browser) -> None:
    page = upload(admin, "甲,乙\nTau,0411-1\n")
    assert page.form("/mapping")["fields"]["key"] == "name"
    check(admin, page, column_0="name", key="code")
    run = db.session.scalars(select(ImportRun)).one()
    assert (run.plan["key"], run.report["counts"]["created"]) == ("name", 1)


def test_what_is_the_same_for_all_stands_where_a_cell_is_empty(admin: Browser, cast: Cast) -> None:
    page = upload(admin, "客户名称,负责人\n泰信,赵磊\n罗纳,\n")
    write(admin, check(admin, page, constant_owner="wang", constant_source="展会"))
    assert cast.customer("泰信").owner == cast.zhao
    assert cast.customer("罗纳").owner == cast.wang
    assert str(cast.customer("罗纳").source) == "展会"


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("both", (1, 1, 0)), ("create", (1, 0, 1)), ("update", (0, 1, 1))],
)
def test_what_is_done_depends_on_what_is_wanted(
    cast: Cast, mode: str, counts: tuple[int, int, int]
) -> None:
    from crm.importers.plan import Mode

    content = f"name,phone\n{cast.sigma.name},7\nTau,8\n"
    found = checked(content, by=cast.admin, mode=Mode(mode)).report["counts"]
    assert (found["created"], found["updated"], found["skipped"]) == counts


@pytest.mark.parametrize("key", ["code", "phone", "name"])
def test_a_row_finds_its_record_by_the_chosen_key(cast: Cast, key: str) -> None:
    sigma = cast.sigma
    written = {"code": cast.sigma.code, "phone": "(0411) 8765-4321", "name": cast.sigma.name}
    others = {"name": "name", "code": "编号", "phone": "phone"}
    name = cast.sigma.name if key == "name" else "改名"
    header = [others[key], "address"] + (["name"] if key != "name" else [])
    row = [written[key], "大连"] + ([name] if key != "name" else [])
    run = done(f"{','.join(header)}\n{','.join(row)}\n", by=cast.admin, key=key)
    assert run.report["counts"]["updated"] == 1, run.report
    assert (sigma.address, sigma.name) == ("大连", name)


@pytest.mark.parametrize("none", ["无", "abc", "0"])
def test_what_is_no_number_finds_nobody(cast: Cast, none: str) -> None:
    cast.sigma.phone = none
    db.session.commit()
    run = checked(f"name,phone\nTau,{none}\nRho,{none}\n", by=cast.admin, key="phone")
    assert [problem[:2] for problem in run.report["problems"]] == [[2, "phone"], [3, "phone"]]
    assert "no telephone number" in run.report["problems"][0][3]


def test_an_option_that_is_missing_is_made_if_that_is_wanted(cast: Cast) -> None:
    refused = checked("name,industry\nTau,养蜂\n", by=cast.admin)
    assert refused.report["counts"]["refused"] == 1
    run = checked("name,industry\nTau,养蜂\nRho,养蜂\n", by=cast.admin, makes_options=True)
    assert run.report["options"] == {"industry": ["养蜂"]}
    beekeeping = select(func.count(Option.id)).where(Option.label_zh == "养蜂")
    assert db.session.scalar(beekeeping) == 0
    worked(run, ImportState.WRITING)
    assert db.session.scalar(beekeeping) == 1
    assert cast.customer("Tau").industry == cast.customer("Rho").industry
    changed = select(Event).where(Event.action == Action.OPTIONS_CHANGED)
    assert db.session.scalars(changed).one().particulars["list"] == OptionList.INDUSTRY


REFUSED = "name,industry,tags,employees\nTau,养蜂,展会,x\nRho,电力,老友,1\n"


def labels(which: OptionList) -> list[str]:
    db.session.expire_all()
    return [option.label_zh for option in db.session.scalars(Option.of(which))]


def test_what_only_refused_rows_name_is_put_into_no_list(cast: Cast) -> None:
    run = checked(REFUSED, by=cast.admin, makes_options=True)
    assert run.report["options"] == {"tag": ["老友"]}
    done(REFUSED, by=cast.admin, makes_options=True, partly=True)
    assert "养蜂" not in labels(OptionList.INDUSTRY)
    assert labels(OptionList.TAG)[-1] == "老友"


def test_undoing_takes_away_what_it_put_into_the_lists(cast: Cast) -> None:
    before = labels(OptionList.INDUSTRY)
    sigma = cast.sigma.name
    content = f"name,industry\n{sigma},养蜂\nTau,制糖\nRho,制盐\n"
    run = done(content, by=cast.admin, makes_options=True)
    assert labels(OptionList.INDUSTRY) == [*before, "养蜂", "制糖", "制盐"]
    cast.western.industry = cast.customer("Rho").industry
    db.session.commit()
    undone(run, by=cast.admin)
    assert labels(OptionList.INDUSTRY) == [*before, "制盐"], "somebody uses that by now"
    everything = [o.label_zh for o in db.session.scalars(Option.all_of(OptionList.INDUSTRY))]
    assert "养蜂" not in everything
    assert str(cast.customer("Tau").industry) == "制糖", "it may come back from the trash"
    done("name,industry\nPhi,制糖\n", by=cast.admin, makes_options=True)
    assert labels(OptionList.INDUSTRY) == [*before, "制糖", "制盐"]


def test_rows_that_are_alike_are_named(cast: Cast) -> None:
    content = (
        f"name,phone\n{cast.sigma.name}公司,1\nTau,0411 8765 4321\nRho,13812345678\n"
        "Phi,138 1234 5678\n"
    )
    run = checked(content, by=cast.admin)
    found = [(twin["line"], twin["kind"], twin["customer"]) for twin in run.report["twins"]]
    assert (3, "phone", cast.sigma.id) in found
    assert (5, "phone", None) in found


def test_contacts_find_their_customer_and_each_other(cast: Cast) -> None:
    name = cast.sigma.name
    content = (
        f"姓名,客户,手机,决策角色,主要联系人\n张 三,{name},13812345678,决策人,是\n李四,没有,1,,\n"
    )
    run = done(content, by=cast.admin, noun="contacts", partly=True)
    assert (run.report["counts"]["created"], run.report["counts"]["refused"]) == (1, 1)
    made = db.session.scalars(select(Contact).where(Contact.name == "张三")).one()
    assert (made.customer, made.mobile, made.is_primary) == (cast.sigma, "13812345678", True)
    again = done(content, by=cast.admin, noun="contacts", partly=True)
    assert again.report["counts"]["unchanged"] == 1


def test_a_workbook_comes_in_from_the_sheet_that_is_chosen(admin: Browser, cast: Cast) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["说明"])
    book.create_sheet("名单").append(["客户名称", "电话"])
    book["名单"].append(["泰信", 13812345678])
    book.save(file)
    page = upload(admin, file.getvalue(), "book.xlsx")
    admin.submit(page, "/sheet", sheet="名单")
    write(admin, check(admin, admin.follow()))
    assert cast.customer("泰信").phone == "13812345678"


def two_sheets() -> bytes:
    """The first has nothing in it; the second has Tau, the third Rho."""
    book, file = Workbook(), io.BytesIO()
    for title, name in (("甲", "Tau"), ("乙", "Rho")):
        book.create_sheet(title).append(["name"])
        book[title].append([name])
    book.save(file)
    return file.getvalue()


def test_an_empty_sheet_is_passed_over(admin: Browser, cast: Cast) -> None:
    write(admin, check(admin, upload(admin, two_sheets(), "book.xlsx")))
    assert cast.customer("Tau")


def test_another_sheet_is_looked_at_before_it_is_brought_in(admin: Browser, cast: Cast) -> None:
    page = upload(admin, two_sheets(), "book.xlsx")
    preview = check(admin, page)
    admin.submit(page, "/sheet", sheet="乙")
    before = customers()
    admin.submit(preview, "/writing")
    jobs.run_once()
    assert customers() == before
    write(admin, check(admin, admin.get(f"{admin.location}/mapping")))
    assert cast.customer("Rho")


def test_what_was_said_otherwise_since_is_not_brought_in(admin: Browser) -> None:
    page = upload(admin, GOOD)
    preview, before = check(admin, page), customers()
    clock.set_to(clock.now() + timedelta(seconds=1))
    check(admin, page, column_3="")
    admin.submit(preview, "/writing")
    jobs.run_once()
    assert customers() == before
    assert "The file was checked again" in admin.get(admin.location).text


def test_nothing_is_changed_or_thrown_away_in_the_hands_of_the_worker(
    admin: Browser, cast: Cast
) -> None:
    run = begun(GOOD, by=cast.admin)
    page = admin.get(f"/imports/{run.id}/mapping")
    run.hand_over(ImportState.CHECKING)
    db.session.commit()
    assert ImportRun.claim() is run
    db.session.commit()
    plan = run.plan
    admin.submit(page, "/mapping", mode="create")
    assert "nothing was changed" in admin.follow().text
    admin.post(f"/imports/{run.id}/delete")
    db.session.expire_all()
    assert (run.state, run.plan) == (ImportState.CHECKING, plan)


def test_a_table_whose_first_column_is_called_pk_is_no_workbook(admin: Browser) -> None:
    assert "PKID" in upload(admin, "PKID,name\n1,Tau\n").text


def test_a_template_is_kept_and_offered_where_it_fits(admin: Browser, cast: Cast) -> None:
    page = upload(admin, "a,b,c\nTau,1,x\n")
    check(admin, page, column_0="name", column_1="phone", key="name", keep_as="年会名单")
    template = db.session.scalars(select(ImportTemplate)).one()
    page = upload(admin, "c,b,a,d\nx,2,Rho,y\n")
    assert "年会名单" in page.text
    fitting = admin.get(f"{admin.last.request.path}?template={template.id}")
    fields = fitting.form("/mapping")["fields"]
    assert [fields[f"column_{at}"] for at in range(4)] == ["", "phone", "name", ""]
    assert "年会名单" not in upload(admin, "a,c\nTau,1\n").text
    admin.submit(admin.get("/imports"), f"/imports/templates/{template.id}/delete")
    assert db.session.scalar(select(ImportTemplate)) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_mended_rows_are_read_as_the_file_they_come_from(
    admin: Browser, cast: Cast, language: str
) -> None:
    admin.post("/preferences", {"language": language})
    page = upload(admin, "甲,乙,丙\nTau,x,1\nRho,12,2\n")
    preview = check(admin, page, column_0="name", column_1="employees", mode="create")
    write(admin, preview)
    with admin.client.get(f"{admin.last.request.path}/bad-rows.csv") as answer:
        mended = answer.get_data().decode("utf-8-sig").replace(",x,", ",15,", 1)
    cast.admin.language = "zh"
    db.session.commit()
    page = upload(admin, mended, "mended.csv")
    fields = page.form("/mapping")["fields"]
    assert [fields[f"column_{at}"] for at in range(4)] == ["name", "employees", "", ""]
    assert (fields["mode"], fields["key"]) == ("create", "name")
    assert "客户.csv" in page.text
    write(admin, check(admin, page))
    assert cast.customer("Tau").employees == 15


def test_a_template_of_the_same_name_is_replaced(admin: Browser, cast: Cast) -> None:
    for key in ("name", "phone"):
        page = upload(admin, "a,b\nTau,1234567\n")
        check(admin, page, column_0="name", column_1="phone", key=key, keep_as="年会名单")
    assert db.session.scalars(select(ImportTemplate)).one().plan["key"] == "phone"


def test_the_same_columns_mean_the_same_to_the_same_person(cast: Cast) -> None:
    content = "甲,乙\nTau,1\n"
    checked(content, by=cast.admin, columns={"name": "甲"})
    assert begun(content, by=cast.admin).plan["columns"] == {"name": "甲"}
    other = User.join("别人", roles={Role.ADMINISTRATOR}, username="other")
    assert begun(content, by=other).plan["columns"] == {}
    assert begun("甲,乙,行业\nTau,1,电力\n", by=cast.admin).plan["columns"] == {"industry": "行业"}


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("c.xlsx", b"PK\x03\x04", "damaged or no .xlsx"),
        ("c.xlsx", b"\xd0\xcf\x11\xe0" + b"EncryptedPackage", "protected by a password"),
        ("c.csv", b"", "The file is empty."),
        ("c.csv", b"name,name\n1,2\n", "more than one column called name"),
        ("c.csv", b"\0\0\0\0", "This is not a text file"),
        ("../../x.csv", b"n\xe4me;x\nM\xfcller;1\n\xff\xff", "neither UTF-8 nor GB18030"),
        ("c.csv", ",".join(f"c{n}" for n in range(201)).encode(), "201 columns; 200 are read"),
        ("c.csv", "客户名称\n大连西格玛流体\n".encode() + "大连德沃".encode("gb18030"),
         "Line 3 is in another encoding"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_explained(
    admin: Browser, name: str, content: bytes, complaint: str
) -> None:
    page = upload(admin, content, name, status=422)
    assert complaint in page.text
    assert db.session.scalar(select(ImportRun)) is None


def packed(sheet: Callable[[Any], object]) -> bytes:
    """A workbook, after something was done to its sheet."""
    book, file = Workbook(), io.BytesIO()
    sheet(book.active)
    book.save(file)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "complaint"),
    [(bomb, "unpacks to 60 MB"),
     (lambda: packed(lambda sheet: [sheet.append(row) for row in (["name"], ["=1+1"])]),
      "formulas without their results")],
    ids=["bomb", "formulas"],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read_is_explained(
    admin: Browser, make: Callable[[], bytes], complaint: str
) -> None:
    before = customers()
    assert complaint in upload(admin, make(), "c.xlsx", status=422).text
    assert (db.session.scalar(select(ImportRun)), customers()) == (None, before)


def test_merged_cells_and_days_of_three_kinds_come_in(admin: Browser, cast: Cast) -> None:
    def fill(sheet: Any) -> None:
        for row in (["地区", "客户名称", "创建日期"], ["华东", "陶泵业", date(2026, 3, 1)],
                    [None, "罗阀门", "2026年3月2日"], [None, "菲仪表", "03.03.2026"]):  # fmt: skip
            sheet.append(row)
        sheet.merge_cells("A2:A4")

    write(admin, check(admin, upload(admin, packed(fill), "c.xlsx")))
    zone = ZoneInfo("Asia/Shanghai")
    made = [cast.customer(name) for name in ("陶泵业", "罗阀门", "菲仪表")]
    assert [one.created_at.astimezone(zone).day for one in made] == [1, 2, 3]
    assert len({one.region for one in made}) == 1
    assert made[0].region == cast.option(OptionList.REGION, "East China")


def test_a_day_that_can_be_read_in_two_ways_is_a_bad_row(admin: Browser) -> None:
    before = customers()
    page = check(admin, upload(admin, "客户名称,创建日期\n陶泵业,2026-03-01\n罗阀门,3/4/2026\n"))
    assert "may be month/day or day/month" in page.text
    assert customers() == before


@pytest.mark.parametrize("content", ['"abc', f"{'x' * 10_000_000}\n"])
def test_a_file_that_breaks_off_brings_in_nothing_and_says_why(
    admin: Browser, content: str
) -> None:
    before = customers()
    page = check(
        admin, upload(admin, "name\n" + "".join(f"Firm {n}\n" for n in range(60)) + content)
    )
    assert "line 62" in page.text
    assert "Nothing was written." in page.text
    assert customers() == before


@pytest.mark.parametrize("name", ["龘" * 200 + ".csv", "😀" * 300, ".csv", "..."])
def test_any_name_of_a_file_will_do(admin: Browser, name: str) -> None:
    check(admin, upload(admin, GOOD, name))


def test_lists_lead_to_the_import_those_who_may(app: Flask, cast: Cast) -> None:
    for who, shown in (("admin", True), ("wang", False)):
        browser = Browser(app).sign_in(who)
        for noun in ("customers", "contacts", "deals"):
            browser.get(f"/{noun}")
            text = browser.last.get_data(as_text=True)
            assert (f'href="/imports/new?noun={noun}"' in text) is shown


def test_only_administrators_import(app: Flask, cast: Cast) -> None:
    run = checked(GOOD, by=cast.admin)
    for who in ("li", "wang", "reader"):
        Browser(app).sign_in(who).get(f"/imports/{run.id}", status=403)


@pytest.mark.parametrize(
    ("language", "title"), [("en", "name,external_id"), ("zh", "客户,客户编号")]
)
def test_the_empty_file_has_columns_that_are_understood(
    admin: Browser, language: str, title: str
) -> None:
    admin.post("/preferences", {"language": language})
    for noun in ("customers", "contacts", "deals"):
        text = admin.client.get(f"/imports/{noun}.csv").get_data().decode("utf-8-sig").strip()
        columns = text.split(",")
        page = upload(admin, f"{text}\n{','.join(['甲'] + [''] * (len(columns) - 1))}\n", noun=noun)
        fields = page.form("/mapping")["fields"]
        assert all(fields[f"column_{at}"] for at in range(len(columns))), noun
    customers = admin.client.get("/imports/customers.csv").get_data().decode("utf-8-sig")
    assert customers.startswith(title)


def test_a_run_that_was_not_written_can_be_thrown_away(admin: Browser, cast: Cast) -> None:
    run = checked(GOOD, by=cast.admin)
    admin.submit(admin.get(f"/imports/{run.id}"), "/delete")
    assert db.session.scalar(select(ImportRun)) is None
    kept = done(GOOD, by=cast.admin)
    admin.post(f"/imports/{kept.id}/delete")
    assert db.session.scalar(select(ImportRun)) is not None


# Undoing.


def test_undoing_trashes_what_was_made_and_puts_back_what_was_changed(cast: Cast) -> None:
    before = cast.sigma.phone, cast.sigma.owner, cast.sigma.employees
    row = f"{cast.sigma.name},7,zhao,12,5.50"
    run = done(f"name,phone,owner,employees,annual_revenue\n{row}\nTau,,,,\n", by=cast.admin)
    assert (cast.sigma.phone, cast.sigma.owner, cast.sigma.employees) == ("7", cast.zhao, 12)
    undone(run, by=cast.admin)
    assert (cast.sigma.phone, cast.sigma.owner, cast.sigma.employees) == before
    assert cast.customer("Tau").is_trashed
    assert run.report["undone"] == {"trashed": 1, "restored": 1, "kept": [], "kept_count": 0}
    assert (run.state, run.undone_by) == (ImportState.UNDONE, cast.admin)
    event = db.session.scalars(select(Event).where(Event.action == Action.IMPORT_UNDONE)).one()
    assert event.particulars["trashed"] == 1
    changed = select(Event).where(Event.action == Action.CUSTOMER_CHANGED).order_by(Event.id.desc())
    assert "owner" in db.session.scalars(changed.limit(1)).one().particulars["changes"]


def test_what_was_undone_can_be_brought_in_again(cast: Cast) -> None:
    undone(done("name,phone\nTau,7\n", by=cast.admin), by=cast.admin)
    left = cast.customer("Tau")
    run = done("name,phone\nTau,8\n", by=cast.admin, fills_only=True)
    assert run.report["counts"]["created"] == 1, run.report["problems"]
    made = db.session.scalars(
        select(Customer).where(Customer.name == "Tau", Customer.trashed_at.is_(None))
    ).one()
    assert (made.phone, left.phone, left.is_trashed) == ("8", "7", True)


def test_what_somebody_put_into_the_trash_is_restored_first(cast: Cast) -> None:
    run = undone(done("name\nTau\n", by=cast.admin), by=cast.admin)
    tau = cast.customer("Tau")
    tau.restore(by=cast.admin)
    run.undone_at -= timedelta(minutes=1)  # the clock of tests stands still
    tau.trash(by=cast.admin)
    db.session.commit()
    run = checked("name\nTau\n", by=cast.admin)
    assert "in the trash" in run.report["problems"][0][3]


def test_what_lies_in_the_trash_is_named_without_a_way_to_it(admin: Browser, cast: Cast) -> None:
    run = done("name\nTau\n", by=cast.admin)
    way = f"/customers/{cast.customer('Tau').id}"
    assert way in admin.get(f"/imports/{run.id}").html
    undone(run, by=cast.admin)
    page = admin.get(f"/imports/{run.id}")
    assert "Tau" in page.text
    assert way not in page.html


def test_amounts_of_the_preview_have_no_idle_decimals(cast: Cast) -> None:
    content = "name,年营业额（万元）\nTau,35.50\nRho,2.3450\n"
    rows = checked(content, by=cast.admin).report["rows"]
    assert [row["cells"]["annual_revenue"][1] for row in rows] == ["355,000", "23,450"]


def test_the_question_counts_what_came_along_too(admin: Browser, cast: Cast) -> None:
    run = done("客户名称,对接人\nTau,张三\nRho,\n", by=cast.admin)
    assert "3 records" in admin.get(f"/imports/{run.id}/undoing/new").text


def test_what_was_changed_since_stays_and_is_named(cast: Cast) -> None:
    address = cast.sigma.address
    run = done(f"name,phone,address\n{cast.sigma.name},7,大连\n", by=cast.admin)
    cast.sigma.phone = "8"
    db.session.commit()
    undone(run, by=cast.admin)
    assert (cast.sigma.phone, cast.sigma.address) == ("8", address)
    assert run.report["undone"]["kept"] == [[cast.sigma.id, cast.sigma.name, "changed since", ""]]


def test_a_customer_that_work_has_begun_on_stays_and_is_named(cast: Cast) -> None:
    run = done("name\nPsi\nTau\nRho\n", by=cast.admin)
    contact = Contact(name="张三", customer_id=cast.customer("Tau").id)
    Contact.register(contact, by=cast.wang)
    db.session.commit()
    clock.set_to(clock.now() + timedelta(minutes=1))
    psi, wang = cast.customer("Psi"), cast.wang
    psi.phone = "0411-7"
    psi.note_changes(by=wang)
    db.session.commit()
    undone(run, by=cast.admin)
    assert not cast.customer("Tau").is_trashed
    assert not psi.is_trashed
    assert cast.customer("Rho").is_trashed
    kept = {name: reason for _id, name, reason, _noun in run.report["undone"]["kept"]}
    assert kept == dict.fromkeys(("Psi", "Tau"), "work has begun on it")


def test_a_deal_that_an_import_won_is_open_again(cast: Cast) -> None:
    deal = cast.pumps
    stage, amount = deal.stage, deal.amount
    run = done(
        f"code,amount,outcome,closed_at\n{deal.code},99.50,won,2026-06-01\n", by=cast.admin,
        noun="deals", key="code", mode="update", columns={
            "code": "code", "amount": "amount", "outcome": "outcome", "closed_at": "closed_at"},
    )  # fmt: skip
    assert run.report["counts"]["updated"] == 1, run.report
    assert deal.outcome is not None
    undone(run, by=cast.admin)
    assert deal.is_open
    assert (deal.stage, deal.amount) == (stage, amount)


def test_an_import_can_be_undone_for_thirty_days(admin: Browser, cast: Cast) -> None:
    run = done("name\nTau\n", by=cast.admin)
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        admin.sign_in("admin")
        admin.post(f"/imports/{run.id}/undoing")
        db.session.expire_all()
        assert run.state is ImportState.DONE
        forget_old()
        db.session.commit()
    assert db.session.scalar(select(ImportEntry)) is None


def test_uploads_are_gone_after_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begun(GOOD, by=cast.admin)
    forget_old()
    assert uploads.glance(run).header
    monkeypatch.setattr(uploads, "UPLOAD_LIVES", timedelta(seconds=-1))
    forget_old()
    with pytest.raises(Refused, match="not kept longer than a day"):
        uploads.glance(run)


@pytest.mark.parametrize("longest", [1, 20_000], ids=["at its end", "in the middle"])
def test_a_run_that_failed_wrote_nothing_and_says_so(cast: Cast, longest: int) -> None:
    """The disk is full: the bad rows cannot be kept, at once or when the file is closed."""
    run = checked(f"{BAD},1,电力,{'x' * longest}\n", by=cast.admin, partly=True)
    before = customers()
    uploads.bad_rows_of(run).unlink()
    uploads.bad_rows_of(run).symlink_to("/dev/full")
    run.hand_over(ImportState.WRITING)
    db.session.commit()
    jobs.run_once()
    db.session.expire_all()
    assert (run.state, customers()) == (ImportState.FAILED, before)
    assert "not the fault of the file" in run.report["failure"]
    assert run.last_error == "OSError: [Errno 28] No space left on device"


def test_history_says_who_brought_it_in(cast: Cast) -> None:
    done("name\nTau\n", by=cast.admin)
    created = select(Event).where(Event.action == Action.CUSTOMER_CREATED).order_by(Event.id.desc())
    event = db.session.scalars(created.limit(1)).one()
    assert (event.by, event.customer_id) == (cast.admin, cast.customer("Tau").id)


def test_records_say_from_which_file_they_come(admin: Browser, cast: Cast) -> None:
    sigma = cast.sigma.id
    run = done(f"name,phone\n{cast.sigma.name},7\nTau,8\n", by=cast.admin)
    tau = cast.customer("Tau").id
    assert "Import: 客户.csv" in admin.get(f"/customers/{tau}").text
    undone(run, by=cast.admin)
    page = admin.get(f"/customers/{sigma}").text
    assert "Import: 客户.csv" in page
    assert "Import undone: 客户.csv" in page
    assert "Import: 客户.csv" in admin.get(f"/history/customer/{sigma}").text


def test_an_administrator_who_is_none_any_more_sees_nothing(app: Flask, cast: Cast) -> None:
    other = User.join("别人", roles={Role.ADMINISTRATOR}, username="other")
    db.session.commit()
    run = checked(GOOD, by=other)
    other.give_roles({Role.REP}, by=cast.admin)
    db.session.commit()
    Browser(app).sign_in("other").get(f"/imports/{run.id}", status=403)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_exported_changes_nothing(
    admin: Browser, cast: Cast, format: str, language: str
) -> None:
    admin.post("/preferences", {"language": language})
    for name in ("=1+1", "a,b", "甲\n乙", "😀 泵", '"q"'):
        customer = Customer(name=name, owner=cast.wang, address=f"{name};=2", phone="+86 1")
        Customer.register(customer, by=cast.wang)
    db.session.commit()
    columns = "code,name,owner,created,kind,grade,region,source,phone,address,website,parent"
    admin.post(f"/exports/customers?columns={columns}", {"format": format}, status=200,
               buffered=True)  # fmt: skip
    run = checked(admin.last.get_data(), by=cast.admin, name=f"c.{format}")
    counts = run.report["counts"]
    assert (counts["created"], counts["updated"], counts["refused"]) == (0, 0, 0), run.report
    assert counts["unchanged"] == customers()


def test_every_run_is_led_to(admin: Browser, cast: Cast) -> None:
    first = checked(GOOD, by=cast.admin)
    db.session.add_all([ImportRun(noun="customers", file=f"{n}.csv", by=cast.admin)
                        for n in range(PER_PAGE)])  # fmt: skip
    db.session.commit()
    assert f'href="/imports/{first.id}"' not in admin.get("/imports").html
    turned = re.search(r'href="(/imports\?after=[^"]+)"', admin.last.get_data(as_text=True))
    assert turned is not None
    assert f'href="/imports/{first.id}"' in admin.get(turned[1]).html
