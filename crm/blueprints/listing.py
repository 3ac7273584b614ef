"""A list's page: its records, and what stands around them, the same for every noun."""

from __future__ import annotations

from flask import Response
from flask_login import current_user

from crm.batches import MOST
from crm.filters.base import ListFilter
from crm.forms.batches import BATCH_FORMS
from crm.hypermedia import is_fragment, render
from crm.queries.views import views_above

# What every list is made of; a template of one list adds to its head alone.
LAYOUT = "layouts/list.html"


def show_list(template: str, filter: ListFilter) -> Response:
    """The page of the list that ``filter`` describes; for htmx the layout's block ``list``."""
    batch = BATCH_FORMS.get(filter.name())
    page = filter.shown_to(current_user)
    return render(
        LAYOUT if is_fragment() else template, "list", at=filter.url(), filter=filter, page=page,
        # Of more than are counted nothing is summed up either: the list opens as fast.
        total=filter.total_for(current_user) if page.total and page.is_counted else None,
        parts=filter.in_groups(page, current_user),
        views=views_above(filter, current_user) if filter.VIEWS else None,
        deeds=batch.offered_to(current_user, filter) if batch else {}, most_at_once=MOST,
    )  # fmt: skip
