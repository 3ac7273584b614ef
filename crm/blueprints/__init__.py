"""The pages: one package per area, one module per resource. This is their table of contents."""

from __future__ import annotations

from flask import Flask

from crm.blueprints import (
    announcements,
    approvals,
    calendar,
    contacts,
    deals,
    expenses,
    home,
    imports,
    lists,
    notifications,
    reports,
    sessions,
    settings,
    tasks,
)
from crm.devices import device_name
from crm.flow_words import conditions_words, step_words
from crm.forms.imports import import_word
from crm.forms.own_fields import sections
from crm.forms.rendering import control, described
from crm.places import ADDING, EXPORTS, IMPORTS, RAIL, THEMES, adding_at, open_to
from crm.queries.first_visit import first_visit_of, knows_customers
from crm.sentences import address_of, changed, changes, event_icon, origin, sentence
from crm.wording import document_word
from crm.wording.fields import field_word


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    # What pages say of records and events; it knows forms and events, which formatting does not.
    app.jinja_env.globals.update(
        control=control, described=described, first_visit_of=first_visit_of,
        knows_customers=knows_customers, open_to=open_to, adding_at=adding_at, RAIL=RAIL,
        ADDING=ADDING, EXPORTS=EXPORTS, IMPORTS=IMPORTS, THEMES=THEMES,
        sections=sections, document_word=document_word,
    )  # fmt: skip
    app.jinja_env.filters.update(
        sentence=sentence, origin=origin, changes=changes, changed=changed, event_icon=event_icon,
        device=device_name, field_word=field_word, address_of=address_of,
        import_word=import_word, conditions_words=conditions_words, step_words=step_words,
    )  # fmt: skip
    areas = [home, announcements, sessions, contacts, deals, tasks, calendar, expenses, approvals,
             reports, lists, notifications, settings, imports]  # fmt: skip
    if app.config["DEV"]:
        from crm.blueprints import dev

        areas.append(dev)
    for area in areas:
        area.register(app)
