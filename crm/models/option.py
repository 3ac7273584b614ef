"""Options: every pick list that the firm fills itself."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from crm.base import Base, Key, Label, stored_by_value


class OptionList(StrEnum):
    """Which list an option stands in."""

    SOURCE = "source"
    INDUSTRY = "industry"
    REGION = "region"
    GRADE = "grade"
    LOST_REASON = "lost_reason"
    EXPENSE_CATEGORY = "expense_category"
    ACTIVITY_KIND = "activity_kind"


class Bilingual:
    """Something the firm names itself, in both languages."""

    label_zh: Mapped[Label]
    label_en: Mapped[Label]

    def label(self, language: str) -> str:
        """The name in ``language``, or in the other one if that is empty."""
        wanted, other = self.label_zh, self.label_en
        if language != "zh":
            wanted, other = other, wanted
        return wanted or other

    @property
    def both(self) -> str:
        """The names in both languages, Chinese in the first line: what histories keep."""
        return "\n".join(dict.fromkeys(filter(None, (self.label_zh, self.label_en))))

    def __str__(self) -> str:
        return self.label_zh or self.label_en


class Option(Bilingual, Base):
    __tablename__ = "option"
    __table_args__ = (Index(None, "list", "position"),)

    id: Mapped[Key]
    list: Mapped[OptionList] = mapped_column(stored_by_value(OptionList))
    # A stable word for options the product itself refers to (activity kind "visit"), else empty.
    code: Mapped[str] = mapped_column(String(40), default="")
    colour: Mapped[str] = mapped_column(String(20), default="grey")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def of(cls, which: OptionList) -> Select[Option]:
        """The options that can be chosen now, in the firm's order."""
        return select(cls).where(cls.list == which, cls.active).order_by(cls.position, cls.id)
