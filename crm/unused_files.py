"""Files that no attachment names any more leave the disk."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.files import path_of
from crm.models import Attachment

# A file is written before its attachment is committed: it is left alone for so long.
YOUNG = timedelta(days=1)


def remove_unused() -> None:
    """Look through the whole folder: what was left over by whatever went wrong goes, too."""
    folder = Path(current_app.config["INSTANCE"]) / "files"
    before = (clock.now() - YOUNG).timestamp()
    remove((path.name for path in folder.glob("??/*") if len(path.name) == 64), before=before)


def remove(digests: Iterable[str], *, before: float) -> None:
    """Remove those of the files with ``digests`` that nothing names and that are older.

    :param before: seconds since 1970; who stores a file again touches it (``files.store``).
    """
    for digest in digests:
        path = path_of(digest)
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before and not _is_named(digest):
                _remove(path, before)


def _remove(path: Path, before: float) -> None:
    """Set it aside first: somebody may store the same file in this moment."""
    aside = path.with_suffix(".gone")
    path.rename(aside)
    if aside.stat().st_mtime < before and not _is_named(path.name):
        aside.unlink()
    else:
        aside.replace(path)


def _is_named(digest: str) -> bool:
    chosen = select(Attachment.id).where(Attachment.digest == digest).limit(1)
    return db.session.scalar(chosen) is not None
