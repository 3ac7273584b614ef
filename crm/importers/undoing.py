"""Undoing a run: what it made goes to the trash, what it changed says again what it said.

What somebody has worked on since stays as it is, and is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import selectinload

from crm import clock
from crm.extensions import db
from crm.importers.catalogue import IMPORTERS
from crm.importers.importer import Importer
from crm.importers.journal import plain_of
from crm.importers.options import take_back
from crm.models import Deal, Event, Expectation, ImportEntry, ImportRun, Stage, User
from crm.models.deal import Missing, StageChanged

BATCH = 500
# So many are named that stay as they are; all are counted.
KEPT_SHOWN = 200
# What an amount is made of: all of it is put back, or nothing.
PRICE = ("amount", "currency", "rate", "base_amount")


class Undoing:
    """One run being taken back; the caller commits."""

    def __init__(self, run: ImportRun, by: User) -> None:
        self._run, self._by = run, by
        self.trashed = self.restored = self.kept_count = 0
        self.kept: list[list[Any]] = []

    def carry_out(self, progress: Callable[[float], None]) -> None:
        """Take back every entry, some at a time; those made last go first."""
        chosen = select(func.count(ImportEntry.id)).where(ImportEntry.run_id == self._run.id)
        count, done = db.session.scalar(chosen) or 0, 0
        for entries in self._batches():
            for importer, its in self._by_noun(entries):
                self._trash(importer, [entry for entry in its if entry.changes is None])
                self._put_back(importer, [entry for entry in its if entry.changes is not None])
            db.session.flush()  # some at a time, so that memory stays flat
            done += len(entries)
            progress(done / count)
        take_back(self._run.report, by=self._by)

    def _batches(self) -> Iterator[Sequence[ImportEntry]]:
        before = None
        while True:
            chosen = select(ImportEntry).where(ImportEntry.run_id == self._run.id)
            if before is not None:
                chosen = chosen.where(ImportEntry.id < before)
            entries = db.session.scalars(chosen.order_by(ImportEntry.id.desc()).limit(BATCH)).all()
            if not entries:
                return
            before = entries[-1].id
            yield entries

    def _by_noun(
        self, entries: Sequence[ImportEntry]
    ) -> Iterator[tuple[type[Importer], list[ImportEntry]]]:
        """What came along with others goes before these: a contact holds its customer."""
        nouns = {entry.noun for entry in entries}
        for noun in sorted(nouns, reverse=True):
            its = [entry for entry in entries if entry.noun == noun]
            yield IMPORTERS[noun or self._run.noun], its

    def _trash(self, importer: type[Importer], entries: list[ImportEntry]) -> None:
        """Move what the run made to the trash, in one statement: a file may have made thousands."""
        ids = [entry.record_id for entry in entries]
        model, held = importer.model, self._held(importer, ids)
        there = {
            record.id: record
            for record in db.session.scalars(
                select(model).where(model.id.in_(ids), model.trashed_at.is_(None))
            )
        }
        going = [record for id, record in there.items() if id not in held]
        for entry in entries:
            if entry.record_id in held and entry.record_id in there:
                self._keep(entry, _("work has begun on it"))
        with Event.recorded_together():
            for record in going:
                Event.record(model.TRASHED, record, by=self._by, name=str(record))
        db.session.execute(
            update(model)
            .where(model.id.in_([record.id for record in going]))
            .values(trashed_at=clock.now(), trashed_by_id=self._by.id, version=model.version + 1)
            .execution_options(synchronize_session=False)
        )
        if model is Deal:  # what is trashed promises nothing any more
            Expectation.renew(Deal.id.in_([record.id for record in going]))
        self.trashed += len(going)

    def _held(self, importer: type[Importer], ids: list[int]) -> set[int]:
        """Those that somebody did something with since, or on which something hangs in use."""
        touched = select(Event.subject_id).where(
            Event.subject_kind == importer.model.__tablename__, Event.subject_id.in_(ids),
            Event.at > self._run.written_at, Event.by_id.is_not(None),
        )  # fmt: skip
        held = set(db.session.scalars(touched))
        for column in importer.held_by:
            chosen = select(column).where(column.in_(ids)).distinct()
            if hasattr(column.class_, "trashed_at"):
                chosen = chosen.where(column.class_.trashed_at.is_(None))
            held |= set(db.session.scalars(chosen))
        return held

    def _put_back(self, importer: type[Importer], entries: list[ImportEntry]) -> None:
        ids, model = [entry.record_id for entry in entries], importer.model
        chosen = importer.existing().where(model.id.in_(ids))
        if hasattr(model, "tags"):
            chosen = chosen.options(selectinload(model.tags))
        records = {record.id: record for record in db.session.scalars(chosen)}
        for entry in entries:
            record = records.get(entry.record_id)
            if record is None or record.is_trashed:
                self._keep(entry, _("is in the trash"))
                continue
            stays = self._restore(importer, record, dict(entry.changes or {}))
            record.note_changes(by=self._by)
            self.restored += bool(len(entry.changes or {}) - len(stays))
            if stays:
                self._keep(entry, _("changed since"))

    def _restore(
        self, importer: type[Importer], record: Any, changes: dict[str, list[Any]]
    ) -> list[str]:
        """Give each column its old value, unless it says something else by now: returns those."""
        stays = [name for name, (_old, new) in changes.items() if plain_of(record, name) != new]
        for name in ("outcome", "stage_id"):  # a deal is open again before anything else
            if name in changes and name not in stays and not self._go_back(record, changes[name]):
                stays.append(name)
        if "amount" in changes and {*stays} & {*PRICE, "outcome"}:  # of a closed deal it stands
            stays = [name for name in changes if name in stays or name in PRICE]
        for name, (old, _new) in changes.items():
            if name in (*stays, "outcome", "stage_id"):
                continue
            if not importer.put_back(record, name, old, by=self._by):
                stays.append(name)
        return stays

    def _go_back(self, deal: Any, change: list[Any]) -> bool:
        """Open a deal again that the run closed, or move it where it stood."""
        old = change[0]
        with suppress(Missing, StageChanged):
            if old is None:
                deal.reopen(by=self._by)
                return True
            stage = db.session.get_one(Stage, old)
            go = deal.move_to if stage.pipeline_id == deal.pipeline_id else deal.reroute
            go(stage, by=self._by)
            return True
        return False

    def _keep(self, entry: ImportEntry, reason: str) -> None:
        self.kept_count += 1
        if len(self.kept) < KEPT_SHOWN:
            self.kept.append([entry.record_id, entry.name, reason, entry.noun])


def undo(run: ImportRun, *, by: User, progress: Callable[[float], None]) -> dict[str, Any]:
    """Take ``run`` back in the transaction of the caller; returns what was done, as it is kept."""
    undoing = Undoing(run, by)
    undoing.carry_out(progress)
    return {
        "trashed": undoing.trashed, "restored": undoing.restored,
        "kept": undoing.kept, "kept_count": undoing.kept_count,
    }  # fmt: skip
