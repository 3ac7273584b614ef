"""Who is signed in where: sessions, trusted devices, one-time links, failed attempts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from crm import clock
from crm.base import Base, Digest, Key, digest_of, stored_by_value
from crm.extensions import db
from crm.models.event import Action, Event

if TYPE_CHECKING:
    from crm.models.user import User

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
TRUSTED = timedelta(days=90)
ONE_TIME_LIVES = timedelta(hours=48)
# A session's last use is written at most this often.
TOUCH_EVERY = timedelta(minutes=5)
# Failed sign-ins allowed within the window: per account, and per address.
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS = 10, 50


class UserSession(Base):
    __tablename__ = "user_session"

    id: Mapped[Key]
    digest: Mapped[Digest] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    @classmethod
    def begin(cls, user: User, *, device: str, address: str) -> str:
        """Sign ``user`` in; the secret goes into the cookie, its hash into the row."""
        secret = secrets.token_hex(32)
        db.session.add(
            cls(digest=digest_of(secret), user=user, device=device[:200], address=address[:60])
        )
        Event.record(
            Action.USER_SIGNED_IN, user, by=user, address=address[:60], device=device[:200]
        )
        user.note_seen()
        return secret

    @classmethod
    def find(cls, secret: str) -> UserSession | None:
        """The live session with this secret, with its user and the user's rights."""
        from crm.models.user import User

        now = clock.now()
        return db.session.scalar(
            select(cls)
            .join(cls.user)
            .where(
                cls.digest == digest_of(secret),
                cls.ended_at.is_(None),
                cls.last_seen_at > now - IDLE,
                cls.created_at > now - ABSOLUTE,
                User.deactivated_at.is_(None),
            )
            .options(
                joinedload(cls.user).joinedload(User.team),
                joinedload(cls.user).joinedload(User.role_rows),
            )
        )

    @classmethod
    def live_of(cls, user: User) -> Select[UserSession]:
        """The sessions ``user`` can still use, the last used first."""
        now = clock.now()
        return (
            select(cls)
            .where(
                cls.user_id == user.id,
                cls.ended_at.is_(None),
                cls.last_seen_at > now - IDLE,
                cls.created_at > now - ABSOLUTE,
            )
            .order_by(cls.last_seen_at.desc())
        )

    @classmethod
    def end_all_of(cls, user: User, *, except_id: int | None = None) -> None:
        """End every session of ``user``, with the trust in their devices."""
        ending = update(cls).where(cls.user_id == user.id, cls.ended_at.is_(None))
        if except_id is not None:
            ending = ending.where(cls.id != except_id)
        db.session.execute(
            ending.values(ended_at=clock.now()).execution_options(synchronize_session=False)
        )
        TrustedDevice.forget_all_of(user)

    @classmethod
    def forget_old(cls) -> None:
        """Delete the sessions that nobody can use any more; the events of signing in stay."""
        now = clock.now()
        over = or_(
            cls.ended_at.is_not(None),
            cls.last_seen_at <= now - IDLE,
            cls.created_at <= now - ABSOLUTE,
        )
        db.session.execute(delete(cls).where(over).execution_options(synchronize_session=False))

    @property
    def is_stale(self) -> bool:
        """Whether the last use should be written again."""
        return self.last_seen_at < clock.now() - TOUCH_EVERY

    def end(self, *, by: User, distrust: bool = False) -> None:
        """Sign out.

        :param distrust: the device may be somebody else's: it is no longer trusted either.
        """
        if self.ended_at is None:
            self.ended_at = clock.now()
            Event.record(Action.USER_SESSION_ENDED, by, by=by, device=self.device)
        if distrust:
            db.session.execute(
                delete(TrustedDevice).where(TrustedDevice.session_digest == self.digest)
            )


class TrustedDevice(Base):
    __tablename__ = "trusted_device"

    id: Mapped[Key]
    digest: Mapped[Digest] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # The digest of the session in which it was trusted: who ends that one as not theirs ends this.
    session_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    device: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()

    @classmethod
    def trust(cls, user: User, *, device: str, session_secret: str | None = None) -> str:
        """Trust the device ``user`` has just signed in on; returns the cookie's secret."""
        secret = secrets.token_hex(32)
        session_digest = digest_of(session_secret) if session_secret else None
        db.session.add(
            cls(digest=digest_of(secret), user=user, device=device[:200],
                session_digest=session_digest)
        )  # fmt: skip
        return secret

    @classmethod
    def is_trusted(cls, secret: str | None, user: User) -> bool:
        """Whether the cookie's device is one that ``user`` has signed in on and trusted."""
        if not secret:
            return False
        return (
            db.session.scalar(
                select(cls.id).where(
                    cls.digest == digest_of(secret),
                    cls.user_id == user.id,
                    cls.created_at > clock.now() - TRUSTED,
                )
            )
            is not None
        )

    @classmethod
    def forget_all_of(cls, user: User) -> None:
        """Trust none of ``user``'s devices any more."""
        db.session.execute(delete(cls).where(cls.user_id == user.id))

    @classmethod
    def forget_old(cls) -> None:
        """Delete what is no longer trusted."""
        old = delete(cls).where(cls.created_at <= clock.now() - TRUSTED)
        db.session.execute(old.execution_options(synchronize_session=False))

    @classmethod
    def of(cls, user: User) -> Select[TrustedDevice]:
        """The devices ``user`` trusts."""
        return (
            select(cls)
            .where(cls.user_id == user.id, cls.created_at > clock.now() - TRUSTED)
            .order_by(cls.created_at.desc())
        )


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SET_UP = "set_up"
    SET_PASSWORD = "set_password"  # noqa: S105


class OneTimeLink(Base):
    __tablename__ = "one_time_link"

    id: Mapped[Key]
    digest: Mapped[Digest] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(stored_by_value(LinkPurpose))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()

    @classmethod
    def make(cls, purpose: LinkPurpose, user: User | None = None) -> str:
        """A secret that can be used once; an older link for the same thing stops working."""
        db.session.execute(
            delete(cls).where(cls.purpose == purpose, cls.user_id == (user.id if user else None))
        )
        secret = secrets.token_hex(32)
        db.session.add(
            cls(digest=digest_of(secret), purpose=purpose, user=user,
                expires_at=clock.now() + ONE_TIME_LIVES)
        )  # fmt: skip
        return secret

    @classmethod
    def void_all_of(cls, user: User) -> None:
        """End the links that would let somebody set the password of ``user``."""
        links = delete(cls).where(cls.user_id == user.id)
        db.session.execute(links.execution_options(synchronize_session=False))

    def use(self) -> bool:
        """Use the link up; ``False`` if somebody just did: one conditional UPDATE."""
        used = db.session.execute(
            update(OneTimeLink)
            .where(OneTimeLink.id == self.id, OneTimeLink.used_at.is_(None))
            .values(used_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        return bool(used.rowcount == 1)  # type: ignore[attr-defined]

    @classmethod
    def find(cls, purpose: LinkPurpose, secret: str) -> OneTimeLink | None:
        """The unused link with this secret."""
        return db.session.scalar(
            select(cls).where(
                cls.digest == digest_of(secret),
                cls.purpose == purpose,
                cls.used_at.is_(None),
                cls.expires_at > clock.now(),
            )
        )

    @classmethod
    def forget_old(cls) -> None:
        """Delete the links that no longer work."""
        old = delete(cls).where(or_(cls.used_at.is_not(None), cls.expires_at <= clock.now()))
        db.session.execute(old.execution_options(synchronize_session=False))


class SignInAttempt(Base):
    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "account", "at"), Index(None, "address", "at"))

    id: Mapped[Key]
    account: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def failed(cls, account: str, address: str) -> None:
        """Count a failed sign-in."""
        db.session.add(cls(account=account.strip().lower()[:254], address=address[:60]))

    @classmethod
    def too_many(cls, account: str, address: str) -> bool:
        """Whether this account or address has failed too often of late."""
        since = cls.at > clock.now() - ATTEMPT_WINDOW
        count = select(func.count()).select_from(cls)
        by_account = db.session.scalar(
            count.where(cls.account == account.strip().lower()[:254], since)
        )
        by_address = db.session.scalar(count.where(cls.address == address[:60], since))
        return (by_account or 0) >= ATTEMPTS_PER_ACCOUNT or (
            by_address or 0
        ) >= ATTEMPTS_PER_ADDRESS

    @classmethod
    def forget_old(cls) -> None:
        """Delete what no longer counts."""
        db.session.execute(delete(cls).where(cls.at <= clock.now() - ATTEMPT_WINDOW))
