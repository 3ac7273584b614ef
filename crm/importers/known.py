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
from crm.importers.options import Options
from crm.importers.problems import BadValue
from crm.importers.ways import Ways
from crm.models import Company, Customer, User

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
    """Users, customers, pipelines and options of this installation, and how it writes dates."""

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
    def ways(self) -> Ways:
        """Every pipeline and stage; none goes out of use before what is written is committed."""
        return Ways(hold=self._writing)

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
