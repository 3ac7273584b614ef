"""Taking the demo away again: every row; its files are left to ``unused_files``."""

from __future__ import annotations

from flask import g
from sqlalchemy import delete, select, update

from crm.base import Base
from crm.extensions import db
from crm.models import Attachment, Company, Team


class NotTheDemo(Exception):
    """The database belongs to a firm; the demo has no business there."""


def clear() -> list[str]:
    """Delete every row of the demo; returns the digests of its files. The caller commits.

    :raises NotTheDemo: the company of this database is not the demo's.
    """
    if not Company.current().is_demo:
        raise NotTheDemo
    digests = list(db.session.scalars(select(Attachment.digest).distinct()))
    db.session.execute(update(Team).values(head_id=None))  # users and teams name each other
    for table in reversed(Base.metadata.sorted_tables):
        db.session.execute(delete(table))
    db.session.expunge_all()
    g.pop("company", None)
    return digests
