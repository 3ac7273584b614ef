"""How requests run through flows: who is asked after which decision, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from crm.extensions import db
from crm.models import (
    Action,
    ApprovalFlow,
    ApprovalStep,
    ClaimState,
    Event,
    ExpenseItem,
    MailKind,
    OutgoingMail,
    Role,
)
from crm.models.approval import (
    ApproverKind,
    CameBy,
    Closure,
    Decision,
    DocumentChanged,
    Mode,
    NobodyDecides,
    NoLongerAsked,
    NotAllowed,
    OwnRule,
    Release,
    Why,
)
from crm.models.approval.approvers import Skip, foresee
from crm.models.approval.pressing import escalate, hand_over_of
from crm.models.expense_claim import ClaimRefused
from tests.cast import Cast
from tests.claims import draft, make_item
from tests.flows import asked, away, decide_as, flow, hand_in, named, step

MANAGER, NTH, HEAD, ROLE, CLIMB = (
    ApproverKind.MANAGER, ApproverKind.NTH_MANAGER, ApproverKind.TEAM_HEAD, ApproverKind.ROLE,
    ApproverKind.CLIMB,
)  # fmt: skip
LARGE = [{"fact": "amount", "test": "at_least", "value": "1000"}]
Steps = Callable[[Cast], list[ApprovalStep]]


@dataclass(frozen=True)
class Case:
    """Steps, what is decided, who is asked at first and after each decision, and the end."""

    called: str
    steps: Steps
    script: tuple[str, ...]
    asks: tuple[str, ...]
    closure: Closure | None


CASES = (
    Case("one superior", lambda c: [step(MANAGER)], ("li+",), ("li", ""), Closure.APPROVED),
    Case("rejected at once", lambda c: [step(MANAGER), step(ROLE, role=Role.FINANCE)],
         ("li-",), ("li", ""), Closure.REJECTED),
    Case("returned in the second step", lambda c: [step(MANAGER), named(c.fin)],
         ("li+", "fin~"), ("li", "fin", ""), Closure.RETURNED),
    Case("three steps", lambda c: [step(MANAGER), named(c.fin), step(NTH, level=2)],
         ("li+", "fin+", "admin+"), ("li", "fin", "admin", ""), Closure.APPROVED),
    Case("any of two: the first decides", lambda c: [named(c.zhou, c.fin)],
         ("fin+",), ("fin zhou", ""), Closure.APPROVED),
    Case("any of two: one rejection ends it", lambda c: [named(c.zhou, c.fin)],
         ("zhou-",), ("fin zhou", ""), Closure.REJECTED),
    Case("all of two", lambda c: [named(c.zhou, c.fin, mode=Mode.ALL)],
         ("zhou+", "fin+"), ("fin zhou", "fin", ""), Closure.APPROVED),
    Case("all of two: one rejects", lambda c: [named(c.zhou, c.fin, mode=Mode.ALL)],
         ("fin-",), ("fin zhou", ""), Closure.REJECTED),
    Case("in turn", lambda c: [named(c.zhou, c.fin, c.li, mode=Mode.IN_TURN)],
         ("zhou+", "fin+", "li+"), ("zhou", "fin", "li", ""), Closure.APPROVED),
    Case("in turn: nobody is asked after a rejection",
         lambda c: [named(c.zhou, c.fin, mode=Mode.IN_TURN)],
         ("zhou-",), ("zhou", ""), Closure.REJECTED),
    Case("who agreed is not asked again", lambda c: [step(MANAGER), named(c.li), named(c.fin)],
         ("li+", "fin+"), ("li", "fin", ""), Closure.APPROVED),
    Case("any of two is enough where one agreed before",
         lambda c: [step(MANAGER), named(c.li, c.zhou)], ("li+",), ("li", ""), Closure.APPROVED),
    Case("of all, only those who have not agreed",
         lambda c: [step(MANAGER), named(c.li, c.fin, mode=Mode.ALL)],
         ("li+", "fin+"), ("li", "fin", ""), Closure.APPROVED),
    Case("a condition that does not hold skips its step",
         lambda c: [step(MANAGER), named(c.fin, conditions=LARGE)],
         ("li+",), ("li", ""), Closure.APPROVED),
    Case("all steps skipped: an administrator decides",
         lambda c: [named(c.fin, conditions=LARGE)], ("admin+",), ("admin", ""), Closure.APPROVED),
    Case("the claimant among others is left out", lambda c: [named(c.wang, c.fin, mode=Mode.ALL)],
         ("fin+",), ("fin", ""), Closure.APPROVED),
    Case("the claimant alone: their superior", lambda c: [named(c.wang)],
         ("li+",), ("li", ""), Closure.APPROVED),
    Case("the claimant alone, skipped, then another step",
         lambda c: [named(c.wang, own=OwnRule.SKIP), named(c.fin)],
         ("fin+",), ("fin", ""), Closure.APPROVED),
    Case("the claimant alone, skipped, nothing else: never by nobody",
         lambda c: [named(c.wang, own=OwnRule.SKIP)], ("admin+",), ("admin", ""),
         Closure.APPROVED),
    Case("who has left is not asked: an administrator is", lambda c: [named(c.gone)],
         ("admin+",), ("admin", ""), Closure.APPROVED),
    Case("nobody so far up: an administrator", lambda c: [step(NTH, level=5)],
         ("admin+",), ("admin", ""), Closure.APPROVED),
    Case("the head of another team", lambda c: [step(HEAD, team_id=c.wu.team_id)],
         ("zhou+",), ("zhou", ""), Closure.APPROVED),
    Case("the head of the claimant's own team", lambda c: [step(HEAD)],
         ("li+",), ("li", ""), Closure.APPROVED),
    Case("the head of the team above", lambda c: [step(HEAD, level=2)],
         ("admin+",), ("admin", ""), Closure.APPROVED),
    Case("everybody with a role, all of them",
         lambda c: [step(ROLE, role=Role.MANAGER, mode=Mode.ALL)],
         ("zhou+", "li+"), ("li zhou", "li", ""), Closure.APPROVED),
    Case("an administrator who stands in: any one of them is enough",
         lambda c: [named(c.gone, mode=Mode.ALL), named(c.fin)],
         ("admin+", "fin+"), ("admin", "fin", ""), Closure.APPROVED),
    Case("still waiting", lambda c: [step(MANAGER), named(c.fin)],
         ("li+",), ("li", "fin"), None),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.called)
def test_who_is_asked_and_how_it_ends(cast: Cast, case: Case) -> None:
    flow(*case.steps(cast))
    request = hand_in(cast)
    seen = [asked(request)]
    for sign in case.script:
        decide_as(request, sign)
        seen.append(asked(request))
    assert [" ".join(sorted(names)) for names in seen] == list(case.asks)
    assert request.closure is case.closure
    assert request.document.state.value == (case.closure or ClaimState.SUBMITTED).value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.called)
def test_the_claimant_hears_of_the_end_alone(cast: Cast, case: Case) -> None:
    """Approved is said once, after the last step; each approver is asked by one mail."""
    flow(*case.steps(cast))
    request = hand_in(cast)
    for sign in case.script:
        decide_as(request, sign)
    told = {Closure.APPROVED: Action.CLAIM_APPROVED, Closure.REJECTED: Action.CLAIM_REJECTED,
            Closure.RETURNED: Action.CLAIM_RETURNED}  # fmt: skip
    ends = list(db.session.scalars(select(Event.action).where(Event.action.in_(told.values()))))
    assert ends == ([told[case.closure]] if case.closure else [])
    mails = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [mail.kind for mail in mails] == [MailKind.APPROVAL_REQUESTED] * len(mails)
    assert [mail.particulars["assignment"] for mail in mails] == [
        each.id for each in sorted(request.assignments, key=lambda each: each.id) if each.asked_at
    ]


# Which flow, and its versions


def test_the_first_flow_whose_conditions_hold_is_taken(cast: Cast) -> None:
    flow(named(cast.fin), conditions=LARGE)
    small = hand_in(cast)
    large = hand_in(cast, draft(cast, make_item(cast, "1000.00"), title="大额"))
    assert (asked(small), asked(large)) == ({"li"}, {"fin"})


def test_a_running_request_keeps_the_version_it_began_with(cast: Cast) -> None:
    changed = flow(named(cast.fin), named(cast.zhou))
    before = hand_in(cast)
    changed.revise([named(cast.admin)], by=cast.admin)
    db.session.commit()
    after = hand_in(cast, draft(cast, title="后一张"))
    decide_as(before, "fin+")
    assert (asked(before), asked(after)) == ({"zhou"}, {"admin"})
    assert (before.version.number, after.version.number) == (1, 2)  # type: ignore[union-attr]


def test_a_retired_flow_takes_nothing_more_and_finishes_what_it_began(cast: Cast) -> None:
    retired = flow(named(cast.fin), named(cast.zhou))
    before = hand_in(cast)
    retired.retire(by=cast.admin)
    db.session.commit()
    after = hand_in(cast, draft(cast, title="后一张"))
    decide_as(before, "fin+")
    assert (asked(before), asked(after)) == ({"zhou"}, {"li"})


def test_handing_in_again_begins_anew(cast: Cast) -> None:
    flow(step(MANAGER), named(cast.fin))
    request = hand_in(cast)
    decide_as(request, "li+")
    decide_as(request, "fin~")
    claim = request.document
    again = hand_in(cast, claim)
    assert (again.id != request.id, asked(again)) == (True, {"li"})


# The amount climbs


@pytest.mark.parametrize(
    ("limit", "amount", "decides"),
    [("300.00", "300.00", "li"), ("299.99", "300.00", "admin"), (None, "99999.00", "li")],
)
def test_the_amount_climbs_until_somebody_may(
    cast: Cast, limit: str | None, amount: str, decides: str
) -> None:
    cast.li.approval_limit = Decimal(limit) if limit else None
    flow(step(CLIMB))
    assert asked(hand_in(cast, draft(cast, make_item(cast, amount)))) == {decides}


def test_above_everybodys_limit_an_administrator_decides(cast: Cast) -> None:
    for person in (cast.li, cast.admin):
        person.approval_limit = Decimal(100)
    flow(step(CLIMB))
    request = hand_in(cast)
    assert [each.why for each in request.asked] == [Why.ADMINISTRATOR]


# Nobody approves their own


def test_of_the_only_administrator_nobody_decides(cast: Cast) -> None:
    claim = draft(cast, by=cast.admin)
    with pytest.raises(ClaimRefused, match="nobody"):
        claim.submit(by=cast.admin)
    db.session.rollback()


def test_where_the_next_step_finds_nobody_the_decision_is_not_taken(cast: Cast) -> None:
    flow(named(cast.fin), named(cast.gone))
    request = hand_in(cast, draft(cast, by=cast.admin))
    with pytest.raises(NobodyDecides):
        decide_as(request, "fin+")
    db.session.rollback()
    assert (asked(request), request.closure) == ({"fin"}, None)


def test_what_differs_from_what_was_handed_in_is_not_decided(cast: Cast) -> None:
    """Whatever the form shows: the request asks about something else."""
    request = hand_in(cast)
    db.session.execute(update(ExpenseItem).values(purpose="改过的用途"))
    db.session.commit()
    with pytest.raises(DocumentChanged):
        decide_as(request, "li+")
    db.session.rollback()
    assert (asked(request), request.closure) == ({"li"}, None)


# Absence


def test_who_is_away_is_not_asked_their_delegate_is(cast: Cast) -> None:
    away(cast.li, cast.zhou)
    request = hand_in(cast)
    part = request.asked[0]
    assert (part.approver, part.in_place_of, part.came_by) == (cast.zhou, cast.li, CameBy.DELEGATE)
    decide_as(request, "zhou+")
    assert request.closure is Closure.APPROVED


def test_what_waits_goes_to_the_delegate(cast: Cast) -> None:
    request = hand_in(cast)
    away(cast.li, cast.zhou)
    assert len(hand_over_of(cast.li)) == 1
    db.session.commit()
    assert asked(request) == {"zhou"}
    assert [each.release for each in request.assignments] == [Release.HANDED_ON, None]


def test_the_claimant_never_decides_for_who_is_away(cast: Cast) -> None:
    away(cast.li, cast.wang)
    assert asked(hand_in(cast)) == {"li"}


def test_a_delegate_of_a_delegate_decides_and_circles_end(cast: Cast) -> None:
    away(cast.li, cast.zhou)
    away(cast.zhou, cast.fin)
    away(cast.fin, cast.li)
    assert asked(hand_in(cast)) == {"fin"}


def test_a_delegate_who_agreed_before_agrees_for_both(cast: Cast) -> None:
    away(cast.fin, cast.li)
    flow(step(MANAGER), named(cast.fin), named(cast.zhou))
    request = hand_in(cast)
    decide_as(request, "li+")
    assert asked(request) == {"zhou"}


def test_a_delegate_with_a_part_of_their_own_decides_once(cast: Cast) -> None:
    away(cast.fin, cast.zhou)
    flow(named(cast.fin, cast.zhou, mode=Mode.ALL))
    request = hand_in(cast)
    decide_as(request, "zhou+")
    assert request.closure is Closure.APPROVED


def test_handing_over_to_who_agreed_before_goes_on(cast: Cast) -> None:
    flow(step(MANAGER), named(cast.fin))
    request = hand_in(cast)
    decide_as(request, "li+")
    away(cast.fin, cast.li)
    hand_over_of(cast.fin)
    db.session.commit()
    assert (request.closure, request.document.state) == (Closure.APPROVED, ClaimState.APPROVED)


# Escalation, added approvers


def test_escalation_asks_the_approvers_superior(cast: Cast) -> None:
    request = hand_in(cast)
    escalate(request.asked[0])
    db.session.commit()
    part = request.asked[0]
    assert (part.approver, part.in_place_of, part.came_by) == (
        cast.admin,
        cast.li,
        CameBy.ESCALATED,
    )
    with pytest.raises(NoLongerAsked):
        request.assignments[0].decide(
            Decision.APPROVED, by=cast.li, version=request.document.version,
            content_hash=request.document.content_hash(),
        )  # fmt: skip
    db.session.rollback()


def test_what_leads_to_nobody_stays_and_stops_nothing_else(cast: Cast) -> None:
    """Handing over to who agreed before would go on to a step that finds nobody."""
    flow(named(cast.fin), named(cast.li), named(cast.gone))
    stays = hand_in(cast, draft(cast, by=cast.admin))
    decide_as(stays, "fin+")
    other = hand_in(cast, draft(cast, title="另一张"))
    decide_as(other, "fin+")
    away(cast.li, cast.fin)
    hand_over_of(cast.li)
    db.session.commit()
    assert (asked(stays), stays.closure) == ({"li"}, None)
    assert asked(other) == {"admin"}


def test_what_a_leaver_was_to_decide_is_not_decided_by_who_agreed_before(cast: Cast) -> None:
    cast.fin.manager = cast.li
    db.session.commit()
    flow(step(MANAGER), named(cast.fin))
    request = hand_in(cast)
    decide_as(request, "li+")
    cast.fin.deactivate(by=cast.admin)
    db.session.commit()
    assert (asked(request), request.closure) == ({"admin"}, None)


def test_nobody_decides_by_escalation_for_whom_they_stand_in(cast: Cast) -> None:
    """Li agreed; who is above Feng is away, and Li decides for them: another one is asked."""
    cast.fin.manager = cast.zhou
    away(cast.zhou, cast.li)
    flow(step(MANAGER), named(cast.fin))
    request = hand_in(cast)
    decide_as(request, "li+")
    escalate(request.asked[0])
    db.session.commit()
    assert (asked(request), request.closure) == ({"admin"}, None)


def test_where_nobody_is_above_it_stays(cast: Cast) -> None:
    flow(named(cast.admin))
    request = hand_in(cast)
    assert escalate(request.asked[0]) is None
    assert asked(request) == {"admin"}


def test_an_added_approver_must_agree_too_even_where_any_is_enough(cast: Cast) -> None:
    flow(named(cast.li, cast.zhou), named(cast.admin))
    request = hand_in(cast)
    li = next(each for each in request.asked if each.approver == cast.li)
    request.ask_also(cast.fin, by=li, comment="发票金额请核对。")
    db.session.commit()
    assert asked(request) == {"li", "zhou", "fin"}
    decide_as(request, "li+")
    assert asked(request) == {"fin"}
    decide_as(request, "fin+")
    assert asked(request) == {"admin"}


def test_who_was_added_does_not_decide_for_those_whom_the_step_asks(cast: Cast) -> None:
    request = hand_in(cast)
    request.ask_also(cast.fin, by=request.asked[0], comment=None)
    db.session.commit()
    decide_as(request, "fin+")
    assert (asked(request), request.closure) == ({"li"}, None)
    decide_as(request, "li+")
    assert request.closure is Closure.APPROVED


def test_who_stands_in_for_who_was_added_must_agree_too(cast: Cast) -> None:
    away(cast.fin, cast.zhou)
    request = hand_in(cast)
    request.ask_also(cast.fin, by=request.asked[0], comment=None)
    db.session.commit()
    assert asked(request) == {"li", "zhou"}
    decide_as(request, "li+")
    assert (asked(request), request.closure) == ({"zhou"}, None)
    decide_as(request, "zhou+")
    assert request.closure is Closure.APPROVED


def test_an_added_approvers_superior_must_agree_in_their_place(cast: Cast) -> None:
    flow(named(cast.admin))
    request = hand_in(cast)
    added = request.ask_also(cast.zhao, by=request.asked[0], comment=None)
    assert added is not None
    escalate(added)
    db.session.commit()
    decide_as(request, "admin+")
    assert (asked(request), request.closure) == ({"li"}, None)


def test_the_claimant_and_who_has_left_cannot_be_added(cast: Cast) -> None:
    request = hand_in(cast)
    for person in (cast.wang, cast.gone):
        with pytest.raises(NotAllowed):
            request.ask_also(person, by=request.asked[0], comment=None)
    assert request.ask_also(cast.li, by=request.asked[0], comment=None) is None


# Foreseen


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.called)
def test_what_is_foreseen_is_what_happens_at_first(cast: Cast, case: Case) -> None:
    flow(*case.steps(cast))
    claim = draft(cast)
    version = ApprovalFlow.version_for(claim.KIND, claim.facts())
    assert version is not None
    first = next(each for each in foresee(version.steps, cast.wang, claim.facts())
                 if each.found.people)  # fmt: skip
    people = [person.username for person in first.found.people]
    if first.step is not None and first.step.mode is Mode.IN_TURN:
        people = people[:1]
    assert set(people) == asked(hand_in(cast, claim))


def test_what_is_foreseen_says_why_a_step_asks_nobody(cast: Cast) -> None:
    steps = [
        named(cast.fin, conditions=LARGE), named(cast.wang, own=OwnRule.SKIP), step(MANAGER),
        named(cast.li),
    ]  # fmt: skip
    path = foresee(steps, cast.wang, {"amount": "300.00"})
    assert [each.found.skip for each in path] == [
        Skip.CONDITION, Skip.CLAIMANT, None, Skip.DECIDED,
    ]  # fmt: skip
