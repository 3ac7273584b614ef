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
