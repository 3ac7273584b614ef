"""The form of what the bookkeeper calls the expense categories."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, ValidationError
from wtforms.validators import Optional

from crm.formatting import label
from crm.forms.base import BaseForm
from crm.forms.fields import text
from crm.forms.rows import fingerprint
from crm.models import Company, Option, OptionList, User

# Begins with a letter or a digit, so that no spreadsheet takes it for a formula.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def like_a_code(_form: Any, field: Field) -> None:
    """A validator: what bookkeepers' programs take as the code of an account."""
    if not CODE.fullmatch(field.data):
        raise ValidationError(_("Write a code like 6601.03: letters, digits and . - _"))


class AccountCodesForm(BaseForm):
    """Made by ``account_codes_form``: a field for each category."""

    categories: list[Option]

    @property
    def codes(self) -> list[Any]:
        """The fields, in the order of the categories."""
        return [self[_name(category)] for category in self.categories]

    def save(self, *, by: User) -> bool:
        """Set what was typed; ``False``, with the reason, if it cannot be used or is stale."""
        held = _held(self.categories)
        if not self.may_save(SimpleNamespace(**held), version=version_of(self.categories)):
            return False
        typed = {each: self[_name(each)].data or "" for each in self.categories}
        Option.account_for(typed, company=Company.current(), by=by)
        return True


def account_codes_form() -> AccountCodesForm:
    """The form as the codes are now."""
    categories = list(Option.known(OptionList.EXPENSE_CATEGORY))
    fields = {_name(each): text(label(each), 40, validators=[Optional(), like_a_code])
              for each in categories}  # fmt: skip
    kind = type("TheseAccountCodesForm", (AccountCodesForm,), fields | {"categories": categories})
    held = _held(categories)
    form: AccountCodesForm = kind(data={**held, "version": version_of(categories)})
    return form


def version_of(categories: Iterable[Option]) -> str:
    """What changes whenever one of the codes does."""
    return fingerprint([_held(categories)])


def _name(category: Option) -> str:
    return f"code_{category.id}"


def _held(categories: Iterable[Option]) -> dict[str, str | None]:
    return {_name(each): each.account_code or None for each in categories}
