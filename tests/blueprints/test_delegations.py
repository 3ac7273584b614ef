"""While somebody is away: who decides, on which days, set by themselves or by administrators."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm import clock
from crm.extensions import db
from crm.models import Action, Company, Delegation, Event, MailKind, OutgoingMail, User
from crm.models.approval import ApproverKind
from crm.models.approval.pressing import hand_over_absences
from tests.cast import Cast
from tests.claims import draft
from tests.flows import asked, flow, hand_in, named, step
from tests.page import Browser


def away(user: User, delegate: User, first: int = 0, last: int = 3) -> Delegation:
    """From so many days after today to so many."""
    today = Company.current().today()
    days = today + timedelta(days=first), today + timedelta(days=last)
    made = Delegation.begin(user, delegate, *days, by=user)
    db.session.commit()
    return made


def typed(delegate: str, first: int = 0, last: int = 3) -> dict[str, str]:
    today = Company.current().today()
    return {"delegate": delegate, "first": str(today + timedelta(days=first)),
            "last": str(today + timedelta(days=last))}  # fmt: skip


def path_of(user: User) -> str:
    return f"/settings/users/{user.id}/away"


def test_what_waits_is_handed_over_at_once_and_the_delegate_gets_the_mail(
    browser: Browser, cast: Cast
) -> None:
    request = hand_in(cast)
    browser.sign_in("li")
    page = browser.get("/my-settings/away")
    browser.submit(page, path_of(cast.li), note="培训", **typed("周涛"))
    page = browser.follow()
    assert "1 document was handed over." in page.text
    assert "周涛 decides" in page.text
    db.session.expire_all()
    assert asked(request) == {"zhou"}
    mails = (
        select(OutgoingMail)
        .where(OutgoingMail.kind == MailKind.APPROVAL_REQUESTED)
        .order_by(OutgoingMail.id)
    )
    assert [mail.to.username for mail in db.session.scalars(mails)] == ["li", "zhou"]
    page = browser.get("/approvals")
    assert "周涛 decides for you until" in page.text
    browser.sign_in("zhou")
    page = browser.get("/approvals")
    assert "You decide for 李敏 until" in page.text
    assert "培训" in page.text
    assert "大连出差" in page.text


def test_what_is_planned_is_handed_over_when_its_day_has_come(browser: Browser, cast: Cast) -> None:
    request = hand_in(cast)
    browser.sign_in("li")
    page = browser.get("/my-settings/away")
    browser.submit(page, path_of(cast.li), **typed("周涛", 2))
    db.session.expire_all()
    assert asked(request) == {"li"}
    with clock.stopped_at(clock.now() + timedelta(days=2)):
        hand_over_absences()
        assert asked(request) == {"zhou"}


def test_taken_back_it_ends_and_what_was_handed_over_stays(browser: Browser, cast: Cast) -> None:
    request = hand_in(cast)
    browser.sign_in("li")
    page = browser.get("/my-settings/away")
    browser.submit(page, path_of(cast.li), **typed("周涛"))
    made = db.session.scalars(select(Delegation)).one()
    browser.post(f"/my-settings/away/{made.id}/delete")
    page = browser.follow()
    assert "周涛 decides" not in page.text
    db.session.expire_all()
    assert asked(request) == {"zhou"}
    assert asked(hand_in(cast, draft(cast, title="另一张"))) == {"li"}


def test_an_administrator_sets_it_for_others(browser: Browser, cast: Cast) -> None:
    browser.sign_in("admin")
    page = browser.get(f"/settings/users/{cast.li.id}")
    assert path_of(cast.li) in page.html
    browser.submit(browser.get(path_of(cast.li)), path_of(cast.li), **typed("周涛"))
    assert browser.location.endswith(path_of(cast.li))
    event = db.session.scalars(select(Event).where(Event.action == Action.DELEGATION_BEGUN)).one()
    assert (event.by, event.particulars["name"]) == (cast.admin, "李敏")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("李敏",), "Choose somebody else."),
        (("高远",), "Nothing by that name."),
        (("周涛", 3, 1), "The last day is before the first one, or gone by."),
        (("周涛", -3, -1), "The last day is before the first one, or gone by."),
        (("周涛", 6, 9), "Somebody decides on one of these days already"),
        (("周涛", 1, 5), "Somebody decides on one of these days already"),
        ((), "Please fill this in."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    browser: Browser, cast: Cast, sent: tuple[str, int, int], said: str
) -> None:
    away(cast.li, cast.fin, 5, 8)
    browser.sign_in("li")
    page = browser.get("/my-settings/away")
    given = typed(*sent) if sent else {"last": "", "delegate": ""}
    page = browser.submit(page, path_of(cast.li), 422, **given)
    assert said in page.text
    assert len(db.session.scalars(select(Delegation)).all()) == 1


@pytest.mark.parametrize(
    ("who", "decides"),
    [
        ((("li", "zhou", 0, 3),), "zhou"),
        ((("li", "zhou", 1, 3),), "li"),
        ((("li", "zhou", 0, 3), ("zhou", "fin", 0, 3)), "fin"),
        ((("li", "zhou", 0, 3), ("zhou", "fin", 2, 3)), "zhou"),
        ((("li", "zhou", 0, 3), ("zhou", "li", 0, 3)), "zhou"),
        ((("li", "zhou", 0, 3), ("zhou", "fin", 0, 3), ("fin", "li", 0, 3)), "fin"),
        ((("li", "wang", 0, 3),), "li"),
        ((("li", "zhou", 0, 3), ("zhou", "wang", 0, 3)), "zhou"),
        ((("li", "zhao", 0, 3), ("zhao", "leaver", 0, 3)), "zhao"),
    ],
    ids=["delegate", "not yet", "delegate of the delegate", "who is away later", "circle of two",
         "circle of three", "the delegate is the claimant", "the last of the chain is the claimant",
         "the delegate has left"],
)  # fmt: skip
def test_who_decides_for_whom(
    cast: Cast, who: tuple[tuple[str, str, int, int], ...], decides: str
) -> None:
    for user, delegate, first, last in who:
        stand_in = cast.sun if delegate == "leaver" else getattr(cast, delegate)
        away(getattr(cast, user), stand_in, first, last)
    cast.sun.deactivate(by=None)
    assert asked(hand_in(cast)) == {decides}


def test_days_begin_and_end_at_the_midnight_of_the_company(cast: Cast) -> None:
    Company.current().timezone = "Asia/Shanghai"
    db.session.commit()
    with clock.stopped_at(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        Delegation.begin(cast.li, cast.zhou, date(2026, 7, 3), date(2026, 7, 4), by=cast.li)
    for moment, decides in (
        (datetime(2026, 7, 2, 15, 59, tzinfo=UTC), "li"),
        (datetime(2026, 7, 2, 16, 0, tzinfo=UTC), "zhou"),
        (datetime(2026, 7, 4, 15, 59, tzinfo=UTC), "zhou"),
        (datetime(2026, 7, 4, 16, 0, tzinfo=UTC), "li"),
    ):
        with clock.stopped_at(moment):
            assert asked(hand_in(cast, draft(cast, title=str(moment)))) == {decides}


def test_an_approval_limit_is_set_by_administrators_and_kept_in_the_history(
    browser: Browser, cast: Cast
) -> None:
    browser.sign_in("admin")
    path = f"/settings/users/{cast.li.id}"
    browser.submit(browser.get(path), path, approval_limit="1,000")
    event = db.session.scalars(select(Event).where(Event.action == Action.USER_CHANGED)).one()
    assert event.particulars["changes"] == {"approval_limit": ["", "1000"]}
    assert "Approval limit" in browser.get(path).text
    flow(step(ApproverKind.CLIMB), named(cast.fin))
    db.session.commit()
    assert cast.li.approval_limit == Decimal(1000)
    assert asked(hand_in(cast)) == {"li"}, "within the limit"
    cast.li.approval_limit = Decimal(200)
    db.session.commit()
    assert asked(hand_in(cast, draft(cast, title="大额"))) == {"admin"}, "above it: their superior"
