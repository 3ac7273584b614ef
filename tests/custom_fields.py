"""Fields of the firm's own, for tests that need some."""

from __future__ import annotations

from typing import Any

from crm.extensions import db
from crm.models import CustomChoice, CustomField, CustomNoun, FieldKind


def make_field(
    kind: FieldKind, *choices: str, noun: CustomNoun = CustomNoun.CUSTOMER, **settings: Any
) -> CustomField:
    """A field called ``阀门口径``, ``Bore`` in the database."""
    field = CustomField(
        **{"noun": noun, "kind": kind, "label_zh": "阀门口径", "label_en": "Bore", **settings}
    )
    field.choices = [
        CustomChoice(label_zh=name, label_en=f"{name} in English", position=place)
        for place, name in enumerate(choices)
    ]
    db.session.add(field)
    db.session.commit()
    return field
