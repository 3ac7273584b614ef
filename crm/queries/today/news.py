"""What others did since yesterday that somebody should know of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.extensions import db
from crm.models import Action, Company, Customer, Deal, Event, ExpenseClaim, Task, User
from crm.queries.today.length import SHOWN

# Of a team's doings a leader wants to hear of these.
OF_THE_TEAM = (Action.DEAL_CREATED, Action.DEAL_WON, Action.DEAL_LOST)


def since_yesterday(user: User, *, leads: bool) -> Sequence[Event]:
    """What others did at one's own customers, deals, tasks and claims; of a team, its deals."""
    company = Company.current()
    begin = clock.start_of(company.today() - timedelta(days=1), company.timezone)
    own_customers = select(Customer.id).where(Customer.owner_id == user.id)
    own_deals = select(Deal.id).where(Deal.owner_id == user.id)
    mine = [
        Event.customer_id.in_(own_customers),
        Event.deal_id.in_(own_deals),
        _about(ExpenseClaim, ExpenseClaim.claimant_id == user.id),
        _about(Task, Task.assignee_id == user.id),
    ]
    if leads:
        seen = Deal.visible_to(user).with_only_columns(Deal.id)
        mine.append(and_(Event.action.in_(OF_THE_TEAM), Event.deal_id.in_(seen)))
    return db.session.scalars(
        select(Event)
        .where(Event.at >= begin, Event.by_id != user.id, or_(*mine), Event.known_to(user))
        .options(joinedload(Event.by))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(SHOWN)
    ).all()


def _about(model: type[ExpenseClaim] | type[Task], whose):  # type: ignore[no-untyped-def]
    ids = select(model.id).where(whose)
    return and_(Event.subject_kind == model.__tablename__, Event.subject_id.in_(ids))
