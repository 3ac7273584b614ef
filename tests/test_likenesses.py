"""By what two entries of one firm are recognised."""

from __future__ import annotations

import pytest

from crm.likenesses import (
    LikenessKind,
    core_of,
    domain_of,
    is_part,
    likenesses,
    name_key,
    sound_key,
)
from crm.telephones import compared, is_possible, is_whole, phone_key, phone_shown


@pytest.mark.parametrize("written", [
    "大连西格玛流体控制有限公司", "大连西格玛流体控制股份有限公司", "大连西格玛流体控制",
    " 大连 西格玛（流体控制）有限责任公司", "大连西格玛流体控制集团有限公司",
])  # fmt: skip
def test_a_chinese_name_is_compared_without_its_legal_form(written: str) -> None:
    assert name_key(written) == "大连西格玛流体控制"


@pytest.mark.parametrize("written", [
    "Sigma Flow Co., Ltd.", "SIGMA  FLOW LTD", "Ｓｉｇｍａ Flow GmbH & Co. KG", "Sigma-Flow, Inc.",
    "sigma flow", "Sigma Flow S.p.A.", "Sigma Flow B.V", "S.I.G.M.A. Flow",
])  # fmt: skip
def test_a_western_name_is_compared_without_its_legal_form(written: str) -> None:
    assert name_key(written) == "sigmaflow"


@pytest.mark.parametrize(("written", "key"), [
    ("公司", "公司"), ("集团公司", "集团公司"), ("Co. Ltd.", "co"), ("Tesco", "tesco"), ("", ""),
])  # fmt: skip
def test_something_is_left_of_every_name(written: str, key: str) -> None:
    assert name_key(written) == key


def test_names_that_sound_alike_are_alike_wherever_they_are() -> None:
    assert sound_key("大连西格玛流体控制有限公司") == sound_key("沈阳市西格马流体控制公司")
    assert sound_key("大连公司") == "dalian"
    assert sound_key("恒川") != sound_key("恒瑞")


@pytest.mark.parametrize(("part", "name"), [
    ("南岭生物", "合肥南岭生物科技有限公司"), ("合肥南岭", "合肥市南岭生物科技有限公司"),
    ("南岭生物", "肥西南岭生物科技有限公司"), ("Sigma", "Sigma Flow Co., Ltd."),
])  # fmt: skip
def test_a_short_name_is_a_part_of_the_whole_one(part: str, name: str) -> None:
    assert is_part(core_of(part), core_of(name))


@pytest.mark.parametrize(("part", "name"), [
    ("合肥", "合肥南岭生物科技有限公司"), ("科技", "合肥南岭生物科技有限公司"),
    ("Sig", "Sigma Flow Co., Ltd."), ("Flow", "Sigma Flow Co., Ltd."), ("有限公司", "南岭有限公司"),
])  # fmt: skip
def test_a_place_a_trade_or_a_few_letters_are_none(part: str, name: str) -> None:
    assert not is_part(core_of(part), core_of(name))


@pytest.mark.parametrize("written", [
    "0411-8765 4321", "+86 411 8765 4321", "0086-411-87654321", "（0411）８７６５４３２１",
])  # fmt: skip
def test_a_phone_number_is_the_same_however_it_is_written(written: str) -> None:
    assert phone_key(written) == "+8641187654321"


@pytest.mark.parametrize(("written", "key"), [
    ("138 0000 1234", "+8613800001234"), ("+49 211 5684-0", "+4921156840"), ("ask Liu", ""),
    ("", ""),
])  # fmt: skip
def test_other_numbers_are_read_too(written: str, key: str) -> None:
    assert phone_key(written) == key


@pytest.mark.parametrize(("key", "shown"), [
    ("+862555525655", "025 5552 5655"), ("+8613800001234", "138 0000 1234"),
    ("+4921156840", "+49 211 56840"),
])  # fmt: skip
def test_a_number_is_shown_as_people_write_it(key: str, shown: str) -> None:
    assert phone_shown(key) == shown


def test_a_public_mail_domain_tells_nothing() -> None:
    assert domain_of("liu@Sigma.example") == "sigma.example"
    assert [domain_of(text) for text in ("liu@qq.com", "LIU@Gmail.com", "liu", "")] == [""] * 4


def test_an_entry_is_known_by_everything_it_has() -> None:
    found = likenesses(
        name="大连西格玛有限公司", phones=("0411-87654321", "110", None), emails=("a@qq.com",),
        website="https://www.sigma.example:8080/zh",
    )  # fmt: skip
    assert found == {
        (LikenessKind.NAME, "大连西格玛"), (LikenessKind.SOUND, "xigema"),
        (LikenessKind.PHONE, "+8641187654321"), (LikenessKind.DOMAIN, "sigma.example"),
    }  # fmt: skip


def test_little_is_not_enough_to_be_alike() -> None:
    assert likenesses(name="A", phones=("12345",)) == set()


@pytest.mark.parametrize(
    ("written", "other"),
    [("0411-87654321", "+86 411 8765 4321"), ("13812345678", "008613812345678"),
     ("１１０", "110"), ("95588", "95-588")],
)  # fmt: skip
def test_one_number_is_compared_as_one(written: str, other: str) -> None:
    assert compared(written) == compared(other) != compared("0411-87654322")


@pytest.mark.parametrize("written", ["无", "-", "0", "待补", "/", "abc", "12"])
def test_what_has_too_few_digits_is_compared_with_nothing(written: str) -> None:
    assert compared(written) == ""


@pytest.mark.parametrize(
    ("written", "possible", "whole"),
    [("12", False, False), ("110", True, False), ("8765432", True, True), ("1" * 20, True, True),
     ("1" * 21, False, True), ("none", False, False)],
)  # fmt: skip
def test_what_can_be_a_number_is_told_by_its_digits(
    written: str, possible: bool, whole: bool
) -> None:
    assert (is_possible(written), is_whole(written)) == (possible, whole)
