"""Purging: what is deleted for good, what goes with it, and what the books hold on to."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from crm import clock
from crm.base import Base
from crm.extensions import db
from crm.files import PreparedFile, path_of, store
from crm.models import (
    Action,
    Activity,
    Attachment,
    Company,
    Contact,
    Customer,
    Deal,
    Event,
    ExpenseClaim,
    Merge,
    OptionList,
    Passage,
    Task,
)
from crm.models.purging import Purge, purge_old
from crm.unused_files import remove, remove_unused
from tests.cast import Cast
from tests.claims import draft, submitted


def firm(cast: Cast, name: str = "旧客户") -> Customer:
    """A customer with a contact, an activity and a task, in the trash."""
    wang = cast.wang
    customer = Customer.register(Customer(name=name, owner=wang, note="备注一"), by=wang)
    customer.collaborators.append(cast.zhao)
    contact = Contact.register(Contact(name="老张", customer=customer, note="备注二"), by=wang)
    visit = cast.option(OptionList.ACTIVITY_KIND, "Visit")
    Activity.log(Activity(customer=customer, contact=contact, kind=visit, summary="来访"), by=wang)
    Task.add(Task(title="回访", assignee=wang, customer=customer), by=wang)
    customer.trash(by=wang)
    db.session.commit()
    return customer


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_customer_goes_with_what_cannot_be_without_it(cast: Cast) -> None:
    before = {model: count(model) for model in (Customer, Contact, Activity, Task, Passage)}
    customer_id = firm(cast).id
    purge = Purge(Customer, [customer_id])
    assert dict(purge.counts) | {"contact": 1, "activity": 1} == dict(purge.counts)
    assert "task" not in purge.counts
    purge.carry_out(by=cast.admin)
    db.session.commit()
    after = {model: count(model) for model in before}
    assert after == {**before, Task: before[Task] + 1}
    assert db.session.scalars(select(Task.customer_id).where(Task.title == "回访")).one() is None
    told = select(Event).where(Event.subject_kind == "customer", Event.subject_id == customer_id)
    assert not db.session.scalars(told).all()
    assert not db.session.scalars(select(Event).where(Event.customer_id == customer_id)).all()
    purged = db.session.scalars(select(Event).where(Event.action == Action.TRASH_PURGED)).one()
    assert purged.particulars == {"noun": "customer", "name": "旧客户"}
    assert purged.by_id == cast.admin.id


def test_every_row_that_leads_to_a_customer_lets_go_of_it(cast: Cast) -> None:
    """Also of tables that come later: nothing may be left that names what is gone."""
    customer_id = firm(cast).id
    Purge(Customer, [customer_id]).carry_out(by=None)
    db.session.commit()
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            if any(key.column.table.name == "customer" for key in column.foreign_keys):
                rows = select(func.count()).select_from(table).where(column == customer_id)
                assert db.session.scalar(rows) == 0, f"{table.name}.{column.name}"
        if {"record_kind", "record_id"} <= set(table.c.keys()):
            rows = select(func.count()).where(
                table.c.record_kind == "customer", table.c.record_id == customer_id
            )
            assert db.session.scalar(rows) == 0, table.name


def test_what_is_not_in_the_trash_is_not_purged(cast: Cast) -> None:
    purge = Purge(Customer, [cast.sigma.id])
    assert not purge.ids
    assert not purge.held


def test_a_customer_with_deals_costs_or_another_address_stays(cast: Cast) -> None:
    wang = cast.wang
    with_deal, with_cost, loser = firm(cast, "一"), firm(cast, "二"), firm(cast, "三")
    Deal.open(Deal(name="还在", owner=wang, customer=with_deal), cast.stages[0], by=wang)
    draft(cast).items[0].customer = with_cost
    loser.restore(by=wang)
    Merge.customers(cast.sigma, loser, by=wang)
    db.session.commit()
    held = Purge(Customer, [with_deal.id, with_cost.id, loser.id]).held
    assert held == {with_deal.id: "deals", with_cost.id: "costs", loser.id: "merged"}


def test_a_decided_claim_stays_and_a_draft_goes_with_its_items(cast: Cast) -> None:
    decided, open_claim = submitted(cast).request.document, draft(cast)
    decided.withdraw(by=cast.wang)
    items = [item.id for item in open_claim.items]
    for claim in (decided, open_claim):
        claim.trash(by=cast.wang)
    db.session.commit()
    purge = Purge(ExpenseClaim, [decided.id, open_claim.id])
    assert purge.held == {decided.id: "decided"}
    assert purge.counts["expense_item"] == len(items)
    purge.carry_out(by=cast.admin)
    db.session.commit()
    assert db.session.scalars(select(ExpenseClaim.id)).all() == [decided.id]


def test_the_files_leave_the_disk_unless_something_else_has_the_same(cast: Cast) -> None:
    wang, digests = cast.wang, []
    claim = draft(cast)
    for content in (b"%PDF-1.4 alone", b"%PDF-1.4 shared"):
        receipt = store(PreparedFile("a.pdf", "application/pdf", content),
                        kind="expense_item", by=wang)  # fmt: skip
        claim.items[0].receipts.append(receipt)
        digests.append(receipt.digest)
    other = draft(cast, title="另一张")
    other.items[0].receipts.append(
        store(
            PreparedFile("b.pdf", "application/pdf", b"%PDF-1.4 shared"),
            kind="expense_item",
            by=wang,
        )
    )
    claim.trash(by=wang)
    db.session.commit()
    for digest in digests:
        os.utime(path_of(digest), (1, 1))
    purge = Purge(ExpenseClaim, [claim.id])
    gone = purge.carry_out(by=cast.admin)
    assert set(digests) <= gone
    db.session.commit()
    remove(gone, before=2)
    assert [path_of(digest).exists() for digest in digests] == [False, True]


def test_what_nothing_names_is_found_on_the_disk_but_not_what_is_young(cast: Cast) -> None:
    digests = []
    for content in (b"%PDF-1.4 old", b"%PDF-1.4 young"):
        attachment = store(PreparedFile("a.pdf", "application/pdf", content),
                           kind="expense_item", by=cast.wang)  # fmt: skip
        digests.append(attachment.digest)
        db.session.rollback()
    now = clock.now().timestamp()
    for digest, age in zip(digests, (200_000, 10), strict=True):
        os.utime(path_of(digest), (now - age, now - age))
    remove_unused()
    assert [path_of(digest).exists() for digest in digests] == [False, True]
    assert count(Attachment) == 0


def test_a_file_that_is_stored_again_is_not_taken_away(cast: Cast) -> None:
    same = PreparedFile("a.pdf", "application/pdf", b"%PDF-1.4 again")
    digest = store(same, kind="expense_item", by=cast.wang).digest
    db.session.rollback()
    os.utime(path_of(digest), (1, 1))
    store(same, kind="expense_item", by=cast.wang)  # not committed yet
    db.session.rollback()
    remove([digest], before=2)
    assert path_of(digest).exists()


@pytest.mark.parametrize(("days", "after", "is_gone"), [
    (90, 89, False), (90, 91, True), (30, 31, True), (0, 4000, False),
])  # fmt: skip
def test_by_itself_it_goes_after_the_days_the_company_says(
    cast: Cast, days: int, after: int, is_gone: bool
) -> None:
    Company.current().trash_days = days
    customer_id = firm(cast).id
    clock.set_to(clock.now() + timedelta(days=after))
    purge_old()
    db.session.commit()
    assert (db.session.get(Customer, customer_id) is None) is is_gone


def test_activities_and_files_that_were_deleted_go_by_themselves_too(cast: Cast) -> None:
    wang, visit = cast.wang, cast.option(OptionList.ACTIVITY_KIND, "Visit")
    activity = Activity.log(Activity(customer=cast.sigma, kind=visit, summary="误记"), by=wang)
    db.session.flush()
    photo = store(PreparedFile("a.jpg", "image/jpeg", b"photo"), kind="activity", by=wang)
    photo.record_id = activity.id
    other = store(PreparedFile("b.jpg", "image/jpeg", b"other"), kind="customer", by=wang)
    other.record_id = cast.sigma.id
    db.session.flush()
    for record in (activity, other):
        record.trashed_at, record.trashed_by_id = clock.now(), wang.id
    db.session.commit()
    clock.set_to(clock.now() + timedelta(days=91))
    purge_old()
    db.session.commit()
    assert count(Activity) == count(Attachment) == 0


def test_what_is_held_does_not_stand_in_the_way_of_the_others(cast: Cast) -> None:
    wang = cast.wang
    held, free = firm(cast, "一"), firm(cast, "二")
    Deal.open(Deal(name="还在", owner=wang, customer=held), cast.stages[0], by=wang)
    db.session.commit()
    held_id, free_id = held.id, free.id
    clock.set_to(clock.now() + timedelta(days=91))
    purge_old()
    db.session.commit()
    assert db.session.get(Customer, free_id) is None
    assert db.session.get_one(Customer, held_id).is_trashed
    events = db.session.scalars(select(Event).where(Event.action == Action.TRASH_PURGED)).all()
    assert [event.by_id for event in events] == [None]


def test_more_rows_go_than_a_statement_can_name(cast: Cast) -> None:
    """SQLite takes 32,766 values in one, PostgreSQL 65,535."""
    customer = firm(cast)
    kind, wang = cast.option(OptionList.ACTIVITY_KIND, "Visit"), cast.wang
    row = {"customer_id": customer.id, "kind_id": kind.id, "by_id": wang.id, "summary": "来访"}
    db.session.execute(insert(Activity), [row] * 70_000)
    db.session.commit()
    Purge(Customer, [customer.id]).carry_out(by=cast.admin)
    db.session.commit()
    assert count(Activity) == 0
