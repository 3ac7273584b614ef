"""Imports: a file that somebody brings in, step by step, what came of it, and how to undo it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, false, func, null, select, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm import clock
from crm.base import Base, Key, Label, Name, stored_by_value
from crm.extensions import db
from crm.models.event import Action, Event
from crm.models.leased import Leased, waiting_index
from crm.models.notification import Notification, NotificationKind

if TYPE_CHECKING:
    from crm.models.company import Company
    from crm.models.user import User

# Field → the key of a value → what it stands for: ``importers/matching.py``.
Meanings = dict[str, dict[str, str]]

UNDOABLE_FOR = timedelta(days=30)


class ImportState(StrEnum):
    """Where a run stands."""

    MAPPING = "mapping"  # somebody says what the columns are
    CHECKING = "checking"
    CHECKED = "checked"  # what would happen is known
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"  # the file cannot be read to its end, or we failed


WORKED_ON = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)


class ImportRun(Leased, Base):
    """One file; its row is the state of the wizard, and the queue entry that the worker claims."""

    __tablename__ = "import_run"
    __table_args__ = (waiting_index("import_run"),)

    id: Mapped[Key]
    noun: Mapped[str] = mapped_column(String(40))
    file: Mapped[Name]
    # Of a workbook, the sheet that is read.
    sheet: Mapped[Name] = mapped_column(default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[ImportState] = mapped_column(
        stored_by_value(ImportState), default=ImportState.MAPPING
    )
    # What the columns mean and how rows become records: ``importers/plan.py``.
    plan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What was found, done or undone: ``importers/report.py``.
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    written_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    by: Mapped[User] = relationship(foreign_keys=[by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])

    @classmethod
    def visible_to(cls, user: User) -> Select[ImportRun]:
        """All of them, for those who may import; else none."""
        return select(cls).where(true() if user.is_administrator else false())

    @property
    def is_worked_on(self) -> bool:
        """Whether it waits for the worker, or is in its hands."""
        return self.state in WORKED_ON

    @property
    def is_open(self) -> bool:
        """Whether its columns can be said otherwise: nothing is written, and no worker has it."""
        if self.state is ImportState.CHECKING:
            return self.lease_until is None or self.lease_until < clock.now()
        return self.state in (ImportState.MAPPING, ImportState.CHECKED, ImportState.FAILED)

    @classmethod
    def out_of_reach(cls) -> Select[ImportRun]:
        """What lies so long behind that it cannot be undone, nor is anybody about to."""
        since = func.coalesce(cls.written_at, cls.created_at)
        return select(cls).where(
            since < clock.now() - UNDOABLE_FOR, cls.state != ImportState.UNDOING
        )

    @property
    def columns(self) -> set[str]:
        """What the columns of its file are called, once that was checked."""
        return {*self.plan["columns"].values(), *self.report.get("unread", ())}

    def stands_as_seen(self, seen: str) -> bool:
        """Whether it was not checked again since somebody saw it, who sends when that was."""
        if self.state is not ImportState.CHECKED or self.done_at is None:
            return False
        return self.done_at.isoformat() == seen

    @property
    def has_unmatched_values(self) -> bool:
        """Whether it can be said what values stand for that the check did not know."""
        return self.state is ImportState.CHECKED and bool(self.report.get("values"))

    @property
    def is_undoable(self) -> bool:
        return (
            self.state is ImportState.DONE
            and self.written_at is not None
            and self.written_at > clock.now() - UNDOABLE_FOR
        )

    @property
    def state_before(self) -> ImportState:
        """Where it stands if what the worker began failed: nothing of it was written."""
        undoing = self.state is ImportState.UNDOING
        return ImportState.DONE if undoing else ImportState.FAILED

    def begin_again(self, *, sheet: str, plan: dict[str, Any], like: ImportRun | None) -> None:
        """Somebody says what the columns of ``sheet`` are; what was found before is forgotten.

        :param like: the run from which the plan comes.
        """
        self.sheet, self.plan, self.report = sheet, plan, {}
        if like is not None:
            self.report = {"like": {"id": like.id, "file": like.file}}
        self.state, self.done_at = ImportState.MAPPING, clock.now()

    def learn(self, meanings: Meanings) -> None:
        """Somebody said what these values stand for."""
        self.plan = _knowing(self.plan, meanings)

    def hand_over(self, state: ImportState) -> None:
        """Let the worker do what belongs to ``state``."""
        self.state, self.report = state, {**self.report, "failure": ""}
        self.due_at, self.done_at, self.dead_at = clock.now(), None, None
        self.attempts, self.lease_until = 0, None

    def rest(self, state: ImportState, **report: Any) -> None:
        """The worker is through with it: somebody looks at it next."""
        self.state = state
        self.report = {**self.report, **report}
        self.finish()
        Notification.tell(
            self.by, NotificationKind.IMPORT_FINISHED, self, cause=f"at {clock.now().isoformat()}",
            state=state,
        )  # fmt: skip

    def note_written(self, *, company: Company) -> None:
        """The records are there: for 30 days they can be taken back."""
        self.written_at = clock.now()
        counts = self.report["counts"]
        Event.record(
            Action.IMPORT_FINISHED, company, by=self.by, noun=self.noun, file=self.file,
            created=counts["created"], updated=counts["updated"],
        )  # fmt: skip

    def note_undone(self, *, company: Company) -> None:
        """What it made lies in the trash, what it changed is as before."""
        self.undone_at = clock.now()
        Event.record(
            Action.IMPORT_UNDONE, company, by=self.undone_by, noun=self.noun, file=self.file,
            trashed=self.report["undone"]["trashed"], restored=self.report["undone"]["restored"],
        )  # fmt: skip

    def __str__(self) -> str:
        return self.file


class ImportEntry(Base):
    """One record that a run made or changed."""

    __tablename__ = "import_entry"
    __table_args__ = (Index(None, "run_id", "id"),)

    id: Mapped[Key]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    # Of another noun than the run's: a row about a customer names a contact as well.
    noun: Mapped[str] = mapped_column(String(40), default="", server_default="")
    record_id: Mapped[int]
    line: Mapped[int]
    name: Mapped[Name]
    # Column → [before, after] as plain values; None: the run made the record.
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @classmethod
    def of(cls, run: ImportRun, *, after: int = 0) -> Select[ImportEntry]:
        """What ``run`` made and changed, in the order of the file, after the entry ``after``."""
        return select(cls).where(cls.run_id == run.id, cls.id > after).order_by(cls.id)

    @classmethod
    def undone(cls, noun: str, ids: list[int]) -> Select[int, datetime | None]:
        """Those of ``ids`` that an import made which was undone, and when that was."""
        of_noun = func.coalesce(func.nullif(cls.noun, ""), ImportRun.noun) == noun
        return (
            select(cls.record_id, ImportRun.undone_at)
            .join(ImportRun, ImportRun.id == cls.run_id)
            .where(of_noun, cls.record_id.in_(ids), cls.changes.is_(null()))
            .where(ImportRun.state == ImportState.UNDONE)
        )

    @classmethod
    def counts(cls, run: ImportRun) -> Select[int, int]:
        """How many records ``run`` made and changed, those that came along with others too."""
        made = cls.changes.is_(null())
        return select(func.count().filter(made), func.count().filter(~made)).where(
            cls.run_id == run.id
        )


class ImportTemplate(Base):
    """What the columns of a kind of file mean, kept under a name for everybody who imports."""

    __tablename__ = "import_template"
    __table_args__ = (Index(None, "noun"),)

    id: Mapped[Key]
    noun: Mapped[str] = mapped_column(String(40))
    name: Mapped[Label]
    plan: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[User] = relationship()

    @classmethod
    def visible_to(cls, user: User) -> Select[ImportTemplate]:
        """All of them, for those who may import; else none."""
        return select(cls).where(true() if user.is_administrator else false())

    @classmethod
    def of(cls, noun: str) -> Select[ImportTemplate]:
        """The templates for one noun, by name."""
        return select(cls).where(cls.noun == noun).order_by(cls.name, cls.id)

    @classmethod
    def keep(cls, noun: str, name: str, plan: dict[str, Any], *, by: User) -> None:
        """Keep ``plan`` under a name; one that is called so already is replaced."""
        template = db.session.scalars(cls.of(noun).where(cls.name == name)).first()
        if template is None:
            db.session.add(cls(noun=noun, name=name, plan=plan, by=by))
        else:
            template.plan, template.by = plan, by

    def fits(self, header: Sequence[str]) -> bool:
        """Whether the file has every column that the template reads."""
        return set(self.plan["columns"].values()) <= set(header)

    def learn(self, meanings: Meanings) -> None:
        """What these values of such files stand for; what it knew of others stays."""
        self.plan = _knowing(self.plan, meanings)

    def __str__(self) -> str:
        return self.name


def _knowing(plan: dict[str, Any], meanings: Meanings) -> dict[str, Any]:
    """The plan, with ``meanings`` beside those that it has."""
    known = plan.get("meanings", {})
    both = {name: {**known.get(name, {}), **meanings.get(name, {})} for name in known | meanings}
    return {**plan, "meanings": both}
