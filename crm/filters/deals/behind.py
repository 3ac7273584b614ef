"""What stands behind the figures of reports: by these a list shows just what was counted.

Most of it is in no menu: a figure's link says it, and the list shows it as what narrows it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.filters import facets
from crm.filters.base import one_of
from crm.filters.deals.stagnation import stuck
from crm.filters.facets import NOBODY, Facet, Person, ids_of
from crm.filters.quality import one_of_these
from crm.models import Deal, OptionList, Outcome, Team, User
from crm.models.deal.competitor import folded_name
from crm.once import once_a_request
from crm.wording.fields import FIELDS

if TYPE_CHECKING:
    from crm.filters.deals import DealFilter


class DealGap(StrEnum):
    """What a deal lacks."""

    AMOUNT = "amount"
    SOURCE = "source"
    PRODUCT = "product"
    EXPECTED_CLOSE = "expected_close"
    TEAM = "team"  # its owner is in none
    REASON = "reason"  # why it was lost
    COMPETITOR = "competitor"  # to whom it was lost


class Standing(StrEnum):
    """How long a deal that stands still has been standing, against the days of its stage."""

    AMBER = "amber"
    RED = "red"  # 1.5 times as long, or longer


GAP_WORDS: dict[DealGap, Any] = {gap: FIELDS[gap.value] for gap in DealGap}
GAPS: dict[DealGap, Callable[[], ColumnElement[bool]]] = {
    DealGap.AMOUNT: lambda: Deal.base_amount.is_(None),
    DealGap.SOURCE: lambda: Deal.source_id.is_(None),
    DealGap.PRODUCT: lambda: func.coalesce(Deal.product, "") == "",
    DealGap.EXPECTED_CLOSE: lambda: Deal.expected_close.is_(None),
    DealGap.TEAM: lambda: Deal.owner_id.in_(select(User.id).where(User.team_id.is_(None))),
    DealGap.REASON: lambda: ~Deal.outcome.has(Outcome.reason_id.is_not(None)),
    DealGap.COMPETITOR: lambda: ~Deal.outcome.has(func.coalesce(Outcome.competitor, "") != ""),
}
STANDING_WORDS: dict[Standing, Any] = {
    Standing.AMBER: _l("at the limit of the stage"),
    Standing.RED: _l("at 1.5 times the limit"),
}
STANDINGS: dict[Standing, Callable[[], ColumnElement[bool]]] = {
    Standing.AMBER: lambda: and_(stuck(), not_(stuck(alarm=True))),
    Standing.RED: lambda: stuck(alarm=True),
}
FACETS: tuple[Facet, ...] = (
    facets.record("deal", FIELDS["deal"], Deal),
    facets.pipelines("pipeline", _l("Pipeline")),
    facets.leaders("manager", FIELDS["manager"]),
    facets.led_to("sharing", _l("Shared deals too"), lambda _yes: gettext("Shared deals too")),
    facets.options("reason", _l("Reason for losing"), OptionList.LOST_REASON),
    facets.states("missing", _l("Missing"), DealGap, GAP_WORDS.__getitem__),
    facets.led_to("product", FIELDS["product"]),
    facets.led_to("competitor", FIELDS["competitor"]),
    facets.led_to("standing", _l("Stalled"), lambda each: str(STANDING_WORDS[Standing(each)])),
)


def counted(filter: DealFilter, user: User) -> list[ColumnElement[bool]]:
    """The conditions that a deal is one of those that a figure counts."""
    conditions = [
        *one_of(Deal.id, (filter.deal,) if filter.deal else ()),
        *one_of(Deal.pipeline_id, (filter.pipeline,) if filter.pipeline else ()),
        *one_of_these(GAPS, filter.missing),
        *one_of_these(STANDINGS, filter.standing),
    ]
    if filter.manager:
        conditions.append(Deal.owner_id.in_(led_by(filter.manager, user)))
    if filter.reason:
        conditions.append(Deal.outcome.has(Outcome.reason_id.in_(filter.reason)))
    if filter.product:
        conditions.append(Deal.product == filter.product)
    if filter.competitor:
        conditions.append(Deal.outcome.has(Outcome.competitor.in_(spellings(filter.competitor))))
    return conditions


def spellings(competitor: str) -> list[str]:
    """In which ways the competitor is written at what was lost to it."""
    written = select(Outcome.competitor).where(Outcome.competitor.is_not(None)).distinct()
    return [each for each in db.session.scalars(written)
            if each and folded_name(each) == folded_name(competitor)]  # fmt: skip


def led_by(people: tuple[Person, ...], user: User) -> list[int]:
    """The ids of those whose superior is one of ``people``."""
    wanted: set[int | None] = set(ids_of(people, user))
    if NOBODY in people:
        wanted.add(None)
    return [id for id, superior in superiors().items() if superior in wanted]


def superiors() -> dict[int, int | None]:
    """By the id of each user the id of their superior: a few queries, however many there are."""
    return once_a_request("superiors", _superiors)


def _superiors() -> dict[int, int | None]:
    # Read together, and held: what each names is then known without asking for it.
    held = db.session.scalars(select(Team).options(joinedload(Team.head))).all()
    users = db.session.scalars(select(User).options(joinedload(User.manager))).all()
    found = {user.id: user.superior() for user in users}
    del held
    return {id: superior.id if superior else None for id, superior in found.items()}
