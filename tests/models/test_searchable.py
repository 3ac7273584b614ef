"""Records are found as people name them: by a part, in pinyin, by initials, by code or phone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.folding import words_of
from crm.models import Customer, Deal, ExpenseClaim, Task
from tests.cast import Cast
from tests.claims import draft


def test_a_task_and_a_claim_are_found_in_pinyin_by_initials_and_in_any_width(cast: Cast) -> None:
    task = Task.add(Task(title="给西格玛报价（DN50）", assignee=cast.wang), by=cast.wang)
    claim = draft(cast, title="六月差旅")
    db.session.flush()
    for typed in ("报价", "xigema", "gxgmbj", "ｄｎ50"):
        assert db.session.scalars(select(Task).where(Task.matching(typed))).all() == [task]
    for typed in ("差旅", "liuyue", "lycl"):
        assert db.session.scalars(select(ExpenseClaim).where(ExpenseClaim.matching(typed))).all() \
            == [claim]  # fmt: skip


def test_a_code_names_one_record_of_its_noun_alone(cast: Cast) -> None:
    code = cast.pumps.code
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        f"D-{cast.pumps.id}",
        f"Ｄ－{cast.pumps.id}",
    ):
        assert db.session.scalars(select(Deal).where(Deal.matching(typed))).all() == [cast.pumps]
    assert db.session.scalars(select(Customer).where(Customer.matching(code))).all() == []
    assert Deal.number_in("D50") is None


@pytest.mark.parametrize(("typed", "words"), [
    ("138 0000 1234", ["13800001234"]), ("+86-138-0000-1234", ["13800001234"]),
    ("（0411）8765-4321", ["041187654321"]), ("0086 13800001234", ["13800001234"]),
    ("泵 DN50", ["泵", "dn50"]), ("%_\\", []), ("-------", []), ("  ", []),
    ("泵 阀 泵", ["泵", "阀"]), (" ".join("abcdefghijklmnop"), list("abcdefghijkl")),
])  # fmt: skip
def test_what_is_typed_is_taken_apart(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words
