"""The timetable: what the worker does by the clock, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from crm.importers.uploads import forget_old
from crm.models import Notification, OneTimeLink, SignInAttempt, TrustedDevice, UserSession
from crm.models.approval.pressing import hand_over_absences, press_on
from crm.models.purging import purge_old
from crm.queries.daily_report.mailing import mail_daily_reports
from crm.queries.digests import write_digests
from crm.queries.reminder_rules.making import make_tasks_by_rules
from crm.queries.reminders import remind_of_tasks
from crm.queries.silence import keep_the_pool
from crm.queries.stagnation import tell_of_stuck_deals
from crm.schedules import Daily, Every, Schedule
from crm.unused_files import remove_unused


class Entry(NamedTuple):
    """What is done, and when. It runs in one transaction with the note that it was done."""

    run: Callable[[], None]
    schedule: Schedule
    words: Any = ""  # what people are told it does; lazy, in the reader's language


def forget_old_sessions() -> None:
    """Delete sign-ins, devices and links that nobody can use any more."""
    UserSession.forget_old()
    TrustedDevice.forget_old()
    OneTimeLink.forget_old()


TIMETABLE: dict[str, Entry] = {
    "forget_old_imports": Entry(
        forget_old, Every(minutes=60), _l("Forget the files of old imports")
    ),
    "forget_read_notifications": Entry(
        Notification.forget_old, Daily(time(3, 45)), _l("Forget old notifications")
    ),
    "forget_sign_in_attempts": Entry(
        SignInAttempt.forget_old, Every(minutes=60), _l("Forget failed sign-ins")
    ),
    "keep_the_pool": Entry(
        keep_the_pool,
        Daily(time(7, 0)),
        _l("Warn owners of silent customers, and give those to the pool"),
    ),
    "tell_of_stuck_deals": Entry(
        tell_of_stuck_deals, Daily(time(7, 30)), _l("Tell of deals that stand still")
    ),
    "hand_over_absences": Entry(
        hand_over_absences, Daily(time(0, 5)), _l("Hand over what waits for who is away")
    ),
    "press_on_approvals": Entry(
        press_on, Every(minutes=15), _l("Remind who decides, or ask others")
    ),
    "mail_daily_reports": Entry(mail_daily_reports, Every(minutes=5), _l("Mail the daily reports")),
    "make_tasks_by_rules": Entry(
        make_tasks_by_rules, Every(minutes=1), _l("Make tasks by the reminder rules")
    ),
    "purge_the_trash": Entry(purge_old, Every(minutes=60), _l("Empty the trash of what is old")),
    "remind_of_tasks": Entry(remind_of_tasks, Every(minutes=1), _l("Remind of tasks")),
    "write_digests": Entry(write_digests, Every(minutes=5), _l("Write the morning digests")),
    "remove_unused_files": Entry(
        remove_unused, Daily(time(4, 0)), _l("Remove files that nothing names")
    ),
    "forget_old_sessions": Entry(
        forget_old_sessions, Daily(time(3, 30)), _l("Forget old sessions, devices and links")
    ),
}
