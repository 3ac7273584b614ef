"""Everything about one deal that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.extensions import db
from crm.models import Activity, Contact, Deal, ExpenseItem, Stage, StageStay, Task, User
from crm.models.deal.competitor import DealCompetitor
from crm.models.deal.deal_contact import DealContact
from crm.queries import timeline
from crm.queries.few import Few
from crm.queries.related import SHOWN, Spend, last_contact, spend_of, tasks_of
from crm.queries.timeline import Timeline, Wanted

# So many competitors are suggested.
MOST_RIVALS = 30


@dataclass(frozen=True)
class PathStep:
    """A stage on the deal's way, and how long the deal has stood in it altogether."""

    stage: Stage
    days: int
    visited: bool
    is_current: bool


@dataclass(frozen=True)
class DealPage:
    path: list[PathStep]
    stays: Sequence[StageStay]
    tasks: Few[Task]
    # Who takes part in the decision, and who else is at the customer.
    circle: Sequence[DealContact]
    contacts: Few[Contact]
    last_contact: datetime | None
    spend: Spend
    timeline: Timeline


def page_of(deal: Deal, user: User, wanted: Wanted) -> DealPage:
    """Read what ``user`` may see of ``deal``."""
    stays = db.session.scalars(
        select(StageStay)
        .where(StageStay.deal_id == deal.id)
        .options(joinedload(StageStay.stage), joinedload(StageStay.entered_by))
        .order_by(StageStay.entered_at, StageStay.id)
    ).all()
    return DealPage(
        path=_path(deal, stays),
        stays=stays,
        tasks=tasks_of(user, Task.deal_id == deal.id),
        circle=deal.circle_in_order,
        contacts=_others_at_customer(deal, user),
        last_contact=last_contact(user, Activity.deal_id == deal.id),
        spend=spend_of(user, ExpenseItem.deal_id == deal.id),
        timeline=timeline.of_deal(deal, user, wanted),
    )


def known_rivals(user: User) -> Sequence[str]:
    """Whom deals that ``user`` sees name as competitors, the most frequent first."""
    name = func.max(DealCompetitor.name)
    seen = Deal.visible_to(user).with_only_columns(Deal.id)
    named = select(name).where(DealCompetitor.deal_id.in_(seen)).group_by(DealCompetitor.folded)
    return db.session.scalars(named.order_by(func.count().desc(), name).limit(MOST_RIVALS)).all()


def _others_at_customer(deal: Deal, user: User) -> Few[Contact]:
    """The contacts at the customer that take no part in the decision, the primary first."""
    if deal.customer_id is None:
        return Few.none()
    named = [each.contact_id for each in deal.circle]
    others = Contact.visible_to(user).where(
        Contact.customer_id == deal.customer_id, Contact.id.not_in(named)
    )
    return Few.of(others.order_by(Contact.is_primary.desc(), Contact.sort_name), shown=SHOWN)


def _path(deal: Deal, stays: Sequence[StageStay]) -> list[PathStep]:
    """The pipeline's stages. A stage never visited is not shown as passed, whatever its place."""
    now = clock.now()
    steps = []
    # Of those out of use only where it stood, or stood last.
    stood = {deal.stage_id, *(stay.stage_id for stay in stays)}
    on_the_way = or_(Stage.retired_at.is_(None), Stage.id.in_(stood))
    for stage in db.session.scalars(
        select(Stage)
        .where(Stage.pipeline_id == deal.pipeline_id, on_the_way)
        .order_by(Stage.position)
    ):
        here = [stay for stay in stays if stay.stage_id == stage.id]
        days = sum(stay.days(now) for stay in here)
        current = deal.is_open and stage.id == deal.stage_id
        steps.append(PathStep(stage, days, bool(here), current))
    return steps
