"""Activities and customers: counted once more in plain Python, and what each row means."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from crm import clock
from crm.extensions import db
from crm.filters.days import Days
from crm.filters.facets import Person
from crm.filters.reports import ReachReportFilter
from crm.models import Activity, Customer, CustomerKind, OptionList, User
from crm.queries.reports import ALL
from crm.queries.reports.figures import Amount
from crm.queries.reports.report import Table
from tests.cast import Cast

MARCH = Days("2026-03-01..2026-03-31")


def log(cast: Cast, kind: str, day: int, at: Customer | None, by: User, month: int = 3) -> Activity:
    """Somebody was in touch at noon, in Shanghai, of a day."""
    happened = clock.moment_of(date(2026, month, day), time(12), "Asia/Shanghai")
    return Activity.log(
        Activity(customer=at, kind=cast.option(OptionList.ACTIVITY_KIND, kind), summary="谈了",
                 happened_at=happened),
        by=by,
    )  # fmt: skip


def enter(name: str, owner: User | None, by: User, day: int, **more: object) -> Customer:
    """A customer that somebody entered on a day of March."""
    at = clock.moment_of(date(2026, 3, day), time(9), "Asia/Shanghai")
    return Customer.register(Customer(name=name, owner=owner, created_at=at, **more), by=by)


def asked(by: str, user: User, **narrowed: object) -> Table:
    return ALL["activities"].of(
        ReachReportFilter(report="activities", by=by, period=MARCH, **narrowed), user  # type: ignore[arg-type]
    )  # fmt: skip


def told(table: Table) -> dict[str, dict[str, Amount]]:
    """By row and by column, what is more than nothing; the total is called so."""
    return {
        row.label: {
            str(measure.title): figure.value
            for measure, figure in zip(table.measures, row.figures, strict=True)
            if figure.value
        }
        for row in table.all_rows
    }


@pytest.fixture
def march(cast: Cast) -> Cast:
    """Wang visits her Sigma twice and calls once, Zhao calls Sigma; Wu visits in the West.

    Wang has a second customer, new in March, whom only Zhao saw, and a third whom nobody did.
    """
    cast.sigma.grade = cast.option(OptionList.GRADE, "A Key customer")
    helped = enter("沈阳泵业", cast.wang, cast.zhao, 5, kind=CustomerKind.PROSPECT)
    enter("鞍山阀门", cast.wang, cast.wang, 6, kind=CustomerKind.PROSPECT)
    for day in (3, 10):
        log(cast, "Visit", day, cast.sigma, cast.wang)
    log(cast, "Call", 11, cast.sigma, cast.wang)
    log(cast, "Call", 31, cast.sigma, cast.zhao)
    log(cast, "Visit", 12, helped, cast.zhao)
    log(cast, "Visit", 12, cast.western, cast.wu)
    log(cast, "Visit", 1, cast.sigma, cast.wang, month=4)
    db.session.commit()
    return cast


def test_each_person_has_what_they_did_and_what_part_of_their_customers_they_touched(
    march: Cast,
) -> None:
    rows = told(asked("owner", march.li))
    assert rows["王芳"] == {
        "Visit": 2, "Call": 1, "Total": 3, "Customers touched": 1, "Own customers": 3,
        "Of these touched": 1, "Share touched": Decimal(100) / 3, "New customers": 1,
    }  # fmt: skip
    assert rows["赵磊"] == {
        "Visit": 1, "Call": 1, "Total": 2, "Customers touched": 2, "New customers": 1,
    }  # fmt: skip
    # Together they touched what belongs to Wang, whoever it was.
    assert rows["Total"] == {
        "Visit": 3, "Call": 2, "Total": 5, "Customers touched": 2, "Own customers": 3,
        "Of these touched": 2, "Share touched": Decimal(200) / 3, "New customers": 2,
    }  # fmt: skip


def test_who_did_nothing_but_has_customers_stands_there_too(march: Cast) -> None:
    enter("抚顺石化", march.sun, march.wang, 7)
    db.session.commit()
    assert told(asked("owner", march.li))["孙健"] == {"Own customers": 1}


def test_by_grade_and_by_kind_customers_are_told_apart_as_they_are_now(march: Cast) -> None:
    grades = told(asked("grade", march.li))
    assert grades["A Key customer"] == {
        "Visit": 2, "Call": 2, "Total": 4, "Customers touched": 1, "Own customers": 1,
        "Of these touched": 1, "Share touched": 100,
    }  # fmt: skip
    assert grades["Nothing chosen"] == {
        "Visit": 1, "Total": 1, "Customers touched": 1, "Own customers": 2, "Of these touched": 1,
        "Share touched": 50, "New customers": 2,
    }  # fmt: skip
    kinds = told(asked("level", march.li))
    assert (kinds["Customer"]["Total"], kinds["Prospect"]["Total"]) == (4, 1)


def test_months_and_weeks_tell_of_visits_and_new_customers_in_time(march: Cast) -> None:
    weeks = told(asked("week", march.li))
    assert weeks["2026-03-09"] == {
        "Visit": 2, "Call": 1, "Total": 3, "Customers touched": 2, "Own customers": 3,
        "Of these touched": 2, "Share touched": Decimal(200) / 3,
    }  # fmt: skip
    assert weeks["2026-03-02"]["New customers"] == 2
    drawn = asked("week", march.li).drawing
    assert drawn is not None
    assert [words for words, _tone in drawn.legend] == ["Visit", "New customers"]


def test_of_customers_that_one_does_not_see_nothing_is_told(march: Cast) -> None:
    log(march, "Visit", 13, march.western, march.wang)
    db.session.commit()
    rows = told(asked("level", march.wang))
    assert rows["Customers of others"] == {"Visit": 1, "Total": 1}
    assert told(asked("owner", march.wang))["王芳"]["Customers touched"] == 1


def test_the_report_narrowed_to_one_is_that_of_their_row(march: Cast) -> None:
    alone = told(asked("owner", march.li, owner=(Person(march.zhao.id),)))
    assert list(alone) == ["赵磊", "Total"]
    visits = march.option(OptionList.ACTIVITY_KIND, "Visit")
    only = told(asked("owner", march.li, kind=(visits.id,)))
    assert only["Total"]["Total"] == 3
