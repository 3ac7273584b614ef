"""The attributes of a form's controls: what assistive technology and phone keyboards need."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from wtforms import Field


def control(
    field: Field, id: str, *, hint: str = "", autofocus: bool = False, label: str = ""
) -> Markup:
    """The control of ``field``, named and described for whoever cannot see its surroundings.

    :param label: its name, where no label stands at it.
    """
    attributes = EXTRAS.get(field.type, lambda _field, _id: {})(field, id)
    attributes |= {"id": id, **described(field, id, hint)}
    if label:
        attributes["aria-label"] = label
    if begins_here(field, autofocus):
        attributes["autofocus"] = True
    return field(**{**attributes, **(field.render_kw or {})})


def described(field: Field, id: str, hint: str = "") -> dict[str, str]:
    """What belongs to the control with this ``id``: its error and its hint."""
    parts = [f"{id}_error"] if field.errors else []
    if hint or field.description:
        parts.append(f"{id}_hint")
    attributes = {"aria-describedby": " ".join(parts)} if parts else {}
    return {**attributes, "aria-invalid": "true"} if field.errors else attributes


def begins_here(field: Field, wanted: bool) -> bool:
    """Whether the page begins at this field: at the first that is wrong, else where it is wanted.

    Fields ask in the order in which they are drawn. A conflict is read before anything else.
    """
    form = getattr(field, "parent_form", None)
    if form is None:
        return wanted
    if form.has_focus or form.status == 409:
        return False
    form.has_focus = bool(field.errors) if form.wrong else wanted
    return bool(form.has_focus)


def _picker(field: Any, id: str) -> dict[str, Any]:
    included = [f"#{id}_id"]
    form = field.parent_form
    around = form[field.within].key if field.within else getattr(form.at_customer, "id", "")
    if field.within:
        included.append(f"#{id.removesuffix(field.id)}{field.within}_id")
    return {
        "role": "combobox",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": f"{id}_options",
        "autocomplete": "off",
        "spellcheck": "false",
        "enterkeyhint": "done",
        "placeholder": " ",
        "hx-get": url_for("picker_options.index", noun=field.noun, field=field.name, control=id,
                          customer_id=around or None),
        "hx-trigger": "input delay:150ms, ask",
        "hx-include": ", ".join(included),
        "hx-target": f"#{id}_options",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
    }  # fmt: skip


# These are about other people: the browser's own suggestions would be about its user.
OTHERS = {"autocomplete": "off"}


def _money(field: Field, id: str) -> dict[str, Any]:
    """The server says under it what is meant, as it is typed."""
    is_known = field.in_base or field.currency
    return {
        **OTHERS,
        "inputmode": "decimal",
        "class": "number",
        "hx-get": url_for("amounts.show", field=field.name, currency=field.currency or None),
        "hx-trigger": "input delay:150ms",
        "hx-include": "this" if is_known else f"#{id.removesuffix(field.id)}currency",
        "hx-target": f"#{id}_meant",
        "hx-swap": "textContent",
        "hx-sync": "this:replace",
    }


EXTRAS = {
    "PickerField": _picker,
    "StringField": lambda _field, _id: dict(OTHERS),
    "TelField": lambda _field, _id: dict(OTHERS),
    "EmailField": lambda _field, _id: {**OTHERS, "autocapitalize": "none"},
    "URLField": lambda _field, _id: {**OTHERS, "autocapitalize": "none"},
    "MoneyField": _money,
    "NumberField": lambda _field, _id: {**OTHERS, "inputmode": "decimal", "class": "number"},
    "QuantityField": lambda _field, _id: {**OTHERS, "inputmode": "decimal", "class": "number"},
    "WholeNumberField": lambda _field, _id: {**OTHERS, "inputmode": "numeric", "class": "number"},
    "TextAreaField": lambda _field, _id: {"rows": 3},
}
