"""The people of the firm: teams below teams, reps, a manager over most of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from crm.demo.persons import GIVEN, SURNAMES
from crm.extensions import db
from crm.models import Role, Team, User
from crm.models.passwords import hash_of

PASSWORD = "a password for measuring"
TEAMS_AT_HOME = ("华东", "华南", "华北", "西南")
TEAM_ABROAD = "海外"
REPS_PER_TEAM = 12


@dataclass(frozen=True)
class People:
    """Who works in the firm. ``manager`` is over all reps but those who sell abroad."""

    administrator: User
    manager: User
    manager_abroad: User
    finance: User
    reps: Sequence[User]

    def superior_of(self, rep: User) -> User:
        """Who decides over a rep."""
        return self.manager_abroad if rep.team is self.manager_abroad.team else self.manager


def hire(dice: Random) -> People:
    """Five teams of reps; those at home under one head, the fifth under another."""
    root = Team.found("恒川")
    home = Team.found("国内销售", parent=root)
    abroad = Team.found(TEAM_ABROAD, parent=root)
    people = People(
        administrator=_join("administrator", dice, Role.ADMINISTRATOR, root),
        manager=_join("manager", dice, Role.MANAGER, home),
        manager_abroad=_join("abroad", dice, Role.MANAGER, abroad),
        finance=_join("finance", dice, Role.FINANCE, root),
        reps=[
            _join(f"rep{number * REPS_PER_TEAM + n + 1}", dice, Role.REP, team)
            for number, team in enumerate(
                [*(Team.found(name, parent=home) for name in TEAMS_AT_HOME), abroad]
            )
            for n in range(REPS_PER_TEAM)
        ],
    )
    for user in (people.administrator, people.manager, people.reps[0]):
        user.password_hash = hash_of(PASSWORD)
    db.session.flush()  # teams name their heads by id, and heads their teams
    home.head, abroad.head = people.manager, people.manager_abroad
    return people


def _join(username: str, dice: Random, role: Role, team: Team) -> User:
    name = dice.choice(SURNAMES) + dice.choice(GIVEN)
    user = User.join(name, roles={role}, username=username, email=f"{username}@bench.example",
                     team=team)  # fmt: skip
    user.language = "zh"
    return user
