"""The inbox: what waits for somebody, what they decided, and what waits for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.extensions import db
from crm.models import ApprovalAssignment, ApprovalComment, ApprovalRequest, Noun, Team, User
from crm.paging import PER_PAGE, Order, Page
from crm.queries.approvals.facts import Facts, facts_of_all


@dataclass(frozen=True)
class Inbox:
    """A page of what waits for somebody, the oldest first.

    Where nothing waits: whether anything may, and who decides on what they hand in themselves.
    """

    page: Page[ApprovalAssignment]
    waiting: Sequence[Facts]
    is_asked: bool
    asks: User | None


def inbox_of(user: User, *, after: str = "", before: str = "") -> Inbox:
    """What ``user`` is asked to decide: few queries, however much waits."""
    page = Page.of(
        ApprovalAssignment.waiting_for(user).order_by(None),
        Order.by(ApprovalAssignment.asked_at, unique=ApprovalAssignment.id),
        after=after, before=before,
        options=(*ApprovalAssignment.for_list(), *_with_what_was_said()),
    )  # fmt: skip
    is_asked = bool(page.records) or _decides(user)
    claims = user.changes(Noun.CLAIMS) and not is_asked
    asks = user.superior() if claims else None
    return Inbox(page, facts_of_all(page.records), is_asked, asks)


def touched_by(decided: ApprovalAssignment, ids: Iterable[int], user: User) -> list[Facts]:
    """Of what waits for ``user`` by these ids, that around which a decision changes something."""
    others = db.session.scalars(
        ApprovalAssignment.waiting_for(user)
        .where(ApprovalAssignment.id.in_(ids))
        .options(*ApprovalAssignment.for_list())
        .limit(PER_PAGE)
    ).all()
    if not others:
        return []
    about, *facts = facts_of_all([decided, *others])
    return [each for each in facts if _counted_in(about) & _counted_in(each)]


def _counted_in(facts: Facts) -> set[Any]:
    """In whose sums a document counts: its claimant, customers, deals and budgets."""
    return {
        facts.document.claimant,
        *(around.customer for around in facts.around),
        *(around.deal for around in facts.deals),
        *(use.budget for use in facts.budgets),
    }


def count_waiting(user: User) -> int:
    """How much waits for ``user``."""
    return _count(ApprovalAssignment.waiting_for(user), ApprovalAssignment.id)


def counts_of(user: User) -> dict[str, int]:
    """How much waits for ``user``, and how much for others."""
    others = _count(ApprovalRequest.waiting_for_others(user), ApprovalRequest.id)
    return {"mine": count_waiting(user), "others": others}


def waiting_for_others(user: User, *, after: str = "", before: str = "") -> Page[ApprovalRequest]:
    """A page of what others decide now, the oldest first, with who is asked since when."""
    asked = selectinload(ApprovalRequest.assignments)
    return Page.of(
        ApprovalRequest.waiting_for_others(user),
        Order.by(ApprovalRequest.created_at, unique=ApprovalRequest.id),
        after=after, before=before,
        options=(
            joinedload(ApprovalRequest.claimant), joinedload(ApprovalRequest.step),
            asked.joinedload(ApprovalAssignment.approver),
        ),
    )  # fmt: skip


def _with_what_was_said() -> Iterator[Any]:
    """Loading options: decisions and comments so far, of all requests at once."""
    request = joinedload(ApprovalAssignment.request)
    yield request.selectinload(ApprovalRequest.assignments).options(
        joinedload(ApprovalAssignment.approver), joinedload(ApprovalAssignment.step),
        joinedload(ApprovalAssignment.in_place_of),
    )  # fmt: skip
    yield request.selectinload(ApprovalRequest.comments).joinedload(ApprovalComment.by)


def _count(chosen: Any, unique: Any) -> int:
    ids = chosen.with_only_columns(unique).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(ids)) or 0


def _decides(user: User) -> bool:
    """Whether somebody's claims may come to ``user``: a superior, or an administrator."""
    if user.is_administrator:
        return True
    leads = select(Team.id).where(Team.head_id == user.id).exists()
    manages = select(User.id).where(User.manager_id == user.id).exists()
    return bool(db.session.scalar(select(or_(leads, manages))))
