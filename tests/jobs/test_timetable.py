"""The timetable: each slot once, whoever asks; one run after downtime, not many."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from crm import clock, jobs
from crm.extensions import db
from crm.models import Company, Job, OneTimeLink, SignInAttempt, TrustedDevice, UserSession
from crm.models.leased import BACK_OFF, LEASE
from crm.models.session import ABSOLUTE, ATTEMPT_WINDOW, ONE_TIME_LIVES, TRUSTED, LinkPurpose
from crm.timetable import TIMETABLE, Daily, Entry, Every
from tests.cast import Cast

NOON = datetime(2026, 6, 17, 4, 0, tzinfo=UTC)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def runs(context: None, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A timetable with one job every ten minutes, and when it ran."""
    ran: list[datetime] = []
    monkeypatch.setattr(
        jobs, "TIMETABLE", {"note": Entry(lambda: ran.append(clock.now()), Every(minutes=10))}
    )
    jobs.write_timetable()
    return ran


def move_company_to(timezone: str) -> None:
    Company.current().timezone = timezone
    db.session.commit()


def note() -> Job:
    return db.session.get_one(Job, "note", populate_existing=True)


def test_a_slot_is_run_once(runs: list[datetime]) -> None:
    jobs.run_once()
    assert runs == []
    clock.set_to(NOON + timedelta(minutes=10))
    jobs.run_once()
    jobs.run_once()
    assert runs == [NOON + timedelta(minutes=10)]
    assert note().next_run == NOON + timedelta(minutes=20)
    assert (note().last_started_at, note().last_finished_at) == (clock.now(), clock.now())


def test_four_workers_share_one_slot(app: Flask, runs: list[datetime]) -> None:
    clock.set_to(NOON + timedelta(minutes=10))
    db.session.commit()

    def work() -> None:
        with app.app_context():
            jobs.run_once()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(runs) == 1


def test_four_workers_can_write_the_timetable_at_once(app: Flask, context: None) -> None:
    errors: list[Exception] = []

    def write() -> None:
        with app.app_context():
            try:
                jobs.write_timetable()
            except Exception as error:
                errors.append(error)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert count(Job) == len(TIMETABLE)


def test_after_a_week_away_it_runs_once_and_is_in_step_again(runs: list[datetime]) -> None:
    clock.set_to(NOON + timedelta(days=7, minutes=3))
    jobs.run_once()
    assert len(runs) == 1
    assert note().next_run == NOON + timedelta(days=7, minutes=10)
    assert note().last_slot == NOON + timedelta(minutes=10)
    assert note().missed == 7 * 24 * 6 - 1
    clock.set_to(NOON + timedelta(days=7, minutes=10))
    jobs.run_once()
    assert (len(runs), note().missed) == (2, 0)


def test_a_daily_job_follows_the_company_to_another_time_zone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[datetime] = []
    monkeypatch.setattr(
        jobs, "TIMETABLE", {"note": Entry(lambda: ran.append(clock.now()), Daily(time(7, 0)))}
    )
    jobs.write_timetable()
    seven_in_shanghai = datetime(2026, 6, 17, 23, 0, tzinfo=UTC)
    assert note().next_run == seven_in_shanghai
    move_company_to("Europe/Berlin")
    clock.set_to(seven_in_shanghai)
    jobs.run_once()
    assert ran == []
    seven_in_berlin = datetime(2026, 6, 18, 5, 0, tzinfo=UTC)
    assert note().next_run == seven_in_berlin
    clock.set_to(seven_in_berlin)
    jobs.run_once()
    assert ran == [seven_in_berlin]
    move_company_to("Asia/Shanghai")  # where the next seven o'clock is tomorrow's
    jobs.run_once()
    assert ran == [seven_in_berlin]
    assert note().next_run == datetime(2026, 6, 18, 23, 0, tzinfo=UTC)


def test_a_worker_that_stood_still_leaves_what_another_one_has(runs: list[datetime]) -> None:
    clock.set_to(NOON + timedelta(minutes=10))
    slow = Job.claim()
    assert slow is not None
    db.session.commit()
    db.session.expunge(slow)
    clock.set_to(NOON + timedelta(minutes=13))
    quick = Job.claim()
    assert quick is not None
    db.session.commit()
    assert quick.hold()
    assert not slow.hold()


def test_a_failing_job_is_noted_undone_and_tried_again_until_its_next_slot(
    context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        SignInAttempt.failed("wang", "10.0.0.1")
        raise RuntimeError("no paper")

    monkeypatch.setattr(jobs, "TIMETABLE", {"note": Entry(fail, Every(minutes=10))})
    jobs.write_timetable()
    clock.set_to(NOON + timedelta(minutes=10))
    jobs.run_once()
    assert note().last_error == "RuntimeError: no paper"
    assert count(SignInAttempt) == 0
    tries = []
    while note().slot == NOON + timedelta(minutes=10):
        tries.append((note().next_run - clock.now()).total_seconds())
        clock.set_to(note().next_run)
        jobs.run_once()
    assert tries == [10, 60, 300]
    assert note().next_run == NOON + timedelta(minutes=20)

    monkeypatch.setattr(jobs, "TIMETABLE", {"note": Entry(lambda: None, Every(minutes=10))})
    clock.set_to(NOON + timedelta(minutes=20))
    jobs.run_once()
    assert note().last_error is None


def test_a_job_that_kills_its_worker_waits_for_its_next_slot_in_the_end(
    runs: list[datetime],
) -> None:
    clock.set_to(NOON + timedelta(minutes=10))
    for _ in range(len(BACK_OFF) + 1):
        assert Job.claim() is not None
        db.session.commit()
        clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    jobs.run_once()
    assert runs == []
    assert "the worker ended" in (note().last_error or "")
    clock.set_to(note().next_run)
    jobs.run_once()
    assert (len(runs), note().last_error) == (1, None)


def test_a_worker_that_died_leaves_its_slot_to_the_next(runs: list[datetime]) -> None:
    clock.set_to(NOON + timedelta(minutes=10))
    assert Job.claim() is not None
    db.session.commit()
    jobs.run_once()
    assert runs == []
    clock.set_to(NOON + timedelta(minutes=13))
    jobs.run_once()
    assert len(runs) == 1


def test_what_an_older_worker_deleted_is_back_within_the_hour(cast: Cast) -> None:
    written = jobs.keep_timetable(None)
    db.session.execute(delete(Job))
    db.session.commit()
    assert jobs.keep_timetable(written) == written
    assert db.session.scalars(select(Job)).all() == []
    clock.set_to(clock.now() + jobs.WRITTEN_FOR)
    assert jobs.keep_timetable(written) == clock.now()
    assert {job.name for job in db.session.scalars(select(Job))} == set(TIMETABLE)


def test_a_job_that_is_no_longer_in_the_timetable_goes(
    runs: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TIMETABLE", {})
    clock.set_to(NOON + timedelta(minutes=10))
    jobs.run_once()
    assert count(Job) == 0


def test_a_tighter_schedule_takes_effect_at_once(
    runs: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TIMETABLE", {"note": Entry(lambda: None, Every(minutes=1))})
    jobs.write_timetable()
    assert note().next_run == NOON + timedelta(minutes=1)


def test_failed_sign_ins_are_forgotten_when_they_no_longer_count(cast: Cast) -> None:
    SignInAttempt.failed("wang", "10.0.0.1")
    db.session.flush()
    clock.set_to(clock.now() + ATTEMPT_WINDOW)
    SignInAttempt.failed("zhao", "10.0.0.1")
    db.session.flush()
    TIMETABLE["forget_sign_in_attempts"].run()
    assert list(db.session.scalars(select(SignInAttempt.account))) == ["zhao"]


def test_sessions_devices_and_links_are_forgotten_when_nobody_can_use_them(cast: Cast) -> None:
    def leave_traces() -> None:
        UserSession.begin(cast.wang, device="phone", address="10.0.0.1")
        TrustedDevice.trust(cast.wang, device="phone")
        OneTimeLink.make(LinkPurpose.SET_PASSWORD, cast.wang)
        db.session.flush()

    leave_traces()
    TIMETABLE["forget_old_sessions"].run()
    assert [count(model) for model in (UserSession, TrustedDevice, OneTimeLink)] == [1, 1, 1]
    clock.set_to(clock.now() + max(ABSOLUTE, TRUSTED, ONE_TIME_LIVES))
    UserSession.begin(cast.zhao, device="laptop", address="10.0.0.2")
    db.session.flush()
    TIMETABLE["forget_old_sessions"].run()
    assert [count(model) for model in (UserSession, TrustedDevice, OneTimeLink)] == [1, 0, 0]


def test_ended_and_idle_sessions_are_forgotten(cast: Cast) -> None:
    UserSession.begin(cast.wang, device="phone", address="10.0.0.1")
    UserSession.end_all_of(cast.wang)
    UserSession.begin(cast.zhao, device="phone", address="10.0.0.1")
    db.session.flush()
    clock.set_to(clock.now() + timedelta(hours=13))
    TIMETABLE["forget_old_sessions"].run()
    assert count(UserSession) == 0
