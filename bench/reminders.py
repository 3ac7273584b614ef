"""What reminder rules take: ``python -m bench.reminders [--database postgresql] [--keep FOLDER]``.

In a firm with 50,000 customers, 50,000 contacts with birthdays and 100,000 activities: a rule of
each kind is gone through when nothing is due and when five hundred tasks are; its preview is read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from sqlalchemy import bindparam, select, update

from bench.counting import counted_statements, tell_circumstances
from bench.places import one_place
from bench.world import SEED, Size
from crm.extensions import db
from crm.models import (
    Contact,
    Option,
    OptionList,
    ReminderGrade,
    ReminderKind,
    ReminderRule,
    User,
)
from crm.queries.reminder_rules.causes import Span, causes, due_now
from crm.queries.reminder_rules.making import AT_ONCE, make_tasks
from crm.queries.reminder_rules.preview import preview_of

SIZE = Size(50_000, 50_000, 10_000, 5_000, 100_000, 100)
NEVER = date(2000, 1, 1)


def main() -> None:
    """Build the world, or take the one that is kept, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.reminders", description=__doc__)
    with one_place(parser) as place:
        app = place.kept(SIZE)
        with app.app_context():
            give_birthdays(Random(SEED))
            db.session.commit()
        tell_circumstances(app)
        with app.app_context():
            for rule in rules():
                measure(rule)
            db.session.remove()
            db.engine.dispose()


def give_birthdays(dice: Random) -> None:
    """Let every contact have one, spread over the year."""
    table = Contact.__table__
    rows = [
        {"which": id, "day": date(1980, 1, 1) + timedelta(days=dice.randrange(366))}
        for id in db.session.scalars(select(Contact.id))
    ]
    born = update(table).where(table.c.id == bindparam("which")).values(birthday=bindparam("day"))  # type: ignore[arg-type]
    db.session.connection().execute(born, rows)


def rules() -> list[ReminderRule]:
    """One of each kind, switched off; nothing of them is kept."""
    grades = [*db.session.scalars(Option.of(OptionList.GRADE)), None]
    visit = db.session.scalars(
        select(Option).where(Option.list == OptionList.ACTIVITY_KIND, Option.code == "visit")
    ).one()
    said: dict[ReminderKind, dict[str, object]] = {
        ReminderKind.SILENCE: {"grades": [ReminderGrade(grade=g, days=30) for g in grades]},
        ReminderKind.ACTIVITY: {"days": 3, "activity_kind": visit},
        ReminderKind.DATE: {"days": 7, "date_field": "contact.birthday", "yearly": True},
        ReminderKind.FIRST_CONTACT: {"hours": 24},
    }
    made = [ReminderRule(kind=kind, name=kind.value, title="联系{客户}", remind_before=[0], **own)
            for kind, own in said.items()]  # fmt: skip
    db.session.add_all(made)
    db.session.commit()
    return made


def measure(rule: ReminderRule) -> None:
    """Print what looking in vain, making five hundred and the preview take."""
    nothing = Span(NEVER, NEVER)
    reader = db.session.scalars(User.with_rights().order_by(User.id)).unique().first()
    assert reader is not None
    print(rule.kind.value)
    tell("nothing is due", lambda: len(causes(rule, nothing, most=AT_ONCE)))
    tell("the preview", lambda: preview_of(rule, reader).due.total)
    tell(
        f"{AT_ONCE} tasks at most",
        lambda: make_tasks(rule, causes(rule, due_now(rule), most=AT_ONCE)),
    )
    db.session.rollback()


def tell(what: str, do: Callable[[], int]) -> None:
    """Print the milliseconds, by the clock and of our own processor, the statements, the count."""
    with counted_statements(db.engine) as statements:
        began, worked = time.perf_counter(), time.process_time()
        found = do()
        db.session.flush()
        by_clock = (time.perf_counter() - began) * 1_000
        by_processor = (time.process_time() - worked) * 1_000
    print(f"  {what}: {by_clock:,.0f} ms, of them {by_processor:,.0f} worked; "
          f"{len(statements)} statements, {found:,}")  # fmt: skip


if __name__ == "__main__":
    main()
