"""What column is what: as asked for, or guessed from the header."""

from __future__ import annotations

from typing import Any

import pytest

from crm.importers import IMPORTERS, Mapping, Refused


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
        "note": "备注说明", "created_at": "建档日期",
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
    ["年营业额(万元)", "营业额（USD）", "联系人电话", "对接人手机", "单位性质", "客户状态",
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


def test_a_constant_takes_the_place_of_a_column() -> None:
    made = mapping("customers", "name", "kind", constants=[("kind", "dealer")])
    assert made.columns == {"name": "name"}
    assert made.texts({"name": "Sigma", "kind": "x"}) == {"name": "Sigma", "kind": "dealer"}


def test_values_are_translated_whatever_their_case() -> None:
    made = mapping("deals", "id", "owner", "result", translations=[("outcome", "Gewonnen", "won")])
    row = {"id": "1", "owner": "wang", "result": "GEWONNEN"}
    assert made.texts(row)["outcome"] == "won"
    assert made.texts(row | {"result": "Lost"})["outcome"] == "Lost"


def test_a_translated_sign_is_not_an_empty_cell() -> None:
    made = mapping("deals", "id", "owner", "result", translations=[("outcome", "-", "lost")])
    row = {"id": "1", "owner": "wang", "result": "-"}
    assert made.texts(row)["outcome"] == "lost"
    assert made.texts(row | {"result": ""})["outcome"] == ""


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
