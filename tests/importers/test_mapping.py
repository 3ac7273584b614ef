"""What column is what: as asked for, or guessed from the header."""

from __future__ import annotations

from typing import Any

import pytest

from crm.importers import IMPORTERS, Mapping, Refused
from crm.importers.deals import Deals
from crm.importers.endings import Ending
from crm.importers.known import Known
from crm.importers.matching import Matching, alike
from crm.models import FieldKind
from tests.cast import Cast
from tests.custom_fields import make_field

OUTCOME = next(field for field in Deals.fields if field.name == "outcome")


def mapping(noun: str, *header: str, **asked: Any) -> Mapping:
    return Mapping.of(IMPORTERS[noun].fields, header, **asked)


def test_english_and_chinese_headers_are_recognised() -> None:
    assert mapping("customers", "Account Name", "E-Mail", "Phone").columns == {
        "name": "Account Name", "phone": "Phone",
    }  # fmt: skip
    assert mapping("customers", "客户名称", "行业", "负责人", "电话").columns == {
        "name": "客户名称", "industry": "行业", "owner": "负责人", "phone": "电话",
    }  # fmt: skip
    assert mapping("deals", "商机编号", "客户", "销售", "金额", "阶段").columns == {
        "external_id": "商机编号", "customer": "客户", "owner": "销售", "amount": "金额",
        "stage": "阶段",
    }  # fmt: skip


def test_titles_are_recognised_by_their_parts() -> None:
    header = ("客户单位全称", "联系电话（座机）", "客户级别", "所属行业", "所在区域", "所在地",
              "业务员*", "备注说明", "建档日期", "对接人", "对接人手机")  # fmt: skip
    assert mapping("customers", *header).columns == {
        "name": "客户单位全称", "phone": "联系电话（座机）", "grade": "客户级别",
        "industry": "所属行业", "region": "所在区域", "address": "所在地", "owner": "业务员*",
        "note": "备注说明", "created_at": "建档日期", "contact_name": "对接人",
        "contact_mobile": "对接人手机",
    }  # fmt: skip
    assert mapping("customers", "Company name", "Company phone", "Customer since").columns == {
        "name": "Company name", "phone": "Company phone", "created_at": "Customer since",
    }  # fmt: skip
    assert mapping("contacts", "联系人（必填）", "所在公司", "座机", "联系人职务").columns == {
        "name": "联系人（必填）", "customer": "所在公司", "phone": "座机", "title": "联系人职务",
    }  # fmt: skip
    assert mapping("deals", "项目编号", "客户单位", "销售", "商机阶段").columns == {
        "external_id": "项目编号", "customer": "客户单位", "owner": "销售", "stage": "商机阶段",
    }  # fmt: skip


@pytest.mark.parametrize(
    "alone", ["全称", "单位全称", "客户全称", "单位", "单位名称", "客户单位名称"]
)
def test_a_firm_has_many_names(alone: str) -> None:
    assert mapping("customers", alone).columns == {"name": alone}


@pytest.mark.parametrize(
    "other",
    ["营业额（USD）", "联系人电话", "对接人手机", "单位性质", "客户状态",
     "是否入围", "名称拼音", "所属公司", "Contact phone", "Company size", "税号信息",
     "上次联系电话时间", "年采购额(万元)"],
)  # fmt: skip
def test_what_only_resembles_is_not_taken(other: str) -> None:
    assert mapping("customers", "名称", other).unread(["名称", other]) == [other]


def test_what_is_the_customers_is_not_the_deals() -> None:
    header = ["名称", "客户", "销售", "客户编号", "客户负责人", "客户备注"]
    assert mapping("deals", *header).unread(header) == header[3:]


def test_the_title_to_the_letter_comes_before_one_that_resembles() -> None:
    found = mapping("customers", "客户名称（英文）", "公司电话", "客户名称", "电话").columns
    assert found == {"name": "客户名称", "phone": "电话"}


def test_a_column_is_guessed_for_one_field_only() -> None:
    assert mapping("users", "sales", "销售").columns == {"name": "销售"}


def test_what_is_asked_for_is_not_added_to() -> None:
    asked = mapping("customers", "name", "phone", columns=[("name", "phone")])
    assert asked.columns == {"name": "phone"}
    assert asked.unread(["name", "phone"]) == ["name"]


@pytest.mark.parametrize(
    ("title", "scale"),
    [("年营业额（万元）", 10_000), ("营业额(万)", 10_000), ("年收入万元", 10_000),
     ("Revenue (k)", 1_000), ("Revenue (in thousands)", 1_000), ("Turnover [m]", 1_000_000),
     ("营业额【百万】", 1_000_000),
     ("年营业额（单位：亿元）", 100_000_000), ("年营业额", 1), ("Revenue", 1)],
)  # fmt: skip
def test_an_amount_is_counted_as_its_title_says(title: str, scale: int) -> None:
    made = mapping("customers", "name", title)
    assert made.columns["annual_revenue"] == title
    assert made.scales == ({"annual_revenue": scale} if scale > 1 else {})


@pytest.mark.parametrize("label", ["注册资本（万元）", "合同额(K)"])
@pytest.mark.parametrize("kind", [FieldKind.MONEY, FieldKind.NUMBER])
def test_what_the_firm_calls_its_own_amount_says_nothing_of_how_it_is_counted(
    cast: Cast, kind: FieldKind, label: str
) -> None:
    """It keeps 500 where 500 万 are meant, and comes back as it was exported."""
    field = make_field(kind, label_zh=label)
    made = Mapping.of(IMPORTERS["customers"].all_fields(), ["name", label])
    assert (made.columns[field.key], made.scales) == (label, {})


def test_only_amounts_are_counted_so() -> None:
    assert mapping("customers", "name", "员工数(万)", "营业额(万美元)").columns == {"name": "name"}


@pytest.mark.parametrize(
    ("text", "found"),
    [("石油化工业", "石油化工"), ("石化", "石油化工"), ("重点", "A 重点客户"),
     ("Petrochemcal", "Petrochemical"),
     ("养蜂", ""), ("化", ""), ("?", "")],
)  # fmt: skip
def test_what_is_like_a_value_is_proposed_for_it(text: str, found: str) -> None:
    assert alike(text, ["石油化工", "A 重点客户", "Petrochemical", "电力", "?"]) == found


def test_a_constant_takes_the_place_of_a_column() -> None:
    made = mapping("customers", "name", "kind", constants=[("kind", "dealer")])
    assert made.columns == {"name": "name"}
    assert made.texts({"name": "Sigma", "kind": "x"}) == {"name": "Sigma", "kind": "dealer"}


def test_values_are_translated_whatever_their_case() -> None:
    made = mapping("deals", "id", "owner", "result", translations=[("outcome", "Gewonnen", "won")])
    assert said(made, "GEWONNEN") is Ending.WON
    assert said(made, "Lost") is Ending.LOST


def test_a_translated_sign_is_not_an_empty_cell() -> None:
    made = mapping("deals", "id", "owner", "result", translations=[("outcome", "-", "lost")])
    assert said(made, "-") is Ending.LOST


def test_a_value_that_stands_for_nothing_is_an_empty_cell() -> None:
    made = mapping("deals", "id", "owner", "result", translations=[("outcome", "n/a", "")])
    assert said(made, "N/A") is None


def said(made: Mapping, text: str) -> Any:
    """What the outcome of a row is, whose cell says ``text``."""
    return Matching(made.meanings, Known()).read(OUTCOME, text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"columns": [("nmae", "name")]}, "no field nmae. The fields are: name, external_id, code"),
     ({"constants": [("colour", "red")]}, "no field colour"),
     ({"translations": [("colour", "a", "b")]}, "no field colour"),
     ({"columns": [("name", "Nmae")]}, "no column Nmae. The columns are: name, phone"),
     ({"columns": [("name", "name"), ("name", "phone")]}, "name is given more than once"),
     ({"columns": [("name", "name")], "constants": [("name", "x")]},
      "name is given more than once"),
     ({"columns": [("phone", "phone")]}, "No column fills name")],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        mapping("customers", "name", "phone", **asked)


def test_a_header_without_a_known_word_is_refused() -> None:
    with pytest.raises(Refused, match=r"No column was recognised.*The columns are: x, y"):
        mapping("customers", "x", "y")


def test_deals_need_something_to_tell_them_apart(bring: Any) -> None:
    with pytest.raises(Refused, match="Nothing tells the rows apart"):
        bring("deals", "owner,product", "wang,Pump")
