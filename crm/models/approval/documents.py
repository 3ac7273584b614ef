"""The kinds of documents that can be approved, and how they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from crm.extensions import db

if TYPE_CHECKING:
    from crm.models.expense_claim import ExpenseClaim


def _expense_claim(document_id: int, lock: bool) -> ExpenseClaim:
    from crm.models.expense_claim import ExpenseClaim

    return db.session.get_one(
        ExpenseClaim, document_id, options=ExpenseClaim.for_page(),
        with_for_update={"of": ExpenseClaim} if lock else None,
    )  # fmt: skip


def _expense_claims(ids: list[int]) -> Iterable[ExpenseClaim]:
    from crm.models.expense_claim import ExpenseClaim

    chosen = select(ExpenseClaim).where(ExpenseClaim.id.in_(ids))
    return db.session.scalars(chosen.options(*ExpenseClaim.for_page()))


class Loading(NamedTuple):
    """How documents of one kind are loaded: one by its id, locked or not, or many at once."""

    one: Callable[[int, bool], Any]
    many: Callable[[list[int]], Iterable[Any]]


# Every kind of document that can be approved.
DOCUMENTS: dict[str, Loading] = {"expense_claim": Loading(_expense_claim, _expense_claims)}
