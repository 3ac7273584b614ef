"""The firm's lists while a file is read: what stands in them, what a file adds, and its undoing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import select

from crm.extensions import choose_language, db
from crm.folding import fold, fold_label, plain
from crm.importers.problems import BadValue
from crm.models import Company, Option, OptionList, User
from crm.models.bilingual import Bilingual
from crm.models.option import OptionPlan

LONGEST_LABEL = 80
Named = TypeVar("Named", bound=Bilingual)


class Labels(Generic[Named]):
    """What the firm named, by its labels: as it is written, else folded where just one fits."""

    def __init__(self) -> None:
        self._written: defaultdict[str, list[Named]] = defaultdict(list)
        self._folded: defaultdict[str, list[Named]] = defaultdict(list)

    def add(self, named: Named, *others: str) -> None:
        """Enter ``named`` by its labels and ``others``; of those written alike the last holds."""
        for label in filter(None, (*labels_of(named), *others)):
            self._written[plain(label)].append(named)
            self._folded[fold_label(label)].append(named)

    def fitting(self, text: str) -> list[Named]:
        """Those called just ``text``; where none is, those that it may mean."""
        found = self._written.get(plain(text)) or self._folded.get(fold_label(text))
        return list(dict.fromkeys(found or ()))

    def find(self, text: str) -> Named | None:
        """The one called ``text``; ``None`` if none is, or several may be meant."""
        fitting = self.fitting(text)
        return fitting[-1] if len(fitting) == 1 or plain(text) in self._written else None

    def choose(self, text: str) -> Named:
        """The one called ``text``.

        :raises BadValue: none is.
        """
        named = self.find(text)
        if named is None:
            offered = (one for one in self._each if getattr(one, "active", True))
            known = dict.fromkeys(one.label(choose_language()) for one in offered)
            raise BadValue(_("is none of: %(known)s", known=", ".join(known)))
        return named

    @property
    def all(self) -> list[str]:
        """Every label, in both languages."""
        return [label for named in self._each for label in labels_of(named)]

    @property
    def _each(self) -> list[Named]:
        return list(dict.fromkeys(chain.from_iterable(self._written.values())))


class Options:
    """Finds options by their labels; what no list offers yet is added for rows that are taken."""

    def __init__(self, *, adds: bool, by: User | None, writing: bool) -> None:
        """
        :param adds: what a list does not offer yet is put into it, by ``by``.
        """
        self._adds, self._by, self._writing = adds, by, writing
        self._known: dict[OptionList, Labels[Option]] = {}
        # What no list offers yet, as long as only rows that may be refused name it.
        self._wanted: set[Option] = set()
        # What was, and whether it is new.
        self._taken: dict[Option, bool] = {}

    def find(self, which: OptionList, text: str, *, adds: bool = False) -> Option:
        """:raises BadValue: the list has no such option, and none is to be added."""
        known, adds = self._of(which), adds or self._adds
        if adds and fold(text) and known.find(text) is None:
            known.add(_new(which, text))
        option = known.choose(text)
        if adds and not option.active and option not in self._taken:
            self._wanted.add(option)
        return option

    def labels(self, which: OptionList) -> list[str]:
        """What the options of the list are called, in both languages."""
        return self._of(which).all

    def comes(self, option: Option) -> bool:
        """Whether no list offers it yet."""
        return option in self._wanted or option in self._taken

    def take(self, values: Iterable[Any]) -> None:
        """A row with these values is taken: its options are put into their lists."""
        for option in _options_in(values):
            if option not in self._wanted:
                continue
            self._wanted.remove(option)
            self._taken[option] = option.id is None
            if self._writing:
                option.enter(company=Company.current(), by=self._by)
                db.session.flush()  # the next one stands behind it

    @property
    def stored(self) -> dict[str, Any]:
        """What a run keeps of it: the labels for people, the ids for its undoing."""
        labels: dict[str, list[str]] = {}
        for option in self._taken:
            labels.setdefault(option.list.value, []).append(option.label(choose_language()))
        return {
            "options": labels,
            "options_made": [option.id for option, is_new in self._taken.items() if is_new],
            "options_offered": [option.id for option in self._taken],
        }

    def _of(self, which: OptionList) -> Labels[Option]:
        if which not in self._known:
            self._known[which] = Labels()
            # Of two that are called the same, the one that is offered.
            for option in sorted(db.session.scalars(Option.all_of(which)), key=lambda o: o.active):
                self._known[which].add(option, option.code)
        return self._known[which]


def take_back(report: dict[str, Any], *, by: User) -> None:
    """Take away what a run put into the lists and nobody uses.

    What is used by records in the trash alone is offered no more: they may come back.
    """
    made, offered = set(report.get("options_made", ())), set(report.get("options_offered", ()))
    lists = select(Option.list).where(Option.id.in_(offered)).distinct()
    for which in db.session.scalars(lists).all():
        used, in_sight = Option.ids_in_use(which), Option.ids_in_use(which, in_trash=False)
        plans = [
            OptionPlan(
                option.label_zh, option.label_en, option.colour,
                active=option.active and (option.id not in offered or option.id in in_sight),
                option=option,
            )
            for option in db.session.scalars(Option.all_of(which))
            if option.id not in made or option.id in used
        ]  # fmt: skip
        Option.arrange(which, plans, company=Company.current(), by=by)


def labels_of(named: Bilingual) -> tuple[str, str]:
    return named.label_zh, named.label_en


def _new(which: OptionList, text: str) -> Option:
    if len(text) > LONGEST_LABEL:
        raise BadValue(_("is longer than %(most)s characters", most=LONGEST_LABEL))
    return Option(list=which, label_zh=text, label_en=text)


def _options_in(values: Iterable[Any]) -> Iterator[Option]:
    for value in values:
        several: Sequence[Any] = value if isinstance(value, list) else [value]
        yield from (each for each in several if isinstance(each, Option))
