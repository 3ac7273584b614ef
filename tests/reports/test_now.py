"""Lost deals, what stands still, and the load: counted once more in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.reports import DealReportFilter
from crm.models import Activity, Company, Deal, OptionList, Outcome, OutcomeKind, Task, User
from crm.queries.reports import ALL
from crm.queries.reports.report import Table
from tests.cast import Cast
from tests.conftest import BeginWith
from tests.reports.world import write_deals


def rows_of(table: Table) -> dict[str, list[Any]]:
    return {row.label: [figure.value for figure in row.figures] for row in table.rows}


def grouped(deals: Iterable[Deal], key: Callable[[Deal], Any]) -> dict[Any, list[Deal]]:
    found = defaultdict(list)
    for deal in deals:
        found[key(deal)].append(deal)
    return found


def amount(deals: Iterable[Deal]) -> Decimal:
    return sum((deal.base_amount or Decimal(0) for deal in deals), Decimal(0))


def seen_open(user: User) -> list[Deal]:
    return list(db.session.scalars(Deal.visible_to(user).where(Deal.closed_at.is_(None))))


def days_without_contact(deal: Deal) -> int:
    company = Company.current()
    notes = select(Activity.happened_at).where(Activity.deal_id == deal.id)
    last = max(db.session.scalars(notes).all(), default=deal.created_at)
    return (company.today() - company.day_of(last)).days


@settings(max_examples=12)
@given(
    days=st.lists(st.integers(0, 60), min_size=1, max_size=8),
    limits=st.lists(st.integers(0, 21), min_size=5, max_size=5),
)
def test_what_stands_still_is_what_deals_say_of_themselves(
    cast: Cast, days: list[int], limits: list[int]
) -> None:
    call = cast.option(OptionList.ACTIVITY_KIND, "Call")
    with db.session.begin_nested() as kept:
        for stage, limit in zip(cast.stages, limits, strict=True):
            stage.days_to_rot = limit
        for n, age in enumerate(days):
            deal = Deal(name=f"机会 {n}", owner=(cast.wang, cast.zhao)[n % 2], customer=cast.sigma)
            deal.set_amount(Decimal(100 * n), "CNY")
            at = clock.now() - timedelta(days=age, seconds=n % 3)
            Deal.open(deal, cast.stages[n % 5], by=cast.wang, at=at, historic=True)
            db.session.flush()
            for spoken in range(n % 3):  # of the first nobody spoke
                Activity.log(Activity(
                    deal=deal, customer=cast.sigma, kind=call, summary="问进度",
                    happened_at=at + timedelta(days=age // (2 + spoken)),
                ), by=cast.zhao)  # fmt: skip
        db.session.flush()
        for by, key in (("owner", lambda deal: deal.owner.name),
                        ("stage", lambda deal: deal.stage.label_en)):  # fmt: skip
            table = ALL["stuck"].of(DealReportFilter(report="stuck", by=by), cast.li)
            said = {
                name: [
                    len(deals), amount(deals),
                    *(figure for kind in ("warning", "alarm")
                      for here in [[deal for deal in deals
                                    if deal.stagnation(clock.now()) == kind]]
                      for figure in (len(here), amount(here))),
                ]
                for name, deals in grouped(seen_open(cast.li), key).items()
            }  # fmt: skip
            assert {name: row[:6] for name, row in rows_of(table).items()} == said
        still = [deal for deal in seen_open(cast.li) if deal.stagnation(clock.now())]
        longest = [deal.days_in_stage(clock.now()) for deal in still]
        silent = [days_without_contact(deal) for deal in still]
        assert table.total
        assert [figure.value for figure in table.total.figures[-2:]] == [
            max(longest, default=None), max(silent, default=None),
        ]  # fmt: skip
        kept.rollback()


@pytest.mark.parametrize("who", ["li", "wang", "admin"])
def test_the_load_of_each_is_what_they_own(begin_with: BeginWith, cast: Cast, who: str) -> None:
    begin_with(write_deals)
    Task.add(Task(title="回电话", assignee=cast.wang, deal=cast.pumps), by=cast.wang)
    done = Task.add(Task(title="问价", assignee=cast.wu, deal=cast.gauges), by=cast.wu)
    done.complete(by=cast.wu)
    db.session.flush()
    user = getattr(cast, who)
    table = ALL["load"].of(DealReportFilter(report="load"), user)
    stages = cast.stages  # in the second pipeline no deal stands
    waiting = set(db.session.scalars(select(Task.deal_id).where(Task.done_at.is_(None))))
    said = {}
    for name, deals in grouped(seen_open(user), lambda deal: deal.owner.name).items():
        row: list[Any] = []
        for stage in stages:
            here = [deal for deal in deals if deal.stage is stage]
            row += [len(here), amount(here)]
        still = [deal for deal in deals if deal.stagnation(clock.now())]
        idle = [deal for deal in deals if deal.id not in waiting]
        said[name] = [*row, len(deals), amount(deals), len(still), len(idle)]
    assert rows_of(table) == said
    assert table.total
    total = [figure.value for figure in table.total.figures]
    assert total == [sum(column) for column in zip(*said.values(), strict=True)]


def test_who_we_lose_to_is_one_however_it_is_written(begin_with: BeginWith, cast: Cast) -> None:
    begin_with(write_deals)
    filter = DealReportFilter(
        report="losses", by="competitor", period=Days("2024-01-01..2026-06-17")
    )
    table = ALL["losses"].of(filter, cast.admin)
    lost = db.session.scalars(
        select(Deal).join(Deal.outcome).where(Outcome.kind == OutcomeKind.LOST)
    )
    plain = {"KSB": "KSB", "ksb ": "KSB", "格兰富（苏州）": "格兰富", "格兰富(苏州)": "格兰富"}
    said = {
        name: (len(deals), amount(deals))
        for name, deals in grouped(
            lost, lambda deal: plain.get(deal.outcome.competitor or "", "No competitor named")
        ).items()
    }
    shown = {
        ("格兰富" if label.startswith("格兰富") else label): (row[0], row[2])
        for label, row in rows_of(table).items()
    }
    assert shown == said
    assert set(said) == {"KSB", "格兰富", "No competitor named"}
    assert sum(row[1] for row in rows_of(table).values()) == 100


def test_lost_without_a_reason_is_a_row(begin_with: BeginWith, cast: Cast) -> None:
    begin_with(write_deals)
    filter = DealReportFilter(report="losses", period=Days("2024-01-01..2026-06-17"))
    table = ALL["losses"].of(filter, cast.admin)
    lost = db.session.scalars(
        select(Deal).join(Deal.outcome).where(Outcome.kind == OutcomeKind.LOST)
    )
    reasons = grouped(
        lost, lambda deal: deal.outcome.reason.label_en if deal.outcome.reason else ""
    )
    assert {label: row[0] for label, row in rows_of(table).items()} == {
        name or "No reason given": len(deals) for name, deals in reasons.items()
    }
    counts = [row.figures[0].value for row in table.rows]
    assert counts == sorted(counts, reverse=True)
