"""The first visit: what a new installation still needs, told from what is there.

Nothing is noted when a step is done or skipped; only that an administrator is through with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from crm.extensions import db
from crm.models import Action, Company, Customer, Deal, Event, User


@dataclass(frozen=True)
class Step:
    """One thing to set up: what it is called, the page where it is done, whether it was."""

    name: str
    why: str
    endpoint: str
    icon: str
    done: bool

    @property
    def address(self) -> str:
        return url_for(self.endpoint)


@dataclass(frozen=True)
class FirstVisit:
    """The steps in order."""

    steps: tuple[Step, ...]

    @property
    def left(self) -> list[Step]:
        """What is still to be done."""
        return [step for step in self.steps if not step.done]

    @property
    def done_count(self) -> int:
        return len(self.steps) - len(self.left)

    def number_of(self, endpoint: str | None) -> int:
        """Which step the page with this endpoint is, from 1; 0 if it is none."""
        pages = [step.endpoint.partition(".")[0] for step in self.steps]
        area = (endpoint or "").partition(".")[0]
        return pages.index(area) + 1 if area in pages else 0

    def after(self, endpoint: str | None) -> Step | None:
        """The step that follows the page with this endpoint."""
        number = self.number_of(endpoint)
        return self.steps[number] if number < len(self.steps) else None


def knows_customers(user: User) -> bool:
    """Whether ``user`` sees any customer: without one, there is nothing to sell and note yet."""
    seen = Customer.visible_to(user).with_only_columns(Customer.id)
    return db.session.scalar(seen.limit(1)) is not None


def first_visit_of(user: User) -> FirstVisit | None:
    """The first visit, while ``user`` administers an installation that still lacks something."""
    if not user.is_administrator:
        return None
    there = _what_is_there()
    visit = FirstVisit((
        Step(_("Company"), _("Name, language, time zone and currency."), "company.edit",
             "building-2", bool(Company.current().name)),
        Step(_("People"), _("Teams and colleagues: each gets a link to set a password."),
             "users.index", "users", there["colleagues"]),
        Step(_("Stages"), _("The way of a sale, from a template or your own."), "pipelines.edit",
             "square-kanban", there["stages"] or there["deals"]),
        Step(_("Customers"), _("Bring in the list you have as CSV or Excel."), "import_runs.new",
             "upload", there["customers"]),
    ))  # fmt: skip
    return None if there["over"] or not visit.left else visit


def _what_is_there() -> dict[str, bool]:
    """One statement: does any of these exist?"""
    event = select(Event.id)
    asked: dict[str, Any] = {
        "colleagues": select(User.id).offset(1),
        "deals": select(Deal.id),
        "customers": select(Customer.id),
        "stages": event.where(Event.subject_kind == "pipeline"),
        "over": event.where(Event.subject_kind == "company", Event.action == Action.COMPANY_SET_UP),
    }
    columns = [query.limit(1).exists().label(name) for name, query in asked.items()]
    return dict(db.session.execute(select(*columns)).mappings().one())
