"""What can be done at once to the records ticked in a list, and what each deed asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.batches import MOST, Batch, carry_out
from crm.filters.base import ListFilter
from crm.filters.facets import NOBODY
from crm.forms.base import BaseForm
from crm.forms.fields import DayField, OptionField, Required, StageField, text
from crm.forms.picker import PickerField
from crm.models import (
    Customer,
    Deal,
    ExpenseClaim,
    Noun,
    OptionList,
    Role,
    Scope,
    Stage,
    Task,
    User,
)
from crm.policies import LARGEST_KEY, find_all, may
from crm.wording.fields import FIELDS

# More are merged another time.
MOST_MERGED = 20


@dataclass(frozen=True)
class Deed:
    """One thing done to each record: ``do(record, *values, by)``; or what it leads to."""

    title: Any
    icon: str
    do: Callable[..., None] = lambda *_: None
    # The page on which all of them are gone on with, given their ids.
    page: Callable[[str], str] | None = None
    # The fewest and the most records it is done to.
    fewest: int = 1
    most: int = MOST
    # The fields of the form that give the values, by name.
    asks: str = ""
    # What is said before it is done.
    question: Any = ""
    # What the button is called that does it, if not as the deed is.
    confirm: Any = ""
    verb: str = "edit"
    # What is said where it may not be done to one of those that the page would be about.
    otherwise: Any = ""
    is_destructive: bool = False
    # Whom alone it is offered to.
    role: Role | None = None
    # On which lists.
    fits: Callable[[Any], bool] = lambda _filter: True


def _trash(question: Any) -> Deed:
    return Deed(
        _l("Delete"), "trash-2", lambda record, by: record.trash(by=by),
        question=question, is_destructive=True,
    )  # fmt: skip


def _set(title: Any, icon: str, name: str) -> Deed:
    """Sets the option ``name`` of a customer."""
    return Deed(title, icon, lambda row, option, by: row.set_option(name, option, by=by), asks=name)


def _give(row: Any, owner: User, reason: str | None, by: User) -> None:
    row.give_to(owner, by=by, reason=reason)


class BatchForm(BaseForm):
    """The base of the forms: which records, which deed, and whether it has been asked about."""

    MODEL: ClassVar[Any]
    NOUN: ClassVar[Noun]
    DEEDS: ClassVar[dict[str, Deed]]

    def __init__(self, filter: ListFilter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filter = filter
        self.deed_name = request.form.get("deed", "")
        self.everything = request.form.get("everything") == "1"
        self.was_asked = "asked" in request.form
        self.ids = self._ids()

    def _ids(self) -> set[int]:
        """The records that were ticked, or all that the list shows; one too many tells of more.

        Once it was asked about, only those that were: the list may show others by then.
        """
        if self.everything and not self.was_asked:
            return self.filter.ids(current_user, most=MOST + 1)
        return ids_in(request.form.getlist("record"))

    @classmethod
    def offered_to(cls, user: User, filter: ListFilter) -> dict[str, Deed]:
        """What ``user`` may do to some of the records at least that ``filter`` lists."""
        if user.changes(cls.NOUN) is Scope.NONE:
            return {}
        return {
            name: deed
            for name, deed in cls.DEEDS.items()
            if (deed.role is None or user.has_role(deed.role)) and deed.fits(filter)
        }

    @property
    def deed(self) -> Deed | None:
        return self.DEEDS.get(self.deed_name)

    @property
    def fields(self) -> list[Any]:
        """What the deed asks for, if anything."""
        return [self[name] for name in self.deed.asks.split() if name in self] if self.deed else []

    def is_complete(self, deed: Deed) -> bool:
        """Whether everything the deed asks for was given."""
        if not (deed.asks or deed.question):
            return True
        if not self.was_asked:
            return False
        return not [field for field in self.fields if not field.validate(self)]

    def may_go_on(self, deed: Deed) -> bool:
        """Whether the page that the deed leads to opens for all of them."""
        return not deed.otherwise or all(
            may(deed.verb, record) for record in find_all(self.MODEL, self.ids, lock=False)
        )

    def carry_out(self, deed: Deed) -> Batch:
        """Do it."""
        by, names = current_user, deed.asks.split()
        values = [self[name].data if name in self else None for name in names]
        return carry_out(self.MODEL, self.ids, deed.verb, lambda row: deed.do(row, *values, by))


def ids_in(written: Iterable[str]) -> set[int]:
    """The ids among ``written``; what can be none is left out."""
    numbers = {int(text) for text in written if re.fullmatch(r"[0-9]{1,10}", text)}
    return {number for number in numbers if 0 < number <= LARGEST_KEY}


class GivingForm(BatchForm):
    """The base of those that give records to somebody: who leads may say why, if that is asked."""

    owner = PickerField(_l("Owner"), "user", validators=[Required()])
    reason = text(_l("Why they change hands"), 300, description=_l(
        "Needed of those only that stay with their owner in their stage."
    ))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not current_user.leads:
            del self.reason


class CustomerBatchForm(GivingForm):
    MODEL = Customer
    NOUN = Noun.CUSTOMERS
    DEEDS = {
        "claim": Deed(_l("Claim"), "handshake", lambda row, by: row.claim(by=by), verb="claim",
                      fits=lambda filter: NOBODY in filter.owner and may("claim", Customer)),
        "owner": Deed(_l("Change owner"), "user",
                      _give, asks="owner reason", verb="give"),
        "grade": _set(_l("Set grade"), "target", "grade"),
        "tag": Deed(_l("Add a tag"), "plus", lambda row, tag, by: row.tag(tag, by=by), asks="tag"),
        "untag": Deed(_l("Take a tag off"), "x", lambda row, tag, by: row.untag(tag, by=by),
                      asks="tag"),
        "industry": _set(_l("Set industry"), "building-2", "industry"),
        "region": _set(_l("Set region"), "map-pin", "region"),
        "source": _set(_l("Set source"), "arrow-right", "source"),
        "merge": Deed(_l("Merge"), "users", verb="merge", fewest=2, most=MOST_MERGED,
                      otherwise=_l("One of them is not yours to merge: ask an administrator."),
                      page=lambda ids: url_for("merges.new", customers=ids),
                      fits=lambda _filter: may("merge", Customer)),
        "trash": _trash(_l("They go to the trash and can be restored from there. "
                           "Their deals, tasks and expenses stay.")),
    }  # fmt: skip

    tag = OptionField(_l("Tag"), OptionList.TAG, empty=_l("Choose…"), validators=[Required()])
    grade = OptionField(_l("Grade"), OptionList.GRADE)
    industry = OptionField(FIELDS["industry"], OptionList.INDUSTRY)
    region = OptionField(FIELDS["region"], OptionList.REGION)
    source = OptionField(FIELDS["source"], OptionList.SOURCE)


class DealBatchForm(GivingForm):
    MODEL = Deal
    NOUN = Noun.DEALS
    DEEDS = {
        "move": Deed(_l("Move to…"), "arrow-right",
                     lambda row, stage, by: row.move_to(stage, by=by), asks="stage",
                     confirm=_l("Move")),
        "owner": Deed(_l("Change owner"), "user", _give, asks="owner reason", verb="give"),
        "close": Deed(_l("Expected close"), "calendar",
                      lambda row, day, by: row.expect_close_on(day, by=by), asks="expected_close"),
        "tag": Deed(_l("Add a tag"), "plus", lambda row, tag, by: row.tag(tag, by=by), asks="tag"),
        "untag": Deed(_l("Take a tag off"), "x", lambda row, tag, by: row.untag(tag, by=by),
                      asks="tag"),
        "trash": _trash(_l("They go to the trash and can be restored from there.")),
    }  # fmt: skip

    tag = OptionField(_l("Tag"), OptionList.TAG, empty=_l("Choose…"), validators=[Required()])
    stage = StageField(_l("Move to"), empty=_l("Choose…"),
                       validators=[Required(_l("Choose the stage they go to."))])  # fmt: skip
    expected_close = DayField(_l("Expected close"), validators=[Required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.deed and self.deed.asks == "stage":
            self.stage.offer(Stage.where_deals_stand(self.ids))


class TaskBatchForm(BatchForm):
    MODEL = Task
    NOUN = Noun.TASKS
    DEEDS = {
        "done": Deed(_l("Done"), "check", lambda row, by: row.complete(by=by)),
        "put_off": Deed(_l("Put off"), "calendar",
                        lambda row, day, by: row.put_off_to(day, by=by), asks="due_on"),
        "assign": Deed(_l("Give to"), "user",
                       lambda row, assignee, comment, by: row.assign_to(
                           assignee, by=by, comment=comment), asks="assignee comment"),
        "trash": _trash(_l("They go to the trash and can be restored from there.")),
    }  # fmt: skip

    due_on = DayField(_l("Due"), validators=[Required()])
    assignee = PickerField(_l("Assigned to"), "user", validators=[Required()])
    comment = text(
        _l("What to say to them"), 300, description=_l("Stands in their notification and mail")
    )


class ClaimBatchForm(BatchForm):
    MODEL = ExpenseClaim
    NOUN = Noun.CLAIMS
    DEEDS = {
        "pay": Deed(_l("Pay"), "banknote", role=Role.FINANCE,
                    page=lambda ids: url_for("payment_batches.new", claims=ids)),
        "trash": _trash(_l("Drafts go to the trash and can be restored from there.")),
    }  # fmt: skip


BATCH_FORMS: dict[str, type[BatchForm]] = {
    "customers": CustomerBatchForm,
    "deals": DealBatchForm,
    "board": DealBatchForm,
    "tasks": TaskBatchForm,
    "claims": ClaimBatchForm,
}
