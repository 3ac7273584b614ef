"""A mail server that behaves in every bad way, and remembers what it took."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from email import message_from_bytes
from enum import Enum, auto

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

# Who gets the one mail that the timetable writes for each slot.
READER = "sun"


class Manner(Enum):
    """How it behaves to everybody for a while."""

    ACCEPTS = auto()
    IS_SLOW = auto()  # takes a moment for every mail
    IS_BUSY = auto()  # 451 to every recipient
    REFUSES = auto()  # 554 to every mail
    DROPS_AFTER_DATA = auto()  # keeps the mail and hangs up without an answer
    NEVER_ANSWERS = auto()  # keeps nothing, says nothing


class Post:
    """The server. ``taken`` counts what it will deliver, by Message-ID."""

    def __init__(self) -> None:
        self.manner = Manner.ACCEPTS
        self.taken: Counter[str] = Counter()
        # What it took without saying so.
        self.dropped: set[str] = set()
        self.at_once = 0
        self.moments = {"has the mail": threading.Event(), "has taken it": threading.Event()}
        self._under_way: Counter[str] = Counter()
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0, ready_timeout=60)
        self._controller.start()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process that sends by it."""
        return {
            "CRM_SMTP_HOST": "127.0.0.1", "CRM_SMTP_PORT": str(self._controller.port),
            "CRM_SMTP_SECURITY": "none", "CRM_SMTP_TIMEOUT": "5",
            "CRM_MAIL_FROM": "Kaidan <crm@example.com>",
        }  # fmt: skip

    def settle(self) -> None:
        """Wait until nothing is under way: of a worker that was killed, the line is cut."""
        until = time.monotonic() + 10
        while self._under_way.total() and time.monotonic() < until:
            time.sleep(0.01)

    def close(self) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str,
        _options: list[str],
    ) -> str:  # fmt: skip
        if self.manner is Manner.IS_BUSY:
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        key = str(message_from_bytes(content)["Message-ID"])
        self.at_once += self._under_way[key] > 0
        self._under_way[key] += 1
        self.moments["has the mail"].set()
        try:
            return await self._answer(server, key)
        finally:
            self._under_way[key] -= 1

    async def _answer(self, server: SMTP, key: str) -> str:
        manner = self.manner
        if manner is Manner.REFUSES:
            return "554 5.7.1 not this one"
        if manner is Manner.NEVER_ANSWERS:
            while self.manner is manner and server.transport and not server.transport.is_closing():
                await asyncio.sleep(0.01)
            return "451 4.3.0 come back later"
        if manner is Manner.IS_SLOW:
            await asyncio.sleep(0.1)
        self.taken[key] += 1
        self.moments["has taken it"].set()
        if manner is Manner.DROPS_AFTER_DATA:
            self.dropped.add(key)
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        return "250 OK"


class _OnAnyPort(Controller):
    """Listens on a free port: aiosmtpd itself would connect to port 0 to see if it runs."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()
