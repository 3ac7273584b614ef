"""The demo world while it is being made: its clock, its dice, its people and its pick lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from crm import clock
from crm.demo.firms import ForeignFirm, Trade
from crm.extensions import db
from crm.models import Contact, Customer, Option, OptionList, Pipeline, Role, Stage, User

SEED = 20260617
TIMEZONE = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
# Month and days on which nobody in China works, whatever the year.
HOLIDAYS = {1: {1}, 5: {1, 2, 3}, 10: {1, 2, 3, 4, 5, 6, 7}}
LATELY = 7  # days that people still remember
# How busy each month is: quiet around the New Year of the moon, a rush before the year ends.
SEASONS = {1: 6, 2: 3, 3: 9, 4: 10, 5: 10, 6: 11, 7: 7, 8: 7, 9: 10, 10: 8, 11: 11, 12: 14}


class World:
    """What every module of the demo shares: the company's day, this moment, the seeded dice."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.now = clock.now()
        self.dice = Random(SEED)  # noqa: S311  # the same world every time, no secret
        self.people: dict[str, User] = {}
        self.places: list[Place] = []
        self.stages: list[Stage] = list(db.session.scalars(Stage.in_order(Pipeline.main())))
        self._options: dict[OptionList, list[Option]] = {
            which: list(db.session.scalars(Option.of(which))) for which in OptionList
        }

    @contextmanager
    def at(self, moment: datetime) -> Iterator[datetime]:
        """Do something at ``moment``: what is written inside carries that time."""
        with clock.stopped_at(moment):
            yield moment
            db.session.flush()  # the times of changed rows are set when they are written

    def moment(self, day: date, earliest: int = 8, latest: int = 18) -> datetime:
        """Some time on ``day`` within working hours, but never later than now."""
        minutes = self.dice.randrange(earliest * 60 + 20, latest * 60)
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=TIMEZONE)
        return min(local, self.now - timedelta(minutes=self.dice.randint(1, 20)))

    def days_ago(self, days: int) -> date:
        """The working day that lies ``days`` back, or one before it."""
        return workday(self.today - timedelta(days=days), spread=days > LATELY)

    def days_in_season(self, count: int, first: int, last: int) -> list[date]:
        """``count`` working days between ``first`` and ``last`` days ago, more in busy months."""
        days = [self.today - timedelta(days=n) for n in range(last, first + 1)]
        days = [day for day in days if is_workday(day)]
        return sorted(self.dice.choices(days, [SEASONS[day.month] for day in days], k=count))

    def chance(self, percent: float) -> bool:
        """True in ``percent`` of 100 cases."""
        return self.dice.random() * 100 < percent

    def option(self, which: OptionList, label: str) -> Option:
        """The option with this Chinese label or this code."""
        return next(o for o in self._options[which] if label in (o.label_zh, o.code))

    def any_option(self, which: OptionList, *weights: int) -> Option:
        """Some option of the list, by the weights of its first entries."""
        options = self._options[which][: len(weights)]
        return self.dice.choices(options, weights)[0]

    def reps(self, team: str) -> list[User]:
        """Those who sell in a team, by its name."""
        return [
            user for user in self.people.values()
            if user.team and user.team.name == team and not user.has_role(Role.MANAGER)
        ]  # fmt: skip


class Place:
    """A customer with what the demo knows of it: its trade, its people, how they are addressed."""

    def __init__(self, customer: Customer, short: str, city: str,
                 trade: Trade | None = None, firm: ForeignFirm | None = None) -> None:  # fmt: skip
        self.customer = customer
        self.short = short
        self.city = city
        self.trade = trade
        self.firm = firm
        self.contacts: list[Contact] = []
        self.addresses: dict[str, str] = {}

    @property
    def is_abroad(self) -> bool:
        return self.firm is not None

    def address_of(self, contact: Contact) -> str:
        """How a rep calls the contact: ``刘部长``, or the name itself abroad."""
        return self.addresses.get(contact.name, contact.name)


def is_workday(day: date) -> bool:
    """Whether people are in their offices."""
    return day.weekday() < SATURDAY and day.day not in HOLIDAYS.get(day.month, ())


def workday(day: date, *, spread: bool = True) -> date:
    """``day``, or a working day before it.

    :param spread: a weekend stands for some day of its week, so that Fridays are days like others.
    """
    if spread and day.weekday() >= SATURDAY:
        day -= timedelta(days=day.weekday() - day.toordinal() // 7 % SATURDAY)
    while not is_workday(day):
        day -= timedelta(days=1)
    return day
