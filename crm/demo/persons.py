# ruff: noqa: E501  # names stay together
"""Names and positions of the people who work at the customers; all invented."""

from __future__ import annotations

from typing import NamedTuple

SURNAMES = (
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭",
    "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅",
    "沈", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏",
)  # fmt: skip

GIVEN = (
    "建国", "志强", "海涛", "晓明", "文斌", "立新", "国栋", "永辉", "振华", "德胜", "伟", "磊", "鹏", "军", "勇",
    "斌", "峰", "浩然", "俊杰", "子轩", "宇航", "学文", "庆丰", "长青", "玉林", "丽娟", "秀英", "雪梅", "晓燕",
    "静怡", "婷婷", "敏", "琳", "芳", "洁", "红梅", "海燕", "佳慧", "思远", "嘉宁", "雅琴", "春生", "金龙",
    "明辉", "少华", "卫东", "新民", "保平", "向阳", "立群", "云飞", "天佑", "慧敏", "若兰", "一鸣", "世杰",
)  # fmt: skip


class Position(NamedTuple):
    """A position: how one addresses its holder after the surname, and their part in the decision."""

    title: str
    address: str
    role: str


DECIDERS = (
    Position("总经理", "总", "decider"),
    Position("生产副总", "总", "decider"),
    Position("设备副总", "总", "decider"),
    Position("总工程师", "总工", "decider"),
)
OTHERS = (
    Position("采购部长", "部长", "purchaser"),
    Position("采购经理", "经理", "purchaser"),
    Position("采购员", "经理", "purchaser"),
    Position("设备科长", "科长", "influencer"),
    Position("仪表主管", "主管", "influencer"),
    Position("机动处处长", "处长", "influencer"),
    Position("工艺工程师", "工", "influencer"),
    Position("仪表工程师", "工", "user"),
    Position("项目经理", "经理", "influencer"),
    Position("维修车间主任", "主任", "user"),
    Position("招标办主任", "主任", "gatekeeper"),
)
