"""Who loses a role does not decide by it any more; who gets another address, gets other links."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.extensions import db
from crm.models import ApprovalRequest, MailKind, OutgoingMail, Role, User, UserRole
from crm.models.approval import ApproverKind, CameBy, Closure, Mode
from tests.approval_links import follow, mint, send
from tests.cast import Cast
from tests.flows import asked, away, decide_as, flow, hand_in, named, step
from tests.page import Browser


def finance(**particulars: object) -> ApprovalRequest:
    """What finance is asked by their role, handed in by Wang."""
    flow(step(ApproverKind.ROLE, role=Role.FINANCE, **particulars))
    return hand_in(Cast())


def also(person: User, role: Role) -> None:
    person.role_rows.append(UserRole(role=role))
    db.session.commit()


def take_role(person: User) -> None:
    """Finance no more."""
    person.give_roles({Role.REP}, by=Cast().admin)
    db.session.commit()


def test_who_lost_the_role_does_not_decide_by_the_mail_of_before(
    cast: Cast, browser: Browser
) -> None:
    link = mint(finance().asked[0])
    assert link.assignment.approver == cast.fin
    page = follow(browser, link)
    take_role(cast.fin)
    send(browser, page, link, status=410)
    request = link.assignment.request
    assert (asked(request), request.asked[0].came_by) == ({"admin"}, CameBy.ROLE)
    decide_as(request, "admin+")
    assert request.closure is Closure.APPROVED


def test_who_has_the_role_decides_instead(cast: Cast) -> None:
    request = finance()
    also(cast.zhou, Role.FINANCE)
    take_role(cast.fin)
    part = request.asked[0]
    assert (part.approver, part.in_place_of, part.came_by) == (cast.zhou, cast.fin, CameBy.ROLE)


@pytest.mark.parametrize("mode", list(Mode))
def test_of_several_the_others_are_enough(cast: Cast, mode: Mode) -> None:
    also(cast.zhou, Role.FINANCE)
    request = finance(mode=mode)
    take_role(cast.fin)
    assert asked(request) == {"zhou"}
    decide_as(request, "zhou+")
    assert request.closure is Closure.APPROVED


def test_who_stands_in_for_who_lost_the_role_is_asked_no_more(cast: Cast) -> None:
    away(cast.fin, cast.zhao)
    request = finance()
    assert asked(request) == {"zhao"}
    take_role(cast.fin)
    assert asked(request) == {"admin"}


def test_what_is_asked_for_another_reason_stays(cast: Cast) -> None:
    flow(named(cast.fin))
    request = hand_in(cast)
    take_role(cast.fin)
    assert asked(request) == {"fin"}


def test_who_agreed_by_another_step_is_asked_only_where_nobody_else_is_left(cast: Cast) -> None:
    flow(named(cast.admin), step(ApproverKind.ROLE, role=Role.FINANCE))
    request = hand_in(cast)
    decide_as(request, "admin+")
    also(cast.zhou, Role.FINANCE)
    take_role(cast.fin)
    assert asked(request) == {"zhou"}
    take_role(cast.zhou)
    assert request.closure is Closure.APPROVED


def test_an_administrator_who_is_none_any_more_hands_on_what_nobody_else_could_decide(
    cast: Cast,
) -> None:
    also(cast.zhou, Role.ADMINISTRATOR)
    flow(step(ApproverKind.ROLE, role=Role.EXPORTER))
    request = hand_in(cast)
    assert asked(request) == {"admin", "zhou"}
    take_role(cast.zhou)
    assert asked(request) == {"admin"}


def test_a_link_that_went_to_another_address_decides_no_more(cast: Cast, browser: Browser) -> None:
    link = mint(hand_in(cast).asked[0])
    page = follow(browser, link)
    li, admin = cast.li, cast.admin
    li.email = "li@elsewhere.example"
    li.note_changes(by=admin)
    db.session.commit()
    answer = send(browser, page, link, status=410)
    assert "It went to another mail address" in answer.text
    assert browser.get(link.review, status=410).h1 == ["This link was replaced"]
    mails = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
    ).all()
    assert [mail.to for mail in mails] == [li, li]
    again = mint(link.assignment)
    send(browser, follow(browser, again), again)
    assert again.claim.request.closure is Closure.APPROVED
