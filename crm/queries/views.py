"""The views that stand above a list: ours, one's own and those of others, as links to the list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from crm.extensions import db
from crm.filters.base import ListFilter
from crm.models import SavedView, User


class Tab(NamedTuple):
    """A view as a link: the list's state behind it, and the saved view if it is one."""

    title: str
    filter: ListFilter
    is_current: bool
    saved: SavedView | None = None


@dataclass(frozen=True)
class Views:
    """The tabs of a list, and how the list as it is stands to the saved view it came from."""

    tabs: list[Tab]
    current: SavedView | None
    is_changed: bool

    @property
    def is_new(self) -> bool:
        """Whether the list is as no view shows it, and so may be worth a name."""
        return self.is_changed or not any(tab.is_current for tab in self.tabs)


def views_above(filter: ListFilter, user: User) -> Views:
    """The views of the list that ``filter`` is of."""
    here = filter.from_start(view=None)
    kind = type(filter)
    built_in = [(str(title), kind.parse_text(query)) for title, query in kind.views()]
    saved = [
        (view, kind.parse_text(view.query))
        for view in db.session.scalars(SavedView.above(kind.name(), user))
    ]
    current = next((view for view, _ in saved if view.id == filter.view), None)
    # A list that came from no view may still be as one of them shows it.
    if current is None and here not in (state for _, state in built_in):
        current = next((view for view, state in saved if state == here), None)
    tabs = [Tab(title, state, current is None and state == here) for title, state in built_in]
    tabs += [
        Tab(view.name, replace(state, view=view.id), view is current, view) for view, state in saved
    ]
    return Views(tabs, current, any(view is current and state != here for view, state in saved))
