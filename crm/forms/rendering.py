"""The attributes of a form's controls: what assistive technology and phone keyboards need."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from wtforms import Field


def control(field: Field, id: str, *, hint: str = "", autofocus: bool = False) -> Markup:
    """The control of ``field``, named and described for whoever cannot see its surroundings."""
    attributes: dict[str, Any] = {"id": id}
    described = [f"{id}_error"] if field.errors else []
    if hint or field.description:
        described.append(f"{id}_hint")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    if autofocus:
        attributes["autofocus"] = True
    attributes |= EXTRAS.get(field.type, lambda _field, _id: {})(field, id)
    return field(**attributes)


def _picker(field: Any, id: str) -> dict[str, Any]:
    return {
        "list": f"{id}_options",
        "autocomplete": "off",
        "hx-get": url_for("picker_options.index", noun=field.noun, field=field.name),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{id}_options",
        "hx-swap": "innerHTML",
    }


EXTRAS = {
    "PickerField": _picker,
    "MoneyField": lambda _field, _id: {"inputmode": "decimal", "autocomplete": "off"},
    "WholeNumberField": lambda field, _id: {"min": field.least, "max": field.most},
    "TextAreaField": lambda _field, _id: {"rows": 3},
}
