"""How rows say that deals ended: taken as it was, and not rewritten by another file."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm import clock
from crm.importers.fields import OneOf, word
from crm.importers.known import Known
from crm.importers.problems import BadValue
from crm.importers.recording import Recording
from crm.importers.rows import Row
from crm.models import Deal, Stage


class Ending(StrEnum):
    """How a row says its deal ended."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"


ENDINGS: dict[Ending, tuple[str, ...]] = {
    Ending.WON: ("closed won", "赢单", "成交", "已成交", "中标"),
    Ending.LOST: ("closed lost", "输单", "丢单", "失败", "流失"),
    Ending.OPEN: ("in progress", "进行中", "跟进中", "未结束"),
}

# What it is called in the reader's language.
ENDING_WORDS = {Ending.WON: _l("Won"), Ending.LOST: _l("Lost"), Ending.OPEN: _l("Open")}

ending = word(Ending, ENDINGS)


def _stage_or_ending(text: str, known: Known) -> Stage | list[Stage] | Ending:
    try:
        return known.ways.stages(text)
    except BadValue as none_is_called_so:
        try:
            ended: Ending = ending(text, known)
        except BadValue:
            raise none_is_called_so from None
        if ended is Ending.OPEN:  # in which stage is not said
            raise
        return ended


# The stages that are called so, or just one; or how a deal ended, as lists say of closed ones.
stage = OneOf(Stage, _stage_or_ending)


class EndingRule(Recording):
    """A mixin: rows that say how and when deals ended."""

    def ending(self, row: Row) -> Ending:
        """How the row's deal ended, if it did."""
        return row.values.get("outcome") or Ending.OPEN

    def price(self, row: Row, record: Deal | None) -> tuple[Decimal | None, str]:
        """Amount and currency after this row; empty cells leave what is there."""
        amount, code = row.values.get("amount"), row.values.get("currency")
        if record is None:
            return amount, code or self.known.currency
        return record.amount if amount is None else amount, code or record.currency

    def find_ending(self, row: Row) -> None:
        """Take the outcome from the stage where that is said in its place."""
        values = row.values
        if "stage" in values:  # what one row says, all have
            values.setdefault("outcome", None)
        if isinstance(values.get("stage"), Ending) and values["outcome"] in (None, values["stage"]):
            values["outcome"], values["stage"] = values["stage"], None

    def check_ending(self, row: Row, record: Deal | None) -> None:
        """:raises BadValue: how the deal ended is not all there, or not as it is here."""
        if isinstance(row.values.get("stage"), Ending):
            raise BadValue(_("is not what the outcome says"), "stage")
        self._expect_open_deals(row, record)
        self._check_dates(row, record)
        if record is not None:
            self._check_history(row, record)

    def _expect_open_deals(self, row: Row, record: Deal | None) -> None:
        """Many tables have one column for both: of an open deal it is the day it may close."""
        values = row.values
        if "closed_at" not in values:
            return
        values.setdefault("expected_close", None)
        if self.ending(row) is Ending.OPEN and values["closed_at"]:
            is_open = record is None or record.is_open
            if is_open and values["expected_close"] is None:
                values["expected_close"] = clock.day_of(values["closed_at"], self.known.timezone)
            values["closed_at"] = None

    def _check_dates(self, row: Row, record: Deal | None) -> None:
        ending, closed = self.ending(row), row.values.get("closed_at")
        ends_now = ending is not Ending.OPEN and (record is None or record.is_open)
        if ends_now and closed is None:
            raise BadValue(_("is empty, but the deal is %(ending)s", ending=ending), "closed_at")
        if closed and closed > clock.now():
            raise BadValue(_("lies in the future"), "closed_at")
        created = row.values.get("created_at")
        if created and closed and closed < created:
            raise BadValue(_("is before the deal was created"), "closed_at")

    def _check_history(self, row: Row, record: Deal) -> None:
        """How a deal went is not rewritten by a row; one that says nothing of it is fine."""
        self._check_day(row, "created_at", record.created_at)
        self._check_amount(row, record)
        ending = self.ending(row)
        if record.outcome is None or ending is Ending.OPEN:
            return
        if ending.value != record.outcome.kind.value:
            raise BadValue(
                _("is %(ending)s here: reopen it first", ending=record.outcome.kind.value),
                "outcome",
            )
        self._check_day(row, "closed_at", record.outcome.at)

    def _check_amount(self, row: Row, record: Deal) -> None:
        amount, code = self.price(row, record)
        if (amount, code) == (record.amount, record.currency):
            return
        was = f"{record.amount} {record.currency}"
        field = "currency" if amount == record.amount else "amount"
        if record.amount_stands:
            raise BadValue(
                _("is %(was)s here, and the deal is closed: reopen it first", was=was), field
            )
        if record.is_priced_by_lines:
            raise BadValue(
                _("is %(was)s here, which its product lines come to: change those", was=was), field
            )

    def _check_day(self, row: Row, field: str, was: datetime) -> None:
        zone, says = self.known.timezone, row.values.get(field)
        if says is not None and clock.day_of(says, zone) != clock.day_of(was, zone):
            raise BadValue(
                _("is %(day)s here, which an import does not change", day=clock.day_of(was, zone)),
                field,
            )
