"""What an item comes to while its form is filled in, as far as that is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crm.forms.expense_item import ItemForm, form_of, new_item_form
from crm.models import Company, ExpenseItem, ItemKind


def typed_item(
    typed: MultiDict[str, str], kind: ItemKind, before: ExpenseItem | None
) -> ExpenseItem | None:
    """The item as it is typed, which no claim has; ``None`` as long as it has no category.

    :param kind: of a new item.
    :param before: the item that is changed.
    """
    given: dict[str, Any] = {"formdata": typed, "meta": {"csrf": False}}
    form = form_of(before, **given) if before else new_item_form(kind, **given)
    form.validate()  # what is wrong with it is told when it is sent
    item = ExpenseItem(purpose=form.purpose.data or _("This item"))
    if not _amount_is_set(form, item, before):
        # Of a day for which the books are closed it is told that they are, so it counts here.
        day = getattr(form, "spent_on", None)
        item.spent_on = (day and day.data) or Company.current().today()
        item.base_amount = Decimal(0)
    category = item.category or _known(form, "category") or (before.category if before else None)
    if category is None:
        return None
    item.category = category
    item.customer, item.deal = _known(form, "customer"), _known(form, "deal")
    return item


def _amount_is_set(form: ItemForm, item: ExpenseItem, before: ExpenseItem | None) -> bool:
    if not form.AMOUNT and before:  # of a share, the bill says it
        item.spent_on, item.base_amount = before.spent_on, before.base_amount
        item.split_of = before.split_of
        return True
    return all(_known(form, name) is not None for name in form.AMOUNT) and form.set_amount(item)


def _known(form: ItemForm, name: str) -> Any:
    """What stands in a field, if it can be used."""
    field = getattr(form, name, None)
    return field.data if field is not None and not field.errors else None
