"""Quota attainment: what each person or team won of what they were to win, and what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from crm.extensions import db
from crm.filters.columns import Kind
from crm.filters.days import Days
from crm.filters.deals import DealFilter
from crm.filters.facets import Person, ids_of, members_of
from crm.filters.reports import AttainmentFilter, DealReportFilter
from crm.models import Company, Noun, Scope, Team, User
from crm.models.quota import Holder
from crm.queries.attainment import Attainment, Attainments, open_deals, won_deals
from crm.queries.reports import ways
from crm.queries.reports.drawing import Bar, Drawing, Part, scaled
from crm.queries.reports.figures import Amount, Figure, Measure, Of, Page, Row, behind_first
from crm.queries.reports.report import Note, Report, Table
from crm.wording import person_word

# The list behind an amount has whole deals; the figure has the shares of those who share them.
MEASURES = (
    Measure(_l("Deals won"), of=Of.COUNT),
    Measure(_l("Quota"), Kind.MONEY),
    Measure(_l("Won"), Kind.MONEY),
    Measure(_l("Attainment"), Kind.PERCENT),
    Measure(_l("Still to win"), Kind.MONEY),
    Measure(_l("Weighted to come"), Kind.MONEY),
    Measure(_l("Coverage of the gap"), Kind.PERCENT),
    Measure(_l("Beyond the quota"), Kind.MONEY),
)
_DEALS, QUOTA, WON, RATE, _GAP, TO_COME = range(6)


def read(filter: DealReportFilter, user: User) -> Table:
    """A row for each person, or each team, that ``user`` sees; below them all together."""
    attainments = Attainments(filter.period, user)
    way = REPORT.way(filter)
    by_team = way is ways.TEAM
    holders: Sequence[Holder] = (_teams if by_team else _people)(attainments, filter)
    rows = [_row(attainments.of(holder), filter, _narrowed(holder)) for holder in holders]
    if not by_team:
        rows.sort(key=_won_first)
    total = None
    if user.sees(Noun.DEALS) is Scope.ALL and not (filter.owner or filter.team):
        total = _row(attainments.of(Company.current()), filter, {}, _("Company"))
    return Table(str(way.title), MEASURES, rows, total, _notes(attainments, rows))


def _won_first(row: Row) -> tuple[bool, Decimal]:
    """Whoever has a quota first, those who won most above."""
    return row.figures[QUOTA].value is None, -Decimal(row.figures[WON].value or 0)


def _people(attainments: Attainments, filter: DealReportFilter) -> Sequence[User]:
    people = attainments.people
    if filter.owner:
        wanted = ids_of(filter.owner, attainments.user)
        people = [person for person in people if person.id in wanted]
    if filter.team:
        members = set(db.session.scalars(members_of(filter.team)))
        people = [person for person in people if person.id in members]
    return people


def _teams(attainments: Attainments, filter: DealReportFilter) -> Sequence[Holder]:
    seen = [row.holder for row in attainments.plans.rows(attainments.user)]
    if not seen:  # no quota is known of these days: what was won is told all the same
        above = {person.team_id for person in _people(attainments, filter)}
        seen = list(db.session.scalars(select(Team).where(Team.id.in_(above))))
    teams = [holder for holder in seen if isinstance(holder, Team)]
    if filter.team:
        teams = [team for team in teams if team.id in filter.team]
    if filter.owner:  # those that they count for
        theirs = select(Team.path).join(User, User.team_id == Team.id)
        chosen = theirs.where(User.id.in_(ids_of(filter.owner, attainments.user)))
        paths = db.session.scalars(chosen).all()
        teams = [team for team in teams if any(path.startswith(team.path) for path in paths)]
    return sorted(teams, key=lambda team: team.path)


def _narrowed(holder: Holder) -> dict[str, Any]:
    if isinstance(holder, User):
        return {"owner": (Person(holder.id),)}
    return {"team": (holder.id,)} if isinstance(holder, Team) else {}


def _row(
    attainment: Attainment, filter: DealReportFilter, narrowed: dict[str, Any], label: str = ""
) -> Row:
    holder = attainment.holder
    if not label:
        label = person_word(holder) if isinstance(holder, User) else str(holder.name)
    # Of people also what they share: a list of the firm's deals has that anyway.
    shares = {**narrowed, "sharing": bool(narrowed)}
    owned: DealFilter = won_deals(filter.period).changed(**narrowed)
    won, coming = owned.changed(**shares), open_deals(filter.period)
    to_come = coming.changed(**shares) if coming else None
    last = filter.period.last
    plan = Page("quotas.index", (("year", last.year),)) if last else None
    return Row(f"{holder.__tablename__}{holder.id}", label, (
        Figure(attainment.deals, owned), Figure(attainment.quota, plan),
        Figure(attainment.won, won),
        Figure(attainment.percent, won),
        Figure(attainment.gap), Figure(attainment.weighted, to_come),
        Figure(attainment.coverage, to_come), Figure(attainment.over),
    ))  # fmt: skip


def _notes(attainments: Attainments, rows: Sequence[Row]) -> list[Note]:
    notes = [Note(_(
        "Of a deal that is shared each has their share: the owner what the others do not. The list "
        "behind an amount has the deals that are shared too, each with its whole amount; its "
        "column Shares says what part is whose. People count for the team they belong to now."
    ))]  # fmt: skip
    if not attainments.plans.terms:
        notes.append(Note(_("Quotas are known for whole months: choose a month, quarter or year.")))
    without = sum(1 for row in rows if row.figures[QUOTA].value is None)
    if attainments.plans.terms and without:
        notes.append(Note(ngettext(
            "%(num)d of the rows has no quota for all of these days.",
            "%(num)d of the rows have no quota for all of these days.", without,
        )))  # fmt: skip
    return notes


def draw(table: Table) -> Drawing:
    """What each won, and what is weighted to come after it; a mark where the quota stands."""
    shown = [row for row in table.rows if row.figures[QUOTA].value or row.figures[WON].value]
    scale = scaled(max(_of(row, QUOTA), _of(row, WON) + _of(row, TO_COME)) for row in shown)
    bars = [
        Bar(
            row.label, _words(row),
            [Part(scale(_of(row, WON)), "green"),
             Part(scale(_of(row, TO_COME)), "grey", scale(_of(row, WON)))],
            behind_first(row, WON, TO_COME),
            mark=scale(_of(row, QUOTA)) if _of(row, QUOTA) else None,
        )
        for row in shown
    ]  # fmt: skip
    says = _("A bar for each row: what was won, then what is weighted to come; the mark is the "
             "quota.")  # fmt: skip
    return Drawing(_("Quota attainment"), says, bars)


def _of(row: Row, place: int) -> Decimal:
    return Decimal(row.figures[place].value or 0)


def _words(row: Row) -> str:
    values: list[Amount] = [row.figures[place].value for place in (RATE, WON, QUOTA)]
    rate, won, quota = (
        MEASURES[place].words(value)
        for place, value in zip((RATE, WON, QUOTA), values, strict=True)
    )
    return _("%(rate)s, %(won)s of %(quota)s", rate=rate, won=won, quota=quota)


REPORT = Report(
    "attainment",
    "target",
    _l("How much of the quota is won, and will the rest come?"),
    _l("Won ÷ quota, in the period. Still to win: the quota less what was won. Weighted to come: "
       "amount × probability of the open deals that are expected by the end of the period; "
       "coverage is that ÷ what is still to win."),
    read,
    draw,
    ways=(ways.OWNER, ways.TEAM),
    filter=AttainmentFilter,
    usual=Days("this_year"),  # quotas are of months, quarters and years
)  # fmt: skip
