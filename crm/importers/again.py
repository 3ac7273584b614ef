"""Files like one that came before, above all its mended bad rows: their columns mean the same."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale
from sqlalchemy import select

from crm.extensions import LANGUAGES, db
from crm.importers.problems import REASON
from crm.models import ImportRun

# So many of the latest runs are looked at.
LATEST = 50


def run_like(run: ImportRun, header: Sequence[str]) -> ImportRun | None:
    """The run whose bad rows these are, or the latest of the same person over such columns."""
    names = {name for name in header if name}
    mended = _titles_of_the_reason() & names
    earlier = select(ImportRun).where(ImportRun.noun == run.noun, ImportRun.id != run.id)
    if not mended:
        earlier = earlier.where(ImportRun.by_id == run.by.id)
    latest = db.session.scalars(earlier.order_by(ImportRun.id.desc()).limit(LATEST))
    return next((other for other in latest if other.columns == names - mended), None)


def _titles_of_the_reason() -> set[str]:
    """What the last column of the bad rows is called, in each language."""
    titles = set()
    for language in LANGUAGES:
        with force_locale(language):
            titles.add(str(REASON))
    return titles
