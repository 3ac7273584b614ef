"""What the firm names itself, in both languages."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm.base import Label


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
