"""Who is to do what a reminder rule makes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.extensions import db
from crm.models import ReminderRule, ReminderTaker, Team, User
from crm.queries.reminder_rules.causes import Cause


class Takers:
    """All people, read once: whoever a rule gives its tasks to is found among them.

    What would be somebody's who has left goes to their superior, else to an administrator.
    """

    def __init__(self, rule: ReminderRule) -> None:
        self.rule = rule
        # Held: what people name is then known without asking for it.
        self._teams = db.session.scalars(select(Team).options(joinedload(Team.head))).all()
        chosen = User.with_rights().options(joinedload(User.manager)).order_by(User.id)
        self.people = {each.id: each for each in db.session.scalars(chosen).unique()}

    def for_(self, cause: Cause) -> User:
        """Who does what ``cause`` makes: the same one whenever it is asked."""
        owner = self.people.get(cause.owner_id or 0)
        match self.rule.taker:
            case ReminderTaker.PERSON:
                person = self.people.get(self.rule.taker_person_id or 0)
                return self._or_above(person)
            case ReminderTaker.ROLE:
                return self._of_role(owner, cause.record.id)
            case ReminderTaker.SUPERIOR if owner is not None:
                return owner.superior() or self._or_above(owner)
        return self._or_above(owner)

    def _or_above(self, person: User | None) -> User:
        """``person``, unless they have left: then who decided over them."""
        if person is not None and person.is_active:
            return person
        return (person and person.superior()) or self._administrators[0]

    def _of_role(self, owner: User | None, number: int) -> User:
        """Somebody with the role: of the owner's team, or of the nearest above; else anybody.

        Of several by turns, by the number of the record.
        """
        those = [each for each in self.people.values() if each.is_active
                 and self.rule.taker_role in each.roles]  # fmt: skip
        team = owner.team if owner is not None else None
        while team is not None:
            if near := [each for each in those if each.team_id == team.id]:
                return near[number % len(near)]
            team = team.parent
        return those[number % len(those)] if those else self._administrators[0]

    @cached_property
    def _administrators(self) -> Sequence[User]:
        """Whoever administers the firm, the longest there first: somebody always does."""
        return [each for each in self.people.values() if each.is_active and each.is_administrator]
