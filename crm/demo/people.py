"""The people of 恒川流体控制: three sales teams, finance, an administrator, a reader."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import selectinload

from crm.demo.world import World
from crm.extensions import db
from crm.models import Role, Team, User

FIRM = "恒川流体控制"
PASSWORD = "hengchuan-demo"  # noqa: S105  # everybody's in the demo; crm demo prints it
HEADS = {Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR}
EAST, NORTH, SOUTH, MONEY = "华东销售部", "华北销售部", "华南销售部", "财务部"

# User name, name, role, team; a manager heads the team, the administrator the firm.
PEOPLE = (
    ("chenli", "陈立", Role.ADMINISTRATOR, FIRM),
    ("fengqin", "冯琴", Role.FINANCE, MONEY),
    ("limin", "李敏", Role.MANAGER, EAST),
    ("wangfang", "王芳", Role.REP, EAST),
    ("zhaolei", "赵磊", Role.REP, EAST),
    ("zhoutao", "周涛", Role.MANAGER, NORTH),
    ("sunjian", "孙健", Role.REP, NORTH),
    ("wudi", "吴迪", Role.REP, NORTH),
    ("zhengkai", "郑凯", Role.MANAGER, SOUTH),
    ("huangli", "黄丽", Role.REP, SOUTH),
    ("linfeng", "林峰", Role.REP, SOUTH),
    ("hejing", "何静", Role.READER, FIRM),
)
# Whom the page for signing in offers to be: one of each role.
OFFERED = ("wangfang", "limin", "fengqin", "chenli", "hejing")
BANKS = ("中国工商银行上海静安支行", "招商银行北京朝阳支行", "中国建设银行广州天河支行")
WITHOUT_ACCOUNT = ("hejing", "linfeng")  # who has not said it yet is pointed at before paying
# A rep who may take lists out as files; managers, finance and administrators may anyway.
EXPORTER = "zhaolei"


def hire(world: World) -> None:
    """Make the teams and the people, with the demo's password, three years ago."""
    with world.at(world.now - timedelta(days=1100)):
        root = Team.found(FIRM)
        teams = {name: Team.found(name, parent=root) for name in (EAST, NORTH, SOUTH, MONEY)}
        teams[FIRM] = root
        for username, name, role, team in PEOPLE:
            user = User.join(name, roles={role}, username=username,
                             email=f"{username}@example.com", team=teams[team])  # fmt: skip
            user.set_password(PASSWORD)
            world.people[username] = user
        db.session.flush()  # a head is a member of the team: one of the two has to be there first
        for user in world.people.values():
            if user.team is not None and user.roles & HEADS:
                user.team.head = user
        for number, user in enumerate(world.people.values(), 1):
            if user.username not in WITHOUT_ACCOUNT:
                user.bank_with(
                    BANKS[number % len(BANKS)], f"6222 0210 0111 2345 {number:03}", by=user
                )
        world.people[EXPORTER].give_roles({Role.REP, Role.EXPORTER}, by=world.people["chenli"])


def offered() -> list[User]:
    """Whom one may be in the demo, by one press."""
    people = {
        user.username: user
        for user in db.session.scalars(
            User.active().where(User.username.in_(OFFERED)).options(selectinload(User.role_rows))
        )
    }
    return [people[name] for name in OFFERED if name in people]
