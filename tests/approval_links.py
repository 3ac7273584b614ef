"""Approval links for tests: as a mail carries them, followed and answered by a browser."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from crm.extensions import db
from crm.models import Action, ApprovalAssignment, ApprovalToken, Event, ExpenseClaim
from tests.page import Browser, Page

SCANS = 1_000
AT_ONCE = 50


@dataclass(frozen=True)
class Link:
    """A link as its mail carries it, and what it is for."""

    secret: str
    assignment: ApprovalAssignment

    @property
    def address(self) -> str:
        return f"/approve/{self.secret}"

    @property
    def review(self) -> str:
        return f"/approve/review/{self.assignment.id}"

    @property
    def claim(self) -> ExpenseClaim:
        claim = self.assignment.request.document
        assert isinstance(claim, ExpenseClaim)
        return claim


def mint(assignment: ApprovalAssignment) -> Link:
    secret = ApprovalToken.mint(assignment)
    db.session.commit()
    return Link(secret, assignment)


def follow(browser: Browser, link: Link) -> Page:
    """Open the link as a person does: the review is where it leads."""
    browser.get(link.address, status=303)
    return browser.follow()


def events(action: Action) -> int:
    return db.session.scalar(select(func.count()).where(Event.action == action)) or 0


def send(browser: Browser, page: Page, link: Link, decision: str = "approved", *,
         status: int = 200, comment: str = "") -> Page:  # fmt: skip
    return browser.submit(page, link.review, status, decision=decision, comment=comment)
