"""The kinds of documents that can be approved: the one table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from crm.extensions import db
from crm.models.approval.conditions import FactKind
from crm.models.custom_field import CustomNoun

if TYPE_CHECKING:
    from crm.models.advance import Advance
    from crm.models.attachment import Attachment
    from crm.models.customer import Customer
    from crm.models.expense_claim import ExpenseClaim
    from crm.models.option import Option
    from crm.models.user import User


def _claim() -> type[ExpenseClaim]:
    from crm.models.expense_claim import ExpenseClaim

    return ExpenseClaim


def _advance() -> type[Advance]:
    from crm.models.advance import Advance

    return Advance


class DocumentKind(NamedTuple):
    """One kind of documents (``approvable.Document``)."""

    # The class of its documents, which imports this package.
    model: Callable[[], type[Any]]
    # What conditions can compare. Words for them stand in ``wording``.
    facts: dict[str, FactKind]
    # Of which nouns the firm's own fields can be compared as well.
    own_fields_of: tuple[CustomNoun, ...]
    # The templates that show what is decided about: on pages, and in mails without the suffix.
    partial: str
    mail_partial: str
    # The same in few lines, for a row of the inbox.
    brief: str
    # The files that belong to it, such as receipts.
    files: Callable[[Any], Iterable[Attachment]] = lambda _document: ()

    def sample(
        self, claimant: User, amount: Decimal, category: Option, customer: Customer | None
    ) -> Any:
        """One that is not kept: what flows are tried with while they are written."""
        return self.model().sample(claimant, amount, category, customer)

    def find(self, document_id: int, *, lock: bool = False) -> Any:
        """One document with what its page shows.

        :param lock: it is held until the transaction ends.
        """
        model = self.model()
        return db.session.get_one(
            model, document_id, options=model.for_page(),
            with_for_update={"of": model} if lock else None,
        )  # fmt: skip

    def find_all(self, ids: Iterable[int]) -> Iterable[Any]:
        """The documents of these ids with what their pages show, in no order."""
        model = self.model()
        chosen = select(model).where(model.id.in_(ids))
        return db.session.scalars(chosen.options(*model.for_page()))


DOCUMENTS: dict[str, DocumentKind] = {
    "expense_claim": DocumentKind(
        model=_claim,
        facts={
            "amount": FactKind.NUMBER,
            "category": FactKind.CHOICES,
            "team": FactKind.CHOICES,
            "grade": FactKind.CHOICES,
            "over_budget": FactKind.YES_NO,
        },
        own_fields_of=(CustomNoun.CUSTOMER, CustomNoun.DEAL),
        partial="expenses/claims/_facts.html",
        mail_partial="mail/documents/_expense_claim",
        brief="expenses/claims/_brief.html",
        files=lambda claim: (file for item in claim.items for file in item.receipts),
    ),
    "advance": DocumentKind(
        model=_advance,
        facts={
            "amount": FactKind.NUMBER,
            "outstanding": FactKind.NUMBER,
            "team": FactKind.CHOICES,
            "grade": FactKind.CHOICES,
        },
        own_fields_of=(),
        partial="expenses/advances/_facts.html",
        mail_partial="mail/documents/_advance",
        brief="expenses/advances/_brief.html",
    ),
}
