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
    saved = db.session.scalars(SavedView.above(filter.name(), user)).all()
    current = next((view for view in saved if view.id == filter.view), None)
    built_in = [type(filter).parse_text(query) for _, query in filter.views()]
    tabs = [
        Tab(str(title), view, current is None and view == here)
        for (title, _), view in zip(filter.views(), built_in, strict=True)
    ]
    is_changed = False
    for view in saved:
        state = type(filter).parse_text(view.query)
        is_changed = is_changed or (view is current and state != here)
        tabs.append(Tab(view.name, replace(state, view=view.id), view is current, view))
    return Views(tabs, current, is_changed)
