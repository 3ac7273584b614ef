"""Who gets the daily report by mail, and of which days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from crm import clock
from crm.extensions import db
from crm.models import (
    Company,
    DailyReportMailing,
    Notification,
    NotificationKind,
    Role,
    User,
    UserRole,
)
from crm.reported_days import is_working_day

# What was missed while no worker ran is made up for, but not for longer.
LONGEST_BACK = 7


def mail_daily_reports() -> None:
    """Tell each manager for each working day whose hour has come, once for each day.

    The worker runs this every few minutes, so that another hour or time zone of the company holds
    at once. What the mail says is read when it is sent.
    """
    for day in _due():
        if DailyReportMailing.begin(day):
            for reader in db.session.scalars(_readers()):
                Notification.tell(
                    reader, NotificationKind.DAILY_REPORT, reader, cause=f"day {day}",
                    day=day.toordinal(),
                )  # fmt: skip


def _due() -> list[date]:
    """The days whose hour has come since the last one that was sent; at first only today."""
    company = Company.current()
    today, zone = company.today(), ZoneInfo(company.timezone)
    last = db.session.scalar(select(func.max(DailyReportMailing.day)))
    first = max(last + timedelta(days=1), today - timedelta(days=LONGEST_BACK)) if last else today
    days = [first + timedelta(days=at) for at in range((today - first).days + 1)]
    return [
        day
        for day in filter(is_working_day, days)
        if datetime.combine(day, company.daily_report_at, tzinfo=zone) <= clock.now()
    ]


def _readers() -> Select[User]:
    managers = select(UserRole.user_id).where(UserRole.role == Role.MANAGER)
    return User.active().where(User.id.in_(managers))
