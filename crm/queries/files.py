"""The files of a record, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Attachment, User
from crm.queries.few import Few

SHOWN = 12


@dataclass(frozen=True)
class Files:
    """The latest files, and what of them can be restored."""

    files: Few[Any]
    trashed: Sequence[Attachment]


def files_of(record: Any, user: User, *, shown: int = SHOWN) -> Files:
    """The files of a customer or a deal that ``user`` sees, the newest first.

    :param shown: how many of them; the page with all of them shows more.
    """
    here = Attachment.record_kind == record.__tablename__, Attachment.record_id == record.id
    chosen = Attachment.visible_to(user).where(*here)
    trashed = Attachment.trash_of(user).where(*here).options(joinedload(Attachment.trashed_by))
    return Files(
        Few.of(chosen.order_by(Attachment.id.desc()), joinedload(Attachment.uploaded_by),
               shown=shown),
        db.session.scalars(trashed.limit(SHOWN)).all(),
    )  # fmt: skip
