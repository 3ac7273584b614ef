"""How a mail leaves: by SMTP, or as a file where no mail server is set. Only the worker sends."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import flask_mail
from flask import current_app

# What a mail server, or the way to it, can do to us; TLS errors and timeouts are OSErrors.
TROUBLE = (OSError, smtplib.SMTPException)

# Seconds. A server that has the whole mail may look at it for so long before it answers: who hangs
# up on it sends the same mail again, which it perhaps took.
ACCEPTING = 60
# However slowly it talks, a conversation ends after so long: it is shorter than a lease, so that no
# other worker sends the mail meanwhile, and a worker that is to stop does so.
LONGEST = 75


class Undelivered(Exception):
    """The mail was not accepted; with ``for_good``, trying again cannot help."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


def deliver(message: flask_mail.Message) -> str:
    """Hand ``message`` over; returns how: ``smtp`` or ``file``.

    :raises Undelivered: nobody has promised to deliver it.
    """
    if not current_app.config["SMTP_HOST"]:
        _write(message)
        return "file"
    began = time.monotonic()
    try:
        with Connection() as connection:
            connection.send(message)
    except smtplib.SMTPRecipientsRefused as error:
        (code, answer), *_ = error.recipients.values()
        raise Undelivered(_said(code, answer), for_good=code >= 500) from error
    except smtplib.SMTPDataError as error:  # it does not want this mail, whoever sends it
        raise Undelivered(explain(error), for_good=error.smtp_code >= 500) from error
    except TROUBLE as error:
        is_late = time.monotonic() - began >= LONGEST
        late = f"the mail server takes longer than {LONGEST} seconds"
        raise Undelivered(late if is_late else explain(error)) from error
    return "smtp"


class _Patient(smtplib.SMTP):
    """A conversation that waits for what becomes of a mail, and for nothing else for long."""

    def __init__(self, *to: Any, **how: Any) -> None:
        self._is_over = threading.Event()
        threading.Thread(target=self._watch, name="mail-watch", daemon=True).start()
        try:
            super().__init__(*to, **how)
        except BaseException:
            self.close()
            raise

    def data(self, msg: Any) -> tuple[int, bytes]:
        assert self.sock is not None
        self.sock.settimeout(max(ACCEPTING, self.timeout))
        return super().data(msg)

    def close(self) -> None:
        self._is_over.set()
        super().close()

    def _watch(self) -> None:
        """Hang up after ``LONGEST`` seconds: a timeout begins anew with every byte that comes."""
        self._is_over.wait(LONGEST)
        while not self._is_over.is_set():
            if (sock := self.sock) is not None:
                with suppress(OSError):
                    # Not that of an encrypted socket, which would take its encryption off first.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
            self._is_over.wait(1)


class _PatientEncrypted(_Patient, smtplib.SMTP_SSL):
    """The same, encrypted from the beginning."""


class Connection(flask_mail.Connection):
    """Flask-Mail's connection with time limits, checked certificates, and no socket left behind."""

    host: smtplib.SMTP

    def __init__(self) -> None:
        super().__init__(current_app.extensions["mail"])

    def __enter__(self) -> Self:
        self.host = self.configure_host()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        # The mail is accepted or refused by now: a rude goodbye changes nothing.
        try:
            self.host.quit()
        except TROUBLE:
            self.host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in as the settings say."""
        config = current_app.config
        encryption = ssl.create_default_context()
        to = (config["SMTP_HOST"], config["SMTP_PORT"])
        # Our name as people know it: the machine's own may take the resolver long to find.
        name = urlsplit(config["BASE_URL"]).hostname
        timeout = config["SMTP_TIMEOUT"]
        if config["SMTP_SECURITY"] == "tls":
            return self._signed_in(
                _PatientEncrypted(*to, name, timeout=timeout, context=encryption)
            )
        host = _Patient(*to, name, timeout=timeout)
        if config["SMTP_SECURITY"] == "starttls":
            try:
                host.starttls(context=encryption)
            except BaseException:
                host.close()
                raise
        return self._signed_in(host)

    def _signed_in(self, host: smtplib.SMTP) -> smtplib.SMTP:
        config = current_app.config
        if config["SMTP_USER"]:
            try:
                host.login(config["SMTP_USER"], config["SMTP_PASSWORD"])
            except BaseException:
                host.close()
                raise
        return host


def explain(error: Exception) -> str:
    """One line about what went wrong with the mail server."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return "the mail server does not answer"
    return str(error) or type(error).__name__


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"the mail server said: {code} {' '.join(text.split())}"


def _write(message: flask_mail.Message) -> None:
    """Put the mail into the folder whole or not at all; the same mail again replaces itself."""
    folder = Path(current_app.config["INSTANCE"]) / "mail"
    name = message.msgId.strip("<>").partition("@")[0]
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # the links in the mails are nobody else's
        handle, temporary = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, folder / f"{name}.eml")
        except OSError:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise Undelivered(f"{folder} cannot be written: {error.strerror}") from error
