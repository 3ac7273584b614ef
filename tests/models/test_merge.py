"""Merging two customers, and making two of one again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from crm import clock
from crm.base import Base
from crm.extensions import db
from crm.models import (
    Action,
    Activity,
    Company,
    Contact,
    Customer,
    CustomerKind,
    Deal,
    Event,
    ExpenseItem,
    Merge,
    Option,
    OptionList,
    Task,
)
from crm.models.approval import Decision
from crm.models.customer import customer_collaborator
from crm.models.deal import OwnerLocked
from crm.models.merge import MergeRefused
from crm.models.merge.moving import columns_naming_a_customer
from crm.models.purging import Purge
from crm.models.tag import customer_tag
from tests.cast import Cast
from tests.claims import decide, make_item, submitted

LOOKED_AT = ("customer", "customer_collaborator", "customer_tag", "contact", "deal", "activity",
             "task", "expense_item", "expense_claim", "approval_request",
             "approval_token")  # fmt: skip
# What counts changes rather than being one.
COUNTERS = {"version", "updated_at"}


def state() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that a merge touches."""
    db.session.commit()
    return {
        name: sorted(
            tuple((key, value) for key, value in row.items() if key not in COUNTERS)
            for row in db.session.execute(select(Base.metadata.tables[name])).mappings()
        )
        for name in LOOKED_AT
    }


def changes_of(customer: Customer) -> list[set[str]]:
    """Which fields the history says were changed, the first time first."""
    about = select(Event).where(
        Event.action == Action.CUSTOMER_CHANGED, Event.subject_id == customer.id
    )
    found = db.session.scalars(about.order_by(Event.id))
    return [set(event.particulars["changes"]) for event in found]


@pytest.fixture
def twin(cast: Cast) -> Customer:
    """Sigma once more, as Wu entered it, with everything that can hang on a customer."""
    wu = cast.wu
    key = Option.add(OptionList.TAG, "重点", company=Company.current(), by=cast.admin)
    twin = Customer.register(
        Customer(name="大连西格玛公司", kind=CustomerKind.PROSPECT, owner=wu, phone="13900009999",
                 external_id="old-77", collaborators=[cast.sun],
                 tags=[key]), by=wu)  # fmt: skip
    contact = Contact.register(
        Contact(customer=twin, name="陈静", mobile="13700001111", is_primary=True), by=wu
    )
    deal = Deal(name="西格玛阀门", customer=twin, contact=contact, owner=wu)
    deal.set_amount(Decimal("9000.00"), "CNY")
    Deal.open(deal, cast.stages[0], by=wu)
    Activity.log(
        Activity(customer=twin, contact=contact, summary="首次电话",
                 kind=cast.option(OptionList.ACTIVITY_KIND, "Call")), by=wu)  # fmt: skip
    Task.add(Task(title="寄样本", customer=twin, assignee=wu, due_on=date(2026, 7, 1)), by=wu)
    Customer.register(
        Customer(name="西格玛大连二厂", kind=CustomerKind.PROSPECT, parent=twin), by=wu
    )
    db.session.commit()
    return twin


def test_everything_that_hung_on_the_loser_hangs_on_the_winner(cast: Cast, twin: Customer) -> None:
    sigma = cast.sigma
    Merge.customers(sigma, twin, by=cast.li)
    db.session.commit()
    for column, which in columns_naming_a_customer():
        left = db.session.scalar(select(func.count()).where(column == twin.id, which))
        # The loser's own last event is about the merge itself.
        assert left == (1 if column.table.name == "event" else 0), column
    assert twin.is_trashed
    assert {contact.name for contact in db.session.scalars(Contact.at(sigma))} == {"刘洋", "陈静"}
    below = select(Customer.name).where(Customer.parent_id == sigma.id)
    assert db.session.scalars(below).all() == ["西格玛大连二厂"]


def test_who_looked_after_the_loser_helps_at_the_winner(cast: Cast, twin: Customer) -> None:
    Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    assert {user.username for user in cast.sigma.collaborators} == {"zhao", "wu", "sun"}
    assert db.session.scalar(Customer.visible_to(cast.wu).where(Customer.id == cast.sigma.id))


def test_one_contact_stays_the_primary_one(cast: Cast, twin: Customer) -> None:
    Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    primary = db.session.scalars(
        select(Contact.name).where(Contact.customer_id == cast.sigma.id, Contact.is_primary)
    ).all()
    assert primary == ["刘洋"]


def test_fields_come_from_the_loser_where_they_were_chosen(cast: Cast, twin: Customer) -> None:
    Merge.customers(cast.sigma, twin, take=["phone", "owner"], by=cast.li)
    db.session.commit()
    sigma = cast.sigma
    assert (sigma.phone, sigma.owner.username) == ("13900009999", "wu")
    assert sigma.name == "大连西格玛流体控制有限公司"
    assert sigma.external_id == "old-77"
    assert changes_of(sigma) == [{"phone", "owner", "tags"}, {"collaborators"}]


@pytest.mark.parametrize("locked", ["winner", "loser"])
def test_a_customer_that_stays_with_its_owner_changes_hands_with_a_managers_reason_alone(
    cast: Cast, twin: Customer, locked: str
) -> None:
    cast.stages[0 if locked == "loser" else 1].locks_owner = True
    take = ["owner"] if locked == "winner" else []
    db.session.commit()
    before = state()
    for by, reason, lacks in ((cast.zhao, "换区域", False), (cast.admin, None, True)):
        with pytest.raises(OwnerLocked) as refusal:
            Merge.customers(cast.sigma, twin, take=take, by=by, reason=reason)
        assert refusal.value.lacks_reason is lacks
        assert state() == before
    merge = Merge.customers(cast.sigma, twin, take=take, by=cast.admin, reason="换区域")
    db.session.commit()
    changed = merge.winner if locked == "winner" else merge.loser
    about = Event.about("customer", changed.id).where(Event.action == Action.CUSTOMER_CHANGED)
    said = [event.particulars["changes"].get("reason") for event in db.session.scalars(about)]
    assert ["", "换区域"] in said


def test_a_merge_that_keeps_the_owner_asks_for_no_reason(cast: Cast, twin: Customer) -> None:
    cast.stages[1].locks_owner = True
    db.session.commit()
    Merge.customers(cast.sigma, twin, take=["phone"], by=cast.admin)
    assert cast.sigma.owner is cast.wang


def test_undoing_leaves_a_customer_with_an_owner_whose_deal_there_locks_it(
    cast: Cast, twin: Customer
) -> None:
    merge = Merge.customers(cast.sigma, twin, take=["owner"], by=cast.admin)
    db.session.commit()
    cast.stages[0].locks_owner = True
    locking = Deal(name="新阀门", customer=cast.sigma, owner=cast.wu)
    Deal.open(locking, cast.stages[0], by=cast.wu)
    db.session.commit()
    assert merge.undo(by=cast.admin) == ["owner_id"]
    db.session.commit()
    assert (cast.sigma.owner, merge.loser.owner) == (cast.wu, cast.wu)


def test_undoing_is_not_kept_by_a_deal_that_goes_back_itself(cast: Cast, twin: Customer) -> None:
    merge = Merge.customers(cast.sigma, twin, take=["owner"], by=cast.admin)
    cast.stages[0].locks_owner = True
    db.session.commit()
    assert merge.undo(by=cast.admin) == []
    db.session.commit()
    assert cast.sigma.owner is cast.wang


def test_undoing_puts_back_every_row(cast: Cast, twin: Customer) -> None:
    before = state()
    merge = Merge.customers(cast.sigma, twin, take=["phone", "owner", "kind", "name"], by=cast.li)
    assert state() != before
    merge.undo(by=cast.li)
    assert state() == before
    merge.undo(by=cast.li)
    assert state() == before


def test_a_journal_of_an_earlier_version_is_undone_as_far_as_it_goes(
    cast: Cast, twin: Customer
) -> None:
    before = state()
    merge = Merge.customers(cast.sigma, twin, take=["phone"], by=cast.li)
    assert merge.is_told_in_full
    journal = dict(merge.journal)
    shared = journal.pop("shared")
    journal["helpers"] = shared[customer_collaborator.name]
    journal["fields"] |= {"fax": [None, "1"]}
    journal["moved"] |= {"leaflet.customer_id": [1]}
    merge.journal = journal
    db.session.commit()
    assert not merge.is_told_in_full
    merge.undo(by=cast.li)
    after = state()
    assert {name for name in LOOKED_AT if after[name] != before[name]} == {customer_tag.name}
    assert [tag.label_en for tag in cast.sigma.tags] == ["重点"]


@pytest.mark.parametrize(
    "journal",
    [
        {},
        {"shared": {customer_collaborator.name: [[7]]}, "custom": {"3": [None, "x"]}},
    ],
    ids=["nothing", "rows"],
)
def test_a_merge_of_which_hardly_anything_is_noted_gives_the_loser_back(
    cast: Cast, twin: Customer, journal: dict[str, Any]
) -> None:
    merge = Merge.customers(cast.sigma, twin, by=cast.li)
    merge.journal = journal
    db.session.commit()
    assert merge.undo(by=cast.li) == (["custom_3"] if journal else [])
    assert not twin.is_trashed
    valve = db.session.scalars(select(Deal).where(Deal.name == "西格玛阀门")).one()
    assert valve.customer == cast.sigma


def test_undoing_is_in_the_histories_of_both(cast: Cast, twin: Customer) -> None:
    contact = db.session.scalars(select(Contact).where(Contact.name == "陈静")).one()
    merge = Merge.customers(cast.sigma, twin, take=["phone", "owner", "source"], by=cast.li)
    db.session.commit()
    made = len(changes_of(cast.sigma))
    merge.undo(by=cast.li)
    db.session.commit()
    assert changes_of(cast.sigma)[made:] == [{"phone", "owner", "tags"}, {"collaborators"}]
    demoted, promoted = (
        event.particulars["changes"]["is_primary"]
        for event in db.session.scalars(
            select(Event)
            .where(Event.action == Action.CONTACT_CHANGED, Event.subject_id == contact.id)
            .order_by(Event.id)
        )
    )
    assert demoted == promoted[::-1]


def test_what_joins_a_customer_to_others_is_known_to_the_merge() -> None:
    """A table of pairs has no rows of its own to move: a new one needs a verb (fields.py)."""
    key = Customer.__table__.c.id
    joining = {
        table
        for table in Base.metadata.sorted_tables
        if "id" not in table.c and sum(column.references(key) for column in table.c) == 1
    }
    assert joining == {customer_collaborator, customer_tag}


def test_a_parent_that_is_gone_or_below_by_now_does_not_come_back(
    cast: Cast, twin: Customer
) -> None:
    li = cast.li
    for fate in ("purged", "below"):
        group, other = (
            Customer.register(Customer(name=f"{name} {fate}"), by=li)
            for name in ("西格玛集团", "西格玛亚洲")
        )
        cast.sigma.parent, twin.parent = group, other
        db.session.commit()
        merge = Merge.customers(cast.sigma, twin, take=["parent", "phone"], by=li)
        db.session.commit()
        if fate == "purged":
            group.trash(by=li)
            db.session.commit()
            Purge(Customer, [group.id]).carry_out(by=li)
        else:
            group.parent = cast.sigma
        db.session.commit()
        assert merge.undo(by=li) == ["parent_id"]
        db.session.commit()
        assert cast.sigma.parent is other
        assert cast.sigma.phone == "0411-8765 4321"


def test_a_group_turned_around_meanwhile_is_no_circle(cast: Cast, twin: Customer) -> None:
    group = Customer.register(Customer(name="西格玛集团"), by=cast.li)
    twin.parent = group
    merge = Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    group.parent = cast.customer("西格玛大连二厂")
    db.session.commit()
    merge.undo(by=cast.li)
    db.session.commit()
    assert group.belongs_to(twin)
    assert twin.parent is None


def test_undoing_leaves_alone_what_changed_since(cast: Cast, twin: Customer) -> None:
    merge = Merge.customers(cast.sigma, twin, take=["phone"], by=cast.li)
    db.session.commit()
    deal = db.session.scalars(select(Deal).where(Deal.name == "西格玛阀门")).one()
    deal.customer = cast.western
    cast.sigma.phone = "0411-1111 2222"
    db.session.commit()
    merge.undo(by=cast.li)
    db.session.commit()
    assert deal.customer.name == cast.western.name
    assert cast.sigma.phone == "0411-1111 2222"


def test_a_claim_that_waits_can_still_be_decided_and_paid(cast: Cast, twin: Customer) -> None:
    assignment = submitted(cast, make_item(cast, customer=twin))
    merge = Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    claim = decide(assignment, Decision.APPROVED)
    db.session.commit()
    merge.undo(by=cast.li)
    db.session.commit()
    claim.pay("B-1", by=cast.fin)
    assert db.session.scalars(select(ExpenseItem.customer_id)).all() == [twin.id]


def test_a_claim_that_was_changed_behind_its_request_stays_refused(
    cast: Cast, twin: Customer
) -> None:
    assignment = submitted(cast, make_item(cast, customer=twin))
    asked = assignment.request.content_hash
    db.session.execute(Base.metadata.tables["expense_item"].update().values(purpose="别的"))
    db.session.commit()
    db.session.expire_all()
    Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    assert assignment.request.content_hash == asked


@pytest.mark.parametrize("steps", [0, 1])
def test_a_winner_inside_the_losers_group_is_not_its_own_parent(
    cast: Cast, twin: Customer, steps: int
) -> None:
    group, between = (
        Customer.register(Customer(name=name, kind=CustomerKind.PROSPECT), by=cast.li)
        for name in ("西格玛集团", "西格玛东北")
    )
    between.parent = twin
    twin.parent = group
    cast.sigma.parent = between if steps else twin
    before = state()
    merge = Merge.customers(cast.sigma, twin, take=["parent"], by=cast.li)
    db.session.commit()
    assert cast.sigma.belongs_to(group)
    assert cast.sigma.parent_id != cast.sigma.id
    assert not cast.sigma.parent.belongs_to(cast.sigma)
    merge.undo(by=cast.li)
    assert state() == before


def test_what_cannot_be_merged_is_refused_with_a_reason(cast: Cast, twin: Customer) -> None:
    for winner, loser, take, reason in (
        (twin, twin, [], "same"),
        (cast.sigma, twin, ["trashed_at"], "unknown"),
    ):
        with pytest.raises(MergeRefused) as refused:
            Merge.customers(winner, loser, take=take, by=cast.li)
        assert refused.value.reason == reason
    cast.western.trash(by=cast.wu)
    for winner, loser in ((cast.sigma, cast.western), (cast.western, cast.sigma)):
        with pytest.raises(MergeRefused, match="trashed"):
            Merge.customers(winner, loser, by=cast.li)


def test_a_merge_can_be_undone_for_thirty_days(cast: Cast, twin: Customer) -> None:
    merge = Merge.customers(cast.sigma, twin, by=cast.li)
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=29, hours=23))
    assert db.session.scalars(Merge.of(cast.sigma)).all() == [merge]
    clock.set_to(clock.now() + timedelta(hours=2))
    assert not db.session.scalars(Merge.of(cast.sigma)).all()
    with pytest.raises(MergeRefused, match="late"):
        merge.undo(by=cast.li)
