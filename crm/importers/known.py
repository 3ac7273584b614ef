"""What the database knows already, looked up by what a spreadsheet calls it.

Made anew for each pass, so that nothing is believed longer than its transaction lasts.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.extensions import db
from crm.folding import fold
from crm.importers.options import Labels, Options
from crm.importers.problems import BadValue
from crm.models import Company, Customer, Stage, User

# Stands for a record that an earlier row will make, while the rows are only checked.
TO_COME = object()


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
        self.options = Options(adds=makes_options, by=by, writing=writing)
        self.day_order = day_order
        self.timezone = company.timezone
        self._writing = writing
        self.currency = company.base_currency

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
        """The stages that new deals go through, the main pipeline's first.

        None of them is retired before what is written is committed.
        """
        in_use = Stage.in_all_use()
        return list(db.session.scalars(
            in_use.with_for_update(read=True, of=Stage) if self._writing else in_use
        ))  # fmt: skip

    @cached_property
    def _ways(self) -> dict[int, Labels[Stage]]:
        """The same by what they are called, alone or behind their pipeline, by its id."""
        ways: dict[int, Labels[Stage]] = {}
        for stage in self.stages:
            labels = ways.setdefault(stage.pipeline_id, Labels())
            labels.add(stage, stage.way("zh"), stage.way("en"))
        return ways

    def user(self, text: str) -> User:
        """:raises BadValue: nobody, or more than one, is called ``text``."""
        user: User | None = self.users.find(text)
        if user is None:
            raise BadValue(_("is no user: match the name with one, or add this user first"))
        return user

    def customer(self, text: str) -> int:
        """:raises BadValue: no customer, or more than one, is called ``text``."""
        customer_id: int | None = self.customers.find(text)
        if customer_id is None:
            raise BadValue(_("is no customer: import the customers first"))
        return customer_id

    def stage(self, text: str) -> Stage:
        """The one called ``text``, or ``pipeline · stage``; of several, that of the first pipeline.

        :raises BadValue: no stage is called so.
        """
        found = (labels.find(text) for labels in self._ways.values())
        first = next((stage for stage in found if stage), None)
        return first or self._all_stages.choose(text)

    def same_stage(self, stage: Stage, pipeline_id: int) -> Stage | None:
        """The one of another pipeline that is called as ``stage`` is."""
        return self._ways[pipeline_id].find(str(stage)) if pipeline_id in self._ways else None

    @cached_property
    def _all_stages(self) -> Labels[Stage]:
        labels: Labels[Stage] = Labels()
        for stage in self.stages:
            labels.add(stage)
        return labels
