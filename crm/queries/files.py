"""The files of a record, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import Activity, Attachment, Customer, Deal, User
from crm.queries.few import Few

SHOWN = 12


@dataclass(frozen=True)
class Files:
    """The latest files, and what of them can be restored."""

    files: Few[Any]
    trashed: Sequence[Attachment]
    # By file: the activity or the deal that it hangs on, if that is not the record itself.
    places: Mapping[int, Activity | Deal]


def files_of(record: Any, user: User, *, shown: int = SHOWN) -> Files:
    """The files of a customer or a deal that ``user`` sees, the newest first.

    With those of what was noted there, and at a customer with those of its deals.

    :param shown: how many of them; the page with all of them shows more.
    """
    here = _hangs_at(record)
    chosen = Attachment.visible_to(user).where(here).order_by(Attachment.id.desc())
    files = Few.of(chosen, joinedload(Attachment.uploaded_by), shown=shown)
    trashed = Attachment.trash_of(user).where(here).options(joinedload(Attachment.trashed_by))
    return Files(files, db.session.scalars(trashed.limit(SHOWN)).all(), _places(files.rows, record))


def _hangs_at(record: Customer | Deal) -> ColumnElement[bool]:
    """Whether a file is the record's own, or that of something that belongs to it."""
    own = _of(record.__tablename__) & (Attachment.record_id == record.id)
    if isinstance(record, Deal):
        return or_(own, _among(Activity, Activity.deal_id == record.id))
    parts = (_among(model, model.customer_id == record.id) for model in (Activity, Deal))
    return or_(own, *parts)


def _of(kind: str) -> ColumnElement[bool]:
    return Attachment.record_kind == kind


def _among(model: type[Activity | Deal], which: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(_of(model.__tablename__), Attachment.record_id.in_(select(model.id).where(which)))


def _places(files: Iterable[Attachment], record: Customer | Deal) -> dict[int, Activity | Deal]:
    """What the files that are not the record's own hang on."""
    elsewhere = [file for file in files if file.record_kind != record.__tablename__]
    places: dict[tuple[str, int], Activity | Deal] = {}
    for model in (Activity, Deal):
        kind = model.__tablename__
        if ids := {file.record_id for file in elsewhere if file.record_kind == kind}:
            found: Sequence[Any] = db.session.scalars(select(model).where(model.id.in_(ids))).all()
            places |= {(kind, place.id): place for place in found}
    hung = ((file.id, places.get((file.record_kind, file.record_id))) for file in elsewhere)
    return {file_id: place for file_id, place in hung if place}
