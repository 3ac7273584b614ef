"""Tags on forms: those there are, as boxes to tick, and for who may new ones beside them."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import normalize

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import ValidationError

from crm.extensions import db
from crm.forms.fields import RecordsField
from crm.models import Company, Option, OptionList

LONGEST = 80
MOST = 20


class TagsField(RecordsField):
    """The tags of a record; its data is a list of options, ``new_names`` what is not one yet."""

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        sent = formdata.getlist(f"{self.name}_new") if formdata else []
        names = [name.replace("\0", "").strip() for name in re.split("[,，、;；]", ",".join(sent))]
        each_once = {_folded(name): name for name in reversed(names) if name}
        self.new_names = list(reversed(each_once.values()))
        super().process(formdata, *args, **kwargs)
        self.offer(Option.in_use(OptionList.TAG))

    @property
    def may_add(self) -> bool:
        """Whether who fills in the form may add words to the firm's lists."""
        return bool(current_user.is_administrator)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.new_names and not self.may_add:
            raise ValidationError(_("New tags are added by administrators."))
        if len(self.new_names) > MOST or any(len(name) > LONGEST for name in self.new_names):
            raise ValidationError(_("That is too long for tags."))

    def made(self) -> list[Option]:
        """What was ticked, and what was typed, made where it is not there yet.

        Before anything else is changed: it writes what is pending.
        """
        return [*self.data, *map(self._called, self.new_names)]

    @staticmethod
    def _called(name: str) -> Option:
        """The tag of this name, a new one if there is none."""
        for tag in db.session.scalars(Option.all_of(OptionList.TAG)):
            if _folded(name) in (_folded(tag.label_zh), _folded(tag.label_en)):
                return tag
        return Option.add(OptionList.TAG, name, company=Company.current(), by=current_user)


def _folded(name: str) -> str:
    """Widths and cases tell no tags apart; signs do, as in A and A+."""
    return normalize("NFKC", name).casefold()


class WithTags:
    """A mixin: a form that also asks for tags."""

    tags = TagsField(_l("Tags"))

    @classmethod
    def asked_with(cls, name: str) -> tuple[str, ...]:
        asked: tuple[str, ...] = ("tags",) if name == "tags" else super().asked_with(name)  # type: ignore[misc]
        return asked
