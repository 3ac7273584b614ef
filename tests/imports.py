"""Import runs for tests: begun, checked or done, as the wizard and the worker leave them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crm.extensions import db
from crm.importers import IMPORTERS, uploads
from crm.importers.plan import Plan
from crm.importers.work import work_on
from crm.models import ImportRun, ImportState, User


def begun(
    content: str | bytes, *, by: User, noun: str = "customers", name: str = "客户.csv", **plan: Any
) -> ImportRun:
    """A run over a file, with what its header suggests and the changes to that."""
    raw = content.encode() if isinstance(content, str) else content
    run = uploads.begin(name, raw, IMPORTERS[noun], by=by)
    run.plan = replace(Plan.of(run.plan), **plan).stored
    db.session.commit()
    return run


def checked(content: str | bytes, *, by: User, **options: Any) -> ImportRun:
    """A run that was checked."""
    return worked(begun(content, by=by, **options), ImportState.CHECKING)


def done(content: str | bytes, *, by: User, **options: Any) -> ImportRun:
    """A run that was written, as far as it could be."""
    return worked(checked(content, by=by, **options), ImportState.WRITING)


def undone(run: ImportRun, *, by: User) -> ImportRun:
    """The run, taken back."""
    run.undone_by = by
    return worked(run, ImportState.UNDOING)


def worked(run: ImportRun, state: ImportState) -> ImportRun:
    """The run, after the worker did what belongs to ``state``."""
    run.hand_over(state)
    db.session.commit()
    work_on(run)
    db.session.expire_all()
    return run
