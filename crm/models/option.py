"""Options: every pick list that the firm fills itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Column, ColumnElement, FromClause, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import Base, Key, stored_by_value
from crm.extensions import db
from crm.models.bilingual import Bilingual
from crm.models.event import Action, Event
from crm.once import once_a_request

if TYPE_CHECKING:
    from crm.models.company import Company
    from crm.models.custom_field import CustomChoice
    from crm.models.user import User

# What options and stages are coloured with: the tones of the style sheet's palette.
COLOURS = ("blue", "teal", "green", "amber", "orange", "red", "pink", "violet", "grey")


class OptionList(StrEnum):
    """Which list an option stands in."""

    SOURCE = "source"
    INDUSTRY = "industry"
    REGION = "region"
    GRADE = "grade"
    LOST_REASON = "lost_reason"
    EXPENSE_CATEGORY = "expense_category"
    ACTIVITY_KIND = "activity_kind"
    TAG = "tag"


class InUse(ValueError):
    """What records refer to cannot be taken away; ``what`` says which it is."""

    def __init__(self, what: Bilingual) -> None:
        super().__init__(str(what))
        self.what = what


class OptionPlan(NamedTuple):
    """What an option is to be; without ``option``, a new one."""

    label_zh: str
    label_en: str
    colour: str
    active: bool
    option: Option | CustomChoice | None = None


class Option(Bilingual, Base):
    __tablename__ = "option"
    __table_args__ = (Index(None, "list", "position"),)

    id: Mapped[Key]
    list: Mapped[OptionList] = mapped_column(stored_by_value(OptionList))
    # A stable word for options the product itself refers to (activity kind "visit"), else empty.
    code: Mapped[str] = mapped_column(String(40), default="")
    colour: Mapped[str] = mapped_column(String(20), default="grey")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    # What the bookkeeper calls an expense category.
    account_code: Mapped[str] = mapped_column(String(40), default="", server_default="")

    @classmethod
    def of(cls, which: OptionList) -> Select[Option]:
        """The options that can be chosen now, in the firm's order."""
        return select(cls).where(cls.list == which, cls.active).order_by(cls.position, cls.id)

    @classmethod
    def known(cls, which: OptionList) -> Sequence[Option]:
        """What ``all_of`` finds, for pages: every list is read once a request."""
        return once_a_request("options", cls._by_list).get(which, [])

    @classmethod
    def in_use(cls, which: OptionList) -> Sequence[Option]:
        """What ``of`` finds, for pages: every list is read once a request."""
        return [option for option in cls.known(which) if option.active]

    @classmethod
    def _by_list(cls) -> Mapping[OptionList, Sequence[Option]]:
        found = defaultdict(list)
        for option in db.session.scalars(select(cls).order_by(cls.position, cls.id)):
            found[option.list].append(option)
        return found

    @classmethod
    def all_of(cls, which: OptionList) -> Select[Option]:
        """Every option of the list, those out of use too, in the firm's order."""
        return select(cls).where(cls.list == which).order_by(cls.position, cls.id)

    @classmethod
    def changes(cls, which: OptionList, company: Company) -> Select[Event]:
        """The events that changed the list, newest first."""
        return Event.about(company.__tablename__, company.id).where(
            Event.action == Action.OPTIONS_CHANGED,
            Event.particulars["list"].as_string() == which.value,
        )

    @classmethod
    def arrange(
        cls, which: OptionList, plans: Sequence[OptionPlan], *, company: Company, by: User
    ) -> None:
        """Make the list what ``plans`` say, in their order; who is not among them goes.

        :raises InUse: a record refers to an option that would go.
        """
        options = list(db.session.scalars(cls.all_of(which).with_for_update()))
        before = written_options(options)
        kept = {plan.option.id for plan in plans if plan.option}
        gone, in_use = [o for o in options if o.id not in kept], cls.ids_in_use(which)
        if needed := [option for option in gone if option.id in in_use]:
            raise InUse(needed[0])
        for option in gone:
            db.session.delete(option)
        after = [cls._planned(which, plan, number) for number, plan in enumerate(plans)]
        db.session.flush()  # new ones get their ids in the order of the list
        if written_options(after) != before:
            changes = {"options": [before, written_options(after)]}
            Event.record(Action.OPTIONS_CHANGED, company, by=by, list=which.value, changes=changes)

    @classmethod
    def add(cls, which: OptionList, label: str, *, company: Company, by: User | None) -> Option:
        """Put one more at the end of the list, called ``label`` in both languages."""
        option = cls(list=which, label_zh=label, label_en=label)
        option.enter(company=company, by=by)
        return option

    @classmethod
    def account_for(cls, codes: Mapping[Option, str], *, company: Company, by: User) -> None:
        """Let the bookkeeper call these so from now on; the same again changes nothing."""
        before = written_codes(list(codes))
        for option, code in codes.items():
            option.account_code = code
        changes = {"account_codes": [before, written_codes(list(codes))]}
        if len(set(changes["account_codes"])) > 1:
            which = next(iter(codes)).list.value
            Event.record(Action.OPTIONS_CHANGED, company, by=by, list=which, changes=changes)

    def enter(self, *, company: Company, by: User | None) -> None:
        """Stand at the end of the list, or be offered again where it stands already."""
        options = list(db.session.scalars(Option.all_of(self.list).with_for_update()))
        before = written_options(options)
        if self not in options:
            self.position, self.colour = len(options), COLOURS[len(options) % len(COLOURS)]
            db.session.add(self)
            options.append(self)
        self.active = True
        changes = {"options": [before, written_options(options)]}
        Event.record(Action.OPTIONS_CHANGED, company, by=by, list=self.list.value, changes=changes)

    @classmethod
    def ids_in_use(cls, which: OptionList, *, in_trash: bool = True) -> set[int]:
        """The ids of the options that a record refers to, or the product itself by their code.

        :param in_trash: whether records in the trash count.
        """
        ids = select(cls.id).where(cls.list == which)
        found = set(db.session.scalars(ids.where(cls.code != "")))
        for column in _references(cls):
            referring = select(column).where(column.in_(ids)).distinct()
            if not in_trash:
                referring = referring.where(*_not_in_trash(column.table))
            found |= set(db.session.scalars(referring))
        return found

    @classmethod
    def _planned(cls, which: OptionList, plan: OptionPlan, position: int) -> Option:
        option = plan.option if isinstance(plan.option, cls) else cls(list=which)
        option.label_zh, option.label_en = plan.label_zh, plan.label_en
        option.colour, option.active, option.position = plan.colour, plan.active, position
        db.session.add(option)
        return option


def _references(model: type[Base]) -> list[Column]:
    """Every column of the schema that refers to ``model``."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is model.__table__
    ]


def _not_in_trash(table: FromClause) -> Iterator[ColumnElement[bool]]:
    """The conditions that a row, or the record to which it belongs, does not lie in the trash."""
    if "trashed_at" in table.c:
        yield table.c.trashed_at.is_(None)
        return
    for key in table.foreign_keys:
        owner = key.column.table
        if "trashed_at" in owner.c and not key.parent.nullable:
            yield key.parent.in_(select(owner.c.id).where(owner.c.trashed_at.is_(None)))


def written_codes(options: Sequence[Option]) -> str:
    """What the bookkeeper calls them, as the history keeps it: a line in each language."""
    return "\n".join(
        ", ".join(f"{each.label(language)} {each.account_code}" for each in options
                  if each.account_code)
        for language in ("zh", "en")
    ).strip()  # fmt: skip


def written_options(options: Sequence[Option | CustomChoice]) -> str:
    """A list as the history keeps it: a line in Chinese, a line in English."""
    return "\n".join(
        ", ".join(
            f"{option.label(language)} ({option.colour}{'' if option.active else ', –'})"
            for option in options
        )
        for language in ("zh", "en")
    )
