"""Users from a spreadsheet, with the managers and the teams it names."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from crm.extensions import db
from crm.importers.fields import Field, email, text, username, word
from crm.importers.importer import Importer
from crm.importers.known import TO_COME, Known, key_of
from crm.importers.problems import BadValue, about
from crm.importers.rows import Row
from crm.models import Company, Role, Team, User, UserRole
from crm.names import tidy_name

ROLES: dict[Role, tuple[str, ...]] = {
    Role.REP: ("销售", "业务员", "sales"),
    Role.MANAGER: ("主管", "经理"),
    Role.FINANCE: ("财务",),
    Role.ADMINISTRATOR: ("管理员", "admin"),
    Role.READER: ("只读", "read-only"),
    Role.EXPORTER: ("可导出", "export"),
}
_role = word(Role, ROLES)


def roles(text: str, known: Known) -> set[Role]:
    """One or more roles, divided by commas, semicolons or slashes."""
    return {_role(part.strip(), known) for part in re.split(r"[,;/、，；]", text) if part.strip()}


def _name(written: str, known: Known) -> str:
    """A person's name; a Chinese one without a gap."""
    return tidy_name(text(User.name)(written, known)) or written


class Users(Importer):
    """One row a user; a manager whom no row is about becomes a user too."""

    noun = "users"
    model = User
    fields: ClassVar[tuple[Field, ...]] = (
        Field("name", _name, required=True, person=True,
              words=("user", "full name", "employee", "sales agent", "sales rep", "rep", "姓名",
                     "用户", "员工", "销售", "业务员")),
        Field("external_id", text(User.external_id),
              words=("id", "user id", "employee id", "工号", "员工编号")),
        Field("username", username, words=("login", "user name", "用户名", "登录名", "账号")),
        Field("email", email, words=("e-mail", "mail", "邮箱", "电子邮件")),
        Field("manager", text(User.name),
              words=("reports to", "supervisor", "主管", "上级", "经理")),
        Field("team", text(Team.name),
              words=("office", "regional office", "department", "部门", "团队", "办事处", "大区")),
        Field("roles", roles, words=("role", "角色", "岗位")),
    )  # fmt: skip

    plain = ("name", "username", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reports: defaultdict[str, list[tuple[Row, User | None]]] = defaultdict(list)
        self._without_roles: set[User] = set()
        self._new_teams: set[str] = set()

    @classmethod
    def existing(cls) -> Select[Any]:
        return select(User).options(
            joinedload(User.team), joinedload(User.manager), selectinload(User.role_rows)
        )

    def check(self, row: Row, record: User | None) -> None:
        values = row.values
        for name in ("username", "email"):
            self._check_free(name, values.get(name), row.key if record is None else record.id)
        if record is not None and values.get("roles") and values["roles"] != record.roles:
            raise BadValue(
                _("are %(roles)s here; an import does not change rights",
                  roles=", ".join(sorted(record.roles))), "roles",
            )  # fmt: skip
        with about("manager"):
            if values.get("manager") and key_of(values["manager"]) == key_of(values["name"]):
                raise BadValue(_("is this user"))
            if values.get("manager"):
                self.known.users.find(values["manager"])
        with about("team"):
            if values.get("team"):
                self._expect_team(values["team"])
        if not self.writing:
            if record is None:
                self._enter(row, TO_COME)
            self._note_manager(row, None)

    def changes(self, row: Row, record: User) -> set[str]:
        values = row.values
        changed = super().changes(row, record)
        if values.get("team") and key_of(values["team"]) != key_of(str(record.team or "")):
            changed.add("team")
        manager = values.get("manager")
        if manager and self.known.users.find(manager) not in (record.manager, record.manager_id):
            changed.add("manager")
        return changed

    def create(self, row: Row) -> User:
        values = row.values
        user = User.join(
            values["name"], roles=values.get("roles") or {Role.REP},
            username=values.get("username"), email=values.get("email"), team=self._team(row),
        )  # fmt: skip
        user.external_id = row.key
        self._holders.setdefault(("username", user.username), row.key)
        if not values.get("roles"):
            self._without_roles.add(user)
        self._enter(row, user)
        self._note_manager(row, user)
        return user

    def update(self, row: Row, record: User, changes: set[str]) -> None:
        self.set_plain(row, record, changes)
        if "team" in changes:
            record.team = self._team(row)
        record.note_changes(by=self.by)
        if "manager" in changes:
            self._note_manager(row, record)

    def finish(self) -> None:
        """Give everybody their manager: any row may be about one, or none."""
        for reports in self._reports.values():
            row = reports[0][0]
            try:
                manager = self.known.users.find(row.values["manager"])
            except BadValue as error:
                self.report(row, BadValue(error.reason, "manager"))
                continue
            if manager is None:
                self.result.besides["managers"] += 1
                manager = self._make_manager(reports)
            elif manager in self._without_roles:
                manager.role_rows.append(UserRole(role=Role.MANAGER))
            for row, user in reports:
                if user is not None:
                    self._put_below(row, user, manager)

    def _enter(self, row: Row, user: Any) -> None:
        values = row.values
        names = values["name"], values.get("username"), values.get("email")
        self.known.users.add(user, row.key, *names)

    def _note_manager(self, row: Row, user: User | None) -> None:
        if manager := row.values.get("manager"):
            self._reports[key_of(manager)].append((row, user))

    def _make_manager(self, reports: list[tuple[Row, User | None]]) -> User | None:
        """A manager whom no row is about: in the team of those they manage, if it is one."""
        if not self.writing:
            return None
        name = reports[0][0].values["manager"]
        teams = {user.team for _row, user in reports if user is not None}
        team = teams.pop() if len(teams) == 1 else self._root
        manager = User.join(name, roles={Role.MANAGER}, team=team)
        manager.external_id = key_of(name)
        return manager

    def _put_below(self, row: Row, user: User, manager: User) -> None:
        above: User | None = manager
        seen: set[User] = set()
        while above is not None and above not in seen:
            if above is user:
                self.report(row, BadValue(_("is managed by this user"), "manager"))
                return
            seen.add(above)
            above = above.manager
        user.manager = manager

    def _check_free(self, name: str, value: str | None, me: int | str) -> None:
        if value and self._holders.setdefault((name, value), me) != me:
            raise BadValue(_("belongs to another user already"), name)

    @cached_property
    def _holders(self) -> dict[tuple[str, str], int | str]:
        """Who has each user name and mail address: a user's id, or the key of a new one's row."""
        holders: dict[tuple[str, str], int | str] = {}
        for user_id, name, mail in db.session.execute(select(User.id, User.username, User.email)):
            holders["username", name.lower()] = user_id
            if mail:
                holders["email", mail.lower()] = user_id
        return holders

    # Teams: what a spreadsheet calls an office or a department.

    @cached_property
    def _teams(self) -> dict[str, list[Team]]:
        teams: defaultdict[str, list[Team]] = defaultdict(list)
        for team in db.session.scalars(select(Team)):
            teams[key_of(team.name)].append(team)
        return teams

    @cached_property
    def _root(self) -> Team | None:
        """The team at the top."""
        return db.session.scalar(
            select(Team).where(Team.parent_id.is_(None)).order_by(Team.id).limit(1)
        )

    def _expect_team(self, name: str) -> None:
        """Count the team if it is new.

        :raises BadValue: several teams are called ``name``.
        """
        found = self._teams.get(key_of(name), [])
        if len(found) > 1:
            raise BadValue(_("fits several teams"))
        if not found:
            self._new_teams.add(key_of(name))
            if self._root is None:
                self._new_teams.add(key_of(Company.current().name))
            self.result.besides["teams"] = len(self._new_teams)

    def _team(self, row: Row) -> Team | None:
        """The row's team, made below the one at the top if there is none of that name."""
        name = row.values.get("team")
        if not name:
            return None
        if self._root is None:
            self._root = Team.found(Company.current().name)
            self._teams[key_of(self._root.name)] = [self._root]
        found = self._teams.setdefault(key_of(name), [])
        if not found:
            found.append(Team.found(name, parent=self._root))
        return found[0]
