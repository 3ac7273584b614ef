"""The way of a document through its flow: done, now, to come, skipped, left out."""

from __future__ import annotations

from crm.models.approval import ApproverKind
from crm.queries.approvals.ways import Stand, way_of
from tests.cast import Cast
from tests.flows import decide_as, flow, hand_in, named, step, three_steps

LARGE = [{"fact": "amount", "test": "at_least", "value": "1000"}]


def test_the_way_tells_what_is_done_now_and_to_come(cast: Cast) -> None:
    three_steps(cast)
    request = hand_in(cast)
    assert [each.stand for each in way_of(request)] == [Stand.NOW, Stand.TO_COME, Stand.SKIPPED]
    assert [person.username for person in way_of(request)[1].people] == ["fin"]
    decide_as(request, "li+")
    assert [each.stand for each in way_of(request)] == [Stand.DONE, Stand.NOW, Stand.SKIPPED]
    decide_as(request, "fin+")
    assert [each.stand for each in way_of(request)] == [Stand.DONE, Stand.DONE, Stand.SKIPPED]


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
