"""What the preview of a flow tells against what happens when the claim is handed in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.extensions import db
from crm.models import (
    ApprovalRequest,
    Company,
    Delegation,
    ExpenseClaim,
    ExpenseItem,
    Option,
    OptionList,
    Role,
    User,
)
from crm.models.approval import DOCUMENTS, ApproverKind, Decision, Mode, NobodyDecides, OwnRule
from crm.models.expense_claim import ClaimRefused
from crm.queries.approvals.flows import Preview, preview
from tests.cast import Cast
from tests.flows import flow, step

PEOPLE = ("admin", "li", "wang", "zhao", "zhou", "wu", "fin")
STEP = st.fixed_dictionaries({
    "approver": st.sampled_from(list(ApproverKind)),
    "level": st.integers(1, 3),
    "role": st.sampled_from([Role.FINANCE, Role.MANAGER, Role.ADMINISTRATOR, Role.READER]),
    "people": st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True),
    "mode": st.sampled_from(list(Mode)),
    "own": st.sampled_from(list(OwnRule)),
    "least": st.none() | st.integers(1, 900),
})  # fmt: skip
# Who is away, and who decides for them.
AWAY = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), max_size=2)


@settings(max_examples=25, derandomize=True)
@given(
    steps=st.lists(STEP, min_size=1, max_size=4), away=AWAY, claimant=st.sampled_from(PEOPLE),
    amount=st.integers(1, 1000), least=st.none() | st.integers(1, 900),
    limit=st.none() | st.integers(1, 900),
)  # fmt: skip
def test_who_was_foreseen_is_asked(
    cast: Cast, steps: list[dict[str, Any]], away: dict[str, str], claimant: str, amount: int,
    least: int | None, limit: int | None,
) -> None:  # fmt: skip
    db.session.rollback()  # what another example left
    person, category = getattr(cast, claimant), expense_category()
    cast.li.approval_limit = limit
    hand_to_each_other(cast, away)
    made = flow(*(stepped(cast, each) for each in steps), conditions=at_least(least))
    sample = DOCUMENTS["expense_claim"].sample(person, Decimal(amount), category, cast.sigma)
    version = made.current
    told = preview(made, "expense_claim", version.conditions, version.steps, sample)
    try:
        request = claimed(person, amount, category, cast).submit(by=person)
    except (NobodyDecides, ClaimRefused):
        unasked = [not stop.deciders and not stop.foreseen.found.skip for stop in told.stops]
        assert any(unasked) or not told.is_taken
    else:
        assert told.is_taken == (request.version.flow is made)
        if told.is_taken:
            compare(told, request)


def compare(told: Preview, request: ApprovalRequest) -> None:
    """Where any of several is enough, who it is shows only then, and is not asked a second time."""
    expected = [
        (stop.foreseen.step, {each.person.id for each in stop.deciders})
        for stop in told.stops
        if stop.deciders
    ]
    open_ended = any(len(people) > 1 and told_mode(stop) is Mode.ANY
                     for stop in told.stops if (people := stop.deciders))  # fmt: skip
    happened = played(request)
    assert happened[0] == expected[0]
    if open_ended:
        assert {step for step, _people in happened} <= {step for step, _people in expected}
    else:
        assert happened == expected


def told_mode(stop: Any) -> Mode:
    return stop.mode or Mode.ALL


def played(request: ApprovalRequest) -> list[tuple[Any, set[int]]]:
    """Everybody who is asked approves; who that was, step by step."""
    while request.is_open:
        assignment = request.asked[0]
        claim = request.document
        assignment.decide(
            Decision.APPROVED, by=assignment.approver, version=claim.version,
            content_hash=claim.content_hash(),
        )  # fmt: skip
    happened: dict[Any, set[int]] = {}
    for each in request.assignments:
        if each.asked_at is not None:
            happened.setdefault(each.step, set()).add(each.approver_id)
    return list(happened.items())


def hand_to_each_other(cast: Cast, away: dict[str, str]) -> None:
    today = Company.current().today()
    for person, delegate in away.items():
        if person != delegate:
            user: User = getattr(cast, person)
            days = today, today + timedelta(days=1)
            Delegation.begin(user, getattr(cast, delegate), *days, by=user)
    db.session.flush()


def stepped(cast: Cast, wanted: dict[str, Any]) -> Any:
    return step(
        wanted["approver"], level=wanted["level"], role=wanted["role"], mode=wanted["mode"],
        own=wanted["own"], user_ids=[getattr(cast, name).id for name in wanted["people"]],
        conditions=at_least(wanted["least"]),
    )  # fmt: skip


def at_least(amount: int | None) -> list[dict[str, Any]]:
    return [{"fact": "amount", "test": "at_least", "value": str(amount)}] if amount else []


def expense_category() -> Option:
    return db.session.scalars(Option.of(OptionList.EXPENSE_CATEGORY).limit(1)).one()


def claimed(person: User, amount: int, category: Option, cast: Cast) -> ExpenseClaim:
    claim = ExpenseClaim.begin("试", by=person)
    item = ExpenseItem(category=category, customer=cast.sigma, purpose="拜访")
    item.set_amount(Decimal(amount), "CNY", Company.current().today())
    claim.add_item(item, by=person)
    db.session.flush()
    return claim
