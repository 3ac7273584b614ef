"""Payments: approved claims are paid together, all or none, and never change again."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from crm.extensions import db
from crm.models import Action, ClaimState, Event, ExpenseClaim, PaymentBatch, User
from crm.models.approval import Decision
from tests.advances import answer, asked_for, handed_out
from tests.cast import Cast
from tests.claims import decide, draft, make_item, submitted
from tests.page import Browser, Page
from tests.waiting import PATIENCE

ACCOUNT = "6222 0210 0111 2345 678"


def approved(
    cast: Cast, amount: str = "300.00", *, by: User | None = None, title: str = "大连出差"
) -> ExpenseClaim:
    """An approved claim, by default Wang's."""
    assignment = submitted(cast, make_item(cast, amount), title=title, by=by)
    return decide(assignment, Decision.APPROVED)


def ids(*claims: ExpenseClaim) -> str:
    return ",".join(str(claim.id) for claim in claims)


def asked(browser: Browser, *claims: ExpenseClaim) -> Page:
    return browser.get(f"/payments/new?claims={ids(*claims)}")


def pay(
    browser: Browser, *claims: ExpenseClaim, status: int = 303, **typed: str
) -> PaymentBatch | None:
    """Pay them as the page asks for it; the latest payment there is after that."""
    browser.submit(asked(browser, *claims), "/payments", status, **typed)
    db.session.expire_all()
    return latest()


def latest() -> PaymentBatch | None:
    return db.session.scalar(select(PaymentBatch).order_by(PaymentBatch.id.desc()).limit(1))


def file(browser: Browser, kind: str, named: str, format: str = "csv") -> bytes:
    browser.post(f"/payments/files/{kind}?{named}", {"format": format}, status=200, buffered=True)
    return browser.last.get_data()


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def fin(cast: Cast, browser: Browser) -> Browser:
    return browser.sign_in("fin")


def test_what_is_ticked_in_the_list_is_paid_together(cast: Cast, fin: Browser) -> None:
    first, second = approved(cast, title="上海"), approved(cast, "80.50", title="苏州")
    other = approved(cast, "40.00", by=cast.zhao, title="杭州")
    cast.wang.bank_with("工商银行大连分行", ACCOUNT, by=cast.wang)
    db.session.commit()
    fin.post("/batches/claims", {"deed": "pay", "record": [first.id, second.id, other.id]})
    page = fin.follow()
    assert "CN¥380.50" in page.text  # Wang's two claims
    assert "CN¥420.50" in page.text
    assert ACCOUNT in page.text
    assert page.text.count("No bank account") == 1  # Zhao's
    fin.submit(page, "/payments", reference="网银 0617", paid_on="2026-06-15")
    batch = latest()
    assert batch
    assert (batch.paid_on, batch.reference, batch.total, batch.by) == (
        date(2026, 6, 15), "网银 0617", Decimal("420.50"), cast.fin,
    )  # fmt: skip
    assert {claim.id for claim in batch.claims} == {first.id, second.id, other.id}
    assert {payout.payee.username: (payout.amount, payout.bank_account)
            for payout in batch.payouts} == {
        "wang": (Decimal("380.50"), ACCOUNT), "zhao": (Decimal("40.00"), None),
    }  # fmt: skip
    shown = fin.follow()
    for text in (batch.number, "网银 0617", ACCOUNT, "CN¥420.50", "上海"):
        assert text in shown.text
    assert batch.number in fin.get("/payments?q=网银").text
    assert batch.number in fin.get(f"/payments?q={batch.number}").text
    assert batch.number not in fin.get("/payments?q=别的").text


def test_the_account_stays_the_one_that_was_paid_to(cast: Cast, fin: Browser) -> None:
    cast.wang.bank_with("工商银行", ACCOUNT, by=cast.wang)
    batch = pay(fin, approved(cast))
    assert batch
    cast.wang.bank_with("建设银行", "1", by=cast.wang)
    db.session.commit()
    (row,) = rows(file(fin, "bank", f"batch={batch.id}"))
    assert row["Account number"] == ACCOUNT.replace(" ", "")


@pytest.mark.parametrize("obstacle", ["waiting", "changed", "own", "paid"])
def test_all_are_paid_or_none_and_what_is_in_the_way_is_named(
    cast: Cast, fin: Browser, obstacle: str
) -> None:
    fine = approved(cast, title="没问题")
    bad = {
        "waiting": lambda: submitted(cast, title="不行").request.document,
        "changed": lambda: _smuggled(approved(cast, title="不行")),
        "own": lambda: approved(cast, by=cast.fin, title="不行"),
        "paid": lambda: _paid(approved(cast, title="不行"), cast.fin),
    }[obstacle]()
    before, count = bad.state, db.session.scalar(select(func.count(PaymentBatch.id)))
    page = asked(fin, fine, bad)
    assert f"{bad.number} 不行" in page.text
    assert not [form for form in page.forms if form.get("action", "").startswith("/payments?")]
    assert f"/payments/new?claims={fine.id}" in page.html  # go on with the others
    page = fin.post(f"/payments?claims={ids(fine, bad)}", {"paid_on": "2026-06-15"}, status=409)
    assert "Nothing was paid." in page.text
    db.session.expire_all()
    assert (fine.state, bad.state) == (ClaimState.APPROVED, before)
    assert db.session.scalar(select(func.count(PaymentBatch.id))) == count


def _smuggled(claim: ExpenseClaim) -> ExpenseClaim:
    """A claim that is not what was approved, past all verbs."""
    db.session.execute(update(ExpenseClaim).values(title="不行").where(ExpenseClaim.id == claim.id))
    db.session.execute(
        update(type(claim.items[0])).values(purpose="别的").where(
            type(claim.items[0]).claim_id == claim.id)
    )  # fmt: skip
    db.session.commit()
    db.session.expire_all()
    return claim


def _paid(claim: ExpenseClaim, by: User) -> ExpenseClaim:
    claim.pay("A", by=by)
    db.session.commit()
    return claim


def test_another_account_than_the_one_shown_is_shown_before_anything_is_paid(
    cast: Cast, fin: Browser
) -> None:
    cast.wang.bank_with("工商银行", ACCOUNT, by=cast.wang)
    claim = approved(cast)
    page = asked(fin, claim)
    cast.wang.bank_with("建设银行", "9999", by=cast.wang)
    db.session.commit()
    page = fin.submit(page, "/payments", 409)
    assert "9999" in page.text
    assert claim.state is ClaimState.APPROVED
    fin.submit(page, "/payments")
    db.session.expire_all()
    assert claim.payment
    assert claim.payment.payouts[0].bank_account == "9999"


@pytest.mark.parametrize("day", ["2026-06-18", "2026-05-31", "soon"])
def test_the_day_has_come_and_its_books_are_open(cast: Cast, fin: Browser, day: str) -> None:
    from crm.models import Company

    Company.locked().close_books(date(2026, 5, 31), by=cast.fin)
    claim = approved(cast)
    assert pay(fin, claim, status=422, paid_on=day) is None
    assert claim.state is ClaimState.APPROVED
    assert pay(fin, claim, paid_on="2026-06-01")


def test_costs_of_closed_days_and_without_receipt_are_pointed_at(cast: Cast, fin: Browser) -> None:
    from crm.models import Company

    claim = approved(cast)
    Company.locked().close_books(date(2026, 6, 12), by=cast.fin)
    db.session.commit()
    text = asked(fin, claim).text
    assert f"{claim.number} has costs of days for which the books are closed." in text
    assert "1 item has no receipt: 拜访采购部" in text


def test_one_claim_is_a_payment_of_one_in_a_dialog(cast: Cast, fin: Browser) -> None:
    claim = approved(cast)
    page = fin.get(f"/expenses/{claim.id}")
    (link,) = [v["href"] for tag, v in page.tags if "/payments/new" in v.get("href", "")]
    dialog = fin.get(link, htmx=True)
    form = dialog.form("/payments")
    fin.post(form["action"], form["fields"], status=200, htmx=True)
    assert fin.last.headers["HX-Redirect"] == f"/expenses/{claim.id}"
    db.session.expire_all()
    assert claim.payment
    assert claim.payment.number in fin.get(f"/expenses/{claim.id}").text
    assert f"/payments/{claim.payment.id}" in fin.get(f"/expenses/{claim.id}").html
    wang = Browser(fin.app).sign_in("wang")
    assert "/payments/" not in wang.get(f"/expenses/{claim.id}").html


def test_who_pays_twice_pays_once(cast: Cast, fin: Browser) -> None:
    claim = approved(cast)
    page = asked(fin, claim)
    fin.submit(page, "/payments")
    fin.submit(page, "/payments", 409)
    paid = select(func.count()).select_from(Event).where(Event.action == Action.CLAIM_PAID)
    assert db.session.scalar(paid) == 1
    assert db.session.scalar(select(func.count(PaymentBatch.id))) == 1


def test_of_two_who_pay_at_once_one_pays(app: Flask) -> None:
    with app.app_context():
        cast = Cast()
        claims = ids(approved(cast), approved(cast, "20.00", by=cast.zhao))
        db.session.commit()
        cast.admin.give_roles(cast.admin.roles | cast.fin.roles, by=None)
        db.session.commit()
    browsers = [Browser(app).sign_in(who) for who in ("fin", "admin")]
    forms = [each.get(f"/payments/new?claims={claims}").form("/payments") for each in browsers]
    tokens = [each.token() for each in browsers]

    def send(number: int) -> int:
        data = {**forms[number]["fields"], "csrf_token": tokens[number]}
        return browsers[number].client.post(forms[number]["action"], data=data).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, (0, 1), timeout=PATIENCE))
    assert answers == [303, 409]
    with app.app_context():
        assert db.session.scalar(select(func.count(PaymentBatch.id))) == 1
        paid = select(func.count()).select_from(Event).where(Event.action == Action.CLAIM_PAID)
        assert db.session.scalar(paid) == 2


@pytest.mark.parametrize("who", ["wang", "li", "reader"])
def test_payments_are_finances_affair(cast: Cast, browser: Browser, who: str) -> None:
    claim = _paid(approved(cast), cast.fin)
    browser.sign_in(who)
    assert claim.payment
    for path in ("/payments", f"/payments/{claim.payment.id}", f"/payments/new?claims={claim.id}"):
        browser.get(path, status=403)
    browser.post(f"/payments/files/bank?batch={claim.payment.id}", status=403)


def test_an_administrator_sees_payments_and_does_not_make_them(
    cast: Cast, browser: Browser
) -> None:
    claim, waiting = _paid(approved(cast), cast.fin), approved(cast)
    browser.sign_in("admin")
    assert claim.payment
    browser.get(f"/payments/{claim.payment.id}")
    browser.get(f"/payments/new?claims={waiting.id}", status=403)
    browser.post(f"/payments?claims={waiting.id}", status=403)


def test_what_is_not_there_is_not_paid(cast: Cast, fin: Browser) -> None:
    claim = approved(cast)
    for claims in ("", "x", f"{claim.id},{claim.id + 99}"):
        fin.get(f"/payments/new?claims={claims}", status=404)
        fin.post(f"/payments?claims={claims}", status=404)
    assert claim.state is ClaimState.APPROVED


# Files


def test_the_bank_gets_a_line_for_each_person(cast: Cast, fin: Browser) -> None:
    cast.wang.bank_with("工商银行", ACCOUNT, by=cast.wang)
    first, second = approved(cast), approved(cast, "20.00")
    before = rows(file(fin, "bank", f"claims={ids(first, second)}"))
    assert before == [{
        "Paid to": "王芳", "Bank": "工商银行", "Account number": "6222021001112345678",
        "Amount": "320.00", "Currency": "CNY", "Remittance note": f"{first.number} {second.number}",
    }]  # fmt: skip
    assert first.state is ClaimState.APPROVED
    batch = pay(fin, first, second, reference="网银 7")
    assert batch
    (row,) = rows(file(fin, "bank", f"batch={batch.id}"))
    assert row["Remittance note"] == f"{batch.number} 网银 7 {first.number} {second.number}"


def test_the_bookkeeper_gets_a_line_for_each_cost(cast: Cast, fin: Browser) -> None:
    claim = decide(submitted(cast, make_item(cast), make_item(cast, "12.50", purpose="打车")),
                   Decision.APPROVED)  # fmt: skip
    claim.items[0].category.account_code = "6601.03"
    db.session.commit()
    batch = pay(fin, claim)
    assert batch
    first, second = rows(file(fin, "bookkeeping", f"batch={batch.id}"))
    assert first == {
        "Spent on": "2026-06-10", "Claim number": claim.number, "Claimant": "王芳", "Team": "华东",
        "Category": "Travel", "Account code": "6601.03", "Purpose": "拜访采购部",
        "Customer": cast.sigma.name, "Amount": "300.00", "Currency": "CNY",
        "Rate": "1.000000", "Amount in CNY": "300.00", "Payment": batch.number,
        "Paid on": "2026-06-17",
    }  # fmt: skip
    assert (second["Purpose"], second["Amount"]) == ("打车", "12.50")


@pytest.mark.parametrize("kind", ["bank", "bookkeeping"])
def test_a_hostile_name_is_text_in_the_file(cast: Cast, fin: Browser, kind: str) -> None:
    hostile = "=HYPERLINK(1)"
    cast.wang.name = hostile
    cast.wang.bank_with("+银行", "=1+1", by=cast.wang)
    claim = decide(submitted(cast, make_item(cast, purpose="@SUM(A1)")), Decision.APPROVED)
    content = file(fin, kind, f"claims={claim.id}", "xlsx")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    texts = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
    assert f"'{hostile}" in texts
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert not [text for text in texts if isinstance(text, str) and text[:1] in "=+@" and text]


def test_a_file_is_written_down(cast: Cast, fin: Browser) -> None:
    claim = approved(cast)
    file(fin, "bank", f"claims={claim.id}")
    event = db.session.scalars(select(Event).where(Event.action == Action.EXPORT_MADE)).one()
    assert (event.by, event.particulars) == (
        cast.fin,
        {"list": "bank", "filter": f"claims={claim.id}", "format": "csv", "count": 1},
    )


def test_a_draft_is_nothing_to_pay(cast: Cast, fin: Browser) -> None:
    claim = draft(cast)
    db.session.commit()
    assert "It is not approved" in asked(fin, claim).text


def test_no_file_for_the_bank_has_what_may_not_be_paid(cast: Cast, browser: Browser) -> None:
    claim = draft(cast)
    db.session.commit()
    browser.sign_in("fin").post(f"/payments/files/bank?claims={claim.id}&format=csv", status=409)


@pytest.fixture
def handed(cast: Cast, fin: Browser) -> PaymentBatch:
    """Finance handed out an advance of Wang's."""
    cast.wang.bank_with("工商银行", ACCOUNT, by=cast.wang)
    advance = asked_for(cast, customer=cast.sigma)
    answer(advance)
    page = fin.get(f"/advances/{advance.id}/payment/new")
    fin.submit(page, f"/advances/{advance.id}/payment", reference="网银 9")
    batch = latest()
    assert batch
    return batch


def test_the_payment_of_an_advance_names_it_wherever_payments_are(
    cast: Cast, fin: Browser, handed: PaymentBatch
) -> None:
    page = fin.get(f"/payments/{handed.id}")
    for text in ("A-000001", "西安出差借款", ACCOUNT, "CN¥1,000.00"):
        assert text in page.text
    assert 'href="/advances/1"' in page.html
    assert "A-000001" in fin.get("/payments").text
    (transferred,) = rows(file(fin, "bank", f"batch={handed.id}"))
    assert "A-000001" in transferred["Remittance note"]
    (entered,) = rows(file(fin, "bookkeeping", f"batch={handed.id}"))
    assert (entered["Claim number"], entered["Purpose"]) == ("A-000001", "西安出差借款")


def test_what_accounts_for_an_advance_stands_in_the_row_of_its_payee(
    cast: Cast, fin: Browser
) -> None:
    advance = handed_out(cast, "100.00")
    claims = approved(cast), approved(cast, "40.00", by=cast.zhao, title="上海出差")
    text = fin.get(f"/payments/new?claims={ids(*claims)}").text
    wang, zhao = text.index("王芳"), text.index("赵磊")
    settled = text.index(f"{claims[0].number} accounts for {advance.number}")
    assert wang < settled < zhao
    assert "−CN¥100.00" in text[settled:zhao]
    assert "CN¥200.00" in text[settled:zhao]


def test_of_many_claims_paid_together_the_list_says_how_many(cast: Cast, fin: Browser) -> None:
    pay(fin, *(approved(cast, title=f"第 {number} 次") for number in range(4)))
    page = fin.get("/payments")
    assert "4 claims" in page.text
    assert "E-000001" not in page.text


def test_who_gets_another_account_while_the_page_is_open_is_not_paid_on_it_unseen(
    cast: Cast, fin: Browser
) -> None:
    advance = asked_for(cast)
    answer(advance)
    page = fin.get(f"/advances/{advance.id}/payment/new")
    cast.wang.bank_with("建设银行", "6217 0001", by=cast.wang)
    db.session.commit()
    refused = fin.submit(page, f"/advances/{advance.id}/payment", 409)
    assert latest() is None
    assert "6217 0001" in refused.text
    fin.submit(refused, f"/advances/{advance.id}/payment")
    batch = latest()
    assert batch
    assert batch.payouts[0].bank_account == "6217 0001"


def test_today_names_advances_to_decide_and_to_hand_out(cast: Cast, browser: Browser) -> None:
    advance = asked_for(cast)
    page = browser.sign_in("li").get("/")
    assert "Advance" in page.text
    assert "0 items" not in page.text
    answer(advance)
    page = browser.sign_in("fin").get("/")
    assert "A-000001" in page.text
    assert f"/advances/{advance.id}/payment/new" in page.html
