"""Papers and photos: offers at their deals, and what was photographed on visits."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image
from sqlalchemy import select

from crm import files
from crm.demo import receipts
from crm.demo.deals import QUOTATION, Life
from crm.demo.world import World
from crm.extensions import db
from crm.files import PreparedFile
from crm.models import Activity, Attachment, Option, User

OFFERS, PHOTOS = 24, 12
CORRECTION = "数量写错了：应为客户确认的数量，已电话更正。"


def file(world: World, lives: list[Life]) -> None:
    """Put offers to open deals, photos to the latest visits, and one correction to an old call."""
    for life in [life for life in lives if life.closed is None and _is_offered(life)][:OFFERS]:
        _offer(world, life)
    for visit in _latest("visit", PHOTOS):
        with world.at(visit.happened_at):
            Attachment.put_to(visit, [_stored(_photo(visit), visit.by)])
    for call in _latest("call", 2 * PHOTOS)[-1:]:
        with world.at(world.now):
            call.correct(CORRECTION, by=call.by)


def _is_offered(life: Life) -> bool:
    return (
        life.deal is not None and life.deal.amount is not None and life.stays[-1].stage >= QUOTATION
    )


def _offer(world: World, life: Life) -> None:
    deal = life.deal
    assert deal is not None
    assert deal.customer is not None
    entered = life.stays[-1].entered
    abroad = life.place.is_abroad
    title, words = ("Quotation", ("Date", "For", "Total", "SENT")) if abroad else (
        "报价单", ("日期", "客户", "合计", "已发"))  # fmt: skip
    lines = [(words[0], f"{entered:%Y-%m-%d}"), (words[1], life.place.short),
             (deal.product or life.project, str(life.quantity))]  # fmt: skip
    sheet = receipts.paint(
        title, lines, (words[2], f"{deal.amount:,.2f} {deal.currency}"), words[3]
    )
    name = f"{title} D-{deal.id:06d}.pdf"
    prepared = PreparedFile(name, "application/pdf", _pdf(sheet, entered))
    with world.at(entered):
        Attachment.add(deal, [_stored(prepared, deal.owner)], by=deal.owner)


def _photo(visit: Activity) -> PreparedFile:
    """The nameplate of a machine, as a rep photographs it."""
    lines = [("地点", visit.place or ""), ("日期", f"{visit.happened_at:%Y-%m-%d}")]
    sheet = receipts.paint("设备铭牌", lines, ("编号", f"{visit.id:06d}"), "检")
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return PreparedFile("铭牌.jpg", "image/jpeg", out.getvalue())


def _pdf(sheet: Image.Image, at: datetime) -> bytes:
    out = io.BytesIO()
    moment = at.timetuple()
    sheet.save(out, "PDF", creationDate=moment, modDate=moment)
    return out.getvalue()


def _stored(prepared: PreparedFile, by: User) -> Attachment:
    return files.store(prepared, kind="", by=by)


def _latest(kind: str, count: int) -> list[Activity]:
    """The latest activities of a kind, by its code."""
    chosen = select(Activity).join(Activity.kind).where(Option.code == kind)
    latest = chosen.order_by(Activity.happened_at.desc(), Activity.id.desc()).limit(count)
    return list(db.session.scalars(latest))
