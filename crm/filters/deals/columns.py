"""The columns of the list of deals."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import joinedload, selectinload, with_expression

from crm import clock
from crm.filters.columns import Column, Kind, option, person
from crm.models import Activity, Company, Customer, Deal, OutcomeKind, Pipeline, Stage, User
from crm.wording import person_word
from crm.wording.fields import FIELDS

STAGNATION = {"alarm": "red", "warning": "amber", "": ""}
STAGE = select(Stage.position).where(Stage.id == Deal.stage_id).scalar_subquery()
PIPELINE = select(Pipeline.position).where(Pipeline.id == Deal.pipeline_id).scalar_subquery()
CHANCE = func.coalesce(
    Deal.probability, select(Stage.probability).where(Stage.id == Deal.stage_id).scalar_subquery()
)
CUSTOMER = func.coalesce(
    select(Customer.sort_name).where(Customer.id == Deal.customer_id).scalar_subquery(), ""
)


def _stage(deal: Deal) -> Stage | OutcomeKind:
    """Where the deal stands: its stage, or how it ended."""
    return deal.outcome.kind if deal.outcome else deal.stage


def _stage_tone(deal: Deal) -> str:
    if deal.outcome:
        return "green" if deal.outcome.is_won else "red"
    return deal.stage.colour


def last_contact(user: User) -> ScalarSelect[Any]:
    """When somebody was last in touch about a deal, as far as ``user`` may know."""
    about_it = Activity.visible_to(user).where(Activity.deal_id == Deal.id)
    return (
        about_it.with_only_columns(func.max(Activity.happened_at)).correlate(Deal).scalar_subquery()
    )


def _day_of_last_contact(deal: Deal) -> date | None:
    return deal.last_contact and Company.current().day_of(deal.last_contact)


def _shares(deal: Deal) -> str:
    """Who has which part of a deal that is shared, its owner first."""
    others = [(each.user, each.split) for each in deal.sharing if each.split]
    parts = [(deal.owner, deal.owner_split), *others] if others else []
    return ", ".join(f"{person_word(user)} {split}%" for user, split in parts)


COLUMNS: tuple[Column, ...] = (
    Column("name", FIELDS["name"], lambda deal: deal.name, Kind.TITLE, sort=(Deal.sort_name,)),
    Column("customer", FIELDS["customer"], lambda deal: deal.customer, Kind.LINK,
           sort=(CUSTOMER,), load=(joinedload(Deal.customer),)),
    Column("stage", _l("Stage"), _stage, Kind.BADGE, sort=(STAGE,), tone=_stage_tone,
           load=(joinedload(Deal.stage), joinedload(Deal.outcome))),
    Column("pipeline", FIELDS["pipeline"], lambda deal: deal.pipeline,
           sort=(PIPELINE,), load=(joinedload(Deal.pipeline),), shown=False),
    Column("stage_since", _l("Days in stage"),
           lambda deal: deal.days_in_stage(clock.now()) if deal.is_open else None, Kind.DAYS,
           sort=(Deal.stage_since,), counts_down=True, load=(joinedload(Deal.stage),),
           tone=lambda deal: STAGNATION[deal.stagnation(clock.now())], shown=False),
    Column("last_contact", _l("Last contact"), _day_of_last_contact, Kind.DAY,
           sort=lambda user: (last_contact(user),), shown=False,
           load_for=lambda user: with_expression(Deal.last_contact, last_contact(user))),
    Column("snoozed_until", _l("Snoozed until"), lambda deal: deal.snoozed_until, Kind.DAY,
           sort=(Deal.snoozed_until,), shown=False),
    Column("amount", FIELDS["amount"], lambda deal: deal.amount, Kind.MONEY,
           sort=(Deal.base_amount,), currency=lambda deal: deal.currency),
    Column("expected", FIELDS["expected_close"], lambda deal: deal.expected_close, Kind.DAY,
           sort=(Deal.expected_close,),
           tone=lambda deal: "red" if deal.is_overdue(Company.current().today()) else ""),
    person(Deal.owner),
    Column("sharing", _l("Shares"), _shares, Kind.LONG, shown=False,
           load=(joinedload(Deal.owner), selectinload(Deal.sharing))),
    Column("created", _l("Created on"), lambda deal: deal.created_at, Kind.DAY,
           sort=(Deal.created_at,), minor=True),
    Column("code", _l("Code"), lambda deal: deal.code, Kind.CODE, sort=(Deal.id,),
           shown=False),
    Column("chance", FIELDS["probability"], lambda deal: deal.chance, Kind.PERCENT,
           sort=(CHANCE,), load=(joinedload(Deal.stage),), shown=False),
    Column("weighted", _l("Weighted"), lambda deal: deal.weighted_amount, Kind.MONEY,
           sort=(func.coalesce(Deal.base_amount, 0) * CHANCE,),
           load=(joinedload(Deal.stage),), shown=False),
    option(Deal.source, shown=False),
    Column("contact", FIELDS["contact"], lambda deal: deal.contact, Kind.LINK,
           load=(joinedload(Deal.contact),), shown=False),
    Column("product", FIELDS["product"], lambda deal: deal.product, shown=False),
    Column("next_step", FIELDS["next_step"], lambda deal: deal.next_step, Kind.LONG,
           shown=False),
    Column("closed", _l("Closed on"), lambda deal: deal.closed_at, Kind.DAY,
           sort=(Deal.closed_at,), shown=False),
    Column("tags", FIELDS["tags"], lambda deal: deal.tags, Kind.BADGES, shown=False,
           load=(selectinload(Deal.tags),)),
    Column("updated", _l("Changed"), lambda deal: deal.updated_at, Kind.DAY,
           sort=(Deal.updated_at,), shown=False),
)  # fmt: skip
