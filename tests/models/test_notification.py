"""Notifications: who is told of what, once, and how it reaches them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from crm import clock, jobs, mail
from crm.extensions import db
from crm.models import (
    ApprovalToken,
    Customer,
    CustomerKind,
    Deal,
    MailHours,
    MailKind,
    Notification,
    NotificationChoice,
    NotificationKind,
    OutgoingMail,
    Task,
    User,
    Way,
)
from crm.models.approval import Decision
from crm.models.notification import KEPT, KINDS, TOLD_ABOUT
from crm.models.notification.kinds import GATHERED
from crm.queries.digests import write_digests
from crm.queries.notifications import notices_of, unread_count
from crm.recurrence import Rule
from crm.sentences.notifications import WORDS
from tests.cast import Cast
from tests.claims import decide, submitted
from tests.mailbox import Mailbox

GIVEN = NotificationKind.DEAL_GIVEN


def told(user: User) -> list[tuple[NotificationKind, str]]:
    """What ``user`` finds in the list: kind and title."""
    rows = db.session.scalars(Notification.visible_to(user)).all()
    return [(each.row.kind, each.title) for each in notices_of(rows)]


def worked() -> None:
    """The worker has done what is due."""
    db.session.commit()
    jobs.run_once()


def later(**by: float) -> None:
    clock.set_to(clock.now() + timedelta(**by))
    worked()


def give(cast: Cast, *deals: Deal) -> None:
    """Li gives these to Zhao."""
    for deal in deals:
        deal.give_to(cast.zhao, by=cast.li)
    worked()


def waiting_mails() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.done_at.is_(None))))


def keep_quiet(user: User, begin: time, end: time) -> None:
    hours = MailHours.of(user)
    hours.quiet_from, hours.quiet_to = begin, end
    db.session.add(hours)
    db.session.commit()


def test_every_kind_has_its_default_and_its_words() -> None:
    assert set(KINDS) == set(WORDS) == set(NotificationKind)


def test_every_record_that_is_told_of_has_an_address(cast: Cast) -> None:
    assert set(TOLD_ABOUT) <= {table.name for table in Notification.metadata.sorted_tables}


def test_who_is_given_a_deal_is_told_and_who_gave_it_is_not(cast: Cast) -> None:
    give(cast, cast.pumps)
    assert told(cast.zhao) == [(GIVEN, "西格玛磁力泵 20 台")]
    assert told(cast.li) == told(cast.wang) == []


def test_one_who_takes_a_deal_is_told_nothing(cast: Cast) -> None:
    cast.pumps.give_to(cast.li, by=cast.li)
    worked()
    assert told(cast.li) == []


def test_the_same_cause_tells_once(cast: Cast) -> None:
    first = Notification.tell(cast.zhao, GIVEN, cast.pumps, by=cast.li, cause="one")
    again = Notification.tell(cast.zhao, GIVEN, cast.pumps, by=cast.li, cause="one")
    other = Notification.tell(cast.zhao, GIVEN, cast.pumps, by=cast.li, cause="two")
    assert (first is None, again is None, other is None) == (False, True, False)


def test_nobody_is_told_of_what_they_may_not_see_or_once_they_have_left(cast: Cast) -> None:
    assert Notification.tell(cast.wu, GIVEN, cast.pumps, by=cast.li) is None
    cast.zhao.deactivate(by=cast.admin)
    assert Notification.tell(cast.zhao, GIVEN, cast.pumps, by=cast.li) is None


def test_what_one_does_not_see_any_more_is_neither_listed_counted_nor_mailed(
    cast: Cast, mailbox: Mailbox
) -> None:
    task = Task.add(Task(title="打电话", assignee=cast.wu), by=cast.admin)
    worked()
    assert told(cast.wu) == [(NotificationKind.TASK_GIVEN, "打电话")]
    assert unread_count(cast.wu) == 1
    task.assign_to(cast.zhou, by=cast.admin)
    worked()
    assert (told(cast.wu), unread_count(cast.wu)) == ([], 0)
    assert unread_count(cast.zhou) == 1
    later(seconds=GATHERED.total_seconds())
    assert [each.recipients for each in mailbox.messages] == [["zhou@example.com"]]


def test_helpers_owners_and_givers_are_told(cast: Cast) -> None:
    cast.sigma.let_help(cast.sun, by=cast.wang)
    task = Task.add(Task(title="寄样本", assignee=cast.zhao, deal=cast.pumps), by=cast.wang)
    new = Customer(name="新厂", kind=CustomerKind.PROSPECT, owner=cast.zhao)
    Customer.register(new, by=cast.li)
    worked()
    task.complete(by=cast.zhao)
    worked()
    assert told(cast.sun) == [(NotificationKind.CUSTOMER_SHARED, cast.sigma.name)]
    assert {kind for kind, _ in told(cast.zhao)} == {
        NotificationKind.TASK_GIVEN, NotificationKind.CUSTOMER_GIVEN,
    }  # fmt: skip
    assert told(cast.wang) == [(NotificationKind.TASK_DONE, "寄样本")]


def test_who_is_to_take_part_is_told_of_the_first_one_of_a_series_and_when_added(
    cast: Cast,
) -> None:
    task = Task(title="周会", due_on=date(2026, 6, 17), assignee=cast.wang, participants=[cast.sun])
    Task.add(task, by=cast.wang)
    task.repeat(Rule.parse("FREQ=DAILY"), by=cast.wang)
    worked()
    assert told(cast.sun) == [(NotificationKind.TASK_SHARED, "周会")]
    wang, zhao = cast.wang, cast.zhao  # asked for before anything is set: a query would write it
    task.participants.append(zhao)
    task.note_changes(by=wang)
    worked()
    assert (len(told(cast.sun)), len(told(cast.zhao))) == (1, 1)
    task.complete(by=cast.wang)
    worked()
    assert (len(told(cast.sun)), len(told(cast.zhao))) == (1, 1)


def test_a_decision_settles_what_asked_for_it(cast: Cast) -> None:
    asked = submitted(cast)
    assert unread_count(cast.li) == 1
    decide(asked, Decision.APPROVED)
    worked()
    assert unread_count(cast.li) == 0
    assert [kind for kind, _ in told(cast.wang)] == [NotificationKind.REQUEST_DECIDED]


def test_what_was_read_is_forgotten_after_ninety_days_and_the_rest_is_not(cast: Cast) -> None:
    give(cast, cast.pumps, cast.vague)
    first, _second = db.session.scalars(select(Notification)).all()
    first.read()
    clock.set_to(clock.now() + KEPT - timedelta(seconds=1))
    Notification.forget_old()
    assert len(told(cast.zhao)) == 2
    clock.set_to(clock.now() + timedelta(seconds=2))
    Notification.forget_old()
    assert len(told(cast.zhao)) == 1


def test_what_comes_within_minutes_is_one_mail(cast: Cast, mailbox: Mailbox) -> None:
    cast.zhao.language = "zh"
    give(cast, cast.pumps)
    later(minutes=1)
    give(cast, cast.vague)
    assert mailbox.messages == []
    later(minutes=2)
    (letter,) = mailbox.messages
    assert letter.subject == "您有 2 条新通知"
    assert "西格玛磁力泵" in letter.text
    assert "电话询价" in letter.html
    later(hours=1)
    assert len(mailbox.messages) == 1


def test_one_thing_is_a_mail_of_its_own_with_one_link(cast: Cast, mailbox: Mailbox) -> None:
    cast.zhao.language = "en"
    give(cast, cast.pumps)
    later(seconds=GATHERED.total_seconds())
    (letter,) = mailbox.messages
    assert letter.subject == "西格玛磁力泵 20 台: 李敏 gave you this deal."
    assert letter.links == [f"http://localhost/deals/{cast.pumps.id}"]


def test_what_was_read_meanwhile_is_not_mailed(cast: Cast, mailbox: Mailbox) -> None:
    give(cast, cast.pumps)
    Notification.read_all(cast.zhao)
    later(seconds=GATHERED.total_seconds())
    assert mailbox.messages == []
    assert waiting_mails() == []


def test_what_comes_while_the_mail_is_being_sent_is_in_the_next_one(cast: Cast) -> None:
    give(cast, cast.pumps)
    clock.set_to(clock.now() + GATHERED)
    sending = OutgoingMail.claim()
    db.session.commit()
    assert sending is not None
    message_id = sending.message_id
    give(cast, cast.vague)
    one, two = db.session.scalars(select(Notification.mail_id).order_by(Notification.id))
    assert one == sending.id
    assert two != one
    assert sending.message_id == message_id  # tried again, it is the same mail


def test_in_quiet_hours_mails_wait_and_are_one_also_of_approvals(
    cast: Cast, mailbox: Mailbox
) -> None:
    keep_quiet(cast.li, time(11, 0), time(14, 0))
    first = submitted(cast)
    second = submitted(cast, title="西安出差")
    worked()
    assert mailbox.messages == []
    later(hours=2)
    (letter,) = mailbox.messages
    assert letter.recipients == ["li@example.com"]
    assert {first.request.snapshot["title"], second.request.snapshot["title"]} <= {
        line.strip() for line in letter.text.splitlines()
    }
    deciding = db.session.scalars(select(ApprovalToken)).all()
    assert {each.assignment_id for each in deciding} == {first.id, second.id}
    assert len(letter.links) == len(deciding) + 1


def test_an_approval_that_waits_alone_is_the_mail_with_its_link(
    cast: Cast, mailbox: Mailbox
) -> None:
    keep_quiet(cast.li, time(11, 0), time(14, 0))
    submitted(cast)
    later(hours=1)
    assert [each.kind for each in waiting_mails()] == [MailKind.APPROVAL_REQUESTED]
    later(hours=1)
    assert len(mailbox.messages) == 1


def test_who_wants_it_in_the_list_only_gets_no_mail(cast: Cast, mailbox: Mailbox) -> None:
    NotificationChoice.choose(cast.zhao, {GIVEN: Way.LIST})
    give(cast, cast.pumps)
    later(days=2)
    assert [each for each in mailbox.messages if "zhao@example.com" in each.recipients] == []
    assert len(told(cast.zhao)) == 1


def test_a_choice_that_is_as_by_default_is_not_kept(cast: Cast) -> None:
    NotificationChoice.choose(cast.zhao, {GIVEN: Way.LIST})
    assert NotificationChoice.way_of(cast.zhao, GIVEN) is Way.LIST
    NotificationChoice.choose(cast.zhao, {GIVEN: KINDS[GIVEN].way})
    assert db.session.scalars(select(NotificationChoice)).all() == []


@pytest.fixture
def digested(cast: Cast) -> Cast:
    """Zhao wants deals in the digest, at eight."""
    NotificationChoice.choose(cast.zhao, {GIVEN: Way.DIGEST})
    give(cast, cast.pumps, cast.vague)
    return cast


def digests() -> list[date]:
    """The days on which Zhao's digest was written."""
    write_digests()
    db.session.commit()
    rows = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [each.created_at.date() for each in rows if each.to.username == "zhao"]


def test_the_digest_comes_at_its_hour_and_once(digested: Cast) -> None:
    assert digests() == []
    clock.set_to(clock.now() + timedelta(hours=19, minutes=59))
    assert digests() == []
    clock.set_to(clock.now() + timedelta(minutes=1))
    assert digests() == [date(2026, 6, 18)]
    Notification.tell(digested.zhao, GIVEN, digested.pumps, by=digested.li, cause="late")
    assert digests() == [date(2026, 6, 18)]
    (row,) = waiting_mails()
    with mail.written_for(row.to):
        assert "电话询价" in mail.compose(row).text


def test_a_digest_that_was_missed_is_made_up_for_once(digested: Cast) -> None:
    clock.set_to(clock.now() + timedelta(days=3))
    assert digests() == digests() == [date(2026, 6, 20)]


def test_where_nothing_is_left_to_tell_there_is_no_digest(digested: Cast) -> None:
    Notification.read_all(digested.zhao)
    clock.set_to(clock.now() + timedelta(days=1))
    assert digests() == []


def test_a_digest_in_quiet_hours_waits_for_their_end(digested: Cast) -> None:
    keep_quiet(digested.zhao, time(22, 0), time(9, 0))
    clock.set_to(clock.now() + timedelta(hours=20))
    assert len(digests()) == 1
    assert waiting_mails()[0].due_at == clock.now() + timedelta(hours=1)


def test_a_mail_that_tells_of_many_names_some_and_counts_the_others(cast: Cast) -> None:
    for number in range(mail.SHOWN + 2):
        Notification.tell(cast.zhao, GIVEN, cast.pumps, by=cast.li, cause=str(number))
    db.session.flush()
    (row,) = waiting_mails()
    cast.zhao.language = "en"
    with mail.written_for(cast.zhao):
        letter = mail.compose(row)
    assert letter.text.count("gave you this deal") == mail.SHOWN
    assert "2 more" in letter.text


def test_the_unread_are_counted_in_one_query_and_not_those_of_others(cast: Cast) -> None:
    give(cast, cast.pumps)
    db.session.execute(update(Notification).values(reader_id=cast.wu.id))
    db.session.commit()
    assert unread_count(cast.wu) == 0  # the row is Wu's, the deal is not
