"""What the firm and the sales team announced lately, and who has read it."""

from __future__ import annotations

from datetime import timedelta

from crm.demo.world import World
from crm.models import Announcement, AnnouncementReading

TRAINING = (
    "下月起报价统一使用 2027 版价格表，旧版只对已发出的报价有效。\n"
    "周五下午两点在二楼会议室讲解，外地同事线上参加。"
)
FAIR = "上海流体展展位 E3-A12，排班表请在本周内找我确认。样机周三发出，宣传册每人限领 50 份。"


def put_up(world: World) -> None:
    """One for everybody, which most have read, and an older one of the team's manager."""
    people = world.people
    with world.at(world.moment(world.days_ago(9))):
        fair = Announcement.make(
            Announcement(title="上海展会排班", text=FAIR, team=people["limin"].team,
                         until=world.today + timedelta(days=12)),
            by=people["limin"],
        )  # fmt: skip
    with world.at(world.moment(world.days_ago(2))):
        prices = Announcement.make(
            Announcement(title="新版价格表下月启用", text=TRAINING), by=people["chenli"]
        )
    for name in ("wangfang", "zhaolei"):
        with world.at(world.moment(world.days_ago(8))):
            AnnouncementReading.note(fair, people[name])
    for name in ("limin", "zhaolei", "fengqin"):
        with world.at(world.moment(world.days_ago(1))):
            AnnouncementReading.note(prices, people[name])
