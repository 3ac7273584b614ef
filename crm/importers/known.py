"""What the database knows already, looked up by what a spreadsheet calls it.

Made anew for each pass, so that nothing is believed longer than its transaction lasts.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import select

from crm.extensions import choose_language, db
from crm.folding import fold
from crm.importers.problems import BadValue
from crm.models import Company, Customer, Option, OptionList, Pipeline, Stage, User
from crm.models.bilingual import Bilingual

# Stands for a record that an earlier row will make, while the rows are only checked.
TO_COME = object()
Named = TypeVar("Named", bound=Bilingual)
LONGEST_LABEL = 80


def key_of(name: str) -> str:
    """What a record without an id of its own is known by: its name without case and punctuation."""
    return (fold(name) or name)[:200]


class Directory:
    """Finds something by its outside id, else by one of its names, folded."""

    def __init__(self) -> None:
        self._by_id: dict[str, Any] = {}
        self._by_name: defaultdict[str, list[Any]] = defaultdict(list)

    def add(self, entry: Any, external_id: str | None, *names: str | None) -> None:
        """Enter ``entry`` under its outside id and each of its names."""
        if external_id:
            self._by_id[external_id] = entry
        for key in {key_of(name) for name in names if name}:
            self._by_name[key].append(entry)

    def find(self, text: str) -> Any:
        """The entry called ``text``; ``None`` if there is none.

        :raises BadValue: several are called so.
        """
        for key in (text, key_of(text)):
            if key in self._by_id:
                return self._by_id[key]
        named = self._by_name.get(key_of(text), [])
        if len(named) > 1:
            raise BadValue(_("fits several: use the external id"))
        return named[0] if named else None


class Known:
    """Users, customers, stages and options of this installation, and how it writes dates."""

    def __init__(
        self, day_order: str | None = None, *, makes_options: bool = False, by: User | None = None,
        writing: bool = False,
    ) -> None:  # fmt: skip
        """
        :param day_order: ``mdy`` or ``dmy`` for dates like 3/4/2026; ``None`` refuses those.
        :param makes_options: what a list does not have yet is put into it, by ``by``.
        """
        company = Company.current()
        self._makes_options, self._by, self._writing = makes_options, by, writing
        self.new_options: dict[OptionList, list[str]] = {}
        self.day_order = day_order
        self.timezone = company.timezone
        self.currency = company.base_currency
        self._options: dict[OptionList, dict[str, Option]] = {}

    @cached_property
    def users(self) -> Directory:
        """Every user, those who have left too: old deals are theirs."""
        directory = Directory()
        for user in db.session.scalars(select(User)):
            apart = f"{user.name} {user.username}"  # as an export tells two apart
            directory.add(user, user.external_id, user.name, apart, user.username, user.email)
        return directory

    @cached_property
    def customers(self) -> Directory:
        """The ids of the customers, those in the trash left out."""
        directory = Directory()
        columns = select(Customer.id, Customer.external_id, Customer.name)
        for customer_id, external_id, name in db.session.execute(
            columns.where(Customer.trashed_at.is_(None))
        ):
            directory.add(customer_id, external_id, name)
        return directory

    @cached_property
    def stages(self) -> list[Stage]:
        """The stages that new deals go through, in order."""
        return list(db.session.scalars(Stage.in_order(Pipeline.main())))

    def user(self, text: str) -> User:
        """:raises BadValue: nobody, or more than one, is called ``text``."""
        user: User | None = self.users.find(text)
        if user is None:
            raise BadValue(_("is no user: import the users first"))
        return user

    def customer(self, text: str) -> int:
        """:raises BadValue: no customer, or more than one, is called ``text``."""
        customer_id: int | None = self.customers.find(text)
        if customer_id is None:
            raise BadValue(_("is no customer: import the customers first"))
        return customer_id

    def stage(self, text: str) -> Stage:
        """:raises BadValue: no stage is called ``text``."""
        stages = {fold(label): stage for stage in self.stages for label in _labels(stage)}
        return _choose(stages, text)

    def option(self, which: OptionList, text: str) -> Option:
        """:raises BadValue: the list has no such option, and none is to be made."""
        options = self._options_of(which)
        if self._makes_options and fold(text) and fold(text) not in options:
            options[fold(text)] = self._new_option(which, text)
        return _choose(options, text)

    def labels(self, which: OptionList) -> list[str]:
        """What the options of the list are called, in both languages."""
        return [label for option in self._options_of(which).values() for label in _labels(option)]

    def _options_of(self, which: OptionList) -> dict[str, Option]:
        if which not in self._options:
            self._options[which] = {
                fold(label): option
                for option in db.session.scalars(select(Option).where(Option.list == which))
                for label in (*_labels(option), option.code)
                if label
            }
        return self._options[which]

    def _new_option(self, which: OptionList, text: str) -> Option:
        if len(text) > LONGEST_LABEL:
            raise BadValue(_("is longer than %(most)s characters", most=LONGEST_LABEL))
        self.new_options.setdefault(which, []).append(text)
        if not self._writing:
            return Option(list=which, label_zh=text, label_en=text)
        option = Option.add(which, text, company=Company.current(), by=self._by)
        db.session.flush()  # the next one stands behind it
        return option


def _labels(named: Bilingual) -> tuple[str, str]:
    return named.label_zh, named.label_en


def _choose(choices: dict[str, Named], text: str) -> Named:
    try:
        return choices[fold(text)]
    except KeyError:
        known = dict.fromkeys(choice.label(choose_language()) for choice in choices.values())
        raise BadValue(_("is none of: %(known)s", known=", ".join(known))) from None
