"""Who announces something, and who changes that."""

from __future__ import annotations

from typing import Any

from crm.models import Announcement, User
from crm.policies.kinds import Predicates


def _announce(user: User, _kind: Any) -> bool:
    """Administrators to everybody, whoever leads a team to it."""
    return user.is_administrator or (user.leads and user.team is not None)


def edit_announcement(user: User, announcement: Announcement) -> bool:
    """Whoever wrote it, as long as they may announce, and administrators."""
    return user.is_administrator or (
        announcement.by_id == user.id and _announce(user, Announcement)
    )


PREDICATES: Predicates = {
    ("create", Announcement): _announce,
    ("edit", Announcement): edit_announcement,
}
