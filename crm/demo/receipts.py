"""Receipts drawn as plain text: taxi slip, restaurant bill, hotel bill, ticket, till slip."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from crm.base import cents_of
from crm.files import PreparedFile
from crm.folding import pinyin_of

# Fonts with Chinese characters that systems bring along, and which face of the file is meant.
CHINESE_FONTS = (("NotoSansCJK-Regular.ttc", 2), ("PingFang.ttc", 0), ("msyh.ttc", 0),
                 ("wqy-microhei.ttc", 0), ("STHeiti Light.ttc", 0))  # fmt: skip
WIDTH, MARGIN, LINE = 560, 44, 46
PAPER, INK, FAINT, STAMP = (252, 250, 244), (40, 40, 44), (170, 168, 160), (196, 60, 56)

DISHES = ("清蒸鲈鱼", "红烧肉", "白切鸡", "油焖笋", "手撕包菜", "酸辣土豆丝", "老鸭汤", "米饭")
HOTELS = ("云舍商务酒店", "江畔假日宾馆", "星程客栈", "城际快捷酒店")
RESTAURANTS = ("聚贤楼酒家", "江南小厨", "老码头饭店", "和顺私房菜")


class Spending(NamedTuple):
    """What a receipt is for."""

    day: date
    amount: Decimal
    currency: str
    city: str


class Words(NamedTuple):
    """What every receipt says."""

    day: str
    total: str
    paid: str


AT_HOME, ABROAD = Words("日期", "合计", "收讫"), Words("Date", "Total", "PAID")
Lines = list[tuple[str, str]]


def draw(kind: str, spending: Spending, dice: Random) -> PreparedFile:
    """The picture of a receipt of one ``kind`` of ``KINDS``, ready to be stored."""
    words = AT_HOME if spending.currency == "CNY" else ABROAD
    title, lines = (KINDS[kind] if words is AT_HOME else _bill)(spending, dice)
    lines = [(words.day, spending.day.isoformat()), *lines]
    total = (words.total, f"{spending.amount} {spending.currency}")
    image = paint(title, lines, total, words.paid)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return PreparedFile(f"{kind}-{spending.day:%m%d}.jpg", "image/jpeg", out.getvalue())


def _taxi(spending: Spending, dice: Random) -> tuple[str, Lines]:
    kilometres = (spending.amount / 3).quantize(Decimal("0.1"))
    begins = dice.randint(8, 20)
    return "出租汽车发票", [
        ("城市", spending.city),
        ("车号", f"{dice.choice('ABCDE')}T{dice.randint(1000, 9999)}"),
        ("上车", f"{begins:02}:{dice.randint(10, 29)}"),
        ("下车", f"{begins:02}:{dice.randint(35, 59)}"),
        ("里程", f"{kilometres} km"),
    ]


def _restaurant(spending: Spending, dice: Random) -> tuple[str, Lines]:
    dishes = dice.sample(DISHES, 4)
    prices = [cents_of(spending.amount * share / 100) for share in (34, 27, 22)]
    prices.append(spending.amount - sum(prices))
    lines = [("桌号", str(dice.randint(1, 38)))]
    lines += [(dish, str(price)) for dish, price in zip(dishes, prices, strict=True)]
    return f"{dice.choice(RESTAURANTS)}结账单", lines


def _hotel(spending: Spending, dice: Random) -> tuple[str, Lines]:
    return f"{dice.choice(HOTELS)}结账单", [
        ("城市", spending.city),
        ("房号", f"{dice.randint(3, 18)}{dice.randint(1, 24):02}"),
        ("房费", f"{spending.amount}"),
        ("早餐", "含"),
    ]


def _ticket(spending: Spending, dice: Random) -> tuple[str, Lines]:
    return "电子客票", [
        ("到达", spending.city),
        ("车次", f"G{dice.randint(100, 7999)}"),
        ("席位", f"二等座 {dice.randint(1, 16):02}车{dice.randint(1, 18)}{dice.choice('ABCDF')}"),
        ("开车", f"{dice.randint(6, 19):02}:{dice.randint(10, 59)}"),
    ]


def _till(spending: Spending, dice: Random) -> tuple[str, Lines]:
    return "收款收据", [
        ("编号", f"{dice.randint(100000, 999999)}"),
        ("数量", "1"),
        ("付款方式", dice.choice(("现金", "银行卡", "手机支付"))),
    ]


def _bill(spending: Spending, dice: Random) -> tuple[str, Lines]:
    """Any receipt from abroad."""
    return "Receipt", [
        ("City", spending.city),
        ("No.", f"{dice.randint(10000, 99999)}"),
        ("Paid by", dice.choice(("card", "cash"))),
    ]


KINDS = {
    "taxi": _taxi,
    "restaurant": _restaurant,
    "hotel": _hotel,
    "ticket": _ticket,
    "receipt": _till,
}


def paint(title: str, lines: Lines, total: tuple[str, str], paid: str) -> Image.Image:
    """A sheet of paper: its title, its lines, the sum below them, and a stamp."""
    height = MARGIN * 2 + LINE * (len(lines) + 4)
    image = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((WIDTH / 2, MARGIN + 14), _legible(title), font=_font(30), fill=INK, anchor="mm")
    y = MARGIN + LINE + 8
    for label, value in lines:
        _row(pen, y, label, value, 23)
        y += LINE
    pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=FAINT, width=2)
    _row(pen, y + 16, *total, 30)
    right, bottom = WIDTH - MARGIN, height - 16
    pen.ellipse((right - 96, bottom - 96, right, bottom), outline=STAMP, width=4)
    pen.text((right - 48, bottom - 48), _legible(paid), font=_font(24), fill=STAMP, anchor="mm")
    return image


def _row(pen: ImageDraw.ImageDraw, y: float, label: str, value: str, size: int) -> None:
    pen.text((MARGIN, y), _legible(label), font=_font(size), fill=INK)
    pen.text((WIDTH - MARGIN, y), _legible(value), font=_font(size), fill=INK, anchor="ra")


def _legible(text: str) -> str:
    """``text``, in pinyin on a machine without a Chinese font."""
    return text if _chinese_font() else pinyin_of(text)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    chinese = _chinese_font()
    if chinese is None:
        return ImageFont.load_default(size)
    return ImageFont.truetype(chinese[0], size, index=chinese[1])


@lru_cache
def _chinese_font() -> tuple[str, int] | None:
    """The first of ``CHINESE_FONTS`` that this machine has."""
    for name, index in CHINESE_FONTS:
        try:
            ImageFont.truetype(name, 20, index=index)
        except OSError:
            continue
        return name, index
    return None
