"""A report of which kinds of cost there are, beside days on which there were others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.filters.days import Days
from crm.filters.reports import Compared, CostReportFilter
from crm.queries.reports import ALL
from crm.queries.reports.figures import Row
from crm.queries.reports.report import Table
from tests.cast import Cast
from tests.claims import make_item, submitted
from tests.page import Browser

MAY = "2026-05-01..2026-05-31"


def spend(cast: Cast, amount: str, kind: str, day: date) -> None:
    item = make_item(cast, category=kind)
    item.set_amount(Decimal(amount), "CNY", day)
    submitted(cast, item)


def told(table: Table, row: Row) -> dict[str, tuple[object, object]]:
    """What a row says by its measures: now, and before."""
    figures = zip(row.figures, row.before, strict=True)
    return {
        str(measure.title): (now.value, then.value)
        for measure, (now, then) in zip(table.measures, figures, strict=True)
    }


def test_each_kind_is_compared_with_itself_and_with_nothing_where_there_was_none(
    cast: Cast, browser: Browser
) -> None:
    spend(cast, "300", "Travel", date(2026, 4, 10))
    spend(cast, "50", "Courier", date(2026, 4, 11))
    spend(cast, "80", "Samples", date(2026, 5, 10))
    spend(cast, "20", "Courier", date(2026, 5, 11))
    filter = CostReportFilter(report="cost_kinds", period=Days(MAY), by="claimant",
                              compare=Compared.BEFORE)  # fmt: skip
    table = ALL["cost_kinds"].of(filter, cast.admin)
    for row in table.all_rows:
        figures = told(table, row)
        assert figures["Total"] == (100, 350)
        assert figures["Samples"] == (80, None)
        assert figures["Courier"] == (20, 50)
        assert figures["Travel"] == (None, 300)
    browser.sign_in("li")
    page = browser.get(f"/reports/cost_kinds?period={MAY}&by=claimant&compare=before")
    assert "Travel" in page.text


def test_days_without_any_cost_are_compared_with_days_that_had_some(
    cast: Cast, browser: Browser
) -> None:
    spend(cast, "80", "Samples", date(2026, 5, 10))
    browser.sign_in("li")
    for period in (MAY, "2026-06-01..2026-06-30"):
        page = browser.get(f"/reports/cost_kinds?period={period}&compare=before")
        assert "Samples" in page.text
        file = f"/reports/cost_kinds/exports?period={period}&compare=before"
        browser.post(file, {"format": "csv"}, status=200, buffered=True)
        assert "Samples" in browser.last.get_data().decode("utf-8-sig").partition("\r\n")[0]
