"""Sending: through a real mail server, well-behaved and otherwise; nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock, jobs, postman, server
from crm.extensions import db
from crm.models import ApprovalToken, MailKind, OutgoingMail
from crm.models.approval import TokenState
from crm.models.leased import BACK_OFF, LEASE
from tests.cast import Cast
from tests.claims import submitted
from tests.mailbox import Mailbox, Manner
from tests.waiting import PATIENCE


def the_mail() -> OutgoingMail:
    """The one mail in the outbox, as it is now."""
    return db.session.scalars(select(OutgoingMail).execution_options(populate_existing=True)).one()


def work_later(pause: float) -> None:
    """Let ``pause`` seconds go by, and do what is due then."""
    clock.set_to(clock.now() + timedelta(seconds=pause))
    db.session.commit()
    jobs.run_once()


def test_a_mail_arrives_with_text_html_and_one_link(cast: Cast, mailbox: Mailbox) -> None:
    submitted(cast)
    jobs.run_once()
    (mail,) = mailbox.messages
    assert mail.recipients == ["li@example.com"]
    assert str(mail.message["To"]) == "李敏 <li@example.com>"
    assert str(mail.message["From"]) == "Kaidan <crm@example.com>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail.message["Date"]) == clock.now()
    assert mail.message_id == the_mail().message_id
    (link,) = mail.links
    assert link in mail.text
    token = ApprovalToken.find(link.rpartition("/")[2])
    assert token is not None
    assert token.state is TokenState.LIVE
    assert (the_mail().delivery, the_mail().done_at) == ("smtp", clock.now())


def test_a_sent_mail_is_not_sent_again(cast: Cast, mailbox: Mailbox) -> None:
    submitted(cast)
    jobs.run_once()
    work_later(3600)
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("manner", [Manner.IS_BUSY, Manner.DROPS_AFTER_DATA])
def test_what_is_not_accepted_is_sent_later_under_the_same_id(
    cast: Cast, mailbox: Mailbox, manner: Manner
) -> None:
    mailbox.manner = manner
    submitted(cast)
    jobs.run_once()
    assert mailbox.messages == []
    assert the_mail().done_at is None
    assert the_mail().last_error
    mailbox.manner = Manner.ACCEPTS
    work_later(BACK_OFF[0] - 1)
    assert mailbox.messages == []
    work_later(1)
    (mail,) = mailbox.messages
    assert {attempt.message_id for attempt in mailbox.seen} == {mail.message_id}
    assert the_mail().attempts == 2
    assert (the_mail().delivery, the_mail().last_error) == ("smtp", None)


def test_every_link_that_may_have_arrived_works(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.manner = Manner.DROPS_AFTER_DATA
    submitted(cast)
    jobs.run_once()
    mailbox.manner = Manner.ACCEPTS
    work_later(BACK_OFF[0])
    links = [mail.links[0] for mail in mailbox.seen]
    tokens = [ApprovalToken.find(link.rpartition("/")[2]) for link in links]
    assert len(set(links)) == 2
    assert [token.state if token else None for token in tokens] == [TokenState.LIVE] * 2


def test_an_unknown_recipient_is_given_up_at_once(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.manner = Manner.KNOWS_NOBODY
    submitted(cast)
    jobs.run_once()
    assert the_mail().dead_at is not None
    assert the_mail().last_error == "the mail server said: 550 5.1.1 no such person here"


def test_a_mail_that_the_server_does_not_want_is_given_up_at_once(
    cast: Cast, mailbox: Mailbox
) -> None:
    mailbox.manner = Manner.DISLIKES_THE_MAIL
    submitted(cast)
    jobs.run_once()
    assert the_mail().dead_at is not None
    assert the_mail().last_error == "the mail server said: 554 5.7.1 this looks like spam"


def test_one_recipient_who_is_refused_keeps_nobody_elses_mail(cast: Cast, mailbox: Mailbox) -> None:
    submitted(cast)
    OutgoingMail.enqueue(MailKind.INVITATION, cast.zhao, by=cast.admin.id)
    db.session.commit()
    mailbox.unknown.add("li@example.com")
    jobs.run_once()
    assert [mail.recipients for mail in mailbox.messages] == [["zhao@example.com"]]
    refused = db.session.scalars(select(OutgoingMail).where(OutgoingMail.failed())).one()
    assert refused.to is cast.li


def test_a_mail_that_was_given_up_can_be_tried_again(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.manner = Manner.KNOWS_NOBODY
    submitted(cast)
    jobs.run_once()
    mailbox.manner = Manner.ACCEPTS
    the_mail().retry()
    work_later(0)
    assert len(mailbox.messages) == 1


def test_a_server_that_is_not_there_is_tried_again(
    app: Flask, cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:  # bound but not listening: nobody answers here
        taken.bind(("127.0.0.1", 0))
        with monkeypatch.context() as away:
            away.setitem(app.config, "SMTP_PORT", taken.getsockname()[1])
            submitted(cast)
            jobs.run_once()
    assert "refused" in (the_mail().last_error or "")
    work_later(BACK_OFF[0])
    assert len(mailbox.messages) == 1


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_mute_server_costs_the_timeout_and_no_more(
    app: Flask, cast: Cast, mute_port: int, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as mute:
        mute.setitem(app.config, "SMTP_PORT", mute_port)
        mute.setitem(app.config, "SMTP_TIMEOUT", 1)
        submitted(cast)
        began = time.monotonic()
        jobs.run_once()
        assert time.monotonic() - began < PATIENCE
    assert "timed out" in (the_mail().last_error or "")
    work_later(BACK_OFF[0])
    assert len(mailbox.messages) == 1


@pytest.fixture
def dripping_port() -> Iterator[int]:
    """A server whose greeting has no end: a byte comes before each timeout."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_drip, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _drip(server: socket.socket) -> None:
    connection, _address = server.accept()
    with connection:
        connection.settimeout(0.05)  # between two bytes it waits for an answer that never comes
        while True:
            try:
                connection.sendall(b"2")
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except OSError:
                return


def test_a_server_that_talks_for_ever_is_hung_up_on(
    app: Flask, cast: Cast, dripping_port: int, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "LONGEST", 0.5)
    with monkeypatch.context() as dripping:
        dripping.setitem(app.config, "SMTP_PORT", dripping_port)
        submitted(cast)
        jobs.run_once()
    assert the_mail().last_error == "the mail server takes longer than 0.5 seconds"
    work_later(BACK_OFF[0])
    assert len(mailbox.messages) == 1


def test_a_server_may_look_at_a_mail_for_longer_than_it_may_be_silent_otherwise(
    app: Flask, cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.manner = Manner.HOLDS_AFTER_DATA
    monkeypatch.setitem(app.config, "SMTP_TIMEOUT", 0.5)
    submitted(cast)
    release = threading.Timer(1, mailbox.release)
    release.start()
    jobs.run_once()
    release.join()
    assert len(mailbox.seen) == 1
    assert (the_mail().delivery, the_mail().attempts) == ("smtp", 1)


def test_no_conversation_outlasts_the_lease_under_which_it_is_led() -> None:
    assert postman.ACCEPTING < postman.LONGEST < server.WORKER_PATIENCE < LEASE.total_seconds()


def test_nothing_is_locked_while_a_server_takes_its_time(
    app: Flask, cast: Cast, mailbox: Mailbox
) -> None:
    mailbox.manner = Manner.HOLDS_AFTER_DATA
    submitted(cast)
    stopping = threading.Event()
    worker = threading.Thread(target=jobs.work, args=(app, stopping))
    worker.start()
    try:
        mailbox.wait_for(1, only_seen=True)
        # Were anything locked, this would wait for what is released after it, and fail.
        cast.wang.theme = "dark"
        db.session.commit()
        assert the_mail().done_at is None
        db.session.rollback()
    finally:
        mailbox.release()
        stopping.set()
        worker.join()
    assert the_mail().delivery == "smtp"


def test_a_worker_killed_while_sending_leaves_the_mail_to_the_next(
    app: Flask, cast: Cast, mailbox: Mailbox, tmp_path: Path
) -> None:
    clock.set_to(None)  # the worker's process has a clock of its own
    mailbox.manner = Manner.HOLDS_AFTER_DATA
    submitted(cast)
    environment = {
        **os.environ, **mailbox.environment, "CRM_INSTANCE": str(tmp_path),
        "CRM_DATABASE_URL": app.config["DATABASE_URL"], "CRM_BASE_URL": app.config["BASE_URL"],
    }  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-c", "from crm.cli import main; main()", "work"], env=environment
    )
    mailbox.wait_for(1, only_seen=True)
    worker.kill()
    assert worker.wait(PATIENCE) == -signal.SIGKILL
    # Only this mail counts: by the real clock the evening's report may be due as well.
    held = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id).limit(1)).one()

    def times_sent() -> int:
        return [mail.message_id for mail in mailbox.seen].count(held.message_id)

    assert held.done_at is None
    db.session.rollback()

    mailbox.release()
    jobs.run_once()
    assert times_sent() == 1  # the dead worker's lease still runs
    clock.set_to(clock.now() + LEASE + timedelta(seconds=1))
    jobs.run_once()
    mailbox.wait_for(1)
    assert times_sent() == 2
    db.session.refresh(held)
    assert held.delivery == "smtp"


# --- without a mail server --------------------------------------------------------------------


def test_without_a_server_mails_land_as_files(app: Flask, cast: Cast) -> None:
    submitted(cast)
    jobs.run_once()
    folder = Path(app.config["INSTANCE"]) / "mail"
    file = folder / f"{the_mail().message_id[1:].partition('@')[0]}.eml"
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Message-ID"] == the_mail().message_id
    assert "大连出差" in str(message["Subject"])
    assert the_mail().delivery == "file"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.glob("tmp*")) == []


def test_a_folder_that_cannot_be_written_is_no_loss(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mail").write_text("a file stands in the way")
    with monkeypatch.context() as blocked:
        blocked.setitem(app.config, "INSTANCE", str(tmp_path))
        submitted(cast)
        jobs.run_once()
    assert "cannot be written" in (the_mail().last_error or "")
    work_later(BACK_OFF[0])
    assert the_mail().delivery == "file"


# --- encryption -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``localhost`` that nobody vouches for, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out",
         path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def encrypting_mailbox(
    app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailbox]:
    """A mail server that insists on STARTTLS."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    box = Mailbox(tls)
    settings = {**box.settings, "SMTP_HOST": "localhost", "SMTP_SECURITY": "starttls"}
    for key, value in settings.items():
        monkeypatch.setitem(app.config, key, value)
    yield box
    box.close()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    cast: Cast, encrypting_mailbox: Mailbox
) -> None:
    submitted(cast)
    jobs.run_once()
    assert encrypting_mailbox.seen == []
    assert "CERTIFICATE_VERIFY_FAILED" in (the_mail().last_error or "")


def test_a_certificate_for_another_name_is_refused(
    app: Flask, cast: Cast, encrypting_mailbox: Mailbox, certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setitem(app.config, "SMTP_HOST", "127.0.0.1")
    submitted(cast)
    jobs.run_once()
    assert encrypting_mailbox.seen == []
    assert "CERTIFICATE_VERIFY_FAILED" in (the_mail().last_error or "")


def test_a_certificate_that_is_vouched_for_is_accepted(
    cast: Cast, encrypting_mailbox: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    submitted(cast)
    jobs.run_once()
    assert len(encrypting_mailbox.messages) == 1


def test_a_server_without_encryption_gets_no_mail_when_encryption_is_wanted(
    app: Flask, cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SMTP_SECURITY", "starttls")
    submitted(cast)
    jobs.run_once()
    assert mailbox.seen == []
    assert "STARTTLS" in (the_mail().last_error or "")
