"""``crm doctor``: what it sees, what it advises, and when its exit code is 1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from crm import clock, jobs
from crm.extensions import db
from crm.models import Event, Job, MailKind, OutgoingMail, Role
from crm.queries import health
from crm.queries.health import Check, Level, storage, surroundings
from crm.timetable import TIMETABLE
from tests.cast import Cast
from tests.claims import submitted
from tests.cli.conftest import Command
from tests.conftest import NOON
from tests.mailbox import Mailbox, Manner


@pytest.fixture(autouse=True)
def private_instance(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An instance folder as it should be."""
    tmp_path.chmod(0o700)
    monkeypatch.setitem(app.config, "INSTANCE", str(tmp_path))
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.example.com")
    return tmp_path


def checked(name: str) -> Check:
    """What the check with this name finds."""
    (check,) = (check for check in health.checks() if check.name == name)
    return check


def dead_mail(cast: Cast) -> OutgoingMail:
    mail = OutgoingMail.enqueue(MailKind.CLAIM_PAID, cast.wang, claim=1)
    mail.dead_at, mail.last_error = clock.now(), "550 no such person here"
    db.session.commit()
    return mail


def test_a_healthy_installation_passes(cast: Cast, crm: Command, mailbox: Mailbox) -> None:
    jobs.run_once()
    result = crm("doctor")
    assert result.exit_code == 0
    assert "bad " not in result.output
    for name in ("Database", "Schema", "Users", "Events", "Mails", "Imports", "Timetable",
                 "Mail server", "Address", "Folder", "Secret key", "Disk"):  # fmt: skip
        assert f"  {name}: " in result.output


def test_what_is_bad_comes_with_its_remedy_and_exit_code_1(cast: Cast, crm: Command) -> None:
    dead_mail(cast)
    result = crm("doctor")
    assert result.exit_code == 1
    assert "bad   Mails: 0 waiting, 1 given up: 550 no such person here" in result.output
    assert "→ Mend the cause, then run: crm doctor --retry" in result.output


def test_retry_tries_again_what_was_given_up(cast: Cast, crm: Command, mailbox: Mailbox) -> None:
    mailbox.manner = Manner.KNOWS_NOBODY
    submitted(cast)
    jobs.run_once()
    assert checked("Mails").level is Level.BAD
    mailbox.manner = Manner.ACCEPTS
    assert "Trying again: 1" in crm("doctor", "--retry").output
    jobs.run_once()
    assert len(mailbox.messages) == 1
    assert checked("Mails").level is Level.OK


def test_the_database_is_named_with_its_version(cast: Cast) -> None:
    check = checked("Database")
    if db.engine.dialect.name == "postgresql":
        assert check.level is Level.OK
        assert "UTF8, C.UTF-8" in check.found
    else:
        sound = storage.sqlite3.sqlite_version_info >= (3, 51, 3)
        assert check.level is (Level.OK if sound else Level.WARN)
        assert "wal" in check.found


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 40, 1), Level.WARN), ((3, 51, 2), Level.WARN), ((3, 51, 3), Level.OK)],
)
def test_an_sqlite_with_the_wal_reset_fault_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], level: Level
) -> None:
    from crm import create_app

    app = create_app({"INSTANCE": str(tmp_path), "DATABASE_URL": "", "SECRET_KEY": "k" * 32})
    monkeypatch.setattr(storage.sqlite3, "sqlite_version_info", version)
    with app.app_context():
        assert storage.database().level is level
        db.engine.dispose()


def test_an_old_schema_is_bad_and_nothing_more_is_asked(cast: Cast, crm: Command) -> None:
    db.session.execute(text("DELETE FROM alembic_version"))
    db.session.commit()
    result = crm("doctor")
    assert result.exit_code == 1
    assert "Schema: empty, this program needs" in result.output
    assert "→ Run: crm migrate" in result.output
    assert "Users" not in result.output


def test_a_database_that_is_away_is_one_bad_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crm: Command
) -> None:
    from crm import create_app

    app = create_app({"INSTANCE": str(tmp_path), "DATABASE_URL": "sqlite:////no/such/crm.sqlite"})
    with app.app_context():
        result = crm("doctor")
    assert result.exit_code == 1
    assert "bad   Database: unable to open database file" in result.output
    assert "Disk" in result.output


def test_mails_that_wait_for_another_attempt_are_a_warning(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.manner = Manner.IS_BUSY
    submitted(cast)
    jobs.run_once()
    check = checked("Mails")
    assert check.level is Level.WARN
    assert "451" in check.found


def test_a_queue_that_nobody_works_on_is_bad(cast: Cast) -> None:
    submitted(cast)
    assert checked("Mails").level is Level.OK
    clock.set_to(clock.now() + timedelta(minutes=12))
    assert checked("Mails").level is Level.BAD
    assert "12 minutes late" in checked("Mails").found
    assert checked("Events").level is Level.BAD


def test_the_timetable_tells_whether_a_worker_runs(cast: Cast) -> None:
    assert checked("Timetable").level is Level.WARN
    jobs.run_once()
    assert checked("Timetable").level is Level.OK
    clock.set_to(clock.now() + timedelta(hours=2))
    assert checked("Timetable").level is Level.BAD
    zone = ZoneInfo("Asia/Shanghai")
    slots = [entry.schedule.after(NOON, zone) for entry in TIMETABLE.values()]
    late = sum(slot < clock.now() for slot in slots)
    assert checked("Timetable").found == f"{late} jobs overdue, the first due 2 hours ago"


def test_a_failed_job_is_bad(cast: Cast) -> None:
    jobs.run_once()
    db.session.get_one(Job, "forget_old_sessions").last_error = "RuntimeError: no paper"
    db.session.commit()
    check = checked("Timetable")
    assert check.level is Level.BAD
    assert check.found == "forget_old_sessions: RuntimeError: no paper"


def test_no_administrator_is_bad_and_nobody_at_all_a_warning(cast: Cast) -> None:
    assert checked("Users").level is Level.OK
    cast.admin.deactivated_at = clock.now()  # no verb would do it: one administrator always stays
    db.session.commit()
    assert checked("Users").level is Level.BAD
    for name in ("li", "wang", "zhao", "sun", "zhou", "wu", "fin", "reader"):
        assert Role.ADMINISTRATOR not in getattr(cast, name).roles
        getattr(cast, name).deactivate(by=None)
    db.session.commit()
    assert checked("Users").level is Level.WARN


def test_the_mail_server_is_tried_without_sending(
    app: Flask, cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked("Mail server").level is Level.OK
    assert mailbox.seen == []
    monkeypatch.setitem(app.config, "SMTP_SECURITY", "starttls")
    check = checked("Mail server")
    assert check.level is Level.BAD
    assert "STARTTLS" in check.found
    monkeypatch.setitem(app.config, "SMTP_HOST", "")
    assert checked("Mail server").level is Level.WARN


@pytest.mark.parametrize(
    ("address", "level"),
    [("https://crm.example.com", Level.OK), ("http://crm.example.com", Level.WARN),
     ("http://127.0.0.1:8000", Level.WARN)],
)  # fmt: skip
def test_the_address_should_be_one_that_people_can_use_safely(
    app: Flask, context: None, monkeypatch: pytest.MonkeyPatch, address: str, level: Level
) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", address)
    assert checked("Address").level is level


def test_a_key_that_others_can_read_is_bad(context: None, private_instance: Path) -> None:
    key = private_instance / "secret_key"
    assert checked("Secret key").found == "CRM_SECRET_KEY"
    key.write_text("k" * 64)
    key.chmod(0o640)
    assert checked("Secret key").remedy == f"chmod 600 {key}"
    key.chmod(0o600)
    assert checked("Secret key").level is Level.OK


def test_a_folder_that_everybody_can_look_into_is_a_warning(
    context: None, private_instance: Path
) -> None:
    assert checked("Folder").level is Level.OK
    private_instance.chmod(0o755)
    assert checked("Folder").level is Level.WARN


@pytest.mark.parametrize(
    ("free", "level"),
    [(2_000_000_000, Level.OK), (900_000_000, Level.WARN), (90_000_000, Level.BAD)],
)
def test_a_disk_that_fills_up_is_told_in_time(
    context: None, monkeypatch: pytest.MonkeyPatch, free: int, level: Level
) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda _path: usage)
    assert checked("Disk").level is level


def test_administrators_see_while_mails_do_not_arrive(cast: Cast) -> None:
    assert health.mail_trouble() is None
    mail = dead_mail(cast)
    said = health.mail_trouble() or ""
    assert "550 no such person here" in said
    mail.retry()
    mail.last_error = "the mail server does not answer"
    db.session.commit()
    assert "the mail server does not answer" in (health.mail_trouble() or "")
    mail.last_error = None
    clock.set_to(clock.now() + timedelta(minutes=12))
    assert health.mail_trouble() is not None


def test_an_event_that_was_given_up_is_told(cast: Cast) -> None:
    event = db.session.scalars(select(Event).limit(1)).one()
    event.dead_at = clock.now()
    db.session.commit()
    assert checked("Events").level is Level.BAD
