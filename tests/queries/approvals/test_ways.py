"""The way of a document through its flow: done, now, to come, skipped, left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from crm.extensions import db
from crm.models import Action, ApprovalRequest, Company, Delegation, Event, User
from crm.models.approval import ApproverKind, Mode, Skip
from crm.queries.approvals.ways import Stand, Station, trail_of, way_ahead, way_of
from crm.sentences import sentence
from tests.cast import Cast
from tests.claims import draft
from tests.flows import decide_as, flow, hand_in, named, step, three_steps
from tests.page import Browser

LARGE = [{"fact": "amount", "test": "at_least", "value": "1000"}]


def test_the_way_tells_what_is_done_now_and_to_come(cast: Cast) -> None:
    three_steps(cast)
    request = hand_in(cast)
    assert [each.stand for each in way_of(request)] == [Stand.NOW, Stand.TO_COME, Stand.SKIPPED]
    assert [each.person.username for each in way_of(request)[1].deciders] == ["fin"]
    decide_as(request, "li+")
    assert [each.stand for each in way_of(request)] == [Stand.DONE, Stand.NOW, Stand.SKIPPED]
    decide_as(request, "fin+")
    assert [each.stand for each in way_of(request)] == [Stand.DONE, Stand.DONE, Stand.SKIPPED]


def test_what_was_taken_back_before_anybody_decided_is_not_done(cast: Cast) -> None:
    request = hand_in(cast)
    request.document.withdraw(by=cast.wang)
    assert [each.stand for each in way_of(request)] == [Stand.LEFT_OUT]
    assert [sentence(event) for event in trail_of(request)][-2:] == [
        "李敏 need not decide any more", "Approval ended: withdrawn",
    ]  # fmt: skip


def test_a_step_after_a_rejection_is_not_reached(cast: Cast) -> None:
    three_steps(cast)
    request = hand_in(cast)
    decide_as(request, "li-")
    assert [each.stand for each in way_of(request)][:2] == [Stand.DONE, Stand.LEFT_OUT]


def test_whoever_agreed_is_not_foreseen_again(cast: Cast) -> None:
    flow(step(ApproverKind.MANAGER), named(cast.li), named(cast.fin))
    request = hand_in(cast)
    assert [each.stand for each in way_of(request)] == [Stand.NOW, Stand.SKIPPED, Stand.TO_COME]


def test_where_no_step_asks_anybody_the_administrator_stands_on_the_way(cast: Cast) -> None:
    flow(named(cast.admin, conditions=LARGE))
    request = hand_in(cast)
    assert [each.stand for each in way_of(request)] == [Stand.SKIPPED, Stand.NOW]
    assert way_of(request)[1].step is None


# Two steps of one name


def skipped_and_to_come(cast: Cast) -> ApprovalRequest:
    """Two steps are called the same; only the first one, between them the superior, is skipped."""
    flow(named(cast.admin, conditions=LARGE), step(ApproverKind.MANAGER), named(cast.fin))
    return hand_in(cast)


def test_of_two_steps_of_one_name_each_has_its_own_fate(cast: Cast) -> None:
    way = way_of(skipped_and_to_come(cast))
    names = [str(each.step) for each in way]
    assert names[0] == names[2]
    assert [each.stand for each in way] == [Stand.SKIPPED, Stand.NOW, Stand.TO_COME]


def test_what_was_skipped_before_the_trail_knew_ids_is_told_by_its_name(cast: Cast) -> None:
    three_steps(cast)
    request = hand_in(cast)
    decide_as(request, "li+")
    decide_as(request, "fin+")
    about = Event.about(ApprovalRequest.__tablename__, request.id)
    event = db.session.scalars(about.where(Event.action == Action.APPROVAL_SKIPPED)).one()
    event.particulars = {name: each for name, each in event.particulars.items() if name != "step"}
    db.session.commit()
    assert way_of(request)[2].skip is Skip.CONDITION


# Absence


def away(person: User, delegate: User) -> None:
    today = Company.current().today()
    Delegation.begin(person, delegate, today, today + timedelta(days=1), by=person)
    db.session.commit()


def told(station: Station) -> list[tuple[User, User | None]]:
    return [(each.person, each.instead) for each in station.deciders]


def test_who_is_away_is_foreseen_with_who_stands_in(cast: Cast) -> None:
    three_steps(cast)
    away(cast.fin, cast.zhou)
    claim = draft(cast)
    assert told(way_ahead(claim)[1]) == told(way_of(hand_in(cast, claim))[1]) == [
        (cast.zhou, cast.fin)]  # fmt: skip


def test_who_decides_as_a_stand_in_is_not_foreseen_again(cast: Cast) -> None:
    flow(named(cast.fin), named(cast.zhou))
    away(cast.fin, cast.zhou)
    claim = draft(cast)
    assert [each.stand for each in way_ahead(claim)] == [Stand.TO_COME, Stand.SKIPPED]
    assert [each.stand for each in way_of(hand_in(cast, claim))] == [Stand.NOW, Stand.SKIPPED]


def test_who_comes_later_in_turn_and_is_away_is_foreseen_as_who_stands_in(cast: Cast) -> None:
    flow(named(cast.li, cast.fin, mode=Mode.IN_TURN), named(cast.zhou))
    away(cast.fin, cast.zhou)
    assert [each.stand for each in way_of(hand_in(cast))] == [Stand.NOW, Stand.SKIPPED]


@pytest.mark.parametrize("path", ["/expenses/{}", "/approvals"])
def test_the_pages_say_in_whose_place_somebody_would_decide(
    app: Flask, cast: Cast, path: str
) -> None:
    three_steps(cast)
    away(cast.fin, cast.zhou)
    request = hand_in(cast)
    if path == "/approvals":
        page = Browser(app).sign_in("li").get(f"{path}/{request.asked[0].id}")
    else:
        page = Browser(app).sign_in("wang").get(path.format(request.document_id))
    assert f"{cast.zhou.name} for {cast.fin.name}, who is away" in page.text
