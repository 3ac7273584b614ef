"""Password hashes (argon2id, 19 MiB, t=2) and which passwords are refused."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class WeakPassword(ValueError):
    """The password is refused; ``reason`` is ``length``, ``common`` or ``name``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def hash_of(password: str) -> str:
    """The argon2id hash of ``password``."""
    return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` fits; takes as long when there is no hash to compare with."""
    try:
        return _hasher.verify(password_hash or _decoy(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check_strength(password: str, *names: str) -> None:
    """Refuse a password that is too short or long, well known, or the user's own name.

    :raises WeakPassword: with the reason.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword("length")
    folded = password.lower()
    if folded in _common() or len(set(folded)) < 4:
        raise WeakPassword("common")
    if any(len(name) > 3 and name.lower() in folded for name in names):
        raise WeakPassword("name")


@lru_cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")


@lru_cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())
