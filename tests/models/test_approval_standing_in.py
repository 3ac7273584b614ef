"""Who stands in: with what authority a part goes to somebody else, and how many must agree then."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm import clock
from crm.approval_words import what_became_of, why_asked
from crm.extensions import db
from crm.models import Action, ApprovalRequest, Delegation, Event, Role, User
from crm.models.approval import (
    ApprovalAssignment,
    ApproverKind,
    CameBy,
    Closure,
    Mode,
    TokenState,
    Why,
)
from crm.models.approval.pressing import escalate, hand_over_absences, hand_over_of
from tests.cast import Cast
from tests.flows import asked, decide_as, flow, hand_in, named, step

CLIMB, ROLE = ApproverKind.CLIMB, ApproverKind.ROLE


def away(person: User, delegate: User) -> None:
    Delegation.begin(person, delegate, date(2026, 1, 1), date(2027, 12, 31), by=person)
    db.session.commit()


def part_of(request: ApprovalRequest, person: User) -> ApprovalAssignment:
    return next(each for each in request.asked if each.approver == person)


def goes_up(request: ApprovalRequest) -> ApprovalAssignment | None:
    """The only one who is asked lets it wait for too long."""
    given = escalate(request.asked[0])
    db.session.commit()
    return given


def leaves(person: User) -> None:
    person.deactivate(by=Cast().admin)
    db.session.commit()


def a_line_of_superiors(cast: Cast, **limits: str | None) -> None:
    """Wang, Li, Zhou, Feng: each the superior of the one before, and what each may approve."""
    cast.wang.manager, cast.li.manager, cast.zhou.manager = cast.li, cast.zhou, cast.fin
    for name, limit in limits.items():
        getattr(cast, name).approval_limit = Decimal(limit) if limit else None
    db.session.commit()


# Whose limit reaches


@pytest.mark.parametrize("how", [goes_up, lambda request: leaves(request.asked[0].approver)])
@pytest.mark.parametrize(
    ("zhou", "fin", "decides", "why"),
    [("300.00", None, "zhou", Why.STEP), ("299.99", "300.00", "fin", Why.STEP),
     ("100.00", "100.00", "admin", Why.ADMINISTRATOR)],
)  # fmt: skip
def test_what_a_limit_gave_goes_on_to_a_limit_that_reaches(
    cast: Cast, how: object, zhou: str, fin: str | None, decides: str, why: Why
) -> None:
    a_line_of_superiors(cast, li="300.00", zhou=zhou, fin=fin, admin="100.00")
    flow(step(CLIMB))
    request = hand_in(cast)
    how(request)  # type: ignore[operator]
    assert [(each.approver.username, each.why) for each in request.asked] == [(decides, why)]


def test_a_delegate_decides_with_the_authority_of_who_is_away(cast: Cast) -> None:
    a_line_of_superiors(cast, li="300.00")
    cast.zhao.approval_limit = Decimal(0)
    away(cast.li, cast.zhao)
    flow(step(CLIMB))
    request = hand_in(cast)
    assert asked(request) == {"zhao"}
    goes_up(request)
    assert asked(request) == {"zhou"}, "above whose part it is, not above who stands in"


def test_who_was_added_needs_no_limit(cast: Cast) -> None:
    a_line_of_superiors(cast, li="300.00", zhou="0")
    flow(step(CLIMB))
    request = hand_in(cast)
    added = request.ask_also(cast.zhao, by=request.asked[0], comment=None)
    assert added is not None
    cast.zhao.manager = cast.zhou
    escalate(added)
    assert asked(request) == {"li", "zhou"}


def test_a_leavers_role_is_somebody_elses_first(cast: Cast) -> None:
    """Zhao became one of finance since: they decide, not who is above Feng."""
    cast.fin.manager = cast.zhou
    flow(step(ROLE, role=Role.FINANCE))
    request = hand_in(cast)
    cast.zhao.give_roles({Role.FINANCE}, by=cast.admin)
    leaves(cast.fin)
    assert asked(request) == {"zhao"}
    leaves(cast.zhao)
    assert asked(request) == {"zhou"}, "nobody else has the role"


# How many must agree


def test_of_administrators_one_is_enough_though_another_is_away(cast: Cast) -> None:
    cast.zhou.give_roles({Role.ADMINISTRATOR}, by=cast.admin)
    away(cast.admin, cast.fin)
    away(cast.zhou, cast.sun)
    flow(named(cast.gone, mode=Mode.ALL))
    request = hand_in(cast)
    assert (asked(request), request.mode) == ({"fin", "sun"}, Mode.ANY)
    assert {(each.why, each.came_by) for each in request.asked} == {
        (Why.ADMINISTRATOR, CameBy.DELEGATE)
    }
    decide_as(request, "sun+")
    assert request.closure is Closure.APPROVED


def test_all_must_agree_though_one_of_them_became_an_administrators(cast: Cast) -> None:
    flow(named(cast.fin, cast.zhou, mode=Mode.ALL))
    cast.fin.manager, cast.fin.team = None, None
    request = hand_in(cast)
    given = escalate(part_of(request, cast.fin))
    assert given is not None
    assert (given.approver, given.why) == (cast.admin, Why.ADMINISTRATOR)
    decide_as(request, "admin+")
    assert (asked(request), request.closure) == ({"zhou"}, None)


def test_one_who_agreed_before_is_enough_where_another_is_asked_beside(cast: Cast) -> None:
    """Li agreed to the first step; Feng's part comes to Li, and of Feng and Zhou one is enough."""
    flow(step(ApproverKind.MANAGER), named(cast.fin, cast.zhou), named(cast.sun))
    request = hand_in(cast)
    decide_as(request, "li+")
    away(cast.fin, cast.li)
    hand_over_of(cast.fin)
    assert asked(request) == {"sun"}


def test_who_was_added_and_then_stands_in_agrees_for_the_step_too(cast: Cast) -> None:
    flow(named(cast.li, cast.zhou), named(cast.sun))
    request = hand_in(cast)
    request.ask_also(cast.fin, by=part_of(request, cast.li), comment=None)
    away(cast.li, cast.fin)
    hand_over_of(cast.li)
    assert asked(request) == {"zhou", "fin"}
    decide_as(request, "fin+")
    assert asked(request) == {"sun"}


# In circles


def test_what_waits_too_long_does_not_come_back_through_a_stand_in(cast: Cast) -> None:
    """Li is late; Zhou above is away, and Li decides for them: on to Feng, then administrators."""
    a_line_of_superiors(cast)
    flow(step(ApproverKind.MANAGER))
    request = hand_in(cast)
    away(cast.zhou, cast.li)
    goes_up(request)
    assert asked(request) == {"fin"}
    goes_up(request)
    assert asked(request) == {"admin"}
    assert goes_up(request) is None


def test_what_went_up_once_does_not_come_back_later(cast: Cast) -> None:
    a_line_of_superiors(cast)
    flow(step(ApproverKind.MANAGER))
    request = hand_in(cast)
    goes_up(request)
    assert asked(request) == {"zhou"}
    away(cast.fin, cast.li)
    goes_up(request)
    assert asked(request) == {"admin"}, "Feng is away, and Li, who was late, decides for them"


def test_who_is_away_in_a_circle_is_not_handed_it_again_every_day(cast: Cast) -> None:
    request = hand_in(cast)
    away(cast.li, cast.zhou)
    away(cast.zhou, cast.li)
    for _day in range(3):
        hand_over_absences()
        db.session.commit()
    assert asked(request) == {"zhou"}
    assert len(request.assignments) == 2


def test_who_is_back_gets_their_part_back(cast: Cast) -> None:
    away(cast.li, cast.zhou)
    request = hand_in(cast)
    db.session.query(Delegation).one().end(by=cast.li)
    away(cast.zhou, cast.li)
    hand_over_of(cast.zhou)
    (part,) = request.asked
    assert (part.approver, part.in_place_of, part.came_by) == (cast.li, None, None)


# What is told


def test_why_it_came_to_somebody_names_who_had_it_last(cast: Cast) -> None:
    """Li is away; Zhou, who decided for them, is late: it is Zhou of whom that is said."""
    away(cast.li, cast.zhou)
    request = hand_in(cast)
    assert why_asked(request.asked[0]) == "You decide for 李敏, who is away."
    goes_up(request)
    (part,) = request.asked
    assert (part.approver, part.in_place_of) == (cast.admin, cast.li)
    assert why_asked(part) == "周涛 has not decided in time."


def test_an_administrator_learns_both_why_they_and_how_it_came(cast: Cast) -> None:
    cast.li.manager, cast.li.team = None, None
    flow(named(cast.li))
    request = hand_in(cast)
    goes_up(request)
    assert why_asked(request.asked[0]) == (
        "李敏 has not decided in time. Nobody else was found, and you are an administrator."
    )


def test_a_link_names_who_has_it_now_not_who_had_it_in_between(cast: Cast) -> None:
    a_line_of_superiors(cast)
    request = hand_in(cast)
    first = request.asked[0]
    goes_up(request)
    goes_up(request)
    assert asked(request) == {"fin"}
    assert first.instead == request.asked[0]
    assert "冯琴 decides since" in what_became_of(first, TokenState.ESCALATED)


def test_the_last_decision_is_told_where_a_stand_in_agreed_before(cast: Cast) -> None:
    """Not the decision that was asked for last: the one that was made last."""
    flow(named(cast.fin, cast.zhou, mode=Mode.ALL), named(cast.sun))
    request = hand_in(cast)
    decide_as(request, "zhou+")
    clock.set_to(clock.now() + timedelta(minutes=1))
    decide_as(request, "fin+")
    away(cast.sun, cast.zhou)
    hand_over_of(cast.sun)
    db.session.commit()
    assert request.closure is Closure.APPROVED
    told = db.session.query(Event).filter_by(action=Action.CLAIM_APPROVED).one()
    assert told.by == cast.fin
