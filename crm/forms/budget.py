"""The form of a budget."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError
from wtforms.fields.choices import SelectChoice, SelectField

from crm.extensions import db
from crm.formatting import dated_term
from crm.forms.base import BaseForm
from crm.forms.doubts import AsksAgain
from crm.forms.fields import MoneyField, OptionField, RecordField, Required
from crm.forms.for_whom import with_customer
from crm.forms.picker import PickerField
from crm.models import Budget, Company, OptionList, Team, Term, User
from crm.models.budget import BudgetPlan


class TermField(SelectField):
    """A year, a quarter or a month of last year, this one or the next; its data is the term."""

    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], coerce=self._read, **kwargs)
        self.terms: dict[str, Term] = {}

    def process(self, *args: Any, **kwargs: Any) -> None:
        year = Company.current().today().year
        offered = [term for each in (year - 1, year, year + 1) for term in Term.of_year(each)]
        self.terms = {term.code: term for term in offered}
        super().process(*args, **kwargs)
        if isinstance(self.object_data, Term):
            self.terms.setdefault(self.object_data.code, self.object_data)
        self.choices = [SelectChoice(code, dated_term(term)) for code, term in self.terms.items()]

    def process_data(self, value: Any) -> None:
        self.data = value

    def iter_choices(self) -> Any:
        for choice in super().iter_choices():
            yield choice._replace(selected=self.data is not None and choice.value == self.data.code)

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            raise ValidationError(_("Please choose one."))

    def shown(self, term: Term | None) -> str:
        """The term as the list of conflicts names it."""
        return dated_term(term) if term else "—"

    def _read(self, code: Any) -> Any:
        return code if isinstance(code, Term) else self.terms.get(str(code))


class BudgetForm(AsksAgain, BaseForm):
    term = TermField(_l("Period"))
    amount = MoneyField(_l("Budget"), in_base=True, validators=[Required()])
    team = RecordField(_l("Team"), empty=_l("Everybody"))
    category = OptionField(_l("Category"), OptionList.EXPENSE_CATEGORY, empty=_l("All categories"))
    customer = PickerField(_l("Customer"), "customer")
    deal = PickerField(_l("Deal"), "deal", within="customer")

    # The budget that is changed.
    budget: Budget | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team.offer(Team.in_order())

    @classmethod
    def of(cls, budget: Budget) -> BudgetForm:
        """The form as ``budget`` is now."""
        form = cls(data=budget.plan._asdict() | {"version": budget.version})
        form.budget = budget
        return form

    def validate_deal(self, field: PickerField) -> None:
        with_customer(field, self.customer)

    def validate_amount(self, field: MoneyField) -> None:
        if self.term.data is None or field.data is None:
            return
        with db.session.no_autoflush:
            others = set(db.session.scalars(Budget.like(self.plan))) - {self.budget}
        if others:
            raise ValidationError(_("There is a budget for just this already."))

    def doubted(self) -> list[str]:
        if self.amount.data:
            return []
        return [_("A budget of 0 is exceeded by whatever is spent, and by what is pending now.")]

    @property
    def plan(self) -> BudgetPlan:
        """What was typed."""
        return BudgetPlan(
            self.term.data, self.amount.data, self.customer.data, self.deal.data, self.team.data,
            self.category.data,
        )  # fmt: skip

    def save(self, budget: Budget, *, by: User) -> bool:
        """Change ``budget``; ``False``, with the reason, if that cannot be or is stale."""
        if not self.may_save(budget):
            return False
        budget.set_to(self.plan, by=by)
        return True
