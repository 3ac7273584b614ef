"""A real mail server on loopback, and what it received; ``mailbox`` points the app at it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from functools import cached_property
from html.parser import HTMLParser

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from tests.waiting import PATIENCE, eventually


class Manner(Enum):
    """How the server behaves."""

    ACCEPTS = auto()
    KNOWS_NOBODY = auto()  # 550 to every recipient
    IS_BUSY = auto()  # 451 to every recipient
    DROPS_AFTER_DATA = auto()  # takes the mail and hangs up without an answer
    DISLIKES_THE_MAIL = auto()  # takes it and answers 554
    HOLDS_AFTER_DATA = auto()  # takes the mail and answers only when released


class ReceivedMail:
    """One mail, taken apart."""

    def __init__(self, envelope: Envelope) -> None:
        self.recipients = list(envelope.rcpt_tos)
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.message = message
        self.subject = str(message["Subject"])
        self.message_id = str(message["Message-ID"])

    @cached_property
    def text(self) -> str:
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        return self._part("html")

    @cached_property
    def links(self) -> list[str]:
        """The addresses that the HTML part links to, each once, in order."""
        finder = _Links()
        finder.feed(self.html)
        return list(dict.fromkeys(finder.found))

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"{self.subject}: no {kind} part"
        return part.get_content()  # type: ignore[no-any-return]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attributes if name == "href" and value]


class Mailbox:
    """The server. ``messages`` are those it accepted, ``seen`` all whose text it was sent."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.manner = Manner.ACCEPTS
        self.messages: list[ReceivedMail] = []
        self.seen: list[ReceivedMail] = []
        # Who gets 550, in whatever manner.
        self.unknown: set[str] = set()
        self._released = threading.Event()
        self._controller = _OnAnyPort(
            self, hostname="127.0.0.1", port=0, ready_timeout=PATIENCE, tls_context=tls,
            require_starttls=tls is not None,
        )  # fmt: skip
        self._controller.start()

    @property
    def settings(self) -> dict[str, object]:
        """The settings that make an application use this server."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": self._controller.port,
            "SMTP_SECURITY": "none",
            "SMTP_TIMEOUT": 30,  # the most that can be set
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same, for a process of its own."""
        return {f"CRM_{key}": str(value) for key, value in self.settings.items()}

    def wait_for(self, count: int = 1, *, only_seen: bool = False) -> None:
        """Wait until ``count`` mails have arrived."""
        mails = self.seen if only_seen else self.messages
        eventually(lambda: len(mails) >= count, f"the arrival of {count} mails")

    def release(self) -> None:
        """Let the mails go that ``HOLDS_AFTER_DATA`` held back."""
        self._released.set()

    def close(self) -> None:
        self.release()
        self._controller.stop()

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.manner is Manner.KNOWS_NOBODY or address in self.unknown:
            return "550 5.1.1 no such person here"
        if self.manner is Manner.IS_BUSY:
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        mail = ReceivedMail(envelope)
        self.seen.append(mail)
        if self.manner is Manner.DROPS_AFTER_DATA:
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        if self.manner is Manner.DISLIKES_THE_MAIL:
            return "554 5.7.1 this looks like spam"
        if self.manner is Manner.HOLDS_AFTER_DATA:
            await asyncio.get_running_loop().run_in_executor(None, self._released.wait)
        self.messages.append(mail)
        return "250 OK"


class _OnAnyPort(Controller):
    """Listens on a free port: aiosmtpd itself would connect to port 0 to see if it runs."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that ``app`` sends through."""
    box = Mailbox()
    for key, value in box.settings.items():
        monkeypatch.setitem(app.config, key, value)
    yield box
    box.close()
